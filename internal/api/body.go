package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"plainclothes/internal/fault"
)

// strictly is a context whose Bind refuses what the contract does not know. Generated code uses Bind where the binder
// is not Echo's own.
type strictly struct {
	echo.Context
	body []byte
}

// binding tells generated code to use Bind of the context.
var binding = &echo.Echo{Binder: noBinder{}}

type noBinder struct{}

func (noBinder) Bind(any, echo.Context) error {
	return errors.New("read the body with the context's Bind")
}

// Echo is asked by generated code for the binder only.
func (c strictly) Echo() *echo.Echo { return binding }

// Bind reads the body, once, into what the contract has for it.
func (c strictly) Bind(into any) error {
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return unfit(err)
	}
	return nil
}

// readBody gives the body of a request, which must be clean JSON.
func readBody(r *http.Request) ([]byte, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if err != nil || kind != echo.MIMEApplicationJSON {
		return nil, fault.New(fault.Unreadable, "Send JSON, with the header Content-Type: application/json.")
	}
	if r.Header.Get(echo.HeaderContentEncoding) != "" {
		return nil, fault.New(fault.Unreadable, "Send the body as it is, without Content-Encoding.")
	}
	b, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, MaxBody))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return nil, fault.New(fault.TooLarge, "A request may have at most 1 MB.")
	case err != nil:
		return nil, fault.New(fault.Invalid, "The request ended too early.")
	case !cleanJSON(b):
		return nil, oneField("body", "This holds characters that cannot be kept: control characters or broken UTF-8.")
	}
	return b, inspect(b)
}

// mostNested is how deep a body may be nested; the contract knows nothing deeper than a few levels.
const mostNested = 32

// inspect refuses what is not one JSON value, and objects that name a field twice: nobody knows which of the two was meant,
// and programs differ in which they take.
func inspect(b []byte) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(b))
	for {
		_, err := d.ReadToken()
		switch {
		case errors.Is(err, io.EOF) && d.InputOffset() == 0:
			return oneField("body", "This is missing.")
		case err != nil:
			return misread(err)
		case d.StackDepth() > mostNested:
			return oneField("body", "This is nested deeper than anything that is known here.")
		case d.StackDepth() == 0:
			return finished(d)
		}
	}
}

// finished refuses what follows the value that was read.
func finished(d *jsontext.Decoder) error {
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return oneField("body", "Nothing may follow the JSON object.")
	}
	return nil
}

// misread says what is wrong with a text that is read as JSON.
func misread(err error) error {
	var flaw *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return oneField("body", "The JSON breaks off before its end.")
	case !errors.As(err, &flaw):
		return err
	case errors.Is(err, jsontext.ErrDuplicateName):
		return oneField(fieldAt(flaw.JSONPointer), "This stands there twice. Keep one of them.")
	}
	return oneField("body", "This is not JSON from byte "+strconv.FormatInt(flaw.ByteOffset+1, 10)+" on.")
}

// fieldAt names a field as errors do: by the names on the way to it.
func fieldAt(p jsontext.Pointer) string {
	return strings.Join(slices.Collect(p.Tokens()), ".")
}

// unfit says why JSON is not what the contract asks for, without the words of the decoder where ours are better.
func unfit(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return oneField(kind.Field, "This is a "+kind.Value+", but something else is wanted here.")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return oneField(strings.Trim(name, `"`), "There is no such field.")
	}
	return oneField("body", "The body is not the JSON object that is wanted here.")
}

func oneField(name, message string) error {
	var bad fault.Fields
	bad.Add(name, message)
	return bad.Err()
}

// cleanJSON reports whether a JSON text holds whole UTF-8 without control characters but tab and line ends, also where
// they are written as escapes: no database takes U+0000, and half a surrogate pair is no character.
func cleanJSON(b []byte) bool {
	if !utf8.Valid(b) || bytes.ContainsFunc(b, forbidden) {
		return false
	}
	for {
		i := bytes.IndexByte(b, '\\')
		if i < 0 {
			return true
		}
		rest, ok := cleanEscape(b[i+1:])
		if !ok {
			return false
		}
		b = rest
	}
}

func forbidden(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}

// cleanEscape looks at what follows a backslash and gives the rest behind it.
func cleanEscape(b []byte) (rest []byte, ok bool) {
	if len(b) == 0 {
		return b, true // not JSON; the decoder says so
	}
	if b[0] != 'u' {
		return b[1:], b[0] != 'b' && b[0] != 'f'
	}
	r, rest, ok := hexRune(b[1:])
	if !ok {
		return b[1:], true // not JSON either
	}
	if !utf16.IsSurrogate(r) {
		return rest, !forbidden(r)
	}
	if !bytes.HasPrefix(rest, []byte(`\u`)) {
		return rest, false
	}
	low, rest, ok := hexRune(rest[2:])
	return rest, ok && utf16.DecodeRune(r, low) != unicode.ReplacementChar
}

func hexRune(b []byte) (rune, []byte, bool) {
	if len(b) < 4 {
		return 0, b, false
	}
	n, err := strconv.ParseUint(string(b[:4]), 16, 16)
	return rune(n), b[4:], err == nil
}
