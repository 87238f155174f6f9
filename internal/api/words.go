package api

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// broke says in plain words which rule of the contract a value broke, and which field below it is meant, if any. A rule
// without words of ours keeps the validator's.
func broke(e *openapi3.SchemaError) (below []string, message string) {
	s := e.Schema
	switch e.SchemaField {
	case "properties":
		if name, ok := unknownName(e.Reason); ok {
			return []string{name}, "There is no such field."
		}
	case "required":
		return nil, "This is missing."
	case "type", "format":
		return nil, wanted(s)
	case "nullable":
		return nil, "This cannot be null."
	case "enum":
		return nil, "This is one of " + listed(s.Enum) + "."
	case "minimum":
		return nil, "This must be at least " + number(s.Min) + "."
	case "maximum":
		return nil, "This must be at most " + number(s.Max) + "."
	case "maxLength":
		return nil, fmt.Sprintf("This may have at most %d characters.", *s.MaxLength)
	case "minLength":
		return nil, "This is empty."
	case "maxItems":
		return nil, fmt.Sprintf("This may have at most %d items.", *s.MaxItems)
	case "pattern":
		return nil, likeExample(s)
	}
	return nil, sentence(e.Reason)
}

func listed(values []any) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprint(v)
	}
	return strings.Join(out, ", ")
}

// unknownName finds the field in the validator's sentence about it.
func unknownName(reason string) (string, bool) {
	quoted, ok := strings.CutPrefix(reason, "property ")
	quoted, ends := strings.CutSuffix(quoted, " is unsupported")
	name, err := strconv.Unquote(quoted)
	return name, ok && ends && err == nil
}

// wanted says of what type a value has to be.
func wanted(s *openapi3.Schema) string {
	switch {
	case s.Format == "date-time":
		return "Write a time as 2026-12-05T18:00:00Z."
	case s.Type.Is(openapi3.TypeInteger):
		return "This must be a whole number."
	case s.Type.Is(openapi3.TypeNumber):
		return "This must be a number."
	case s.Type.Is(openapi3.TypeBoolean):
		return "This must be true or false."
	case s.Type.Is(openapi3.TypeString):
		return "This must be a text, in quotes."
	case s.Type.Is(openapi3.TypeArray):
		return "This must be a list."
	case s.Type.Is(openapi3.TypeObject):
		return "This must be a JSON object, in { and }."
	}
	return "This is not what is wanted here."
}

// likeExample says of what form a text has to be.
func likeExample(s *openapi3.Schema) string {
	if s.Example == nil {
		return "This is not of the form that is wanted here."
	}
	return fmt.Sprintf("Write it like %v.", s.Example)
}

func number(n *float64) string { return strconv.FormatFloat(*n, 'f', -1, 64) }
