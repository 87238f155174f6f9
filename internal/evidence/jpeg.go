package evidence

import (
	"bytes"
	"encoding/binary"
)

// Markers of a JPEG file.
const (
	markerSOF2 = 0xC2 // start of a progressive frame
	markerSOS  = 0xDA // start of a scan
	markerEOI  = 0xD9
	markerAPP1 = 0xE1
)

// jpegSegments calls see with each marker and its payload, until the end or until see returns false. What stands
// between segments (entropy-coded data) is skipped.
func jpegSegments(b []byte, see func(marker byte, payload []byte) bool) {
	for i := 2; i+1 < len(b); {
		next := bytes.IndexByte(b[i:], 0xFF)
		if next < 0 || i+next+1 >= len(b) {
			return
		}
		i += next + 1
		m := b[i]
		if m == 0xFF {
			continue // fill byte
		}
		i++
		if m == 0 || m == 1 || m >= 0xD0 && m <= 0xD8 { // stuffed byte, TEM, restart, start
			continue
		}
		if m == markerEOI || i+2 > len(b) {
			return
		}
		end := i + int(binary.BigEndian.Uint16(b[i:]))
		if end < i+2 || end > len(b) || !see(m, b[i+2:end]) {
			return
		}
		i = end
	}
}

// jpegScans tells whether a JPEG is progressive and how often it paints over itself: each scan costs a walk over
// the whole picture, and a scan of almost no bytes is legal.
func jpegScans(b []byte) (progressive bool, scans int) {
	jpegSegments(b, func(m byte, _ []byte) bool {
		progressive = progressive || m == markerSOF2
		if m == markerSOS {
			scans++
		}
		return true
	})
	return progressive, scans
}

// jpegExif finds the EXIF segment.
func jpegExif(b []byte) (exif []byte) {
	jpegSegments(b, func(m byte, p []byte) bool {
		if rest, ok := bytes.CutPrefix(p, []byte("Exif\x00\x00")); ok && m == markerAPP1 {
			exif = rest
		}
		return exif == nil && m != markerSOS
	})
	return exif
}
