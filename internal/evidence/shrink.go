package evidence

import (
	"image"
	"image/draw"
)

// shrink makes a picture whose longer side is at most long pixels, on white. Each new pixel is the exact mean of the
// area it covers, in integers: every machine makes the same bytes. Memory is a few rows; the kernels of x/image/draw
// keep 32 bytes for each new column of each old row, 154 MB for a phone's photo.
func shrink(src image.Image, long int) *image.RGBA {
	from := src.Bounds().Size()
	to := fit(from, long)
	if to == from { // a phone has made it small already
		return onWhite(src)
	}
	return average(src, to)
}

// onWhite copies a picture as it is.
func onWhite(src image.Image) *image.RGBA {
	b := src.Bounds()
	out := image.NewRGBA(image.Rectangle{Max: b.Size()})
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, src, b.Min, draw.Over)
	return out
}

// average makes a picture of another size.
func average(src image.Image, to image.Point) *image.RGBA {
	from := src.Bounds().Size()
	s := shrinker{
		from: from, to: to,
		row: image.NewRGBA(image.Rect(0, 0, from.X, 1)),
		sum: make([]uint64, 3*to.X), across: make([]uint64, 3*to.X),
		out: image.NewRGBA(image.Rectangle{Max: to}),
	}
	for y := range from.Y {
		s.load(src, y)
		s.add(y)
	}
	return s.out
}

// fit gives the size with the same proportions whose longer side is at most long.
func fit(s image.Point, long int) image.Point {
	most := max(s.X, s.Y)
	if most <= long {
		return s
	}
	return image.Pt(max(1, (s.X*long+most/2)/most), max(1, (s.Y*long+most/2)/most))
}

// shrinker is the work on one picture. In its units a pixel of the source is to.X wide and to.Y high, and one of
// the result from.X wide and from.Y high, so that every overlap is a whole number.
type shrinker struct {
	from, to image.Point
	row      *image.RGBA // one row of the source on white
	across   []uint64    // that row, averaged across: 3 channels for each pixel of the result
	sum      []uint64    // the result's row so far
	out      *image.RGBA
}

// load puts row y of the source on white and averages it across.
func (s *shrinker) load(src image.Image, y int) {
	b := src.Bounds()
	draw.Draw(s.row, s.row.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(s.row, s.row.Rect, src, image.Pt(b.Min.X, b.Min.Y+y), draw.Over)
	clear(s.across)
	pix := s.row.Pix
	for x, o := 0, 0; x < s.from.X; x++ {
		at, end := x*s.to.X, (x+1)*s.to.X
		for at < end {
			edge := (o + 1) * s.from.X
			part := uint64(min(end, edge) - at) //nolint:gosec // at is below both
			s.across[3*o] += part * uint64(pix[4*x])
			s.across[3*o+1] += part * uint64(pix[4*x+1])
			s.across[3*o+2] += part * uint64(pix[4*x+2])
			at += int(part) //nolint:gosec // at most the width of a picture times that of its result
			if at == edge {
				o++
			}
		}
	}
}

// add shares row y among the rows of the result that it overlaps, and writes those that are complete.
func (s *shrinker) add(y int) {
	at, end := y*s.to.Y, (y+1)*s.to.Y
	for at < end {
		o := at / s.from.Y
		edge := (o + 1) * s.from.Y
		part := min(end, edge) - at
		for i, v := range s.across {
			s.sum[i] += uint64(part) * v //nolint:gosec // at is below both ends
		}
		at += part
		if at == edge {
			s.write(o)
		}
	}
}

// write divides the sums by the area, rounding half up, and starts the next row.
func (s *shrinker) write(o int) {
	area := uint64(s.from.X) * uint64(s.from.Y) //nolint:gosec // sizes of a picture
	pix := s.out.Pix[o*s.out.Stride:]
	for x := range s.to.X {
		for c := range 3 {
			pix[4*x+c] = uint8((s.sum[3*x+c] + area/2) / area) //nolint:gosec // a mean of bytes is a byte
		}
		pix[4*x+3] = 0xFF
	}
	clear(s.sum)
}
