package tryout

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// Service holds the use cases of test runs.
type Service struct {
	repo   Repo
	drafts Drafts
	places Places
	now    func() time.Time
}

// NewService joins the use cases with what they need.
func NewService(repo Repo, drafts Drafts, places Places, now func() time.Time) *Service {
	return &Service{repo: repo, drafts: drafts, places: places, now: now}
}

// Subject is the checklist that a test run would be of: the draft, else the newest published version.
type Subject struct {
	Programme studio.Programme
	Contents  studio.Contents
	Formats   []string // of branches, as conditions name them
}

// Subject finds what can be tried of a programme. Only who may edit standards tries them.
func (s *Service) Subject(ctx context.Context, a auth.Actor, programme string) (out Subject, err error) {
	if err := may(a); err != nil {
		return out, err
	}
	if out.Programme, err = s.drafts.Programme(ctx, a, programme); err != nil {
		return out, err
	}
	versions, err := s.drafts.Versions(ctx, a, programme)
	if err != nil {
		return out, err
	}
	if out.Contents, err = s.drafts.VersionNumbered(ctx, a, programme, latest(versions)); err != nil {
		return out, err
	}
	out.Formats = Formats(out.Contents.Programme)
	return out, nil
}

// Shipped gives a programme of the gallery, to be looked at.
func (s *Service) Shipped(key string) (Subject, error) {
	all, err := studio.Gallery()
	if err != nil {
		return Subject{}, err
	}
	for i := range all {
		if x := &all[i]; x.Key == key {
			return Subject{
				Programme: studio.Programme{Key: x.Key, Name: x.Name}, Contents: studio.Contents{Version: studio.Version{Number: 1}, Programme: x.Programme},
				Formats: Formats(x.Programme),
			}, nil
		}
	}
	return Subject{}, fault.Missing("starting point")
}

// latest is the number of the draft, or of the newest published version: a draft has the highest number.
func latest(versions []studio.Version) int {
	n := 0
	for _, v := range versions {
		n = max(n, v.Number)
	}
	return n
}

// Input is what a test run imagines.
type Input struct {
	Scenario string
	Format   string   // of the branch, "" for none in particular
	Channel  string   // store, web or phone
	Features []string // of the branch
}

// Start begins a test run and gives the token of the link that opens it on a phone, which is shown once.
func (s *Service) Start(ctx context.Context, a auth.Actor, programme string, in Input) (r Run, token string, err error) {
	sub, err := s.Subject(ctx, a, programme)
	if err != nil {
		return r, "", err
	}
	if err := sub.Contents.Finished(); err != nil {
		return r, "", err
	}
	if err := in.check(&sub); err != nil {
		return r, "", err
	}
	r, token = s.begin(a, &sub, in)
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		if err := s.makeRoom(ctx, tx, a.Org, programme); err != nil {
			return err
		}
		if err := tx.CreateRun(ctx, a.Org, r); err != nil {
			return err
		}
		return s.note(ctx, tx, a, &r)
	})
	return r, token, wrap("start test run", err)
}

// begin makes the run.
func (s *Service) begin(a auth.Actor, sub *Subject, in Input) (Run, string) {
	v, now := &sub.Contents.Version, s.clock()
	token, hash := auth.NewOrgToken(a.Org)
	r := Run{
		Org: a.Org, ID: uuid.NewString(), Programme: sub.Programme.ID, Number: v.Number, Draft: v.State == studio.Draft, Hash: v.Hash,
		Document: v.Document, Scenario: in.Scenario, Context: in.context(), StartedBy: a.Member, Created: now, Expires: now.Add(life),
		LinkHash: hash, LinkUntil: now.Add(LinkLife), RowVersion: 1,
	}
	r.walk(sub.Contents.Programme)
	return r, token
}

// walk notes what is on show at the beginning.
func (r *Run) walk(p *programme.Programme) {
	shown := programme.Show(p, r.Context, nil)
	r.Trail.walk(p, &shown, nil)
}

// makeRoom drops the oldest runs of a programme, so that there is room for one more.
func (s *Service) makeRoom(ctx context.Context, tx Tx, org, programme string) error {
	all, err := tx.Runs(ctx, org, programme, 2*MaxRuns)
	if err != nil {
		return err
	}
	for i := MaxRuns - 1; i < len(all); i++ {
		if err := tx.DeleteRun(ctx, org, programme, all[i].ID); err != nil {
			return err
		}
	}
	return nil
}

// note tells the event chain that somebody gave a phone a way in.
func (s *Service) note(ctx context.Context, tx Tx, a auth.Actor, r *Run) error {
	c, err := event.New(a.Member, "tryout.started", "version", r.ID, map[string]string{"programme": r.Programme, "number": strconv.Itoa(r.Number)})
	if err != nil {
		return err
	}
	return tx.Append(ctx, a.Org, s.clock(), c)
}

// check says everything that is wrong with what is imagined.
func (in *Input) check(sub *Subject) error {
	var bad fault.Fields
	p := sub.Contents.Programme
	sc, ok := p.Scenario(in.Scenario)
	if !ok {
		bad.Add("scenario", "Choose one of the scenarios of this checklist.")
	}
	if !slices.Contains(Channels, in.Channel) {
		bad.Add("channel", "Choose store, web or phone.")
	}
	if in.Format != "" && !slices.Contains(sub.Formats, in.Format) {
		bad.Add("format", "Choose a format that the checklist asks about, or none.")
	}
	for _, f := range in.Features {
		if !slices.Contains(p.Features, f) {
			bad.Addf("features", "This checklist knows no branch feature “%s”.", f)
		}
	}
	if ok && sc.Requires != "" && !slices.Contains(in.Features, sc.Requires) {
		bad.Addf("features", "The scenario “%s” is only for branches with %s. Tick it, or choose another scenario.", sc.Title, sc.Requires)
	}
	return bad.Err()
}

