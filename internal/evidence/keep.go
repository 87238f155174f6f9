package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"plainclothes/internal/fault"
)

// Keep is what becomes of a picture that a phone took and sent whole: a clean one, or, for a picture that we cannot
// decode (HEIC and other formats, more pixels than we take, a broken file), the bytes as they came, which are never
// shown. Only what is no picture at all is fault.Invalid: the shopper cannot take this photo again, so as much as
// possible is kept.
func Keep(b []byte) (Clean, error) {
	clean, err := CleanPhoto(bytes.NewReader(b), MaxUpload)
	if err == nil || fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.TooLarge {
		return clean, err
	}
	kind := hidden(b)
	if kind == "" || len(b) > MaxUpload {
		return Clean{}, err
	}
	sum := sha256.Sum256(b)
	return Clean{Bytes: b, SHA256: hex.EncodeToString(sum[:]), Type: kind}, nil
}

// hidden names the type of a picture that cannot be shown, "" when the bytes look like no picture. JPEG, PNG and WebP
// get a name that no browser shows: they were broken or too large.
func hidden(b []byte) string {
	for _, k := range kinds {
		if k.is(b) {
			return "application/octet-stream"
		}
	}
	switch {
	case len(b) >= 16 && string(b[4:8]) == "ftyp":
		return brand(b)
	case bytes.HasPrefix(b, []byte("II*\x00")), bytes.HasPrefix(b, []byte("MM\x00*")):
		return "image/tiff"
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return "application/octet-stream"
	}
	return ""
}

// brand names the still picture that an ISO file says it is, "" for a film or anything else.
func brand(b []byte) string {
	switch name := string(b[8:12]); {
	case slices.Contains([]string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"}, name):
		return "image/heic"
	case name == "avif":
		return "image/avif"
	}
	return ""
}
