package kit

import (
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/programme"
)

// Chrome is what every page has around its content. A page embeds it and sets the fields of the first group;
// Render fills in the rest from the request.
type Chrome struct {
	Title  string   // neutral on shopper pages: a bystander may read it
	Errors Errors   // what is wrong with the form, from FormErrors
	Notice string   // one sentence at the top of the page; else the flash of the page before
	Styles []string // further style sheets: "css/charts.css"
	Script []string // modules: "js/visit.js"
	Frames bool     // the page shows one of ours in a frame
	Framed bool     // the page may be shown in a frame of ours
	Test   string   // one sentence that says that nothing here counts, on the pages of a test run

	Lang         string
	RightToLeft  bool
	Theme        string // "auto", "light", "dark" or "discreet"
	Path         string // of the request
	Nav          []NavGroup
	Person       auth.Person
	Actor        auth.Actor
	Organisation string // name of the one acted in
	Several      bool   // the person has others to switch to
	Now          time.Time
	RequestID    string
}

// chromed is fulfilled by every struct that embeds Chrome.
type chromed interface{ chrome() *Chrome }

func (ch *Chrome) chrome() *Chrome { return ch }

// fill completes the chrome from the request.
func (ch *Chrome) fill(c echo.Context) {
	s, v := siteOf(c), seen(c)
	ch.Lang, ch.Theme, ch.Path = LanguageOf(c), ThemeOf(c), c.Request().URL.Path
	ch.RightToLeft = programme.RightToLeft(ch.Lang)
	ch.Person, ch.Actor = v.person, v.actor
	ch.Organisation, ch.Several = v.current.OrgName, len(MembershipsOf(c)) > 1
	ch.Nav = s.nav(v.actor, ch.Path)
	ch.Now, ch.RequestID = s.opt.Now(), requestID(c)
	if ch.Notice == "" {
		ch.Notice = s.takeFlash(c)
	}
}

// SignedIn reports whether somebody is signed in.
func (ch Chrome) SignedIn() bool { return ch.Person.ID != "" }

// Discreet reports whether the page must look like nothing in particular.
func (ch Chrome) Discreet() bool { return ch.Theme == "discreet" }

// DocumentTitle is what the browser's tab shows: nothing telling in discreet mode, "Error:" first when a form needs
// another look.
func (ch Chrome) DocumentTitle(site string) string {
	cat := catalogue.For(ch.Lang)
	title := ch.Title + " · " + cat.Say(site)
	if ch.Discreet() {
		title = cat.Say("Notes")
	}
	if ch.Test != "" {
		title = cat.Say("TEST") + " · " + title
	}
	if len(ch.Errors) > 0 {
		return cat.Say("Error:") + " " + title
	}
	return title
}
