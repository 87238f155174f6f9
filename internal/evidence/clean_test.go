package evidence_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	_ "golang.org/x/image/webp"

	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
)

// corners is a picture whose four quarters differ: red, green / blue, white.
func corners(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, c := range []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}} {
		x, y := i%2*w/2, i/2*h/2
		draw.Draw(m, image.Rect(x, y, x+w/2, y+h/2), image.NewUniform(c), image.Point{}, draw.Src)
	}
	return m
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tiff is the smallest EXIF block with an orientation, with a GPS-like text behind it.
func tiff(order binary.ByteOrder, orientation uint16) []byte {
	head := "II*\x00"
	if order == binary.BigEndian {
		head = "MM\x00*"
	}
	b := []byte(head)
	b = binary.BigEndian.AppendUint32(b, 0)
	order.PutUint32(b[4:], 8)
	e := make([]byte, 2+12+4)
	order.PutUint16(e, 1)
	order.PutUint16(e[2:], 0x0112)
	order.PutUint16(e[4:], 3)
	order.PutUint32(e[6:], 1)
	order.PutUint16(e[10:], orientation)
	return append(append(b, e...), "GPSLatitude 52.5200"...)
}

// withAPP1 puts an EXIF segment behind a JPEG's first marker.
func withAPP1(j, exif []byte) []byte {
	body := append([]byte("Exif\x00\x00"), exif...)
	seg := binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(body)+2))
	return bytes.Join([][]byte{j[:2], seg, body, j[2:]}, nil)
}

// names of the quarters of a cleaned picture, read in rows.
func quarters(t *testing.T, c evidence.Clean) string {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(c.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	s := m.Bounds().Size()
	var out strings.Builder
	for i := range 4 {
		r, g, b, _ := m.At(s.X/4+i%2*s.X/2, s.Y/4+i/2*s.Y/2).RGBA()
		switch {
		case r > 0xC000 && g > 0xC000:
			out.WriteByte('w')
		case r > 0x8000:
			out.WriteByte('r')
		case g > 0x8000:
			out.WriteByte('g')
		case b > 0x8000:
			out.WriteByte('b')
		default:
			out.WriteByte('?')
		}
	}
	return out.String()
}

func clean(t *testing.T, b []byte) evidence.Clean {
	t.Helper()
	c, err := evidence.CleanPhoto(bytes.NewReader(b), evidence.MaxUpload)
	if err != nil {
		t.Fatalf("clean: %v", err)
	}
	return c
}

func TestEveryOrientationOfACameraEndsUpright(t *testing.T) {
	want := map[uint16]string{0: "rgbw", 1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb", 9: "rgbw"}
	plain := jpegOf(t, corners(64, 32))
	for o, quarter := range want {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			c := clean(t, withAPP1(plain, tiff(order, o)))
			if got := quarters(t, c); got != quarter {
				t.Errorf("orientation %d, %v: got %s, want %s", o, order, got, quarter)
			}
			if turned := o >= 5 && o <= 8; turned != (c.Height == 64 && c.Width == 32) {
				t.Errorf("orientation %d: %d × %d", o, c.Width, c.Height)
			}
		}
	}
}

func TestOrientationOfPNGAndWebPIsHonouredToo(t *testing.T) {
	p := pngOf(t, corners(64, 32))
	exif := tiff(binary.BigEndian, 6)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(exif)))
	chunk = append(append(append(chunk, "eXIf"...), exif...), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(chunk[len(chunk)-4:], crc(chunk[4:len(chunk)-4]))
	const ihdrEnd = 8 + 25
	c := clean(t, bytes.Join([][]byte{p[:ihdrEnd], chunk, p[ihdrEnd:]}, nil))
	if got := quarters(t, c); got != "brwg" {
		t.Errorf("PNG: got %s", got)
	}
	w := fixture(t, "lossy.webp")
	upright := clean(t, w)
	tail := binary.LittleEndian.AppendUint32([]byte("EXIF"), uint32(len(exif)))
	w = append(w, append(tail, exif...)...)
	turned := clean(t, w)
	if turned.Width != upright.Height || turned.Height != upright.Width {
		t.Errorf("WebP: %d × %d from %d × %d", turned.Width, turned.Height, upright.Width, upright.Height)
	}
}

func TestNothingOfTheMetadataIsKept(t *testing.T) {
	c := clean(t, withAPP1(jpegOf(t, corners(64, 32)), tiff(binary.LittleEndian, 1)))
	for _, bad := range []string{"Exif", "GPS", "52.52", "JFIF", "ICC"} {
		if bytes.Contains(c.Bytes, []byte(bad)) {
			t.Errorf("%q is still there", bad)
		}
	}
	if c.Type != "image/jpeg" || len(c.SHA256) != 64 {
		t.Errorf("type %q, sha256 %q", c.Type, c.SHA256)
	}
}

