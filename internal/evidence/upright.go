package evidence

import "image"

// upright turns and mirrors a picture as its EXIF orientation asks (EXIF 2.32, tag 0x0112).
func upright(src *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	size := image.Pt(w, h)
	if orientation >= 5 {
		size = image.Pt(h, w)
	}
	dst := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			sx, sy := sourceOf(x, y, w, h, orientation)
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(sx, sy):][:4])
		}
	}
	return dst
}

// sourceOf gives the pixel of a stored picture of w × h that belongs at x, y of the upright one.
func sourceOf(x, y, w, h, orientation int) (sx, sy int) {
	switch orientation {
	case 2: // mirrored
		return w - 1 - x, y
	case 3: // upside down
		return w - 1 - x, h - 1 - y
	case 4: // upside down, mirrored
		return x, h - 1 - y
	case 5: // on its left side, mirrored
		return y, x
	case 6: // on its left side: turn a quarter clockwise
		return y, h - 1 - x
	case 7: // on its right side, mirrored
		return w - 1 - y, h - 1 - x
	default: // 8, on its right side
		return w - 1 - y, x
	}
}
