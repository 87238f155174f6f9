package kit_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

type branchForm struct {
	Name     string   `form:"name" label:"the branch's name" validate:"required,max=10"`
	Email    string   `form:"email" validate:"omitempty,email"`
	Code     string   `form:"code" validate:"omitempty,alphanum" say:"Use letters and digits only."`
	Seats    int      `form:"seats" label:"the seats" validate:"min=0,max=500"`
	Fee      int64    `form:"fee"`
	Open     bool     `form:"open"`
	Features []string `form:"features" validate:"max=3,dive,oneof=gas wifi"`
	Secret   string   `form:"secret,raw"`
	Kind     string   `form:"kind" label:"the kind" validate:"omitempty,oneof=own competitor"`
	Ours     string   // no tag: not from the form
}

// bind posts values and gives what came out.
func bind(t *testing.T, v url.Values) (branchForm, error) {
	t.Helper()
	var f branchForm
	var got error
	r := newRig(t)
	r.Add(kit.Route{Method: "POST", Path: "/x", Access: kit.Public(), Handle: func(c echo.Context, _ auth.Actor) error {
		got = kit.Bind(c, &f)
		return c.NoContent(http.StatusNoContent)
	}})
	body, kind := form(v)
	r.do("POST", "/x", body, kind)
	return f, got
}

func TestAFormFillsItsStruct(t *testing.T) {
	f, err := bind(t, url.Values{"name": {"  Leeds "}, "seats": {"12"}, "fee": {"-650"}, "open": {"on"}, "features": {"gas", "wifi"}, "secret": {" a\r\nb "}, "Ours": {"x"}, "ours": {"x"}, "button": {"save"}})
	want := branchForm{Name: "Leeds", Seats: 12, Fee: -650, Open: true, Features: []string{"gas", "wifi"}, Secret: " a\r\nb "}
	if err != nil || f.Name != want.Name || f.Seats != want.Seats || f.Fee != want.Fee || !f.Open || !slices.Equal(f.Features, want.Features) || f.Secret != want.Secret || f.Ours != "" {
		t.Fatalf("%+v, %v", f, err)
	}
	if f, _ := bind(t, url.Values{"name": {"a\r\nb"}, "open": {"0"}}); f.Name != "a\nb" || f.Open {
		t.Fatalf("%+v", f)
	}
}

func TestEverythingThatIsWrongIsSaidAtOnceInWords(t *testing.T) {
	f, err := bind(t, url.Values{"name": {"A name that is too long"}, "email": {"nobody"}, "code": {"a-b"}, "seats": {"twelve"}, "fee": {"99999999999999999999"}, "features": {"gas", "pool"}, "kind": {"x"}})
	errs, ok := kit.FormErrors(err)
	want := map[string]string{
		"name":     "Keep the branch's name to 10 characters.",
		"email":    "Write the email like name@example.com.",
		"code":     "Use letters and digits only.",
		"seats":    "Write the seats as a whole number.",
		"fee":      "Write the fee as a whole number.",
		"features": "Choose the features from the list.",
		"kind":     "Choose the kind from the list.",
	}
	if !ok || len(errs) != len(want) {
		t.Fatalf("%d messages: %v", len(errs), errs)
	}
	for name, message := range want {
		if errs.For(name) != message {
			t.Errorf("%s: %q, want %q", name, errs.For(name), message)
		}
	}
	if f.Name != "A name that is too long" || f.Email != "nobody" {
		t.Errorf("what was typed is lost: %+v", f)
	}
	_, err = bind(t, url.Values{"seats": {"501"}})
	if errs, _ := kit.FormErrors(err); errs.For("seats") != "Write the seats as 500 or less." || errs.For("name") != "Fill in the branch's name." {
		t.Errorf("%v", errs)
	}
	_, err = bind(t, url.Values{"name": {"a"}, "seats": {"-1"}})
	if errs, _ := kit.FormErrors(err); errs.For("seats") != "Write the seats as 0 or more." {
		t.Errorf("%v", errs)
	}
}

func TestTextThatNoDatabaseTakesIsRefused(t *testing.T) {
	for _, bad := range []string{"a\x00b", "a\x1bb", "\xff", "a\u0085b"} {
		_, err := bind(t, url.Values{"name": {bad}})
		if errs, ok := kit.FormErrors(err); !ok || errs.For("name") != "This holds characters that cannot be kept." {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := bind(t, url.Values{"name": {"tab\tline"}}); err != nil {
		t.Errorf("a tab: %v", err)
	}
}

func TestAFormHasLimits(t *testing.T) {
	many := url.Values{"name": {"a"}, "features": slices.Repeat([]string{"gas"}, 2001)}
	if _, err := bind(t, many); !fault.Is(err, fault.TooLarge) {
		t.Errorf("2001 values: %v", err)
	}
	if _, err := bind(t, url.Values{"name": {"a"}, "secret": {strings.Repeat("x", 1<<16+1)}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a long value: %v", err)
	}
	if _, err := bind(t, url.Values{"name": {strings.Repeat("x", 1<<20+1)}}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a large body: %v", err)
	}
}

func TestAMultipartFormIsReadLikeAnother(t *testing.T) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("name", "Leeds"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var f branchForm
	r := newRig(t)
	r.Add(kit.Route{Method: "POST", Path: "/x", Access: kit.Public(), Handle: func(c echo.Context, _ auth.Actor) error { return kit.Bind(c, &f) }})
	r.do("POST", "/x", &b, header("Content-Type", w.FormDataContentType()))
	if f.Name != "Leeds" {
		t.Fatalf("%+v", f)
	}
	if w := r.do("POST", "/x", strings.NewReader("--x"), header("Content-Type", "multipart/form-data; boundary=x")); w.Code != 422 {
		t.Fatalf("a broken form: %d", w.Code)
	}
}

func TestAFieldTiesLabelHintAndErrorTogether(t *testing.T) {
	errs := kit.Errors{{Name: "email", Message: "Write it again."}}
	f := kit.NewField("email", "E-mail", "x", errs).As("email").Help("Only for links.").Complete("username")
	if f.ID() != "f-email" || f.Error != "Write it again." || f.Described() != "f-email-hint f-email-error" || f.Autocomplete != "username" {
		t.Fatalf("%+v %s", f, f.Described())
	}
	if d := kit.NewField("name", "Name", "", errs).Described(); d != "" {
		t.Fatalf("described by %q", d)
	}
}

func TestOnlyAnInvalidFaultIsShownAtTheForm(t *testing.T) {
	for _, k := range []fault.Kind{fault.NotFound, fault.Busy, fault.Conflict, fault.Internal, fault.TooMany} {
		if _, ok := kit.FormErrors(fault.New(k, "x")); ok {
			t.Errorf("kind %v is shown at the form", k)
		}
	}
	if _, ok := kit.FormErrors(nil); ok {
		t.Error("no error is shown at the form")
	}
	if errs, ok := kit.FormErrors(fault.New(fault.Invalid, "The dates overlap.")); !ok || len(errs) != 1 || errs[0].Message != "The dates overlap." {
		t.Errorf("%v", errs)
	}
}
