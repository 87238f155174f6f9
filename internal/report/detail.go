package report

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// VisitReport is one published visit, section by section, as managers may read it.
type VisitReport struct {
	ID            string
	Pseudonym     string
	Branch        string // id
	Place         Place
	Programme     string // id
	ProgrammeName string
	Version       int // number of the checklist it was taken with
	List          *visit.Checklist
	Scenario      programme.Scenario
	VisitedOn     string
	Daypart       string // "" when it is not known
	Result        scoring.Result
	Sections      []Section
	Standards     []StandardOutcome
	Criticals     []Critical
	// Trace is the arithmetic of the score; nil where the branch's features have changed since, so that adding up again
	// would not give what was published.
	Trace *scoring.Trace
}

// Section is one part of the checklist that was asked.
type Section struct {
	ID, Title string
	Score     *scoring.SectionResult // nil when nothing of it carries points
	Questions []Answered
}

// Answered is one question with what was found. Withheld says that there is an answer which managers do not see.
type Answered struct {
	ID, Text string
	Kind     programme.Kind
	Standard string // title, "" when it witnesses none
	State    programme.AnswerState
	Answer   string // in words
	Withheld bool
	Comment  string
	Photos   []Photo
	Points   *scoring.QuestionTrace // nil without points, and without a trace
	Failed   bool                   // answered, and less than full Good points
}

// Photo is a picture to show; its bytes come by its id. When it was taken is nobody's business.
type Photo struct {
	ID            string
	Width, Height int
}

// StandardOutcome is what the visit says about one standard.
type StandardOutcome struct {
	ID, Title string
	Outcome   scoring.Outcome
}

// Critical is a must-not-fail answer that was given.
type Critical struct{ Question, Text string }

// PublishedVisit opens one published visit within the reader's reach.
func (s *Service) PublishedVisit(ctx context.Context, a auth.Actor, id string) (r VisitReport, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		f, err := s.file(ctx, tx, a, id)
		if err != nil {
			return err
		}
		r, err = f.read()
		return err
	})
	return r, wrap("open published visit", err)
}

// file is everything stored of one visit.
type file struct {
	visit.Visit
	place   visit.Place
	region  string
	name    string // of the programme
	list    *visit.Checklist
	report  visit.Report
	photos  []evidence.Photo
	answers programme.Answers
	shown   programme.Shown
	trace   scoring.Trace
	fits    bool // the trace gives the published score
}

// file loads a visit that the reader may read.
func (s *Service) file(ctx context.Context, tx Tx, a auth.Actor, id string) (*file, error) {
	if a.Reach(auth.ReportRead).Empty() {
		return nil, fault.New(fault.Forbidden, "Your role here does not include this.")
	}
	v, err := tx.PublishedVisit(ctx, a.Org, id)
	if err != nil {
		return nil, err
	}
	f := &file{Visit: v}
	if f.place, err = tx.Place(ctx, a.Org, v.Branch); err != nil {
		return nil, err
	}
	// Not v.Thing: a manager who is a shopper too reads published visits as a manager only.
	if err := auth.Can(a, auth.ReportRead, auth.Thing{Org: v.Org, Branch: v.Branch, Region: f.place.Region}); err != nil {
		return nil, err
	}
	f.region = f.place.RegionName
	p, err := tx.Programme(ctx, a.Org, v.Programme)
	if err != nil {
		return nil, err
	}
	f.name = p.Name
	if f.report, err = tx.Report(ctx, a.Org, id); err != nil {
		return nil, err
	}
	if f.photos, err = tx.Photos(ctx, a.Org, id); err != nil {
		return nil, err
	}
	e, err := s.shelf.Edition(ctx, tx, studio.Version{Org: a.Org, ID: v.Version})
	f.list = e.List
	return f, err
}

// read puts the file into words.
func (f *file) read() (VisitReport, error) {
	p := f.list.Programme
	r := VisitReport{
		ID: f.ID, Pseudonym: f.Pseudonym, Branch: f.Branch, Programme: f.Programme, ProgrammeName: f.name, Version: f.list.Version.Number, List: f.list,
		Place:     Place{Code: f.place.Code, Name: f.place.Name, Region: f.region, Format: f.place.Format},
		VisitedOn: f.VisitedOn, Daypart: f.daypart(),
	}
	if sc, ok := p.Scenario(f.Scenario); ok {
		r.Scenario = *sc
	}
	if err := json.Unmarshal(f.report.Result, &r.Result); err != nil {
		return r, fmt.Errorf("result of visit %s: %w", f.ID, err)
	}
	f.work(&r.Result)
	if f.fits {
		r.Trace = &f.trace
	}
	for i := range p.Sections {
		if f.shown.Section(p.Sections[i].ID) {
			r.Sections = append(r.Sections, f.section(&p.Sections[i], &r.Result))
		}
	}
	r.Standards, r.Criticals = f.standards(&r.Result), f.criticals(&r.Result)
	return r, nil
}

