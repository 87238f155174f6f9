package authweb

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

type setupForm struct {
	Organisation string `form:"organisation" label:"the organisation's name" validate:"required,max=120"`
	Zone         string `form:"zone" validate:"required,timezone" say:"Choose a time zone from the list, like Europe/London."`
	Currency     string `form:"currency" label:"the currency" validate:"required,iso4217"`
	Name         string `form:"name" label:"your name" validate:"required,max=120"`
	Email        string `form:"email" label:"your e-mail address" validate:"required,max=254,email"`
	Password     string `form:"password,raw" label:"a password" validate:"required,max=1000"`
}

type setupView struct {
	kit.Chrome
	Token      string
	Form       setupForm
	Zones      []string
	Currencies []kit.Option
}

var setupPage = kit.NewPage[setupView]("auth/setup")

func (h *Handlers) setupForm(c echo.Context, _ auth.Actor) error {
	l, err := h.auth.PeekLink(c.Request().Context(), c.Param("token"))
	if fault.Is(err, fault.NotFound) || err == nil && l.Purpose != auth.LinkSetUp {
		return errStale()
	}
	if err != nil {
		return err
	}
	return showSetup(c, http.StatusOK, setupForm{Zone: "Europe/London", Currency: "GBP"}, nil)
}

// errStale says what to do with a set-up link that is used or too old.
func errStale() error {
	return fault.New(fault.NotFound, "This set-up link does not work any more. If this site is set up already, sign in; if not, start the program again: it prints a new link.")
}

func showSetup(c echo.Context, status int, f setupForm, errs kit.Errors) error {
	f.Password = ""
	return setupPage.Render(c, status, setupView{Chrome: kit.Chrome{Title: "Set up", Errors: errs}, Token: c.Param("token"), Form: f, Zones: zones, Currencies: currencies})
}

// setup makes the first organisation and its owner, once.
func (h *Handlers) setup(c echo.Context, _ auth.Actor) error {
	var f setupForm
	err := kit.Bind(c, &f)
	var p auth.Person
	if err == nil {
		p, err = h.auth.SetUp(c.Request().Context(), c.Param("token"), auth.SetUpInput{
			Organisation: f.Organisation, Zone: f.Zone, Currency: f.Currency, Name: f.Name, Email: f.Email, Password: f.Password,
		})
	}
	if errs, ok := kit.FormErrors(err); ok {
		return showSetup(c, http.StatusUnprocessableEntity, f, errs)
	}
	if fault.Is(err, fault.NotFound) {
		return errStale()
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "Welcome. This is where your standards will live.")
	return h.enter(c, p, "/")
}

// currencies are offered in the set-up; the names are those people know them by.
var currencies = []kit.Option{
	{Value: "EUR", Label: "EUR – euro"},
	{Value: "GBP", Label: "GBP – pound sterling"},
	{Value: "USD", Label: "USD – US dollar"},
	{Value: "AED", Label: "AED – UAE dirham"},
	{Value: "ARS", Label: "ARS – Argentine peso"},
	{Value: "AUD", Label: "AUD – Australian dollar"},
	{Value: "BGN", Label: "BGN – Bulgarian lev"},
	{Value: "BRL", Label: "BRL – Brazilian real"},
	{Value: "CAD", Label: "CAD – Canadian dollar"},
	{Value: "CHF", Label: "CHF – Swiss franc"},
	{Value: "CLP", Label: "CLP – Chilean peso"},
	{Value: "CNY", Label: "CNY – renminbi"},
	{Value: "COP", Label: "COP – Colombian peso"},
	{Value: "CZK", Label: "CZK – Czech koruna"},
	{Value: "DKK", Label: "DKK – Danish krone"},
	{Value: "EGP", Label: "EGP – Egyptian pound"},
	{Value: "HKD", Label: "HKD – Hong Kong dollar"},
	{Value: "HUF", Label: "HUF – Hungarian forint"},
	{Value: "IDR", Label: "IDR – Indonesian rupiah"},
	{Value: "ILS", Label: "ILS – Israeli shekel"},
	{Value: "INR", Label: "INR – Indian rupee"},
	{Value: "ISK", Label: "ISK – Icelandic króna"},
	{Value: "JPY", Label: "JPY – Japanese yen"},
	{Value: "KES", Label: "KES – Kenyan shilling"},
	{Value: "KRW", Label: "KRW – South Korean won"},
	{Value: "KWD", Label: "KWD – Kuwaiti dinar"},
	{Value: "MAD", Label: "MAD – Moroccan dirham"},
	{Value: "MXN", Label: "MXN – Mexican peso"},
	{Value: "MYR", Label: "MYR – Malaysian ringgit"},
	{Value: "NGN", Label: "NGN – Nigerian naira"},
	{Value: "NOK", Label: "NOK – Norwegian krone"},
	{Value: "NZD", Label: "NZD – New Zealand dollar"},
	{Value: "PEN", Label: "PEN – Peruvian sol"},
	{Value: "PHP", Label: "PHP – Philippine peso"},
	{Value: "PLN", Label: "PLN – Polish złoty"},
	{Value: "QAR", Label: "QAR – Qatari riyal"},
	{Value: "RON", Label: "RON – Romanian leu"},
	{Value: "RSD", Label: "RSD – Serbian dinar"},
	{Value: "SAR", Label: "SAR – Saudi riyal"},
	{Value: "SEK", Label: "SEK – Swedish krona"},
	{Value: "SGD", Label: "SGD – Singapore dollar"},
	{Value: "THB", Label: "THB – Thai baht"},
	{Value: "TRY", Label: "TRY – Turkish lira"},
	{Value: "TWD", Label: "TWD – New Taiwan dollar"},
	{Value: "UAH", Label: "UAH – Ukrainian hryvnia"},
	{Value: "VND", Label: "VND – Vietnamese đồng"},
	{Value: "ZAR", Label: "ZAR – South African rand"},
}

// zones are suggested in the set-up; every other IANA zone can be typed.
var zones = []string{
	"Africa/Cairo", "Africa/Casablanca", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi",
	"America/Argentina/Buenos_Aires", "America/Bogota", "America/Chicago", "America/Denver", "America/Halifax", "America/Lima", "America/Los_Angeles",
	"America/Mexico_City", "America/New_York", "America/Phoenix", "America/Santiago", "America/Sao_Paulo", "America/Toronto", "America/Vancouver",
	"Asia/Bangkok", "Asia/Dubai", "Asia/Ho_Chi_Minh", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata",
	"Asia/Kuala_Lumpur", "Asia/Manila", "Asia/Riyadh", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Taipei", "Asia/Tokyo",
	"Atlantic/Reykjavik", "Australia/Adelaide", "Australia/Brisbane", "Australia/Melbourne", "Australia/Perth", "Australia/Sydney",
	"Europe/Amsterdam", "Europe/Athens", "Europe/Belgrade", "Europe/Berlin", "Europe/Brussels", "Europe/Bucharest", "Europe/Budapest",
	"Europe/Copenhagen", "Europe/Dublin", "Europe/Helsinki", "Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon", "Europe/London",
	"Europe/Luxembourg", "Europe/Madrid", "Europe/Oslo", "Europe/Paris", "Europe/Prague", "Europe/Riga", "Europe/Rome", "Europe/Sofia",
	"Europe/Stockholm", "Europe/Tallinn", "Europe/Vienna", "Europe/Vilnius", "Europe/Warsaw", "Europe/Zagreb", "Europe/Zurich",
	"Pacific/Auckland", "Pacific/Honolulu", "UTC",
}
