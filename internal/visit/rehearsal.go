package visit

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
)

// Rehearse makes the paper of a visit that is none: what a checklist asks at a place after these answers, by the rules
// of a real visit. Nothing here reads or writes a database, so it is in no count, score or pay of anybody. A list
// without Scoring will do for looking at it. The Paper says of itself that it is a rehearsal.
func Rehearse(list *Checklist, v Visit, place Place, r Report, photos []evidence.Photo) Paper {
	p := Paper{Visit: v, Place: place, List: list, Report: r, Photos: photos, Rehearsal: true}
	p.Report.Answers, p.Report.Comments = maps.Clone(r.Answers), maps.Clone(r.Comments)
	if p.Report.Answers == nil {
		p.Report.Answers = map[string]json.RawMessage{}
	}
	if p.Report.Comments == nil {
		p.Report.Comments = map[string]string{}
	}
	p.fill()
	return p
}

// Enter takes what a form sent into the report of a rehearsal and says how many fields changed. As with Save, what can
// be taken is taken even when other fields cannot: then the error is a fault.Fields that names those.
func (p *Paper) Enter(entries map[string]Entry) (changed int, err error) {
	var bad fault.Fields
	edits := p.edits(entries, &bad)
	for _, e := range edits {
		p.enter(e)
	}
	p.Report.Seq += len(edits)
	p.fill()
	return len(edits), bad.Err()
}

// enter puts one field in its place.
func (p *Paper) enter(e edit) {
	id, comment := strings.CutSuffix(e.field, commentSuffix)
	switch {
	case comment && empty(e.value):
		delete(p.Report.Comments, id)
	case comment:
		var text string
		_ = json.Unmarshal(e.value, &text) // it was made of a text
		p.Report.Comments[id] = text
	case empty(e.value):
		delete(p.Report.Answers, id)
	default:
		p.Report.Answers[id] = e.value
	}
}

// Close ends the present stage of a rehearsal, or all of it, as Seal does: nothing may be missing, and answers whose
// question is hidden go. Over reports that nothing is left to fill in.
func (p *Paper) Close() (over bool, err error) {
	if err := p.unfinished(); err != nil {
		return false, err
	}
	maps.DeleteFunc(p.Report.Answers, func(id string, _ json.RawMessage) bool { return !p.Shown.Question(id) })
	maps.DeleteFunc(p.Report.Comments, func(id string, _ string) bool { return !p.Shown.Question(id) })
	if p.Stage != "" {
		p.Visit.Stages = append(slices.Clone(p.Visit.Stages), p.Stage)
	}
	p.fill()
	return p.Stage == "", nil
}

// Trace gives the arithmetic of a rehearsal's score as the answers stand.
func (p *Paper) Trace() scoring.Trace { return p.List.Scoring.Trace(p.input()) }

// Sketch is a checklist only to be looked at: that of a draft which need not be finished, and which nothing is scored by.
func Sketch(p *programme.Programme, number int) *Checklist {
	return &Checklist{Version: Version{Number: number}, Programme: p}
}
