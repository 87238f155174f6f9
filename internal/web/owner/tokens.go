package owner

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/web/kit"
)

func (p *Pages) tokenRoutes() []kit.Route {
	return []kit.Route{
		get("/tokens", "tokens of programs", auth.TokensEdit, p.tokens),
		post("/tokens", "make a token", auth.TokensEdit, p.addToken),
		post("/tokens/:id/revoke", "revoke a token", auth.TokensEdit, p.revokeToken),
	}
}

// tokenForm asks for a token.
type tokenForm struct {
	Name   string   `form:"name" label:"the name"`
	Scopes []string `form:"scopes"`
}

// tokensView is the list of tokens, with the secret of one that was just made.
type tokensView struct {
	kit.Chrome
	Rows   []tokenRow
	Form   tokenForm
	Scopes []choice
	Secret string
	Made   string // name of the token that the secret belongs to
	Zone   string
}

type tokenRow struct {
	auth.Token
	May   string
	Ended bool
}

var tokensPage = kit.NewPage[tokensView]("owner/tokens")

// scopeWords say what a program may do.
var scopeWords = map[auth.Scope]string{
	auth.ScopeRead:    "Read programmes, branches, results and comparisons",
	auth.ScopeVisits:  "Plan visits, see all of them, and send reports",
	auth.ScopePublish: "Publish the reports that it sends, without an editor",
	auth.ScopeDrafts:  "Put programme files into drafts, which an owner publishes",
}

func (p *Pages) tokens(c echo.Context, a auth.Actor) error {
	return p.showTokens(c, a, http.StatusOK, tokensView{})
}

func (p *Pages) showTokens(c echo.Context, a auth.Actor, status int, v tokensView) error {
	errs := v.Errors
	v.Chrome = chrome("Tokens")
	v.Errors = errs
	all, err := p.people.Tokens(c.Request().Context(), a)
	if err != nil {
		return err
	}
	o, err := p.places.Organisation(c.Request().Context(), a)
	if err != nil {
		return err
	}
	v.Zone = o.Zone
	for _, t := range all {
		v.Rows = append(v.Rows, tokenRow{Token: t, May: scopesIn(t.Scopes), Ended: !t.Revoked.IsZero()})
	}
	for _, s := range auth.Scopes() {
		v.Scopes = append(v.Scopes, choice{Value: string(s), Label: scopeWords[s], On: slices.Contains(v.Form.Scopes, string(s))})
	}
	return tokensPage.Render(c, status, v)
}

func scopesIn(scopes []auth.Scope) string {
	var all []string
	for _, s := range auth.Scopes() {
		if slices.Contains(scopes, s) {
			all = append(all, string(s))
		}
	}
	return strings.Join(all, ", ")
}

func (p *Pages) addToken(c echo.Context, a auth.Actor) error {
	var f tokenForm
	err := kit.Bind(c, &f)
	v := tokensView{Form: f}
	if err == nil {
		scopes := make([]auth.Scope, len(f.Scopes))
		for i, s := range f.Scopes {
			scopes[i] = auth.Scope(s)
		}
		_, v.Secret, err = p.people.CreateToken(c.Request().Context(), a, f.Name, scopes)
	}
	if errs, ok := kit.FormErrors(err); ok {
		v.Errors = errs
		return p.showTokens(c, a, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	v.Made, v.Form = f.Name, tokenForm{}
	return p.showTokens(c, a, http.StatusOK, v)
}

func (p *Pages) revokeToken(c echo.Context, a auth.Actor) error {
	var none struct{}
	if err := kit.Bind(c, &none); err != nil {
		return err
	}
	if err := p.people.RevokeToken(c.Request().Context(), a, c.Param("id")); err != nil {
		return err
	}
	kit.Flash(c, "The token is revoked. What used it is refused from now on.")
	return kit.Redirect(c, "/tokens")
}
