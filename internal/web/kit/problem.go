package kit

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
)

// Problem is the document of RFC 9457 that programs get for an error.
type Problem struct {
	Type    string         `json:"type"`   // "about:blank": the status says it all
	Title   string         `json:"title"`  // the status in words
	Status  int            `json:"status"` // as in the header
	Detail  string         `json:"detail"` // a sentence for a person
	Request string         `json:"request,omitempty"`
	Errors  []ProblemField `json:"errors,omitempty"`
}

// ProblemField is what is wrong with one field.
type ProblemField struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// ProblemOf gives the status and the document for any error, without detail for one of ours.
func ProblemOf(err error) Problem { return problemOf(understand(err)) }

func problemOf(a answer) Problem {
	p := Problem{Type: "about:blank", Title: http.StatusText(a.status), Status: a.status, Detail: a.fault.Message}
	for _, f := range a.fault.Fields {
		p.Errors = append(p.Errors, ProblemField{Field: f.Name, Message: f.Message})
	}
	return p
}

func sendProblem(c echo.Context, a answer) error {
	p := problemOf(a)
	p.Request = requestID(c)
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("write problem: %w", err)
	}
	if a.status == http.StatusUnauthorized {
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, `Bearer realm="plainclothes"`)
	}
	return send(c, a.status, "application/problem+json", body)
}
