package tryout

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/visit"
)

// Branch is what the imagined branch is called.
const Branch = "A test branch"

// paper makes the paper of a run: the same that the pages of a visit show.
func (s *Service) paper(ctx context.Context, r *Run) (visit.Paper, error) {
	list, err := visit.NewChecklist(visit.Version{
		Org: r.Org, ID: r.ID, Programme: r.Programme, Number: r.Number, Hash: r.Hash, Document: r.Document,
	})
	if err != nil {
		return visit.Paper{}, fmt.Errorf("checklist of test run %s: %w", r.ID, err)
	}
	o, err := s.places.Organisation(ctx, auth.Actor{Org: r.Org, Member: r.StartedBy, Roles: []auth.Role{auth.Owner}})
	if err != nil {
		return visit.Paper{}, err
	}
	facts := r.Context
	report := visit.Report{
		Org: r.Org, Visit: r.ID, Seq: len(r.Answers) + len(r.Comments), Answers: r.Answers, Comments: r.Comments, Context: &facts, Heads: visit.Heads{},
	}
	return visit.Rehearse(list, r.visit(list.Programme, &o), r.place(&o), report, r.pictures()), nil
}

// visit is the visit that the run imagines.
func (r *Run) visit(p *programme.Programme, o *org.Organisation) visit.Visit {
	v := visit.Visit{
		Org: r.Org, ID: r.ID, Programme: r.Programme, Scenario: r.Scenario, State: visit.InProgress, Due: r.Created.Add(24 * time.Hour),
		Fee: int64(p.Visit.Fee), Reimburse: int64(p.Visit.ReimburseUpTo), Currency: o.Currency, Stages: slices.Clone(r.Stages),
	}
	if !r.Finished.IsZero() {
		v.State = visit.Received
	}
	return v
}

// place is the branch that the run imagines.
func (r *Run) place(o *org.Organisation) visit.Place {
	return visit.Place{Branch: org.Branch{
		Org: r.Org, Name: Branch, Zone: o.Zone, Format: r.Context.Format, Channel: org.Channel(r.Context.Channel), Features: r.Context.Features,
	}}
}

// pictures stand for the photos that there would be.
func (r *Run) pictures() []evidence.Photo {
	var all []evidence.Photo
	for q, n := range r.Photos {
		for i := range n {
			all = append(all, evidence.Photo{Org: r.Org, ID: fmt.Sprintf("%s.%d", q, i+1), Visit: r.ID, Question: q, Added: r.Created})
		}
	}
	slices.SortFunc(all, func(a, b evidence.Photo) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// load gives the run that a pass is for.
func load(ctx context.Context, tx Tx, a auth.Actor, id string) (Run, error) {
	if a.Only == "" || a.Only != id || !properID(id) {
		return Run{}, missing()
	}
	return tx.Run(ctx, a.Org, id)
}

// Open gives what the pages of a run show.
func (s *Service) Open(ctx context.Context, a auth.Actor, id string) (p visit.Paper, err error) {
	var r Run
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		r, err = load(ctx, tx, a, id)
		return err
	})
	if err != nil {
		return p, wrap("open test run", err)
	}
	return s.paper(ctx, &r)
}

// Outcome gives the arithmetic to the phone that filled the run in.
func (s *Service) Outcome(ctx context.Context, a auth.Actor, id string) (out Result, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		out.Run, err = load(ctx, tx, a, id)
		return err
	})
	if err != nil {
		return out, wrap("open test run", err)
	}
	return s.result(ctx, out.Run)
}

// change alters a run by its paper and keeps what came of it. What do takes is kept even when it names fields that it
// cannot take.
func (s *Service) change(ctx context.Context, a auth.Actor, id string, do func(r *Run, p *visit.Paper) error) (p visit.Paper, err error) {
	var bad error
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		r, err := load(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if p, err = s.paper(ctx, &r); err != nil {
			return err
		}
		if !r.Finished.IsZero() {
			return fault.New(fault.Conflict, "This test run is over, so its answers stay as they are.")
		}
		if bad = do(&r, &p); bad != nil && !fault.Is(bad, fault.Invalid) {
			return bad
		}
		r.take(&p)
		return tx.UpdateRun(ctx, a.Org, r)
	})
	if err == nil {
		err = bad
	}
	return p, wrap("change test run", err)
}

// take keeps what stands in the paper.
func (r *Run) take(p *visit.Paper) {
	r.Answers, r.Comments, r.Stages = p.Report.Answers, p.Report.Comments, p.Visit.Stages
	r.Trail.walk(p.List.Programme, &p.Shown, p.Answers)
}

// Save stores the touched fields of a page, as for a visit.
func (s *Service) Save(ctx context.Context, a auth.Actor, id string, entries map[string]visit.Entry) (saved visit.Saved, err error) {
	saved.Paper, err = s.change(ctx, a, id, func(_ *Run, p *visit.Paper) (err error) {
		saved.Changed, err = p.Enter(entries)
		return err
	})
	return saved, err
}

// Seal ends the present stage, or the run: nothing may be missing.
func (s *Service) Seal(ctx context.Context, a auth.Actor, id string) (out visit.Sealed, err error) {
	p, err := s.change(ctx, a, id, func(r *Run, p *visit.Paper) error {
		out.Stage = p.Stage
		over, err := p.Close()
		if err == nil && over {
			r.Finished = s.clock()
		}
		return err
	})
	out.Visit, out.Answers, out.Photos, out.At, out.Zone = p.Visit, len(p.Report.Answers), len(p.Photos), s.clock(), p.Place.Zone
	for _, st := range p.Stages {
		if st.ID == p.Stage {
			out.Next = st.Title
		}
	}
	return out, err
}

// maxPictures is how many photos a test run counts for one question.
const maxPictures = 12

// Opened has nothing to note: nobody is reminded of a test run.
func (s *Service) Opened(ctx context.Context, a auth.Actor, id string) error {
	return wrap("open test run", s.repo.View(ctx, a.Org, func(tx Tx) error {
		_, err := load(ctx, tx, a, id)
		return err
	}))
}

// AddPhoto looks at a picture as for a visit, counts it and lets it go: a test run keeps none. A nil body stands for a
// picture that somebody without a camera imagines.
func (s *Service) AddPhoto(ctx context.Context, a auth.Actor, id, question string, body io.Reader) (photo evidence.Photo, err error) {
	if body != nil {
		if _, err := evidence.CleanPhoto(body, evidence.MaxUpload); err != nil { //nolint:contextcheck // a picture that is being decoded is finished
			return photo, err
		}
	}
	_, err = s.change(ctx, a, id, func(r *Run, p *visit.Paper) error {
		if err := p.RoomFor(question); err != nil {
			return err
		}
		if r.Photos[question] >= maxPictures {
			return fault.Newf(fault.Conflict, "A test run counts at most %d photos for a question.", maxPictures)
		}
		if r.Photos == nil {
			r.Photos = map[string]int{}
		}
		r.Photos[question]++
		photo = evidence.Photo{Org: r.Org, Visit: r.ID, Question: question}
		return nil
	})
	return photo, err
}

// RemovePhoto takes one of a question's photos away; photo is "question.number".
func (s *Service) RemovePhoto(ctx context.Context, a auth.Actor, id, photo string) error {
	at := strings.LastIndex(photo, ".")
	_, err := s.change(ctx, a, id, func(r *Run, _ *visit.Paper) error {
		if at < 0 || r.Photos[photo[:at]] == 0 {
			return fault.Missing("photo here")
		}
		r.Photos[photo[:at]]--
		return nil
	})
	return err
}
