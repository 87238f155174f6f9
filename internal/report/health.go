package report

import (
	"context"
	"fmt"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// Inquiries reads what questions did.
type Inquiries interface {
	// QuestionSums adds up counts by version and question.
	QuestionSums(ctx context.Context, org string, q studio.SumQuery) ([]QuestionSum, error)
	// TurnsIn gives what the visits of a window hung on, by month, branch and version.
	TurnsIn(ctx context.Context, org, programme string, w studio.Window) ([]visit.Rollup, error)
}

// QuestionSum is what one question of one version did in a window.
type QuestionSum struct {
	Version string // id
	visit.QuestionRollup
}

// Health says which questions of a programme earn their place: of the version in force, counted over published visits of
// all versions in which a question was the same.
type Health struct {
	Programme   studio.Programme
	Query       Query
	Window      studio.Window
	Version     studio.Version
	Scenarios   []programme.Scenario
	Visits      int              // counted
	Questions   []QuestionHealth // in the order of the checklist
	Unwitnessed []Unwitnessed
	Notes       []string
}

// QuestionHealth is one question with what can be said of it.
type QuestionHealth struct {
	compare.QuestionHealth
	Text, SectionTitle, StandardTitle string
	Kind                              programme.Kind
	Earlier                           int // visits that asked it in another form, left out
}

// Unwitnessed is a standard of which no visit can say whether it was met.
type Unwitnessed struct {
	Standard, Title string
	Why             string // a whole sentence
}

// Health judges the questions of a programme. It is for those who change them.
func (s *Service) Health(ctx context.Context, a auth.Actor, q Query) (h Health, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		if !a.May(auth.StandardsEdit) {
			return fault.New(fault.Forbidden, "Your role here does not include this.")
		}
		d, err := s.desk(ctx, tx, a, auth.StandardsEdit, q)
		if err != nil {
			return err
		}
		x := &study{desk: d, tx: tx}
		if x.counted, err = s.count(ctx, tx, &x.desk); err != nil {
			return err
		}
		if q.Scenario != "" && !hasScenario(x.counted.Edition.List.Programme, q.Scenario) {
			return fault.Missing("scenario")
		}
		h, err = once(s.works, x.key("health "+x.counted.Edition.Meta.ID), func() (Health, int, error) {
			h, err := s.health(ctx, x)
			return h, len(h.Questions), err
		})
		h.Programme, h.Query, h.Window = x.programme, x.query, x.window
		return err
	})
	return h, wrap("health of questions", err)
}

func hasScenario(p *programme.Programme, id string) bool {
	for i := range p.Scenarios {
		if p.Scenarios[i].ID == id {
			return true
		}
	}
	return false
}

// HealthMonths is the window of HealthOf, the current month with it.
const HealthMonths = 12

// HealthOf says of every question, by its id, in a line what to do with it and why: "Keep. It tells visits apart: …". It is
// empty before the first version is published.
func (s *Service) HealthOf(ctx context.Context, a auth.Actor, programmeID string) (map[string]string, error) {
	h, err := s.Health(ctx, a, Query{Programme: programmeID, Span: Last12})
	if fault.Is(err, fault.NotFound) {
		_, err = s.ProgrammeOf(ctx, a, programmeID)
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	all := make(map[string]string, len(h.Questions))
	for i := range h.Questions {
		q := &h.Questions[i]
		all[q.ID] = q.Verdict.Words() + ". " + q.Why
	}
	return all, nil
}

// ProgrammeOf names a programme to those who may change it, also one without a version.
func (s *Service) ProgrammeOf(ctx context.Context, a auth.Actor, id string) (p studio.Programme, err error) {
	if !a.May(auth.StandardsEdit) {
		return p, fault.New(fault.Forbidden, "Your role here does not include this.")
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		p, err = tx.Programme(ctx, a.Org, id)
		return err
	})
	return p, wrap("programme", err)
}

// health reads the counts and judges.
func (s *Service) health(ctx context.Context, x *study) (Health, error) {
	p := x.counted.Edition.List.Programme
	h := Health{Version: x.counted.Edition.Meta, Scenarios: p.Scenarios}
	in := newInquest(s, x)
	if err := in.count(ctx); err != nil {
		return h, err
	}
	if err := in.readTurns(ctx); err != nil {
		return h, err
	}
	in.statuses()
	h.Visits = in.visits
	for _, q := range compare.Health(in.list) {
		asked, sec, _ := p.Question(q.ID)
		st, _ := p.Standard(q.Standard)
		h.Questions = append(h.Questions, QuestionHealth{
			QuestionHealth: q, Text: asked.Text, Kind: asked.Kind, SectionTitle: sec.Title, StandardTitle: titleOf(st), Earlier: in.earlier[q.ID],
		})
	}
	h.Unwitnessed = in.unwitnessed()
	if all := in.published(); all > in.all {
		h.Notes = append(h.Notes, fmt.Sprintf("%d of %d published visits are not counted here: they were published before questions were. "+
			"“plainclothes verify --rebuild” counts them, too.", all-in.all, all))
	}
	return h, nil
}

func titleOf(s *programme.Standard) string {
	if s == nil {
		return ""
	}
	return s.Title
}
