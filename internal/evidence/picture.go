package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"

	"plainclothes/internal/fault"
)

// kind is one of the file formats that are taken.
type kind struct {
	name   string
	is     func(b []byte) bool
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	exif   func(b []byte) []byte // the TIFF bytes of its metadata, nil when there are none
}

// kinds are called by name, never through image.Decode: a format that some other package registers stays out.
var kinds = []kind{
	{name: "jpeg", is: prefixed("\xff\xd8\xff"), config: jpeg.DecodeConfig, decode: jpeg.Decode, exif: jpegExif},
	{name: "png", is: prefixed("\x89PNG\r\n\x1a\n"), config: png.DecodeConfig, decode: png.Decode, exif: pngExif},
	{name: "webp", is: isWebP, config: webp.DecodeConfig, decode: webp.Decode, exif: webpExif},
}

// prefixed makes a test for the first bytes.
func prefixed(magic string) func([]byte) bool {
	return func(b []byte) bool { return bytes.HasPrefix(b, []byte(magic)) }
}

// isWebP knows the RIFF container of WebP.
func isWebP(b []byte) bool {
	return len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP"
}

// picture is an upload that was looked at but not yet decoded.
type picture struct {
	kind        kind
	bytes       []byte
	size        image.Point // pixels, before turning
	model       color.Model
	progressive bool
	orientation int // EXIF 1 … 8
}

// inspect finds out what an upload is and refuses what would be too much to decode.
func inspect(b []byte) (picture, error) {
	for _, k := range kinds {
		if k.is(b) {
			return k.inspect(b)
		}
	}
	return picture{}, unreadable(errors.New("unknown kind of file"))
}

// inspect reads the header of a file of this kind.
func (k kind) inspect(b []byte) (picture, error) {
	c, err := k.config(bytes.NewReader(b))
	if err != nil {
		return picture{}, unreadable(fmt.Errorf("header of %s: %w", k.name, err))
	}
	p := picture{kind: k, bytes: b, size: image.Pt(c.Width, c.Height), model: c.ColorModel, orientation: orientation(k.exif(b))}
	if k.name == "jpeg" {
		var scans int
		if p.progressive, scans = jpegScans(b); scans > maxScans {
			return picture{}, unreadable(fmt.Errorf("%d scans", scans))
		}
	}
	return p, p.check()
}

// check refuses sizes that no camera gives.
func (p picture) check() error {
	w, h := p.size.X, p.size.Y
	if w < 1 || h < 1 {
		return unreadable(fmt.Errorf("%d × %d pixels", w, h))
	}
	if max(w, h) > MaxSide || w*h > MaxPixels || p.decodeBytes() > maxDecodeBytes {
		return fault.Newf(fault.TooLarge, "This photo is %d × %d pixels, which is more than we can read. Choose a smaller one, or take it again with a lower resolution.", w, h)
	}
	return nil
}

// decodeBytes is the memory that decoding takes at most: pixels, and for a progressive JPEG its coefficients too.
func (p picture) decodeBytes() int64 {
	per := int64(4)
	switch p.model {
	case color.RGBA64Model, color.NRGBA64Model:
		per = 8
	case color.YCbCrModel:
		per = 3
	case color.GrayModel:
		per = 1
	}
	if p.kind.name == "png" || p.kind.name == "webp" {
		per *= 2 // passes of an interlaced PNG, transforms of a lossless WebP
	}
	if p.progressive {
		per *= 5 // one int32 for each coefficient
	}
	return per * int64(p.size.X) * int64(p.size.Y)
}
