package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/labstack/echo/v4"

	"plainclothes/internal/fault"
)

// operation is one route of the contract, ready to check requests.
type operation struct {
	route  *routers.Route
	params map[string]bool // names of the query, true for those that may stand there several times
	lean   bool            // the body is left to strict decoding and the domain
}

// leanOperation is the one whose body is not checked against the contract's schema. The schema says less about answers
// than the checklist does, whose questions decide about each; strict decoding refuses the rest. Checking a report of 17
// answers against the schema takes 115 to 150 µs, ten times as long as checking its address (BenchmarkSchema).
const leanOperation = "sendReport"

// operation finds a route in the contract.
func (a *API) operation(r Route) (*operation, error) {
	path := specPath(r.Path)
	item := a.spec.Paths.Value(path)
	if item == nil || item.GetOperation(r.Method) == nil || item.GetOperation(r.Method).OperationID != r.Operation {
		return nil, fmt.Errorf("the contract has no %s %s named %s", r.Method, path, r.Operation)
	}
	op := item.GetOperation(r.Method)
	o := &operation{lean: r.Operation == leanOperation, params: map[string]bool{}}
	o.route = &routers.Route{Spec: a.spec, Path: path, PathItem: item, Method: r.Method, Operation: op}
	for _, p := range op.Parameters {
		if p.Value.In == openapi3.ParameterInQuery {
			o.params[p.Value.Name] = p.Value.Schema.Value.Type.Is(openapi3.TypeArray)
		}
	}
	return o, nil
}

// specPath puts a path of Echo into the contract's form.
func specPath(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

// check refuses requests that break the contract, naming every field.
func (o *operation) check(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := o.knowsQuery(c); err != nil {
			return err
		}
		if o.route.Operation.RequestBody == nil {
			if err := o.validate(c, true); err != nil {
				return err
			}
			return next(c)
		}
		body, err := readBody(c.Request())
		if err != nil {
			return err
		}
		c.Request().Body = io.NopCloser(bytes.NewReader(body))
		if err := o.validate(c, o.lean); err != nil {
			return err
		}
		return next(strictly{Context: c, body: body})
	}
}

// knowsQuery refuses parameters that do not exist: a filter that is spelt wrong must not give everything.
func (o *operation) knowsQuery(c echo.Context) error {
	var bad fault.Fields
	for _, name := range slices.Sorted(maps.Keys(c.QueryParams())) {
		switch several, known := o.params[name]; {
		case !known:
			bad.Add(name, "There is no such parameter.")
		case !several && len(c.QueryParams()[name]) > 1:
			bad.Add(name, "This stands there twice. Keep one of them.")
		}
	}
	return bad.Err()
}

func (o *operation) validate(c echo.Context, withoutBody bool) error {
	in := &openapi3filter.RequestValidationInput{
		Request: c.Request(), PathParams: pathParams(c), QueryParams: c.QueryParams(), Route: o.route,
		Options: &openapi3filter.Options{
			MultiError: true, ExcludeRequestBody: withoutBody, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
			SkipSettingDefaults: true,
		},
	}
	err := openapi3filter.ValidateRequest(c.Request().Context(), in)
	if err == nil {
		return nil
	}
	var bad fault.Fields
	describe(err, "", &bad)
	return bad.Err()
}

func pathParams(c echo.Context) map[string]string {
	all := map[string]string{}
	for i, name := range c.ParamNames() {
		all[name] = c.ParamValues()[i]
	}
	return all
}

// describe puts what the validator found into fields. Its errors are trees.
func describe(err error, at string, bad *fault.Fields) {
	var (
		many   openapi3.MultiError
		broken *openapi3filter.RequestError
		schema *openapi3.SchemaError
	)
	switch e := err; {
	case isMulti(e, &many):
		for _, one := range many {
			describe(one, at, bad)
		}
	case asRequest(e, &broken):
		describeRequest(broken, at, bad)
	case errors.As(e, &schema):
		field, message := broke(schema)
		bad.Add(orBody(joined(at, append(schema.JSONPointer(), field...))), message)
	case errors.Is(e, openapi3filter.ErrInvalidRequired):
		bad.Add(orBody(at), "This is missing.")
	default:
		bad.Add(orBody(at), "This is not what is wanted here.")
	}
}

// describeRequest says what is wrong with the body or with one parameter, whose text may not be of its type at all.
func describeRequest(e *openapi3filter.RequestError, at string, bad *fault.Fields) {
	var parse *openapi3filter.ParseError
	if e.Parameter != nil {
		at = e.Parameter.Name
		if errors.As(e.Err, &parse) {
			bad.Add(at, wanted(e.Parameter.Schema.Value))
			return
		}
	}
	if e.Err == nil {
		bad.Add(orBody(at), sentence(e.Reason))
		return
	}
	describe(e.Err, at, bad)
}

// isMulti and asRequest look at the error itself only: inside it there are others of the same kind.
func isMulti(err error, into *openapi3.MultiError) bool {
	m, ok := err.(openapi3.MultiError) //nolint:errorlint // see above
	*into = m
	return ok
}

func asRequest(err error, into **openapi3filter.RequestError) bool {
	r, ok := err.(*openapi3filter.RequestError) //nolint:errorlint // see above
	*into = r
	return ok
}

func joined(field string, pointer []string) string {
	if field != "" {
		pointer = append([]string{field}, pointer...)
	}
	return strings.Join(pointer, ".")
}

func orBody(field string) string {
	if field == "" {
		return "body"
	}
	return field
}

// sentence makes a whole sentence of the validator's words.
func sentence(s string) string {
	if s == "" {
		return "This is not what is wanted here."
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}
