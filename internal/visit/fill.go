package visit

import (
	"bytes"
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
	Times    []StageTime       // the same stages by the clock
	Sections []programme.Section

	Conflicts []Conflict // fields of which the shopper has to say which value is right
	Reading   *Reading   // the language of the texts, nil when the programme has only one
	Rehearsal bool       // no visit: a checklist that is looked at or tried out
}

// Mine lists the shopper's own visits, soonest due first.
func (s *Service) Mine(ctx context.Context, a auth.Actor, states []State, after string) ([]Row, error) {
	reach, err := need(a, auth.VisitDo)
	if err != nil {
		return nil, err
	}
	rows, err := s.list(ctx, a, Query{Reach: reach, States: states, Order: ByDue, Limit: MaxList, After: after})
	if err != nil {
		return nil, err
	}
	return rows, wrap("list visits", s.repo.View(ctx, a.Org, func(tx Tx) error { return s.nextParts(ctx, tx, rows) }))
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
		list, err := s.lists.Get(ctx, tx, a.Org, v.ID)
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
	if p.Report, err = s.report(ctx, tx, j); err != nil {
		return p, err
	}
	if p.Photos, err = tx.Photos(ctx, j.Visit.Org, j.Visit.ID); err != nil {
		return p, err
	}
	if p.Times, err = s.clocks(ctx, tx, &p.Visit, p.List); err != nil {
		return p, err
	}
	if p.Notes, err = tx.Notes(ctx, j.Visit.Org, j.Visit.ID); err != nil {
		return p, err
	}
	p.fill()
	return p, nil
}

// report loads a report with its present values. Those of one that a program sent, or that is older than them, are made
// from the log.
func (s *Service) report(ctx context.Context, tx Tx, j job) (Report, error) {
	r, err := tx.Report(ctx, j.Visit.Org, j.Visit.ID)
	if err != nil || r.Heads != nil {
		return r, err
	}
	r.Heads = Heads{}
	if r.Seq > 0 {
		var ops []Op
		if ops, err = tx.Ops(ctx, j.Visit.Org, j.Visit.ID); err == nil {
			r.Heads, err = HeadsOf(j.list, ops)
		}
	}
	return r, err
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
	p.Conflicts = p.conflicts()
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
	Settles    []string // ids of the ops between which the page asked to choose: the answer takes the place of them all
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

// edit is one changed field with the ops whose values it takes the place of.
type edit struct {
	field string
	value json.RawMessage
	base  []string
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
		if ed, ok := p.answerEdit(q, e, bad); ok {
			all = append(all, ed)
		}
		if ed, ok := p.commentEdit(q, e, bad); ok {
			all = append(all, ed)
		}
	}
	return all
}

func (p *Paper) answerEdit(q *programme.Question, e Entry, bad *fault.Fields) (edit, bool) {
	if q.Kind == programme.Photo || q.Kind == programme.Receipt { // photos arrive by themselves; a form can say that none applies
		e.Values = slices.DeleteFunc(slices.Clone(e.Values), func(v string) bool { return v != programme.CodeNA })
	}
	ans, err := programme.ParseForm(q, e.Values)
	if err == nil {
		err = longText(ans.Text)
	}
	if err != nil {
		bad.Add(q.ID, sentence(err))
		return edit{}, false
	}
	stored := p.Answers[q.ID]
	return p.edit(q.ID, ans.JSON(q), json.RawMessage(orNull(e.Was)), stored.JSON(q), e.Settles)
}

func (p *Paper) commentEdit(q *programme.Question, e Entry, bad *fault.Fields) (edit, bool) {
	field := CommentField(q.ID)
	if err := longText(e.Comment); err != nil {
		bad.Add(field, sentence(err))
		return edit{}, false
	}
	return p.edit(field, quoted(e.Comment), quoted(e.WasComment), quoted(p.Report.Comments[q.ID]), e.Settles)
}

// edit compares a value with what the page showed and with what is stored. What was shown is replaced; a value that came
// meanwhile stays beside the new one. A choice between two values counts also when it is the one that is shown already.
func (p *Paper) edit(field string, value, was, stored json.RawMessage, settles []string) (edit, bool) {
	if p.Report.Heads.twice(field) && !empty(value) {
		asked := slices.DeleteFunc(p.Report.Heads.ids(field), func(op string) bool { return !slices.Contains(settles, op) })
		if len(asked) > 0 {
			return edit{field, value, asked}, true
		}
	}
	if bytes.Equal(value, was) || bytes.Equal(value, stored) {
		return edit{}, false
	}
	return edit{field, value, p.Report.Heads.idsOf(field, was)}, true
}

// quoted is a text as JSON.
func quoted(s string) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil {
		return json.RawMessage(`""`) // a string always marshals
	}
	return b
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
	now := p.next(s.now())
	sub, err := submissionOf(ctx, tx, p.Visit, formDevice, now)
	if err != nil {
		return err
	}
	ops := make([]Op, 0, len(edits))
	for _, e := range edits {
		op, err := sub.add(uuid.Must(uuid.NewV7()).String(), e.field, e.value, e.base, now)
		if err != nil {
			return err
		}
		ops = append(ops, op)
		p.Report.Heads.put(e.field, Head{Op: op.ID, Device: formDevice, Value: e.value, At: now.Truncate(time.Millisecond)}, e.base)
	}
	return s.store(ctx, tx, a, p, sub, ops, now)
}

// next is the time of the next change of a report: never before, or at, that of the one before. Logs are put together
// in the order of arrival.
func (p *Paper) next(now time.Time) time.Time {
	now = now.UTC().Truncate(time.Microsecond)
	if last := p.Report.Updated; !now.After(last) {
		return last.Add(time.Microsecond)
	}
	return now
}

// store writes a submission's new ops and what follows from them: started is when the first was made.
func (s *Service) store(ctx context.Context, tx Tx, a auth.Actor, p *Paper, sub Submission, ops []Op, started time.Time) error {
	if err := tx.SaveSubmission(ctx, a.Org, sub); err != nil {
		return err
	}
	if err := tx.AppendOps(ctx, a.Org, p.Visit.ID, ops); err != nil {
		return err
	}
	inTime := slices.DeleteFunc(slices.Clone(ops), func(o Op) bool { return o.Late })
	if len(inTime) == 0 {
		return nil
	}
	p.pin()
	p.Report.Seq += len(inTime)
	last := inTime[len(inTime)-1]
	p.Report.Head, p.Report.Updated = last.Hash, last.Received
	if err := p.materialise(); err != nil {
		return err
	}
	if err := tx.SaveReport(ctx, a.Org, p.Report); err != nil {
		return err
	}
	p.Report.RowVersion++
	p.fill()
	return s.begin(ctx, tx, a, p, started)
}

// materialise makes answers and comments of the present values.
func (p *Paper) materialise() (err error) {
	p.Report.Answers = p.Report.Heads.answers()
	p.Report.Comments, err = p.Report.Heads.comments()
	return err
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
