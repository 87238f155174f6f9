package kit

import (
	"bytes"
	"compress/gzip"
	"fmt"
)

// zipFrom is the size from which zipping saves a packet.
const zipFrom = 1024

// zip compresses a page; writing to memory cannot fail.
func zip(body []byte) []byte { return zipAt(body, gzip.DefaultCompression) }

func zipAt(body []byte, level int) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(fmt.Sprintf("kit: zip in memory: %v", err))
	}
	return b.Bytes()
}
