package app

import (
	"context"
	"log/slog"

	"plainclothes/internal/api"
	"plainclothes/internal/config"
	"plainclothes/internal/event"
	"plainclothes/internal/store"
	webauth "plainclothes/internal/web/auth"
	"plainclothes/internal/web/builder"
	"plainclothes/internal/web/editor"
	"plainclothes/internal/web/gallery"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/manager"
	"plainclothes/internal/web/owner"
	"plainclothes/internal/web/pocket"
	"plainclothes/internal/web/questions"
	"plainclothes/internal/web/scheduler"
	"plainclothes/internal/web/shopper"
	tryoutweb "plainclothes/internal/web/tryout"
)

// site makes the web server's routes. A package of pages is one import above and one line below.
func (p *program) site(c config.Config, x *parts, log *slog.Logger) (*kit.Site, error) {
	s, err := kit.New(kit.Options{
		BaseURL: c.URL, Now: p.now, Log: log, Sessions: x.auth, Grants: x.visits.GrantActor, Ready: x.store.Ready, TrustedProxies: c.TrustedProxies,
		Rate: c.Rate, Burst: int(6 * c.Rate),
	})
	if err != nil {
		return nil, err
	}
	mails := c.SMTP != nil
	s.Add(webauth.New(x.auth, mails).Routes()...)
	s.Add(editor.New(x.visits, x.studio, x.reports).Routes()...)
	s.Add(manager.New(x.reports).Routes()...)
	s.Add(owner.New(x.studio, x.org, x.auth, x.entries, owner.Options{URL: c.URL, Mail: mails}, p.now).Routes()...)
	s.Add(builder.New(x.studio, x.org).Routes()...)
	s.Add(questions.New(x.reports).Routes()...)
	s.Add(scheduler.New(x.visits, x.studio, x.org, x.auth, x.reports, p.now).Routes()...)
	s.Add(shopper.New(x.visits, p.now).Routes()...)
	s.Add(shopper.NewPreviews(x.tryouts).Routes()...)
	s.Add(shopper.NewTrials(x.tryouts, p.now).Routes()...)
	s.Add(tryoutweb.New(x.tryouts, c.URL).Routes()...)
	starts, err := gallery.New(x.studio)
	if err != nil {
		return nil, err
	}
	s.Add(starts.Routes()...)
	s.Add(pocket.NewPhone(x.visits, x.visits).Routes()...)
	s.Add(pocket.NewPhotos(x.visits).Routes()...) // after the shopper pages: HEAD of a photo is answered here
	s.Add(pocket.NewPlaces(x.visits).Routes()...)
	programs, err := api.New(api.Services{Auth: x.auth, Org: x.org, Studio: x.studio, Visits: x.visits, Reports: x.reports, Now: p.now})
	if err != nil {
		return nil, err
	}
	return s, programs.Register(s.Echo())
}

// entries reads an organisation's log for the owner's page.
func (x *parts) entries(ctx context.Context, org, kind string, before int64, limit int) ([]event.Entry, error) {
	return x.store.Events(ctx, org, store.EventQuery{Kind: kind, Before: before, Limit: limit})
}
