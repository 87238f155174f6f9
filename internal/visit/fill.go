package visit

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// Paper is a visit with its checklist as far as it is filled in: what the shopper's pages show.
type Paper struct {
	Visit    Visit
	Place    Place
	List     *Checklist
	Report   Report
	Answers  programme.Answers
	Shown    programme.Shown
	Photos   []evidence.Photo
	Notes    []Note
	Gaps     []programme.Gap
	Stages   []programme.Stage // that this scenario has; empty without stages
	Stage    string            // the stage being filled in, "" without stages
	Sections []programme.Section
}

// Mine lists the shopper's own visits, soonest due first.
func (s *Service) Mine(ctx context.Context, a auth.Actor, states []State, after string) ([]Row, error) {
	reach, err := need(a, auth.VisitDo)
	if err != nil {
		return nil, err
	}
	return s.list(ctx, a, Query{Reach: reach, States: states, Order: ByDue, Limit: MaxList, After: after})
}

// Board lists open visits that a shopper may take, soonest due first.
func (s *Service) Board(ctx context.Context, a auth.Actor, after string) ([]Row, error) {
	reach, err := need(a, auth.VisitTake)
	if err != nil {
		return nil, err
	}
	return s.list(ctx, a, Query{Reach: reach, States: []State{Open}, Order: ByDue, Limit: MaxList, After: after})
}

func (s *Service) list(ctx context.Context, a auth.Actor, q Query) (rows []Row, err error) {
	q.Limit = limited(q.Limit)
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		rows, err = tx.Visits(ctx, a.Org, q)
		return err
	})
	return rows, wrap("list visits", err)
}

// Offer shows an open visit to a shopper who may take it: its brief is what he decides on.
func (s *Service) Offer(ctx context.Context, a auth.Actor, id string) (paper Paper, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		j, err := s.load(ctx, tx, a, auth.VisitTake, id, false)
		if err != nil {
			return err
		}
		if j.State != Open {
			return fault.Missing("open visit")
		}
		v, err := tx.CurrentVersion(ctx, a.Org, j.Programme, s.now().UTC().Format(time.DateOnly))
		if err != nil {
			return err
		}
		list, err := s.lists.get(ctx, tx, a.Org, v.ID)
		paper = Paper{Visit: j.Visit, Place: j.Place, List: list}
		return err
	})
	return paper, wrap("open offer", err)
}

// Open gives one of the shopper's own visits with everything its pages show.
func (s *Service) Open(ctx context.Context, a auth.Actor, id string) (paper Paper, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		j, err := s.own(ctx, tx, a, id, false)
		if err != nil {
			return err
		}
		paper, err = s.paper(ctx, tx, j)
		return err
	})
	paper.Notes = forShopper(paper.Notes)
	return paper, wrap("open visit", err)
}

// forShopper keeps what was said to and by the shopper.
func forShopper(all []Note) []Note {
	return slices.DeleteFunc(slices.Clone(all), func(n Note) bool { return n.Kind != NoteSentBack && n.Kind != NoteReply })
}

// paper loads everything below a visit.
func (s *Service) paper(ctx context.Context, tx Tx, j job) (Paper, error) {
	p := Paper{Visit: j.Visit, Place: j.Place, List: j.list}
	var err error
	if p.Report, err = tx.Report(ctx, j.Visit.Org, j.Visit.ID); err != nil {
		return p, err
	}
	if p.Photos, err = tx.Photos(ctx, j.Visit.Org, j.Visit.ID); err != nil {
		return p, err
	}
	if p.Notes, err = tx.Notes(ctx, j.Visit.Org, j.Visit.ID); err != nil {
		return p, err
	}
	p.fill()
	return p, nil
}

// fill works out what follows from the answers.
func (p *Paper) fill() {
	prog := p.List.Programme
	p.Answers = answersOf(prog, p.Report.Answers)
	p.Shown = programme.Show(prog, p.Context(), p.Answers)
	p.Stages = programme.StagesOf(prog, p.Visit.Scenario)
	p.Stage = nextStage(p.Stages, p.Visit.Stages)
	p.Sections = p.sections()
	p.Gaps = p.gaps()
}

