package evidence

import (
	"bytes"
	"image"
	"math/rand/v2"
	"testing"
)

func TestAPictureThatIsSmallAlreadyIsCopiedAsItWouldBeAveraged(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	clear, part := image.NewNRGBA(image.Rect(3, 5, 40, 28)), image.NewYCbCr(image.Rect(0, 0, 33, 21), image.YCbCrSubsampleRatio420)
	for _, pix := range [][]uint8{clear.Pix, part.Y, part.Cb, part.Cr} {
		for i := range pix {
			pix[i] = uint8(r.Uint32())
		}
	}
	for _, src := range []image.Image{clear, part} {
		if got, want := shrink(src, LongSide), average(src, src.Bounds().Size()); got.Rect != want.Rect || !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("%T differs", src)
		}
	}
}
