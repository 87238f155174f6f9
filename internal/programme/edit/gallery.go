package edit

import (
	"fmt"
	"slices"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// AddSection brings a section of another programme along, with the standards that its questions witness. Ids that are taken
// are made anew; conditions on what does not come along are left out.
type AddSection struct {
	From    *programme.Programme
	Section string
	At      int // place from 1; 0: at the end
}

// drops: what the section asked of the other programme does not come along.
func (AddSection) drops() bool { return true }

func (o AddSection) do(w *work) error {
	from, ok := o.From.Section(o.Section)
	if !ok {
		return gone(Ref{Kind: Section, ID: o.Section})
	}
	id := from.ID
	if r := (Ref{Kind: Section, ID: id}); !w.free(r) {
		id = w.newSection()
	}
	s := programme.Section{ID: id, Title: from.Title, ShowIf: copyCondition(from.ShowIf)}
	if from.Stage == programme.LastStage && len(w.p.Stages) > 0 || stageAt(w.p, from.Stage) >= 0 {
		s.Stage = from.Stage
	}
	names := w.bring(&s, from)
	follow(&s, names, from.ID)
	standards := w.bringStandards(o.From, &s)
	w.p.Sections = place(w.p.Sections, o.At, s)
	w.open = Ref{Kind: Section, ID: id}
	w.touch(w.open, "")
	w.say(fmt.Sprintf("Added %s with %s from “%s”.", Label(w.p, w.open), catalogue.Count(len(s.Questions), "question", "questions"), short(o.From.Name)))
	if standards > 0 {
		w.said += fmt.Sprintf(" %s came along.", upperFirst(catalogue.Count(standards, "standard", "standards")))
	}
	return nil
}

// bring copies the questions, giving new ids to those whose ids are taken.
func (w *work) bring(s *programme.Section, from *programme.Section) map[string]string {
	names := map[string]string{}
	for j := range from.Questions {
		q := copyQuestion(&from.Questions[j])
		if !w.free(Ref{Kind: Question, ID: q.ID}) {
			q.ID = w.questionIn(s.ID, names)
		}
		names[from.Questions[j].ID] = q.ID
		s.Questions = append(s.Questions, q)
	}
	return names
}

// bringStandards adds the standards that the questions witness, unless one of the same words is there, and counts them.
func (w *work) bringStandards(from *programme.Programme, s *programme.Section) int {
	ids, added := map[string]string{}, 0
	for j := range s.Questions {
		q := &s.Questions[j]
		theirs, ok := from.Standard(q.Standard)
		if !ok {
			continue
		}
		id, known := ids[theirs.ID]
		if !known {
			var fresh bool
			if id, fresh = w.bringStandard(theirs); fresh {
				added++
			}
			ids[theirs.ID] = id
		}
		q.Standard = id
	}
	return added
}

// bringStandard gives the id that a standard has here, and whether it was added.
func (w *work) bringStandard(theirs *programme.Standard) (string, bool) {
	at := slices.IndexFunc(w.p.Standards, func(x programme.Standard) bool { return x.Title == theirs.Title && x.Good == theirs.Good })
	if at >= 0 {
		return w.p.Standards[at].ID, false
	}
	mine := *theirs
	if !w.free(Ref{Kind: Standard, ID: mine.ID}) {
		mine.ID = w.newStandard()
	}
	w.p.Standards = append(w.p.Standards, mine)
	w.touch(Ref{Kind: Standard, ID: mine.ID}, "")
	return mine.ID, true
}

// New is a programme with nothing in it yet but what nearly everyone begins with: one scenario, a monthly visit to every
// branch, WOW beside the score, and levels at 80 and 90 %. key is that of the file.
func New(key, name, trade string) (*programme.Programme, error) {
	p := &programme.Programme{
		Key: key, Name: oneLine(name), Trade: oneLine(trade),
		Visit:     programme.VisitPlan{Minutes: 30, ReportDueHours: 24, RotationDays: 60, VisitsPerBranch: 1, Wave: programme.WaveMonthly},
		Scenarios: []programme.Scenario{{ID: "visit", Title: "Visit", Share: 100}},
		Policy:    programme.Policy{Wow: programme.WowSeparate, MinCompleteness: 8_000},
		Levels:    programme.Levels{GoodMinBP: 8_000, WowMinBP: 9_000, WowMinShareBP: 5_000},
	}
	p, problems, err := programme.Redraft(p)
	if err != nil {
		return nil, fieldsOf(p, problems, err)
	}
	return p, nil
}

// fieldsOf turns problems into the names of fields.
func fieldsOf(p *programme.Programme, problems programme.Problems, err error) error {
	if !fault.Is(err, fault.Invalid) || p != nil {
		return err
	}
	var bad fault.Fields
	for _, x := range problems {
		if x.Path == "name" || x.Path == "trade" || x.Path == "programme" {
			bad.Add(x.Path, x.Message)
		}
	}
	if bad.Len() == 0 {
		return err
	}
	return bad.Err()
}
