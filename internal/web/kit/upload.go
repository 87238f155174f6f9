package kit

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/fault"
	"plainclothes/internal/tablefile"
)

// ChosenFile gives the bytes of the uploaded file "file", else the pasted text; none is what is said where there is neither.
func ChosenFile(c echo.Context, text, none string) ([]byte, error) {
	h, err := c.FormFile("file")
	missing := errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart)
	switch {
	case err != nil && !missing:
		return nil, fault.New(fault.Invalid, "What arrived here could not be read.")
	case (missing || h.Size == 0) && text == "":
		var bad fault.Fields
		bad.Add("file", none)
		return nil, bad.Err()
	case missing || h.Size == 0:
		return []byte(text), nil
	}
	body, err := h.Open()
	if err != nil {
		return nil, err
	}
	src, err := io.ReadAll(body)
	return src, errors.Join(err, body.Close())
}

// FileErrors takes what is wrong with a file as a whole out of an error.
func FileErrors(err error) (Errors, bool) {
	f, known := fault.As(err)
	if known && (f.Kind == fault.TooLarge || f.Kind == fault.Conflict || f.Kind == fault.Invalid && len(f.Fields) == 0) {
		return Errors{{Name: "file", Message: f.Message}}, true
	}
	return FormErrors(err)
}

// partSize is how much of a file one hidden field carries, in bytes: less than a form's value may have.
const partSize = 48 << 10

// FileParts cuts a file for the hidden fields of the button that takes it in, between characters.
func FileParts(src []byte) []string {
	text := strings.ReplaceAll(string(src), "\r\n", "\n")
	var out []string
	for len(text) > partSize {
		cut := partSize
		for cut > 1 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		out = append(out, text[:cut])
		text = text[cut:]
	}
	return append(out, text)
}

// Mistakes is what a page lists of all that is wrong with a file.
type Mistakes struct {
	List    []tablefile.Problem
	Unshown int // beyond those listed
}

// MistakesOf lists problems of which there are so many.
func MistakesOf(list []tablefile.Problem, total int) Mistakes {
	return Mistakes{list, total - len(list)}
}
