package kit

import (
	"plainclothes/internal/fault"
)

// Errors is what is wrong with a form, in the order of its fields.
type Errors []fault.Field

// FormErrors takes the messages out of an Invalid fault that names fields. ok is false for every other error: return
// that one.
func FormErrors(err error) (list Errors, ok bool) {
	f, known := fault.As(err)
	if !known || f.Kind != fault.Invalid {
		return nil, false
	}
	if len(f.Fields) == 0 {
		return Errors{{Message: f.Message}}, true
	}
	return f.Fields, true
}

// For gives the message of one field, or "".
func (e Errors) For(name string) string {
	for _, f := range e {
		if f.Name == name {
			return f.Message
		}
	}
	return ""
}

// Field is one labelled control of a form, for part/field.html. Make it in the template:
//
//	{{template "field" ((field "email" "E-mail address" .Form.Email .Errors).As "email")}}
type Field struct {
	Name, Label, Value, Error string
	Type                      string // of the input; "textarea" and "select" are drawn as such
	Hint                      string // one sentence under the label
	Autocomplete, Inputmode   string
	Optional                  bool
	Limit                     int // most characters; 0: none
	Lines                     int // of a textarea
	Options                   []Option
}

// Option is one choice of a select.
type Option struct {
	Value, Label string
	Theirs       bool // the label is somebody's own words, which nobody translates
}

// Choices make the options of a select from a list of people's things; all is the first, unless "". Of an empty list there is
// nothing to choose.
func Choices[T any](list []T, all string, of func(T) Option) []Option {
	if len(list) == 0 {
		return nil
	}
	var out []Option
	if all != "" {
		out = append(out, Option{Label: all})
	}
	for _, x := range list {
		o := of(x)
		o.Theirs = true
		out = append(out, o)
	}
	return out
}

// NewField makes a text field; its error is the one that has its name.
func NewField(name, label, value string, errs Errors) Field {
	return Field{Name: name, Label: label, Value: value, Error: errs.For(name), Type: "text", Autocomplete: "off"}
}

// As sets the type: email, password, number, date, search …
func (f Field) As(kind string) Field { f.Type = kind; return f }

// Help sets the sentence under the label.
func (f Field) Help(hint string) Field { f.Hint = hint; return f }

// Complete sets what the browser may fill in: "username", "current-password" …
func (f Field) Complete(token string) Field { f.Autocomplete = token; return f }

// Keys sets which keyboard a phone shows: "numeric", "decimal" …
func (f Field) Keys(mode string) Field { f.Inputmode = mode; return f }

// Maybe marks the field as optional.
func (f Field) Maybe() Field { f.Optional = true; return f }

// Max sets the most characters.
func (f Field) Max(n int) Field { f.Limit = n; return f }

// Area makes it a textarea of some lines.
func (f Field) Area(lines int) Field { f.Type, f.Lines = "textarea", lines; return f }

// Among makes it a select.
func (f Field) Among(options []Option) Field { f.Type, f.Options = "select", options; return f }

// ID is the control's id; links of the error summary go there.
func (f Field) ID() string { return "f-" + f.Name }

// Described gives the ids for aria-describedby, or "".
func (f Field) Described() string {
	switch {
	case f.Hint != "" && f.Error != "":
		return f.ID() + "-hint " + f.ID() + "-error"
	case f.Hint != "":
		return f.ID() + "-hint"
	case f.Error != "":
		return f.ID() + "-error"
	}
	return ""
}
