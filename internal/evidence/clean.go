package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"io"

	"golang.org/x/sync/semaphore"

	"plainclothes/internal/fault"
)

// Clean is a picture as it is kept: a JPEG made by us, upright, without any metadata.
type Clean struct {
	Bytes  []byte
	SHA256 string // hex, of Bytes
	Type   string // image/jpeg
	Width  int    // pixels
	Height int
}

// ShownType is the only type of picture that is ever shown: what we encode.
const ShownType = "image/jpeg"

// decoding is the memory that all decoders of this process share: at most maxDecoders small ones or one large one.
var decoding = semaphore.NewWeighted(maxDecodeBytes)

// CleanPhoto reads an uploaded picture of at most maxBytes and makes it again from its pixels. What the file is
// decides its content, never its name or a header. Errors are fault.Invalid or fault.TooLarge with a sentence for the
// person. It waits for its turn, a fraction of a second for each picture before it.
func CleanPhoto(r io.Reader, maxBytes int64) (Clean, error) {
	b, err := readAll(r, maxBytes)
	if err != nil {
		return Clean{}, err
	}
	p, err := inspect(b)
	if err != nil {
		return Clean{}, err
	}
	cost := max(p.decodeBytes(), maxDecodeBytes/maxDecoders)
	if err := decoding.Acquire(context.Background(), cost); err != nil {
		return Clean{}, fmt.Errorf("wait to decode a photo: %w", err)
	}
	defer decoding.Release(cost)
	return remake(p)
}

// readAll reads what must fit in maxBytes. A read that breaks off is the connection's fault, not the picture's.
func readAll(r io.Reader, maxBytes int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read a photo: %w", err)
	}
	if int64(len(b)) > maxBytes {
		return nil, fault.Newf(fault.TooLarge, "This photo has more than %s. Choose a smaller one, or take it again with a lower resolution.", megabytes(maxBytes))
	}
	return b, nil
}

// megabytes writes a limit as people say it.
func megabytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d MB", n>>20)
}

// remake decodes, shrinks, turns upright and encodes.
func remake(p picture) (Clean, error) {
	img, err := decode(p)
	if err != nil {
		return Clean{}, unreadable(err)
	}
	small := upright(shrink(img, LongSide), p.orientation)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return Clean{}, fmt.Errorf("encode a photo: %w", err)
	}
	sum := sha256.Sum256(out.Bytes())
	size := small.Bounds().Size()
	return Clean{Bytes: out.Bytes(), SHA256: hex.EncodeToString(sum[:]), Type: ShownType, Width: size.X, Height: size.Y}, nil
}

// decode runs the decoder of the picture's own kind. A decoder that panics on a hostile file found a file that we
// cannot read; nothing outside is touched by then.
func decode(p picture) (img image.Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, fmt.Errorf("decoder of %s: %v", p.kind.name, r)
		}
	}()
	img, err = p.kind.decode(bytes.NewReader(p.bytes))
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", p.kind.name, err)
	}
	if got := img.Bounds().Size(); got != p.size {
		return nil, fmt.Errorf("decode %s: announced %v, found %v", p.kind.name, p.size, got)
	}
	return img, nil
}

// unreadable is the answer for everything that is no whole picture of a kind we know.
func unreadable(cause error) error {
	return &fault.Fault{
		Kind:    fault.Invalid,
		Message: "This file is not a photo that we can read. Take it again, or choose a JPEG, PNG or WebP picture.",
		Cause:   cause,
	}
}
