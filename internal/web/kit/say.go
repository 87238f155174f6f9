package kit

import (
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"
)

// rules checks the tags of form structs. It is made once and only read.
var rules = validator.New(validator.WithRequiredStructEnabled())

// say puts a broken rule into a sentence.
func say(f reflect.StructField, b validator.FieldError) string {
	if own := f.Tag.Get("say"); own != "" {
		return own
	}
	label, text := labelOf(f), f.Type.Kind() == reflect.String
	switch b.Tag() {
	case "required", "required_if", "required_with":
		return sentence("Fill in " + label)
	case "email":
		return sentence("Write " + label + " like name@example.com")
	case "oneof", "iso4217", "timezone":
		return sentence("Choose " + label + " from the list")
	case "min", "gte":
		return atLeast(label, b.Param(), text)
	case "max", "lte":
		return atMost(label, b.Param(), text)
	case "eqfield":
		return sentence("Write the same in " + label)
	}
	return sentence("Look at " + label + " again")
}

func atLeast(label, n string, text bool) string {
	if text {
		return sentence("Make " + label + " at least " + n + " characters long")
	}
	return sentence("Write " + label + " as " + n + " or more")
}

func atMost(label, n string, text bool) string {
	if text {
		return sentence("Keep " + label + " to " + n + " characters")
	}
	return sentence("Write " + label + " as " + n + " or less")
}

// labelOf is what messages call a field: "the e-mail address".
func labelOf(f reflect.StructField) string {
	if l := f.Tag.Get("label"); l != "" {
		return l
	}
	name, _, _ := strings.Cut(f.Tag.Get("form"), ",")
	return "the " + strings.ReplaceAll(strings.ReplaceAll(name, "_", " "), "-", " ")
}

// sentence makes the first letter large and ends with a full stop.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:] + "."
}
