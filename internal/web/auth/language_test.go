package authweb_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plainclothes/internal/auth"
)

// languages remembers what people chose.
type languages struct{ pages, reading, everybody map[string]string }

func (l *languages) SetLanguage(_ context.Context, person, lang string) error {
	l.pages = map[string]string{person: lang}
	return nil
}

func (l *languages) SetReading(_ context.Context, person, lang string) error {
	l.reading = map[string]string{person: lang}
	return nil
}

func (l *languages) SetOrgLanguage(_ context.Context, a auth.Actor, lang string) error {
	l.everybody = map[string]string{a.Org: lang}
	return nil
}

func TestTheSignInPageSpeaksTheBrowsersLanguageAndTheOneChosen(t *testing.T) {
	r := newRig(t, true)
	if w := r.get("/sign-in", ""); !strings.Contains(w.Body.String(), `<html lang="en">`) || !strings.Contains(w.Body.String(), `name="language" value="de" lang="de">Deutsch`) {
		t.Error(w.Body)
	}
	w := r.post("/language", "", url.Values{"language": {"de"}, "next": {"/sign-in"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in" || !strings.Contains(w.Header().Get("Set-Cookie"), "plainclothes-language=de") {
		t.Fatal(w.Code, w.Header())
	}
	if w := r.post("/language", "", url.Values{"language": {"tlh"}, "next": {"//evil"}}); w.Header().Get("Location") != "/" || w.Header().Get("Set-Cookie") != "" {
		t.Error("a language that is none was kept", w.Header())
	}
}

func TestAPersonsLanguageIsKeptWithHimAndTheChecklistsApart(t *testing.T) {
	r := newRig(t, true)
	if w := r.post("/language", "s", url.Values{"language": {"de"}, "next": {"/account"}}); w.Code != http.StatusSeeOther || r.pages["sam"] != "de" {
		t.Fatal(w.Code, r.pages)
	}
	if r.post("/language", "s", url.Values{"reading": {"pt-BR"}, "next": {"/visits/1"}}); r.reading["sam"] != "pt-BR" || r.pages["sam"] != "de" {
		t.Error(r.reading, r.pages)
	}
	r.post("/language", "s", url.Values{"language": {""}, "next": {"/account"}})
	if lang, kept := r.pages["sam"]; !kept || lang != "" || r.everybody != nil {
		t.Error("the choice was not taken back", r.pages, r.everybody)
	}
}