func TestLargePicturesShrinkToTheLongSideAndSmallOnesStay(t *testing.T) {
	for _, s := range []struct{ w, h, wantW, wantH int }{
		{3200, 1600, 1600, 800}, {1601, 7, 1600, 7}, {1000, 2000, 800, 1600}, {640, 480, 640, 480}, {3, 6001, 1, 1600}, {1, 1, 1, 1},
	} {
		c := clean(t, pngOf(t, corners(s.w, s.h)))
		if c.Width != s.wantW || c.Height != s.wantH {
			t.Errorf("%d × %d became %d × %d, want %d × %d", s.w, s.h, c.Width, c.Height, s.wantW, s.wantH)
		}
	}
}

func TestShrinkingKeepsTheMeanOfEachArea(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 3200, 32)) // columns 0 and 200 by turns: the mean is 100
	for i := range m.Pix {
		m.Pix[i] = uint8(i % 2 * 200)
	}
	got, err := jpeg.Decode(bytes.NewReader(clean(t, pngOf(t, m)).Bytes))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []int{0, 799, 1599} {
		if v := color.GrayModel.Convert(got.At(x, 8)).(color.Gray).Y; v != 100 {
			t.Errorf("column %d is %d, want 100", x, v)
		}
	}
}

func TestTransparentPicturesStandOnWhite(t *testing.T) {
	c := clean(t, pngOf(t, image.NewNRGBA(image.Rect(0, 0, 8, 8))))
	if got := quarters(t, c); got != "wwww" {
		t.Errorf("got %s", got)
	}
	clean(t, fixture(t, "alpha.webp"))
}

