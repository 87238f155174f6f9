// Package shopper is the pages of mystery shoppers: their visits, the brief, the checklist and sending it.
//
// The one rule: these pages are read over somebody's shoulder, on a phone, in bad signal. Titles are neutral, answers
// carry no judgement, every page is a plain form that works without scripts, and whatever was typed is saved before
// anything else happens.
package shopper

import (
	"context"
	"io"
	"net/http"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// Filling are the use cases of filling a checklist in: a visit offers them, and a test run.
type Filling interface {
	Open(ctx context.Context, a auth.Actor, id string) (visit.Paper, error)
	Opened(ctx context.Context, a auth.Actor, id string) error
	Save(ctx context.Context, a auth.Actor, id string, entries map[string]visit.Entry) (visit.Saved, error)
	Seal(ctx context.Context, a auth.Actor, id string) (visit.Sealed, error)
	AddPhoto(ctx context.Context, a auth.Actor, id, question string, body io.Reader) (evidence.Photo, error)
	RemovePhoto(ctx context.Context, a auth.Actor, id, photo string) error
}

// Visits are the use cases that these pages offer.
type Visits interface {
	Filling
	Mine(ctx context.Context, a auth.Actor, states []visit.State, after string) ([]visit.Row, error)
	Board(ctx context.Context, a auth.Actor, after string) ([]visit.Row, error)
	Offer(ctx context.Context, a auth.Actor, id string) (visit.Paper, error)
	Happened(ctx context.Context, a auth.Actor, id, event string) error
	Take(ctx context.Context, a auth.Actor, id string) error
	HandBack(ctx context.Context, a auth.Actor, id string) error
	Reply(ctx context.Context, a auth.Actor, id, text string) error
	PhotoFile(ctx context.Context, a auth.Actor, id string) (evidence.Photo, io.ReadCloser, error)
}

// filling is the pages of filling in.
type filling struct {
	uses Filling
	now  func() time.Time
}

// Pages answers the shopper's requests.
type Pages struct {
	filling
	visits Visits
}

// New joins the pages with their use cases.
func New(visits Visits, now func() time.Time) *Pages {
	return &Pages{filling: filling{visits, now}, visits: visits}
}

// Routes lists the pages with who may open them.
func (p *Pages) Routes() []kit.Route {
	do, take := kit.Need(auth.VisitDo), kit.Need(auth.VisitTake)
	return []kit.Route{
		{Method: http.MethodGet, Path: "/visits", Name: "my visits", Access: do, Handle: p.list},
		{Method: http.MethodGet, Path: "/visits/open", Name: "job board", Access: take, Handle: p.board},
		{Method: http.MethodGet, Path: "/visits/open/:id", Name: "brief of an open visit", Access: take, Handle: p.offer},
		{Method: http.MethodPost, Path: "/visits/open/:id/take", Name: "take an open visit", Access: take, Handle: p.take},
		{Method: http.MethodGet, Path: "/visits/:id", Name: "brief", Access: do, Handle: p.brief},
		{Method: http.MethodPost, Path: "/visits/:id/hand-back", Name: "hand a visit back", Access: do, Handle: p.handBack},
		{Method: http.MethodPost, Path: "/visits/:id/reply", Name: "reply to a report sent back", Access: do, Handle: p.reply},
		{Method: http.MethodPost, Path: "/visits/:id/happened", Name: "say that something happened", Access: do, Handle: p.happened},
		{Method: http.MethodGet, Path: "/visits/:id/list", Name: "find a question", Access: do, Handle: p.contents},
		{Method: http.MethodGet, Path: "/visits/:id/s/:section", Name: "section", Access: do, Handle: p.section},
		{Method: http.MethodPost, Path: "/visits/:id/s/:section", Name: "save a section", Access: do, Handle: p.saveSection},
		{Method: http.MethodGet, Path: "/visits/:id/photos/:question", Name: "photos of a question", Access: do, Handle: p.photos},
		{
			Method: http.MethodPost, Path: "/visits/:id/photos/:question", Name: "add photos", Access: do, Handle: p.addPhotos,
			Limits: kit.Limits{Body: maxUpload, Class: kit.Uploads},
		},
		{Method: http.MethodPost, Path: "/visits/:id/photos/:question/:photo/remove", Name: "remove a photo", Access: do, Handle: p.removePhoto},
		{Method: http.MethodGet, Path: "/visits/:id/check", Name: "check and send", Access: do, Handle: p.check},
		{Method: http.MethodPost, Path: "/visits/:id/seal", Name: "send", Access: do, Handle: p.seal},
		{Method: http.MethodGet, Path: "/phone", Name: "what is on this phone", Access: kit.Public(), Handle: p.phone},
		{Method: http.MethodGet, Path: "/cover", Name: "shopping list", Access: kit.Public(), Handle: p.cover},
		{Method: http.MethodGet, Path: "/photos/:id", Name: "a photo", Access: kit.Need(auth.OrganisationIn), Handle: p.photo},
	}
}
