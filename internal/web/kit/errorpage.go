package kit

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/fault"
)

// errorView is the page that says what went wrong and what to do now.
type errorView struct {
	Chrome
	Status  int
	Heading string
	Text    string
	Fields  []fault.Field
	Way     string // what the link out of here says
	To      string // and where it goes
}

var errorPage = NewPage[errorView]("error")

// headings say it in a few words; the fault's own sentence says the rest.
var headings = map[int]string{
	http.StatusNotFound:              "Nothing here",
	http.StatusUnprocessableEntity:   "This needs another look",
	http.StatusBadRequest:            "This could not be read",
	http.StatusUnsupportedMediaType:  "This could not be read",
	http.StatusMethodNotAllowed:      "Not like this",
	http.StatusForbidden:             "Not part of your role",
	http.StatusConflict:              "This changed meanwhile",
	http.StatusTooManyRequests:       "A little too fast",
	http.StatusRequestEntityTooLarge: "Too large",
	http.StatusUnauthorized:          "Your session has ended",
	http.StatusServiceUnavailable:    "Busy at the moment",
}

func newErrorView(c echo.Context, a answer) errorView {
	v := errorView{Status: a.status, Heading: headings[a.status], Text: a.fault.Message, Fields: a.fault.Fields, Way: "Go to the start page", To: "/"}
	if v.Heading == "" {
		v.Heading = "That did not work"
	}
	if a.fault.Kind == fault.SignIn {
		v.Text, v.Way, v.To = "Sign in again, then send this once more. To keep what you wrote, open the sign-in page in another tab.", "Sign in", SignInPath(c.Request())
	}
	v.Title = v.Heading
	return v
}
