package kit

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"sync"
)

// zipFrom is the size from which zipping saves a packet.
const zipFrom = 1024

// zippers are used again: each has tables of a megabyte.
var zippers = sync.Pool{New: func() any { return gzip.NewWriter(io.Discard) }}

// zip compresses a page.
func zip(body []byte) []byte {
	w, ok := zippers.Get().(*gzip.Writer)
	if !ok { // nothing else is put there
		return zipAt(body, gzip.DefaultCompression)
	}
	defer zippers.Put(w)
	return zipWith(w, body)
}

// zipAt compresses what is kept.
func zipAt(body []byte, level int) []byte {
	w, err := gzip.NewWriterLevel(io.Discard, level)
	if err != nil { // no such level
		panic(fmt.Sprintf("kit: zip: %v", err))
	}
	return zipWith(w, body)
}

// zipWith compresses in memory, which cannot fail.
func zipWith(w *gzip.Writer, body []byte) []byte {
	var b bytes.Buffer
	w.Reset(&b)
	_, err := w.Write(body)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(fmt.Sprintf("kit: zip in memory: %v", err))
	}
	return b.Bytes()
}
