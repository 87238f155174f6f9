package builder

import (
	"net/url"
	"strings"

	"plainclothes/internal/programme/edit"
)

// place is what is open on the page: a question, a section, or one panel of what belongs to the programme as a whole.
// Its words are the value of ?open= and the id of the card.
type place struct {
	panel string // "", or one of the panels
	ref   edit.Ref
}

// The panels of the programme as a whole.
const (
	panelAbout     = "about"
	panelVisit     = "visit"
	panelScoring   = "scoring"
	panelScenarios = "scenarios"
	panelStages    = "stages"
	panelDayparts  = "dayparts"
	panelFeatures  = "features"
)

// panel is a tab of the programme as a whole.
type panel struct{ key, title string }

// panels are in the order of the page.
var panels = []panel{
	{panelAbout, "Name and trade"},
	{panelVisit, "Visits and pay"},
	{panelScenarios, "Scenarios"},
	{panelScoring, "Scores and levels"},
	{panelFeatures, "Branch features"},
	{panelDayparts, "Times of day"},
	{panelStages, "Stages"},
}

// parsePlace reads ?open=; what is no place opens nothing.
func parsePlace(s string) place {
	for _, p := range panels {
		if p.key == s {
			return place{panel: s}
		}
	}
	if s != "" && !strings.Contains(s, "/") {
		s = string(edit.Question) + "/" + s // a question's id alone, as other pages write it
	}
	ref, ok := edit.ParseRef(s)
	if !ok {
		return place{}
	}
	return placeOf(ref)
}

// placeOf says where a part is edited.
func placeOf(ref edit.Ref) place {
	switch ref.Kind {
	case edit.Question, edit.Section:
		return place{ref: ref}
	case edit.Option:
		return place{ref: edit.Ref{Kind: edit.Question, ID: ref.Of}}
	case edit.Scenario:
		return place{panel: panelScenarios}
	case edit.Stage:
		return place{panel: panelStages}
	case edit.Daypart:
		return place{panel: panelDayparts}
	case edit.Feature:
		return place{panel: panelFeatures}
	case edit.Whole:
		return place{panel: panelAbout}
	case edit.Standard:
	}
	return place{}
}

// panelOf says in which panel a field of the programme stands.
func panelOf(field string) place {
	head, _, _ := strings.Cut(field, ".")
	switch head {
	case "visit":
		return place{panel: panelVisit}
	case "scoring", "levels", "section_weights":
		return place{panel: panelScoring}
	case "scenarios", "stages", "dayparts", "features":
		return place{panel: head}
	}
	return place{panel: panelAbout}
}

// String gives the value of ?open=, "" for nothing.
func (p place) String() string {
	switch {
	case p.panel != "":
		return p.panel
	case p.ref.Kind == "":
		return ""
	}
	return p.ref.String()
}

// ID is the id of the card on the page.
func (p place) ID() string { return "p-" + strings.ReplaceAll(p.String(), "/", "-") }

// path is the address of the page with this open.
func (p place) path(base string) string {
	if s := p.String(); s != "" {
		return base + "?open=" + url.QueryEscape(s) + "#" + p.ID()
	}
	return base
}
