package kit

import (
	"errors"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"
	"github.com/labstack/echo/v4"

	"plainclothes/internal/fault"
)

// Limits of every form, whatever its route allows for its body.
const (
	maxValues = 2000    // values in one form
	maxValue  = 1 << 16 // bytes of one value
	formMem   = 8 << 20 // bytes of a multipart form kept in memory; the rest waits on disk
)

// Bind reads a posted form into a struct of strings, numbers, booleans and slices of strings, and checks it.
//
// Tags: `form:"email"` names the field, `form:"password,raw"` keeps spaces at the ends; `label:"the e-mail address"` is
// what messages call it; `validate:"required,max=80"` are validator/v10's rules; `say:"…"` is the whole sentence to
// say instead of ours when a rule is broken. Everything wrong comes back at once as an Invalid fault; the struct holds
// what was typed, so that the page can show it again.
func Bind[T any](c echo.Context, form *T) error {
	if err := readForm(c.Request()); err != nil {
		return err
	}
	return fill(c.Request().PostForm, form)
}

// BindQuery is Bind for the part of the address after the question mark.
func BindQuery[T any](c echo.Context, form *T) error { return fill(c.QueryParams(), form) }

func readForm(r *http.Request) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	switch {
	case r.PostForm != nil:
		return nil
	case err == nil && kind == echo.MIMEMultipartForm:
		err = r.ParseMultipartForm(formMem)
		if err == nil {
			r.PostForm = r.MultipartForm.Value
		}
	default:
		err = r.ParseForm()
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large), errors.Is(err, multipart.ErrMessageTooLarge):
		return fault.New(fault.TooLarge, "This form is larger than we can take.")
	case err != nil:
		return fault.New(fault.Invalid, "What arrived here could not be read.")
	}
	return nil
}

func fill[T any](values url.Values, form *T) error {
	if err := checkValues(values); err != nil {
		return err
	}
	var bad fault.Fields
	v := reflect.ValueOf(form).Elem()
	for i := range v.NumField() {
		setField(v.Type().Field(i), v.Field(i), values, &bad)
	}
	wrong := map[string]bool{}
	if err := bad.Err(); err != nil {
		errs, _ := FormErrors(err)
		for _, e := range errs {
			wrong[e.Name] = true
		}
	}
	checkRules(form, wrong, &bad)
	return bad.Err()
}

// checkValues refuses what no database would take and no browser sends.
func checkValues(values url.Values) error {
	n := 0
	var bad fault.Fields
	for name, list := range values {
		n += len(list)
		for _, s := range list {
			switch {
			case !cleanText(name) || !cleanText(s):
				bad.Add(name, "This holds characters that cannot be kept.")
			case len(s) > maxValue:
				bad.Add(name, "This text is too long.")
			}
		}
	}
	if n > maxValues {
		return fault.New(fault.TooLarge, "This form has more answers than we can take at once.")
	}
	return bad.Err()
}

// cleanText reports whether a text is UTF-8 without control characters but tab and line ends.
func cleanText(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
	}) < 0
}

func setField(f reflect.StructField, v reflect.Value, values url.Values, bad *fault.Fields) {
	name, mode, _ := strings.Cut(f.Tag.Get("form"), ",")
	if name == "" {
		return
	}
	if v.Kind() == reflect.Slice {
		v.Set(reflect.ValueOf(append([]string(nil), values[name]...)))
		return
	}
	s := values.Get(name)
	if mode != "raw" {
		s = strings.ReplaceAll(strings.TrimSpace(s), "\r\n", "\n")
	}
	if !setOne(v, s) {
		bad.Add(name, sentence("Write "+labelOf(f)+" as a whole number"))
	}
}

// setOne sets a plain value; false: the text is no number that fits.
func setOne(v reflect.Value, s string) bool {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		v.SetBool(s != "" && s != "0" && s != "false" && s != "off")
	case reflect.Int, reflect.Int64:
		if s == "" {
			return true
		}
		n, err := strconv.ParseInt(s, 10, v.Type().Bits())
		v.SetInt(n)
		return err == nil
	default:
		panic("kit: a form's field is a string, number, boolean or list of strings, not " + v.Type().String())
	}
	return true
}

// checkRules runs the validator; a field that could not even be read has its message already.
func checkRules[T any](form *T, wrong map[string]bool, bad *fault.Fields) {
	var broken validator.ValidationErrors
	if err := rules.Struct(form); !errors.As(err, &broken) {
		return
	}
	t := reflect.TypeFor[T]()
	for _, b := range broken {
		f, ok := t.FieldByName(b.StructField())
		if !ok {
			f, _ = t.FieldByName(strings.SplitN(b.StructField(), "[", 2)[0])
		}
		name, _, _ := strings.Cut(f.Tag.Get("form"), ",")
		if !wrong[name] {
			wrong[name] = true
			bad.Add(name, say(f, b))
		}
	}
}