// Context is what the checklist's conditions ask: the branch's facts as they were at the first answer, so that a
// feature that comes or goes later changes no report.
func (p *Paper) Context() programme.Context {
	if p.Report.Context != nil {
		return *p.Report.Context
	}
	return p.Place.Context(p.Visit.Scenario)
}

// pin keeps the branch's facts of this day.
func (p *Paper) pin() {
	if p.Report.Context == nil {
		c := p.Context()
		p.Report.Context = &c
	}
}

// sections are those that the shopper sees now: shown, and of the stage being filled in.
func (p *Paper) sections() []programme.Section {
	var all []programme.Section
	for _, sec := range p.List.Programme.Sections {
		if p.Shown.Section(sec.ID) && p.ofStage(&sec) {
			all = append(all, sec)
		}
	}
	return all
}

// ofStage reports whether a section is asked in the stage being filled in.
func (p *Paper) ofStage(sec *programme.Section) bool {
	return p.Stage == "" || programme.StageOf(p.List.Programme, p.Visit.Scenario, sec) == p.Stage
}

// gaps are what is missing before the present stage can be sealed.
func (p *Paper) gaps() []programme.Gap {
	photos := map[string]int{}
	for _, ph := range p.Photos {
		photos[ph.Question]++
	}
	var stages []string
	if p.Stage != "" {
		stages = []string{p.Stage}
	}
	return programme.Gaps(p.List.Programme, p.Context(), programme.Report{
		Answers: p.Answers, Comments: p.Report.Comments, Photos: photos, Stages: stages,
	})
}

// nextStage is the first stage that is not sealed, "" when there are none.
func nextStage(stages []programme.Stage, sealed []string) string {
	for _, st := range stages {
		if !slices.Contains(sealed, st.ID) {
			return st.ID
		}
	}
	return ""
}

// answersOf reads the stored answers; what the checklist does not ask is left out.
func answersOf(p *programme.Programme, raw map[string]json.RawMessage) programme.Answers {
	all := make(programme.Answers, len(raw))
	for i := range p.Sections {
		for k := range p.Sections[i].Questions {
			q := &p.Sections[i].Questions[k]
			v, ok := raw[q.ID]
			if !ok {
				continue
			}
			if a, err := programme.ParseAnswer(q, v); err == nil { // stored answers were parsed when they came in
				all[q.ID] = a
			}
		}
	}
	return all
}

// Entry is one question as a form sends it. Was and WasComment are what the page showed when it was made: a field that
// still says the same was not touched, whatever another tab did meanwhile.
type Entry struct {
	Values     []string // as posted; none clears
	Was        string   // wire form
	Comment    string
	WasComment string
}

// Saved is what Save stored.
type Saved struct {
	Paper   Paper
	Changed int // number of fields
}

// Save stores the touched fields of a page. What can be stored is stored, even when other fields cannot: then the
// error is a fault.Fields naming those, and Saved is complete all the same.
func (s *Service) Save(ctx context.Context, a auth.Actor, id string, entries map[string]Entry) (saved Saved, err error) {
	var bad fault.Fields
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		j, err := s.own(ctx, tx, a, id, true)
		if err != nil {
			return err
		}
		if !j.State.Writable() {
			return fault.Newf(fault.Conflict, "This visit is %s, so its answers stay as they are.", j.State.Words())
		}
		paper, err := s.paper(ctx, tx, j)
		if err != nil {
			return err
		}
		edits := paper.edits(entries, &bad)
		if saved.Changed = len(edits); saved.Changed > 0 {
			err = s.write(ctx, tx, a, &paper, edits)
		}
		saved.Paper = paper
		return err
	})
	saved.Paper.Notes = forShopper(saved.Paper.Notes)
	if err == nil {
		err = bad.Err()
	}
	return saved, wrap("save answers", err)
}

// edit is one changed field.
type edit struct {
	field string
	value json.RawMessage
}

// edits compares what was posted with what the page showed.
func (p *Paper) edits(entries map[string]Entry, bad *fault.Fields) []edit {
	var all []edit
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		e := entries[id]
		q, sec, ok := p.List.Programme.Question(id)
		if !ok || !p.ofStage(sec) {
			bad.Add(id, "This question is not part of this visit.")
			continue
		}
		if ed, ok := answerEdit(q, e, p.Answers[id], bad); ok {
			all = append(all, ed)
		}
		if ed, ok := commentEdit(q, e, p.Report.Comments[id], bad); ok {
			all = append(all, ed)
		}
	}
	return all
}

