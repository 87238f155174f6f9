package shopper

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// sectionView is one section of the checklist.
type sectionView struct {
	kit.Chrome
	Paper     visit.Paper
	Section   programme.Section
	Pack      bool // made for the phone to keep: no answers, no place in the order
	Index     int  // from 1; 0 while the section is not asked
	Count     int
	Soon      []soonItem // on the first section: what memory keeps worst
	Taps      bool       // there are moments to mark
	Questions []questionView
	Thumb     thumbView // empty: what the script makes a photo of
	Answered  int
	Asked     int
	Segments  []segment
	NextTitle string // of the next section, "" on the last
	First     bool
	Seen      string // ids on show when the page was made
	Version   int
	Try       *tryView     // of a test run or a preview: what its script needs to know
	Preview   *previewView // of a preview
}

var sectionPage = kit.NewPage[sectionView]("shopper/section")

func (p *filling) section(c echo.Context, a auth.Actor) error {
	paper, err := p.open(c, a)
	if err != nil {
		return err
	}
	if !paper.Visit.State.Writable() {
		return kit.Redirect(c, visitPath(paper))
	}
	view, err := sectionOf(paper, c.Param("section"), nil, nil)
	if err != nil {
		return err
	}
	if view.Pack = wantsPack(c); view.Pack {
		view.forPack()
	} else if err := p.uses.Opened(c.Request().Context(), a, paper.Visit.ID); err != nil {
		return err
	}
	return sectionPage.Render(c, http.StatusOK, view)
}

// visitPath is the address of a visit's own page; a test run lives apart from visits.
func visitPath(paper visit.Paper) string {
	if paper.Rehearsal {
		return tryBase + "/" + paper.Visit.ID
	}
	return "/visits/" + paper.Visit.ID
}

// sectionOf draws a section; errs and typed are set when it is shown again. A section that is not asked as things stand
// is drawn with its questions hidden: the phone may know of answers that are still on their way here.
func sectionOf(paper visit.Paper, id string, errs kit.Errors, typed map[string]visit.Entry) (sectionView, error) {
	sec, ok := paper.List.Programme.Section(id)
	if !ok {
		return sectionView{}, fault.Missing("part of this visit")
	}
	i := slices.IndexFunc(paper.Sections, func(s programme.Section) bool { return s.ID == id })
	view := sectionView{
		Chrome: kit.Chrome{Title: sec.Title, Errors: errs, Script: []string{"js/visit.js"}}, Paper: paper, Section: *sec,
		Index: i + 1, Count: len(paper.Sections), First: i == 0, Version: paper.List.Version.Number,
		Segments: segmentsOf(paper, i), Taps: len(programme.Taps(paper.List.Programme)) > 0,
	}
	if view.First {
		view.Soon = soonOf(paper)
	}
	if i >= 0 && i+1 < len(paper.Sections) {
		view.NextTitle = paper.Sections[i+1].Title
	}
	view.questions(errs, typed)
	if rehearsed(&view.Chrome, &paper) {
		view.Script, view.Try = []string{"js/rehearse.js"}, tryOf(&paper)
	}
	view.Answered, view.Asked = progressOf(paper, *sec)
	return view, nil
}

// questions draws the questions.
func (v *sectionView) questions(errs kit.Errors, typed map[string]visit.Entry) {
	var seen []string
	for k := range v.Section.Questions {
		q := questionOf(&v.Paper, &v.Section.Questions[k], fmt.Sprintf("%d.%d", max(v.Index, 1), k+1), errs, typed)
		q.Hidden = q.Hidden || v.Index == 0
		v.Questions = append(v.Questions, q)
		if !q.Hidden {
			seen = append(seen, q.ID)
		}
		if q.Comment.Open {
			seen = append(seen, visit.CommentField(q.ID))
		}
	}
	v.Seen = strings.Join(seen, " ")
}

// progressOf counts the questions on show in a section and those that have an answer or a photo.
func progressOf(paper visit.Paper, sec programme.Section) (answered, asked int) {
	for _, q := range sec.Questions {
		if !paper.Shown.Question(q.ID) {
			continue
		}
		asked++
		if hasAnswer(paper, &q) {
			answered++
		}
	}
	return answered, asked
}

// hasAnswer reports whether a question is answered; one that asks for photos is by the first of them too.
func hasAnswer(paper visit.Paper, q *programme.Question) bool {
	said := paper.Answers[q.ID].State != programme.Missing
	if said || q.Kind != programme.Photo && q.Kind != programme.Receipt {
		return said
	}
	return slices.ContainsFunc(paper.Photos, func(ph evidence.Photo) bool { return ph.Question == q.ID })
}

// segment is one section in the progress line, in units of a line 1000 wide.
type segment struct {
	X, Width, Done int
	Here           bool
}

// gap between two segments, in the same units.
const segmentGap = 12

// segmentsOf draws the progress line: each section as wide as its questions are many.
func segmentsOf(paper visit.Paper, here int) []segment {
	total := 0
	for _, s := range paper.Sections {
		_, asked := progressOf(paper, s)
		total += max(asked, 1)
	}
	room := 1000 - segmentGap*(len(paper.Sections)-1)
	x, out := 0, []segment{}
	for i, s := range paper.Sections {
		answered, asked := progressOf(paper, s)
		w := room * max(asked, 1) / max(total, 1)
		out = append(out, segment{X: x, Width: w, Done: w * answered / max(asked, 1), Here: i == here})
		x += w + segmentGap
	}
	return out
}