func TestEveryKindThatPhonesAndBrowsersMakeIsRead(t *testing.T) {
	gray, deep := image.NewGray(image.Rect(0, 0, 9, 5)), image.NewNRGBA64(image.Rect(0, 0, 9, 5))
	cmyk := image.NewPaletted(image.Rect(0, 0, 9, 5), color.Palette{color.Black, color.White})
	for name, b := range map[string][]byte{
		"lossy WebP": fixture(t, "lossy.webp"), "lossless WebP": fixture(t, "lossless.webp"), "WebP with alpha": fixture(t, "alpha.webp"),
		"progressive JPEG": fixture(t, "progressive.jpg"), "grey JPEG": jpegOf(t, gray), "grey PNG": pngOf(t, gray),
		"16-bit PNG": pngOf(t, deep), "PNG with palette": pngOf(t, cmyk),
	} {
		if _, err := evidence.CleanPhoto(bytes.NewReader(b), evidence.MaxUpload); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFilesThatAreNoPhotosAreRefusedInWords(t *testing.T) {
	var anim bytes.Buffer
	if err := gif.EncodeAll(&anim, &gif.GIF{Image: []*image.Paletted{image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.Black})}, Delay: []int{1}}); err != nil {
		t.Fatal(err)
	}
	j := jpegOf(t, corners(640, 480))
	p := pngOf(t, corners(640, 480))
	w := fixture(t, "lossy.webp")
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte("hello"), "SVG": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`),
		"HTML": []byte("<!doctype html><script>1</script>"), "GIF": anim.Bytes(), "PDF": []byte("%PDF-1.7"), "HEIC": []byte("\x00\x00\x00\x18ftypheic"),
		"JPEG's magic only": j[:4], "half a JPEG": j[:len(j)/2], "half a PNG": p[:len(p)/2], "half a WebP": w[:len(w)/2],
		"animated WebP": animated(w), "PNG with a broken checksum": flip(p, len(p)/2), "PNG without pixels": pngHeader(0, 10),
		"JPEG with a thousand scans": manyScans(fixture(t, "progressive.jpg"), 1000),
	} {
		_, err := evidence.CleanPhoto(bytes.NewReader(b), evidence.MaxUpload)
		f, ok := fault.As(err)
		if !ok || f.Kind != fault.Invalid || f.Message != "This file is not a photo that we can read. Take it again, or choose a JPEG, PNG or WebP picture." {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPicturesThatWouldFillTheMemoryAreRefusedBeforeDecoding(t *testing.T) {
	for name, b := range map[string][]byte{
		"wide PNG": pngHeader(12_001, 1), "PNG of 51 megapixels": pngHeader(10_000, 5_100), "PNG of a gigapixel": pngHeader(1<<30, 1<<30),
		"16-bit PNG of 30 megapixels":       pngHeaderDepth(6_000, 5_000, 16),
		"progressive JPEG of 40 megapixels": resized(fixture(t, "progressive.jpg"), 8_000, 5_000),
	} {
		start := time.Now()
		_, err := evidence.CleanPhoto(bytes.NewReader(b), evidence.MaxUpload)
		if f, ok := fault.As(err); !ok || f.Kind != fault.TooLarge && name != "PNG of a gigapixel" {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(start); d > time.Second {
			t.Errorf("%s took %v", name, d)
		}
	}
}

func TestFilesOverTheByteLimitAreRefused(t *testing.T) {
	b := jpegOf(t, corners(640, 480))
	if _, err := evidence.CleanPhoto(bytes.NewReader(b), int64(len(b))); err != nil {
		t.Errorf("exactly the limit: %v", err)
	}
	_, err := evidence.CleanPhoto(bytes.NewReader(b), int64(len(b))-1)
	if f, ok := fault.As(err); !ok || f.Kind != fault.TooLarge || !strings.HasPrefix(f.Message, "This photo has more than") {
		t.Errorf("one byte over: %v", err)
	}
}

func TestABrokenConnectionIsNotBlamedOnThePicture(t *testing.T) {
	broken := errors.New("connection reset")
	_, err := evidence.CleanPhoto(iotest.ErrReader(broken), 100)
	if !errors.Is(err, broken) || fault.KindOf(err) != fault.Internal {
		t.Errorf("got %v", err)
	}
}

func TestTheSamePictureGivesTheSameBytes(t *testing.T) {
	b := jpegOf(t, corners(1999, 1333))
	if x, y := clean(t, b), clean(t, b); x.SHA256 != y.SHA256 {
		t.Error("two cleanings differ")
	}
}

func TestKeysAreApartForEachOrganisation(t *testing.T) {
	if got := evidence.Key("org1", "abcd"); got != "media/org1/ab/abcd" {
		t.Errorf("got %s", got)
	}
}

func FuzzClean(f *testing.F) {
	for _, name := range []string{"lossy.webp", "lossless.webp", "alpha.webp", "progressive.jpg"} {
		f.Add(fixture(f, name))
	}
	f.Add(withAPP1(jpegOf(f, corners(16, 8)), tiff(binary.BigEndian, 6)))
	f.Add(pngOf(f, corners(16, 8)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, _, err := image.DecodeConfig(bytes.NewReader(b)); err == nil && c.Width*c.Height > 300_000 {
			t.Skip("a whole picture of this size takes seconds here; the limits have tests of their own")
		}
		c, err := evidence.CleanPhoto(bytes.NewReader(b), 1<<20)
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatalf("an error without words: %v", err)
			}
			return
		}
		if m, err := jpeg.DecodeConfig(bytes.NewReader(c.Bytes)); err != nil || m.Width != c.Width || m.Height != c.Height || max(c.Width, c.Height) > evidence.LongSide {
			t.Fatalf("%v, %d × %d, said %d × %d", err, m.Width, m.Height, c.Width, c.Height)
		}
	})
}

func BenchmarkCleanPhoneJPEG(b *testing.B) {
	src := jpegOf(b, corners(4032, 3024))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := evidence.CleanPhoto(bytes.NewReader(src), evidence.MaxUpload); err != nil {
			b.Fatal(err)
		}
	}
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0x55
	return b
}

// animated wraps a still WebP's frame as the only frame of an animation.
func animated(still []byte) []byte {
	frame := still[12:]
	vp8x := append([]byte("VP8X\x0a\x00\x00\x00\x02\x00\x00\x00"), 0x97, 0, 0, 0x97, 0, 0)
	anim := []byte("ANIM\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	anmf := binary.LittleEndian.AppendUint32([]byte("ANMF"), uint32(16+len(frame)))
	body := bytes.Join([][]byte{[]byte("WEBP"), vp8x, anim, anmf, make([]byte, 16), frame}, nil)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// pngHeader is a PNG that announces a size and holds almost nothing.
func pngHeader(w, h uint32) []byte { return pngHeaderDepth(w, h, 8) }

func pngHeaderDepth(w, h uint32, depth byte) []byte {
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	ihdr = append(ihdr, depth, 6, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	b = binary.BigEndian.AppendUint32(b, crc(ihdr))
	return append(b, "\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e"...)
}

// crc is the checksum of PNG chunks.
func crc(b []byte) uint32 {
	c := ^uint32(0)
	for _, x := range b {
		c ^= uint32(x)
		for range 8 {
			c = c>>1 ^ 0xEDB88320*(c&1)
		}
	}
	return ^c
}

// resized changes the size that a JPEG announces.
func resized(j []byte, w, h uint16) []byte {
	j = bytes.Clone(j)
	i := bytes.Index(j, []byte{0xFF, 0xC2})
	binary.BigEndian.PutUint16(j[i+5:], h)
	binary.BigEndian.PutUint16(j[i+7:], w)
	return j
}

// manyScans repeats the last scan of a progressive JPEG.
func manyScans(j []byte, n int) []byte {
	last := bytes.LastIndex(j, []byte{0xFF, 0xDA})
	scan := j[last : len(j)-2]
	return bytes.Join([][]byte{j[:last], bytes.Repeat(scan, n), j[len(j)-2:]}, nil)
}

func ExampleKey() {
	fmt.Println(evidence.Key("0199", "3f79bb7b"))
	// Output: media/0199/3f/3f79bb7b
}
