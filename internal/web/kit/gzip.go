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

// largeFrom is the size from which a page is zipped in less than half the time, and is a fifth larger for it: tables of
// hundreds of branches, which are read at a desk.
const largeFrom = 128 << 10

// zippers are used again: each has tables of a megabyte.
var zippers, quickZippers = sync.Pool{New: func() any { return zipper(gzip.DefaultCompression) }}, sync.Pool{New: func() any { return zipper(gzip.BestSpeed) }}

// zip compresses a page.
func zip(body []byte) []byte {
	pool, level := &zippers, gzip.DefaultCompression
	if len(body) >= largeFrom {
		pool, level = &quickZippers, gzip.BestSpeed
	}
	w, ok := pool.Get().(*gzip.Writer)
	if !ok { // nothing else is put there
		return zipAt(body, level)
	}
	defer pool.Put(w)
	return zipWith(w, body)
}

// zipper compresses at a level.
func zipper(level int) *gzip.Writer {
	w, err := gzip.NewWriterLevel(io.Discard, level)
	if err != nil { // no such level
		panic(fmt.Sprintf("kit: zip: %v", err))
	}
	return w
}

// zipAt compresses what is kept.
func zipAt(body []byte, level int) []byte { return zipWith(zipper(level), body) }

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