func (p *filling) saveSection(c echo.Context, a auth.Actor) error {
	var form struct {
		Go   string `form:"go"`
		Seen string `form:"seen"`
	}
	if err := kit.Bind(c, &form); err != nil {
		return err
	}
	typed, bad := entriesOf(c.Request().PostForm)
	saved, err := p.uses.Save(c.Request().Context(), a, c.Param("id"), without(typed, bad))
	errs, ok := kit.FormErrors(err)
	if err != nil && !ok {
		return err
	}
	if errs = append(errs, bad...); len(errs) > 0 {
		view, err := sectionOf(saved.Paper.In(kit.ReadingOf(c)...), c.Param("section"), errs, typed)
		if err != nil {
			return err
		}
		return sectionPage.Render(c, http.StatusUnprocessableEntity, view)
	}
	return kit.Redirect(c, onward(c, saved.Paper, form.Go, strings.Fields(form.Seen)))
}

// entriesOf reads the questions of a posted section. A typed answer beside a ticked "Not seen" is not for us to choose
// between: both are kept on the page and the shopper is asked.
func entriesOf(f url.Values) (map[string]visit.Entry, kit.Errors) {
	entries, bad := map[string]visit.Entry{}, kit.Errors(nil)
	for _, id := range f["q"] {
		e := visit.Entry{
			Values: f["a."+id], Was: f.Get("was." + id), Comment: trimmed(f.Get("c." + id)), WasComment: trimmed(f.Get("cwas." + id)),
			Settles: strings.Fields(f.Get("settles." + id)),
		}
		e.Values = slices.DeleteFunc(slices.Clone(e.Values), func(s string) bool { return strings.TrimSpace(s) == "" })
		if slices.ContainsFunc(e.Values, reserved) && written(e.Values) != "" && f.Get("kind."+id) == "" {
			bad = append(bad, fault.Field{Name: id, Message: "You wrote an answer and ticked that there is none. Keep one of the two."})
		}
		entries[id] = e
	}
	return entries, bad
}

// without leaves out the questions that are asked about again.
func without(typed map[string]visit.Entry, bad kit.Errors) map[string]visit.Entry {
	entries := maps.Clone(typed)
	for _, b := range bad {
		delete(entries, b.Name)
	}
	return entries
}

func reserved(s string) bool { return s == programme.CodeNA || s == programme.CodeNotObserved }

// trimmed takes a browser's line ends and outer blanks away.
func trimmed(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// onward is where the button leads once everything is saved.
func onward(c echo.Context, paper visit.Paper, to string, seen []string) string {
	base, here := visitPath(paper), c.Param("section")
	i := slices.IndexFunc(paper.Sections, func(s programme.Section) bool { return s.ID == here })
	switch question, photo := strings.CutPrefix(to, "photo."); {
	case photo:
		return base + "/photos/" + url.PathEscape(question)
	case to == "list":
		return base + "/list"
	case to == "stay":
		kit.Flash(c, "Saved.")
		return base + "/s/" + here
	case to == "discreet":
		toggleDiscreet(c)
		return base + "/s/" + here
	case to == "cover":
		return "/cover"
	case to == "back" && i > 0:
		return base + "/s/" + paper.Sections[i-1].ID
	case to == "back":
		return base
	case i >= 0 && opened(paper, paper.Sections[i], seen):
		kit.Flash(c, "Saved. One more thing is asked here now.")
		return base + "/s/" + here
	case i+1 < len(paper.Sections):
		return base + "/s/" + paper.Sections[i+1].ID
	}
	return base + "/check"
}

// opened reports whether a question, or the words beside an answer, is asked for now that was not when the page was
// made, and is still empty.
func opened(paper visit.Paper, sec programme.Section, seen []string) bool {
	return slices.ContainsFunc(sec.Questions, func(q programme.Question) bool {
		if !paper.Shown.Question(q.ID) {
			return false
		}
		words := programme.WantsComment(&q, paper.Answers[q.ID]) && paper.Report.Comments[q.ID] == ""
		return !slices.Contains(seen, q.ID) && !hasAnswer(paper, &q) || words && !slices.Contains(seen, visit.CommentField(q.ID))
	})
}

// toggleDiscreet switches the quiet look on or off for this device.
func toggleDiscreet(c echo.Context) {
	if kit.ThemeOf(c) == "discreet" {
		kit.SetTheme(c, "auto")
		return
	}
	kit.SetTheme(c, "discreet")
}

// contentsView lists every section and question, for finding one again.
type contentsView struct {
	kit.Chrome
	Paper    visit.Paper
	Pack     bool
	Sections []contentsSection
}

type contentsSection struct {
	programme.Section
	Number    int
	Answered  int
	Asked     int
	Questions []contentsQuestion
}

type contentsQuestion struct {
	ID, Number, Text string
	Done             bool
}

var contentsPage = kit.NewPage[contentsView]("shopper/contents")

func (p *filling) contents(c echo.Context, a auth.Actor) error {
	paper, err := p.open(c, a)
	if err != nil {
		return err
	}
	if !paper.Visit.State.Writable() {
		return kit.Redirect(c, visitPath(paper))
	}
	view := contentsView{Chrome: kit.Chrome{Title: "Find a question", Script: []string{"js/check.js"}}, Paper: paper, Pack: wantsPack(c)}
	rehearsed(&view.Chrome, &paper)
	for i, sec := range paper.Sections {
		cs := contentsSection{Section: sec, Number: i + 1}
		cs.Answered, cs.Asked = progressOf(paper, sec)
		for k, q := range sec.Questions {
			if paper.Shown.Question(q.ID) {
				cs.Questions = append(cs.Questions, contentsQuestion{q.ID, fmt.Sprintf("%d.%d", i+1, k+1), q.Text, hasAnswer(paper, &q)})
			}
		}
		view.Sections = append(view.Sections, cs)
	}
	return contentsPage.Render(c, http.StatusOK, view)
}
