package evidence_test

import (
	"bytes"
	"testing"

	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
)

func TestAPictureThatCanBeShownIsKeptCleaned(t *testing.T) {
	src := withAPP1(jpegOf(t, corners(640, 480)), []byte("GPS"))
	c, err := evidence.Keep(src)
	if err != nil || c.Type != evidence.ShownType || c.Width != 640 || bytes.Contains(c.Bytes, []byte("GPS")) {
		t.Errorf("%+v %v", c.Type, err)
	}
}

func TestAPictureThatCannotBeShownIsKeptAsItCame(t *testing.T) {
	box := func(brand string) []byte {
		return append([]byte("\x00\x00\x00\x18ftyp"+brand+"\x00\x00\x00\x00"), make([]byte, 100)...)
	}
	j := jpegOf(t, corners(640, 480))
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"HEIC": {box("heic"), "image/heic"}, "HEIF": {box("mif1"), "image/heic"}, "AVIF": {box("avif"), "image/avif"},
		"TIFF": {append([]byte("II*\x00"), make([]byte, 50)...), "image/tiff"}, "half a JPEG": {j[:len(j)/2], "application/octet-stream"},
		"PNG of a gigapixel": {pngHeader(1<<30, 1<<30), "application/octet-stream"}, "PNG of 51 megapixels": {pngHeader(10_000, 5_100), "application/octet-stream"},
	} {
		kept, err := evidence.Keep(c.b)
		if err != nil || kept.Type != c.want || !bytes.Equal(kept.Bytes, c.b) || kept.Width != 0 || len(kept.SHA256) != 64 {
			t.Errorf("%s: %s %v", name, kept.Type, err)
		}
		if (evidence.Photo{Type: kept.Type}).Shown() {
			t.Errorf("%s would be shown", name)
		}
	}
}

func TestWhatIsNoPictureIsNotKept(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing": nil, "HTML": []byte("<!doctype html><script>1</script>"), "SVG": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "PDF": []byte("%PDF-1.7 and some more"),
		"a film": []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"), "a program": []byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"), "a ZIP": []byte("PK\x03\x04aaaaaaaaaaaaaaaa"),
	} {
		if c, err := evidence.Keep(b); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %+v %v", name, c, err)
		}
	}
}