func (in *Input) context() programme.Context {
	return programme.Context{Scenario: in.Scenario, Channel: in.Channel, Format: in.Format, Features: slices.Sorted(slices.Values(in.Features))}
}

// Channels are those that a visit can go through.
var Channels = []string{"store", "web", "phone"}

// Formats lists the formats of branches that the conditions of a checklist name, sorted.
func Formats(p *programme.Programme) []string {
	var all []string
	for i := range p.Sections {
		formatsIn(p.Sections[i].ShowIf, &all)
		for j := range p.Sections[i].Questions {
			formatsIn(p.Sections[i].Questions[j].ShowIf, &all)
		}
	}
	return all
}

func formatsIn(c *programme.Condition, into *[]string) {
	if c != nil {
		formatsOf(&c.Root, into)
	}
}

func formatsOf(n *programme.Node, into *[]string) {
	for i := range n.Nodes {
		formatsOf(&n.Nodes[i], into)
	}
	if n.Subject != "format" || n.Op == programme.OpFeature {
		return
	}
	for _, v := range n.Values {
		add(into, v.Text)
	}
}

// Code makes a new link to a run; the one before and the phone that it opened are out.
func (s *Service) Code(ctx context.Context, a auth.Actor, programme, id string) (r Run, token string, err error) {
	if err := may(a); err != nil {
		return r, "", err
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		if r, err = s.own(ctx, tx, a.Org, programme, id); err != nil {
			return err
		}
		token, r.LinkHash = auth.NewOrgToken(a.Org)
		r.LinkUntil, r.PassHash = s.clock().Add(LinkLife), ""
		if err := tx.UpdateRun(ctx, a.Org, r); err != nil {
			return err
		}
		return s.note(ctx, tx, a, &r)
	})
	return r, token, wrap("make a new code", err)
}

// own loads a run of a programme that has not expired.
func (s *Service) own(ctx context.Context, tx Tx, org, programme, id string) (Run, error) {
	if !properID(id) {
		return Run{}, missing()
	}
	r, err := tx.Run(ctx, org, id)
	if err != nil {
		return r, err
	}
	if r.Programme != programme || !s.now().Before(r.Expires) {
		return Run{}, missing()
	}
	return r, nil
}

// Overview is what a programme's page of test runs shows.
type Overview struct {
	Subject  Subject
	Runs     []Run // newest first, without documents
	Coverage Coverage
	Zone     string // of the organisation
}

// Overview lists the runs of a programme and what they have not been through.
func (s *Service) Overview(ctx context.Context, a auth.Actor, programme string) (out Overview, err error) {
	if out.Subject, err = s.Subject(ctx, a, programme); err != nil {
		return out, err
	}
	o, err := s.places.Organisation(ctx, a)
	if err != nil {
		return out, err
	}
	out.Zone = o.Zone
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		out.Runs, err = tx.Runs(ctx, a.Org, programme, MaxRuns)
		return err
	})
	out.Runs = slices.DeleteFunc(out.Runs, func(r Run) bool { return !s.now().Before(r.Expires) })
	out.Coverage = coverageOf(out.Subject.Contents.Programme, out.Subject.Contents.Version.Hash, out.Runs)
	return out, wrap("test runs", err)
}

// Result is one run with its arithmetic as the answers stand.
type Result struct {
	Run   Run
	Paper visit.Paper
	Trace scoring.Trace
}

// Result opens one run for its owner.
func (s *Service) Result(ctx context.Context, a auth.Actor, programme, id string) (out Result, err error) {
	if err := may(a); err != nil {
		return out, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		out.Run, err = s.own(ctx, tx, a.Org, programme, id)
		return err
	})
	if err != nil {
		return out, wrap("test run", err)
	}
	return s.result(ctx, out.Run)
}

func (s *Service) result(ctx context.Context, r Run) (out Result, err error) {
	out.Run = r
	if out.Paper, err = s.paper(ctx, &r); err != nil {
		return out, err
	}
	out.Trace = out.Paper.Trace()
	return out, nil
}

// Remove throws a run away.
func (s *Service) Remove(ctx context.Context, a auth.Actor, programme, id string) error {
	if err := may(a); err != nil {
		return err
	}
	return wrap("remove test run", s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		if _, err := s.own(ctx, tx, a.Org, programme, id); err != nil {
			return err
		}
		return tx.DeleteRun(ctx, a.Org, programme, id)
	}))
}

// Sweep removes the runs of an organisation whose days are over, and says how many.
func (s *Service) Sweep(ctx context.Context, org string) (n int, err error) {
	err = s.repo.InTx(ctx, org, func(tx Tx) error {
		n, err = tx.DeleteExpired(ctx, org, s.now())
		return err
	})
	return n, wrap("sweep test runs", err)
}

func may(a auth.Actor) error { return auth.Can(a, auth.StandardsEdit, auth.Thing{Org: a.Org}) }

// clock is now as both databases keep it.
func (s *Service) clock() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

func missing() error { return fault.Missing("test run") }

// properID reports whether a text can be an id, before a database is asked for it.
func properID(s string) bool {
	id, err := uuid.Parse(s)
	return err == nil && id.String() == s
}

// wrap names the use case in errors of ours and leaves faults alone.
func wrap(what string, err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}
