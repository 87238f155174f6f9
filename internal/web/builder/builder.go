// Package builder is the page on which owners build a checklist: sections, questions, answers, points, conditions and
// what belongs to the programme as a whole, with the shopper's own page beside it.
//
// The one rule: it is one form that posts to one address, with or without a script. What was typed is kept or shown
// again; it is never dropped and never written over what somebody else has saved meanwhile without asking.
package builder

import (
	"context"
	"net/http"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// Studio is what the pages ask about drafts.
type Studio interface {
	Building(ctx context.Context, a auth.Actor, programme string) (studio.Building, error)
	Edit(ctx context.Context, a auth.Actor, programme string, revision int, op edit.Op) (studio.Edited, error)
	Undo(ctx context.Context, a auth.Actor, programme string, revision int) (studio.Edited, error)
	Redo(ctx context.Context, a auth.Actor, programme string, revision int) (studio.Edited, error)
	Restore(ctx context.Context, a auth.Actor, programme string, revision, step int) (studio.Edited, error)
	Removed(ctx context.Context, a auth.Actor, programme string, part edit.Ref) (studio.Removal, bool, error)
	PutBack(ctx context.Context, a auth.Actor, programme string, part edit.Ref) (studio.Edited, error)
	Steps(ctx context.Context, a auth.Actor, programme string) ([]studio.Step, error)
}

// Places says in which zone the organisation lives.
type Places interface {
	Organisation(ctx context.Context, a org.Actor) (org.Organisation, error)
}

// Pages answers the owner's requests.
type Pages struct {
	studio Studio
	places Places
}

// New joins the pages with their use cases.
func New(s Studio, places Places) *Pages { return &Pages{studio: s, places: places} }

// Routes lists the pages with who may open them.
func (p *Pages) Routes() []kit.Route {
	need := kit.Need(auth.StandardsEdit)
	const path = "/standards/:programme/checklist"
	return []kit.Route{
		{Method: http.MethodGet, Path: path, Name: "checklist builder", Access: need, Handle: p.show},
		{Method: http.MethodPost, Path: path, Name: "change the checklist", Access: need, Handle: p.change},
		{Method: http.MethodGet, Path: path + "/steps", Name: "steps of the draft", Access: need, Handle: p.steps},
	}
}