func answerEdit(q *programme.Question, e Entry, stored programme.Answer, bad *fault.Fields) (edit, bool) {
	if q.Kind == programme.Photo || q.Kind == programme.Receipt {
		return edit{}, false // photos arrive by themselves
	}
	ans, err := programme.ParseForm(q, e.Values)
	if err == nil {
		err = longText(ans.Text)
	}
	if err != nil {
		bad.Add(q.ID, sentence(err))
		return edit{}, false
	}
	wire := string(ans.JSON(q))
	if wire == orNull(e.Was) || wire == string(stored.JSON(q)) {
		return edit{}, false
	}
	return edit{q.ID, json.RawMessage(wire)}, true
}

func commentEdit(q *programme.Question, e Entry, stored string, bad *fault.Fields) (edit, bool) {
	if e.Comment == e.WasComment || e.Comment == stored {
		return edit{}, false
	}
	if err := longText(e.Comment); err != nil {
		bad.Add(CommentField(q.ID), sentence(err))
		return edit{}, false
	}
	b, err := json.Marshal(e.Comment)
	return edit{CommentField(q.ID), b}, err == nil
}

func longText(s string) error {
	if n := utf8.RuneCountInString(s); n > maxText {
		return fault.Newf(fault.Invalid, "That is %d characters. Keep it under %d.", n, maxText)
	}
	return nil
}

// sentence is what a person reads of an error about his input.
func sentence(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Message
	}
	return err.Error()
}

func orNull(wire string) string {
	if wire == "" {
		return "null"
	}
	return wire
}

// formDevice is the device of the plain pages: one submission a visit.
const formDevice = "form"

// write appends the edits to the log of the plain pages and brings the report and the visit up to date.
func (s *Service) write(ctx context.Context, tx Tx, a auth.Actor, p *Paper, edits []edit) error {
	now := s.now().UTC()
	sub, err := submissionOf(ctx, tx, p.Visit, formDevice, now)
	if err != nil {
		return err
	}
	ops := make([]Op, 0, len(edits))
	for _, e := range edits {
		op, err := sub.add(uuid.Must(uuid.NewV7()).String(), e.field, e.value, now)
		if err != nil {
			return err
		}
		ops = append(ops, op)
		if err := apply(p.Report.Answers, p.Report.Comments, e.field, e.value); err != nil {
			return err
		}
	}
	if err := tx.SaveSubmission(ctx, a.Org, sub); err != nil {
		return err
	}
	if err := tx.AppendOps(ctx, a.Org, p.Visit.ID, ops); err != nil {
		return err
	}
	p.pin()
	p.Report.Seq += len(ops)
	p.Report.Head, p.Report.Updated = sub.Head, now
	if err := tx.SaveReport(ctx, a.Org, p.Report); err != nil {
		return err
	}
	p.Report.RowVersion++
	p.fill()
	return s.begin(ctx, tx, a, p, now)
}

// begin notes the first answer: the day of the visit is the day at the branch.
func (s *Service) begin(ctx context.Context, tx Tx, a auth.Actor, p *Paper, now time.Time) error {
	if p.Visit.State != Taken {
		return nil
	}
	if err := p.Visit.Move(InProgress); err != nil {
		return err
	}
	p.Visit.Started = now
	p.Visit.on(p.Place.Today(now))
	err := s.keep(ctx, tx, a, p.Visit, "visit.started", nil)
	p.Visit.RowVersion++
	return err
}

// on sets the day of the visit.
func (v *Visit) on(day string) { v.VisitedOn, v.Month = day, day[:len("2006-01")] }

// submissionOf gives the device's submission of this visit, new when it has none. Its id follows from visit and device,
// so that two tabs cannot make two.
func submissionOf(ctx context.Context, tx Tx, v Visit, device string, now time.Time) (Submission, error) {
	space, err := uuid.Parse(v.ID)
	if err != nil {
		return Submission{}, err
	}
	id := uuid.NewSHA1(space, []byte(device)).String()
	sub, err := tx.Submission(ctx, v.Org, id)
	if fault.Is(err, fault.NotFound) {
		return Submission{Org: v.Org, ID: id, Visit: v.ID, Device: device, Created: now}, nil
	}
	return sub, err
}