// work finds answers, what was asked, and the arithmetic.
func (f *file) work(published *scoring.Result) {
	f.answers = answers(f.list.Programme, f.report.Answers)
	ctx := f.place.Context(f.Scenario)
	if f.report.Context != nil {
		ctx = *f.report.Context
	}
	f.shown = programme.Show(f.list.Programme, ctx, f.answers)
	f.trace = f.list.Scoring.Trace(scoring.Input{Context: ctx, Answers: f.answers})
	f.fits = equal(f.trace.Total.BaseBP, published.BaseBP) && equal(f.trace.Total.FinalBP, published.FinalBP)
}

func equal(a, b *int) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// answers reads stored answers with the questions of their own version.
func answers(p *programme.Programme, raw map[string]json.RawMessage) programme.Answers {
	all := make(programme.Answers, len(raw))
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			q := &p.Sections[i].Questions[j]
			if value, ok := raw[q.ID]; ok {
				if a, err := programme.ParseAnswer(q, value); err == nil { // stored answers were parsed when they came in
					all[q.ID] = a
				}
			}
		}
	}
	return all
}

// daypart is the part of the day in which the visit began, in the branch's zone.
func (f *file) daypart() string {
	zone, err := time.LoadLocation(f.place.Zone)
	if err != nil || f.Started.IsZero() {
		return ""
	}
	at := f.Started.In(zone)
	if at.Format(time.DateOnly) != f.VisitedOn {
		return "" // filled in later: the hour says nothing about the visit
	}
	return daypartOf(f.list.Programme, at.Hour()*60+at.Minute())
}

func (f *file) section(s *programme.Section, res *scoring.Result) Section {
	out := Section{ID: s.ID, Title: s.Title}
	for i := range res.Sections {
		if res.Sections[i].Section == s.ID {
			out.Score = &res.Sections[i]
		}
	}
	for i := range s.Questions {
		if q := &s.Questions[i]; f.shown.Question(q.ID) {
			out.Questions = append(out.Questions, f.question(q))
		}
	}
	return out
}

func (f *file) question(q *programme.Question) Answered {
	a := f.answers[q.ID]
	out := Answered{ID: q.ID, Text: q.Text, Kind: q.Kind, State: a.State, Failed: programme.Fails(q, a)}
	if st, ok := f.list.Programme.Standard(q.Standard); ok {
		out.Standard = st.Title
	}
	if out.Points = f.points(q.ID); out.Points != nil && out.Points.Possible == "0" && out.Points.WowAvailable == "0" {
		out.Points = nil
	}
	if withheld(q) {
		out.Withheld = a.State != programme.Missing || f.report.Comments[q.ID] != "" || len(f.photosOf(q.ID)) > 0
		return out
	}
	out.Answer, out.Comment, out.Photos = words(f.list.Programme, q, a, f.Currency), f.report.Comments[q.ID], f.photosOf(q.ID)
	return out
}

// withheld reports whether managers must not see what was answered: what is kept in the vault, names of staff, and
// receipts, which print the minute of the visit.
func withheld(q *programme.Question) bool {
	return q.Vault || q.Kind == programme.StaffName || q.Kind == programme.Receipt
}

func (f *file) points(question string) *scoring.QuestionTrace {
	if !f.fits {
		return nil
	}
	i := slices.IndexFunc(f.trace.Questions, func(t scoring.QuestionTrace) bool { return t.Question == question })
	if i < 0 {
		return nil
	}
	return &f.trace.Questions[i]
}

// photosOf lists a question's photos by id, which is random: the order in which they were taken tells nothing here.
func (f *file) photosOf(question string) []Photo {
	var all []Photo
	for _, p := range f.photos {
		if p.Question == question && p.Shown() {
			all = append(all, Photo{ID: p.ID, Width: p.Width, Height: p.Height})
		}
	}
	slices.SortFunc(all, func(a, b Photo) int { return strings.Compare(a.ID, b.ID) })
	return all
}

func (f *file) standards(res *scoring.Result) []StandardOutcome {
	all := make([]StandardOutcome, 0, len(res.Standards))
	for _, st := range res.Standards {
		o := StandardOutcome{ID: st.Standard, Title: st.Standard, Outcome: st.Outcome}
		if s, ok := f.list.Programme.Standard(st.Standard); ok {
			o.Title = s.Title
		}
		all = append(all, o)
	}
	return all
}

func (f *file) criticals(res *scoring.Result) []Critical {
	var all []Critical
	for _, id := range res.Criticals {
		c := Critical{Question: id}
		if q, _, ok := f.list.Programme.Question(id); ok {
			c.Text = q.Text
		}
		all = append(all, c)
	}
	return all
}

// Photo gives a photo of a published visit that the reader may see, for whoever serves its bytes.
func (s *Service) Photo(ctx context.Context, a auth.Actor, id string) (p evidence.Photo, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		if p, err = tx.Photo(ctx, a.Org, id); err != nil {
			return err
		}
		f, err := s.file(ctx, tx, a, p.Visit)
		if err != nil {
			return err
		}
		if q, _, ok := f.list.Programme.Question(p.Question); !ok || withheld(q) || !p.Removed.IsZero() {
			return fault.Missing("photo")
		}
		return nil
	})
	if err != nil {
		return evidence.Photo{}, wrap("open photo", err)
	}
	return p, nil
}
