package shopper

import (
	"encoding/json"
	"slices"
	"strconv"

	"plainclothes/internal/programme"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// tryView is what the script of a test run, or of a preview, needs to know: it shows and hides as on a visit, and keeps
// and sends nothing.
type tryView struct {
	Form     programme.Phone            `json:"form"`
	Context  tryContext                 `json:"context"`
	Answers  map[string]json.RawMessage `json:"answers"`
	Comments map[string]string          `json:"comments"`
	Photos   map[string]int             `json:"photos"`
	Stage    string                     `json:"stage"`
	Section  string                     `json:"section"`
	Keep     string                     `json:"keep,omitempty"` // where a preview remembers answers while its tab is open
}

// tryContext are the facts that conditions ask about, as static/js/checklist.js reads them.
type tryContext struct {
	Scenario string   `json:"scenario"`
	Channel  string   `json:"channel"`
	Format   string   `json:"format"`
	Features []string `json:"features"`
}

// Data is all of it as JSON, for an attribute of the page: pages hold no scripts of their own.
func (v *tryView) Data() (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func tryOf(p *visit.Paper) *tryView {
	c := p.Context()
	v := tryView{
		Form: programme.PhoneForm(p.List.Programme, p.Visit.Scenario), Answers: p.Report.Answers, Comments: p.Report.Comments, Photos: map[string]int{},
		Stage:   p.Stage,
		Context: tryContext{Scenario: c.Scenario, Channel: c.Channel, Format: c.Format, Features: append([]string{}, c.Features...)},
	}
	for _, ph := range p.Photos {
		v.Photos[ph.Question]++
	}
	return &v
}

// rehearsed marks a page that is not of a visit: nothing on it counts, and the scripts that keep and send stay away.
func rehearsed(ch *kit.Chrome, p *visit.Paper) bool {
	if !p.Rehearsal {
		return false
	}
	ch.Script = nil
	ch.Test = "A test run of version " + strconv.Itoa(p.List.Version.Number) + ". Nothing here counts."
	return true
}

// before lists the stages that come before the one of a section, as if they had been sent.
func before(p *programme.Programme, scenario string, sec *programme.Section) []string {
	at := programme.StageOf(p, scenario, sec)
	var all []string
	for _, st := range programme.StagesOf(p, scenario) {
		if st.ID == at {
			return all
		}
		all = append(all, st.ID)
	}
	return nil
}

// neighbours gives the sections before and after one among those on show: round at the ends.
func neighbours(all []programme.Section, id string) (before, after string) {
	i := slices.IndexFunc(all, func(s programme.Section) bool { return s.ID == id })
	switch n := len(all); {
	case n == 0:
		return id, id
	case i < 0:
		return all[0].ID, all[0].ID
	default:
		return all[(i+n-1)%n].ID, all[(i+1)%n].ID
	}
}
