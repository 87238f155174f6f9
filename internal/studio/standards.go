package studio

import (
	"context"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
)

// Standards is the list of a programme's standards as they stand.
type Standards struct {
	Programme Programme
	Version   Version // in force, or the draft when nothing was published yet
	Draft     Version // zero without one, and for those who may not edit
	Window    Window  // over which Counts were taken
	Shares    bool    // the reader may see how often the standards are met
	List      []StandardView
}

// StandardView is one standard with what witnesses it and how often it is met.
type StandardView struct {
	programme.Standard
	Questions []QuestionRef
	Counts    compare.Counts // over the branches that the reader may compare; zero without Shares
	Choice    Choice         // of the whole organisation
}

// QuestionRef names a question.
type QuestionRef struct {
	ID, Text string
	Section  string // title
	Vault    bool
}

// Share is the share of visits that met the standard, in basis points, rounded half up; false without visits.
func (v *StandardView) Share() (bp int, ok bool) { return shareBP(v.Counts.X, v.Counts.N) }

// WowShare is the share of visits at WOW among those that offered it, in basis points.
func (v *StandardView) WowShare() (bp int, ok bool) { return shareBP(v.Counts.XWow, v.Counts.NWow) }

// shareBP is x of n in basis points, rounded half up.
func shareBP(x, n int) (bp int, ok bool) {
	if n <= 0 {
		return 0, false
	}
	return (20_000*x + n) / (2 * n), true
}

// ShareMonths is the window that says how often a standard is met now: three full months and the current one.
const ShareMonths = 4

// Standards lists the standards of a programme: Good, WOW, why, targets, questions, and the share of visits that meet
// them now, for readers who may compare.
func (s *Service) Standards(ctx context.Context, a auth.Actor, id string) (out Standards, err error) {
	if err := may(a, auth.StandardsRead); err != nil {
		return out, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		out, err = s.standards(ctx, tx, a, id)
		return err
	})
	return out, wrap("standards", err)
}

func (s *Service) standards(ctx context.Context, tx Tx, a auth.Actor, id string) (Standards, error) {
	p, err := tx.Programme(ctx, a.Org, id)
	if err != nil {
		return Standards{}, err
	}
	versions, err := tx.Versions(ctx, a.Org, id)
	if err != nil {
		return Standards{}, err
	}
	today, err := s.today(ctx, tx, a.Org)
	if err != nil {
		return Standards{}, err
	}
	out := Standards{Programme: p, Window: LastMonths(today, ShareMonths)}
	draft, drafted := draftOf(visible(a, versions))
	if drafted {
		out.Draft = draft
	}
	if _, ok := newest(versions); !ok {
		if !drafted {
			return out, fault.New(fault.NotFound, "This programme has no published version yet.")
		}
		c, err := open(ctx, tx, a, draft.ID)
		out.Version, out.List = c.Version, views(c.Programme)
		return out, err
	}
	counted, err := Count(ctx, tx, s.shelf, Counts{Programme: p, Window: out.Window, Today: today})
	if err != nil {
		return out, err
	}
	out.Version, out.List = counted.Edition.Meta, views(counted.Edition.List.Programme)
	reach := a.Reach(auth.Compare)
	if out.Shares = !reach.Empty(); out.Shares {
		out.share(&counted, reach)
	}
	return out, nil
}

// share adds up how often the standards are met at the branches within reach.
func (v *Standards) share(c *Counted, reach auth.Reach) {
	in := c.Input(c.Edition.List.Programme, func(b *org.Branch) bool { return reach.Covers(Thing(b)) })
	mine := map[string]bool{}
	for _, b := range in.Branches {
		mine[b.ID] = !b.Background
	}
	at := map[string]*StandardView{}
	for i := range v.List {
		v.List[i].Choice = c.Standards[v.List[i].ID]
		at[v.List[i].ID] = &v.List[i]
	}
	for _, cell := range in.Shares {
		if s := at[cell.Standard]; s != nil && mine[cell.Branch] {
			add(&s.Counts, cell.Counts)
		}
	}
}

// Thing is a branch as permissions see it.
func Thing(b *org.Branch) auth.Thing { return auth.Thing{Org: b.Org, Branch: b.ID, Region: b.Region} }

// add adds counts to counts.
func add(to *compare.Counts, c compare.Counts) {
	to.N, to.X, to.NWow, to.XWow = to.N+c.N, to.X+c.X, to.NWow+c.NWow, to.XWow+c.XWow
	to.Partial, to.NA, to.Unknown = to.Partial+c.Partial, to.NA+c.NA, to.Unknown+c.Unknown
}

// views lists a programme's standards with their questions.
func views(p *programme.Programme) []StandardView {
	all := make([]StandardView, len(p.Standards))
	for i := range p.Standards {
		id := p.Standards[i].ID
		all[i].Standard = p.Standards[i]
		for _, q := range witnesses(p, func(q *programme.Question) bool { return q.Standard == id }) {
			all[i].Questions = append(all[i].Questions, QuestionRef{ID: q.ID, Text: q.Text, Section: q.section.Title, Vault: q.Vault})
		}
	}
	return all
}
