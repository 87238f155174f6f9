package pocket

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// receiptView is the page on which anybody checks a receipt.
type receiptView struct {
	kit.Chrome
	Code   string // as it was typed
	Proofs []visit.Proof
}

var receiptPage = kit.NewPage[receiptView]("receipt")

const receiptTitle = "Check a receipt"

// receiptForm asks for a code.
func (p *Phone) receiptForm(c echo.Context, _ auth.Actor) error {
	if typed := c.QueryParam("code"); typed != "" {
		code, ok := visit.ProperCode(typed)
		if !ok {
			return p.noReceipt(c, http.StatusUnprocessableEntity, typed, "A receipt code is three groups of four letters and digits, such as BKMM-GYJJ-YX9F.")
		}
		return kit.Redirect(c, "/receipt/"+code)
	}
	return receiptPage.Render(c, http.StatusOK, receiptView{Chrome: kit.Chrome{Title: receiptTitle}})
}

func (p *Phone) noReceipt(c echo.Context, status int, typed, message string) error {
	return receiptPage.Render(c, status, receiptView{
		Chrome: kit.Chrome{Title: receiptTitle, Errors: kit.Errors{{Name: "code", Message: message}}}, Code: typed,
	})
}

// receipt says when a report was received, by which organisation, and whether it is unchanged; no more.
func (p *Phone) receipt(c echo.Context, _ auth.Actor) error {
	if err := p.slowly(c); err != nil {
		return err
	}
	proofs, err := p.receipts.Prove(c.Request().Context(), c.Param("code"))
	if f, ok := fault.As(err); ok && (f.Kind == fault.NotFound || f.Kind == fault.Invalid) {
		return p.noReceipt(c, kit.StatusOf(f.Kind), c.Param("code"), f.Message)
	}
	if err != nil {
		return err
	}
	return receiptPage.Render(c, http.StatusOK, receiptView{Chrome: kit.Chrome{Title: receiptTitle}, Proofs: proofs})
}

// keyList is what the well-known address answers.
type keyList struct {
	Keys []receiptKey `json:"keys"`
}

// keys gives every key that ever signed a receipt.
func (p *Phone) keys(c echo.Context, _ auth.Actor) error {
	all, err := p.receipts.ReceiptKeys(c.Request().Context())
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "public, max-age=3600")
	h.Set(echo.HeaderAccessControlAllowOrigin, "*") // whoever checks receipts elsewhere
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return c.JSON(http.StatusOK, keyList{keysOf(all)})
}

// At writes a time in UTC: the branch and its zone are nobody's business here.
func (v receiptView) At(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04") + " UTC" }
