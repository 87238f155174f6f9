package app

import (
	"log/slog"

	"plainclothes/internal/config"
	webauth "plainclothes/internal/web/auth"
	"plainclothes/internal/web/editor"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/shopper"
)

// site makes the web server's routes. A package of pages is one import above and one line below.
func (p *program) site(c config.Config, x *parts, log *slog.Logger) (*kit.Site, error) {
	s, err := kit.New(kit.Options{
		BaseURL: c.URL, Now: p.now, Log: log, Sessions: x.auth, Ready: x.store.Ready, TrustedProxies: c.TrustedProxies,
	})
	if err != nil {
		return nil, err
	}
	s.Add(webauth.New(x.auth, c.SMTP != nil).Routes()...)
	s.Add(editor.New(x.visits, x.studio).Routes()...)
	s.Add(shopper.New(x.visits, p.now).Routes()...)
	return s, nil
}
