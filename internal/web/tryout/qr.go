package tryoutweb

import (
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"
)

// qr is a code as an SVG path of black modules, on a square of Size modules with its quiet zone.
type qr struct {
	Size int
	Path string
}

// draw makes the code of a text. Medium correction is enough for a clean screen and keeps the modules large.
func draw(text string) (qr, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return qr{}, fmt.Errorf("draw a code: %w", err)
	}
	rows := code.Bitmap()
	return qr{Size: len(rows), Path: pathOf(rows)}, nil
}

// pathOf joins the black modules of each row into bars.
func pathOf(rows [][]bool) string {
	var b strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if n := x - from; n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from, y, n, n)
			}
		}
	}
	return b.String()
}
