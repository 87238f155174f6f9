package evidence

import (
	"bytes"
	"encoding/binary"
)

// orientationTag is the one field of EXIF that is ever read; the rest (place, time, camera) is dropped unread.
const orientationTag = 0x0112

// orientation reads how a camera was held from the TIFF bytes of EXIF: 1 … 8, and 1 (upright) where they say
// nothing that makes sense.
func orientation(tiff []byte) int {
	order := byteOrder(tiff)
	if order == nil {
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	count := int64(order.Uint16(tiff[at:]))
	for i := range count {
		e := at + 2 + 12*i
		if e+12 > int64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[e:]) == orientationTag {
			return upTo8(int(order.Uint16(tiff[e+8:])))
		}
	}
	return 1
}

// byteOrder reads the TIFF header, nil when there is none.
func byteOrder(tiff []byte) binary.ByteOrder {
	switch {
	case len(tiff) < 8:
		return nil
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		return binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		return binary.BigEndian
	}
	return nil
}

// upTo8 takes the eight values that are defined.
func upTo8(v int) int {
	if v < 1 || v > 8 {
		return 1
	}
	return v
}

// pngExif finds the eXIf chunk.
func pngExif(b []byte) []byte {
	for i := int64(8); i+12 <= int64(len(b)); {
		size := int64(binary.BigEndian.Uint32(b[i:]))
		if i+12+size > int64(len(b)) {
			return nil
		}
		if string(b[i+4:i+8]) == "eXIf" {
			return b[i+8 : i+8+size]
		}
		i += 12 + size
	}
	return nil
}

// webpExif finds the EXIF chunk. Some writers put JPEG's prefix before the TIFF bytes.
func webpExif(b []byte) []byte {
	for i := int64(12); i+8 <= int64(len(b)); {
		size := int64(binary.LittleEndian.Uint32(b[i+4:]))
		if i+8+size > int64(len(b)) {
			return nil
		}
		if string(b[i:i+4]) == "EXIF" {
			return bytes.TrimPrefix(b[i+8:i+8+size], []byte("Exif\x00\x00"))
		}
		i += 8 + size + size%2
	}
	return nil
}
