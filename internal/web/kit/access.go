package kit

import (
	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
)

// Handler answers one request of an actor. For a public route the actor is empty when nobody is signed in.
type Handler func(c echo.Context, a auth.Actor) error

// Access says who gets as far as the handler. The zero value lets nobody in.
type Access struct {
	kind accessKind
	verb auth.Verb
}

type accessKind int

const (
	nobody accessKind = iota
	public
	signedIn
	needsVerb
	needsVerbOrGrant
)

// Public lets everyone in.
func Public() Access { return Access{kind: public} }

// SignedIn lets in who is signed in, even without a place in any organisation.
func SignedIn() Access { return Access{kind: signedIn} }

// Need lets in who may do v to at least something; which things is the use case's question.
func Need(v auth.Verb) Access { return Access{kind: needsVerb, verb: v} }

// NeedOrGrant is Need that a phone's grant fulfils, too: header "Authorization: Grant TOKEN". What the grant is for is the
// use case's question, by the actor's Only.
func NeedOrGrant(v auth.Verb) Access { return Access{kind: needsVerbOrGrant, verb: v} }

// TakesGrant reports whether a grant gets as far as the handler.
func (a Access) TakesGrant() bool { return a.kind == needsVerbOrGrant }

// Verb gives the verb of a Need, for the test that walks all routes.
func (a Access) Verb() (auth.Verb, bool) {
	return a.verb, a.kind == needsVerb || a.kind == needsVerbOrGrant
}

// IsPublic reports whether everyone gets in.
func (a Access) IsPublic() bool { return a.kind == public }

// Route is one method and path with who may use it and what answers.
type Route struct {
	Method string
	Path   string // Echo's form: /visits/:id
	Name   string // for people who read the list of routes
	Access Access
	Handle Handler
	Limits Limits                                // zero: a page
	Fail   func(c echo.Context, err error) error // answers what went wrong, also before the handler; nil: as everywhere
}
