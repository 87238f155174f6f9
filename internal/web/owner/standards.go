package owner

import (
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/stats"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

func (p *Pages) standardRoutes() []kit.Route {
	read, edit := auth.StandardsRead, auth.StandardsEdit
	return []kit.Route{
		get("/standards", "standards", read, p.standards),
		get("/standards/:programme", "standards of a programme", read, p.standards),
		get("/standards/:programme/:standard/edit", "a standard to edit", edit, p.editStandard),
		upload("/standards/:programme/:standard/edit", "save a standard in the draft", edit, maxPicture, p.saveStandard),
		get("/standards/:programme/:standard/photo/:sha256", "photo of a standard", read, p.picture),
		get("/standards/:programme/draft", "draft and what-if", edit, p.draft),
		post("/standards/:programme/draft/publish", "publish the draft", edit, p.publish),
		post("/standards/:programme/draft/discard", "discard the draft", edit, p.discard),
		get("/standards/:programme/languages", "languages of a programme", edit, p.languages),
		post("/standards/:programme/languages", "save translations in the draft", edit, p.changeLanguages),
		get("/standards/:programme/versions", "history of versions", read, p.versions),
		get("/standards/:programme/versions/:number/file", "programme file of a version", read, p.versionFile),
	}
}

// own is the style sheet of these pages.
const own = "css/owner.css"

// chrome is the frame of a page of ours.
func chrome(title string) kit.Chrome { return kit.Chrome{Title: title, Styles: []string{own}} }

// standardsView is a programme's standards as they stand.
type standardsView struct {
	kit.Chrome
	Tabs      []tab
	Base      string // /standards/ID
	Name      string
	Version   studio.Version
	Published bool
	Since     string // from when the version is in force
	Later     bool   // which is still to come
	Draft     studio.Version
	Drafted   bool
	May       bool // edit
	Shares    bool
	Window    string
	Standards []standardCard
	Waiting   string // why there is nothing to show for this reader
}

// tab is one of several programmes.
type tab struct {
	Name, Href string
	Here       bool
}

// standardCard is one standard on the list.
type standardCard struct {
	programme.Standard
	Tone, Critical string // chip of the criticality, "" when normal
	Targets        string
	Questions      []studio.QuestionRef
	Met            share
	Beyond         share // at WOW
	Older          bool  // counts are of an earlier definition
	Apart          int
	Edit           string
	Photo          reference
}

// share is how often something was met, with the range in which the true share plausibly lies (95 %), for drawing in a
// picture 1000 wide. None: nothing was counted.
type share struct {
	None         bool
	BP, N        int
	Lo, Hi       string // percent, whole
	X, From, Len int    // of the dot and of the range
	Target       int    // of the line, -1 without
}

// rail is the width of the drawn scale.
const rail = 1000

func shareOf(n, x, targetBP int) share {
	iv, ok := stats.Jeffreys(n, x, 0.95)
	if !ok {
		return share{None: true}
	}
	s := share{N: n, BP: (20_000*x + n) / (2 * n), Lo: whole(iv.Lo), Hi: whole(iv.Hi), Target: targetBP / 10}
	s.X, s.From = s.BP/10, int(math.Round(iv.Lo*rail))
	s.Len = int(math.Round(iv.Hi*rail)) - s.From
	if targetBP == 0 {
		s.Target = -1
	}
	return s
}

// whole writes a share as a whole percentage, for ranges, which are no more exact than that.
func whole(f float64) string { return strconv.Itoa(int(math.Round(f*100))) + "%" }

var standardsPage = kit.NewPage[standardsView]("owner/standards")

// noneView is the page before there is any programme.
type noneView struct {
	kit.Chrome
	May     bool
	Shipped []shipped
}

var noStandardsPage = kit.NewPage[noneView]("owner/no_standards")

func (p *Pages) standards(c echo.Context, a auth.Actor) error {
	ctx := c.Request().Context()
	all, err := p.studio.Programmes(ctx, a)
	if err != nil {
		return err
	}
	if len(all) == 0 && c.Param("programme") == "" {
		return noStandardsPage.Render(c, http.StatusOK, noneView{Chrome: chrome("Standards"), May: a.May(auth.StandardsEdit), Shipped: p.shipped})
	}
	mine, err := chosen(all, c.Param("programme"))
	if err != nil {
		return err
	}
	view := standardsView{Chrome: chrome("Standards"), Base: "/standards/" + mine.ID, Name: mine.Name, May: a.May(auth.StandardsEdit)}
	for _, x := range all {
		view.Tabs = append(view.Tabs, tab{Name: x.Name, Href: "/standards/" + x.ID, Here: x.ID == mine.ID})
	}
	st, err := p.studio.Standards(ctx, a, mine.ID)
	if f, ok := fault.As(err); ok && f.Kind == fault.NotFound {
		view.Waiting = f.Message
		return standardsPage.Render(c, http.StatusOK, view)
	}
	if err != nil {
		return err
	}
	o, err := p.places.Organisation(ctx, a)
	if err != nil {
		return err
	}
	view.fill(&st, studio.Today(p.now(), o.Zone))
	if err := p.pictures(c, a, &view); err != nil {
		return err
	}
	return standardsPage.Render(c, http.StatusOK, view)
}

// chosen is the programme of the address, or the first.
func chosen(all []studio.Programme, id string) (studio.Programme, error) {
	for _, x := range all {
		if id == "" || x.ID == id {
			return x, nil
		}
	}
	return studio.Programme{}, fault.Missing("programme")
}

// fill takes what the use case says; today is the date at the organisation.
func (v *standardsView) fill(st *studio.Standards, today string) {
	v.Version, v.Published = st.Version, st.Version.State == studio.Published
	v.Since = day(st.Version.EffectiveOn)
	v.Later = st.Version.EffectiveOn > today
	v.Draft, v.Drafted = st.Draft, st.Draft.ID != ""
	v.Shares, v.Window = st.Shares && v.Published, months(st.Window)
	for i := range st.List {
		v.Standards = append(v.Standards, v.card(&st.List[i]))
	}
}

// card prepares one standard.
func (v *standardsView) card(s *studio.StandardView) standardCard {
	c := standardCard{Standard: s.Standard, Questions: s.Questions, Targets: targets(&s.Standard), Older: s.Choice.Older, Apart: int(s.Choice.Apart)}
	c.Critical, c.Tone = criticality(s.Criticality)
	c.Met = shareOf(s.Counts.N, s.Counts.X, s.GoodTargetBP)
	c.Beyond = shareOf(s.Counts.NWow, s.Counts.XWow, s.WowTargetBP)
	if v.May {
		c.Edit = v.Base + "/" + s.ID + "/edit"
	}
	return c
}

// targets says what is asked of branches: "Good on 85% of visits, WOW on 20%".
func targets(s *programme.Standard) string {
	text := "Good on " + plainPercent(s.GoodTargetBP) + " of visits"
	if s.WowTargetBP > 0 {
		text += ", WOW on " + plainPercent(s.WowTargetBP)
	}
	return text
}

// plainPercent is a percentage that an owner wrote: without decimals that say nothing.
func plainPercent(bp int) string { return strings.TrimSuffix(kit.Points(bp), ".") + "%" }

// criticality gives the word and the tone of a chip; "" for normal.
func criticality(c programme.Criticality) (word, tone string) {
	switch c {
	case programme.Major:
		return "Major", "warn"
	case programme.ZeroTolerance:
		return "Zero tolerance", "bad"
	case programme.Normal:
	}
	return "", ""
}
