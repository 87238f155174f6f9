package report

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"plainclothes/internal/alphabet"
	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/studio"
)

// Comparison is the comparison page: the branches that the reader may see and asked for, compared with one another.
// Visits of all other branches with the same format stand behind the estimates, because a pool of a few branches could
// not carry them; their names and numbers are not in here, and places count only the branches shown.
type Comparison struct {
	Programme  studio.Programme
	Version    studio.Version // whose targets judge
	Query      Query
	Window     studio.Window
	Result     compare.Result      // shared between readers: nobody may change it
	Places     map[string]Place    // by branch id, of the branches shown
	Scores     []compare.ScoreCell // of the branches shown
	Scenarios  []programme.Scenario
	Headline   []string
	Notes      []string // what was left out or read otherwise, and why
	Programmes []studio.Programme
	Regions    []org.Region // to choose from
	Formats    []string     // to choose from
	funnels    *funnels     // shared between readers, too; nil in small windows
	AsOf       time.Time    // of places and of what all branches tell together; zero: now. Each branch's own row is always of now.
}

// Place says where a branch is.
type Place struct{ Code, Name, Region, Format string }

// Compare compares the branches within the reader's reach over a window.
func (s *Service) Compare(ctx context.Context, a auth.Actor, q Query) (c Comparison, err error) {
	err = s.patiently(ctx, a.Org, func(s *Service, tx Tx) error {
		d, err := s.desk(ctx, tx, a, auth.Compare, q)
		if err != nil {
			return err
		}
		shown, err := d.shown()
		if err != nil {
			return err
		}
		counted, err := s.count(ctx, tx, &d)
		if err != nil {
			return err
		}
		s.note(&d, reading{readCompare, a, q, ""})
		b, ok, err := s.board(ctx, tx, &d, &counted, shown)
		if ok || err != nil {
			if ok {
				c = b.shownAt(&d)
			}
			return err
		}
		result, err := s.compared(ctx, tx, &d, &counted, inProgramme(&counted, shown))
		if err != nil {
			return err
		}
		c = d.comparison(&counted, result)
		return nil
	})
	return c, wrap(readCompare, err)
}

// seen is what the branches shown were judged to be: in large windows as the table of them says it.
func (s *Service) seen(ctx context.Context, x *study) (compare.Result, error) {
	b, ok, err := s.board(ctx, x.tx, &x.desk, &x.counted, x.shown)
	if err != nil {
		return compare.Result{}, err
	}
	if ok {
		return b.Result, nil
	}
	return s.compared(ctx, x.tx, &x.desk, &x.counted, x.shown)
}

// compared judges, or finds the judgement.
func (s *Service) compared(ctx context.Context, tx Tx, d *desk, c *studio.Counted, shown func(*org.Branch) bool) (compare.Result, error) {
	list := c.Listed(shown)
	if found, ok := s.results.get(s.resultKey(d, c, true, list)); ok {
		return found, nil
	}
	if result, ok, err := s.stood(ctx, tx, d, c, list, true); ok || err != nil {
		return result, err
	}
	in := c.Input(c.Edition.List.Programme, shown)
	in.Brief = true
	return s.judged(ctx, tx, d, c, in)
}

// judged judges some branches as far as the visits allow: adjusted for shoppers and scenarios, where they can be.
func (s *Service) judged(ctx context.Context, tx Tx, d *desk, c *studio.Counted, in compare.Input) (compare.Result, error) {
	key := s.resultKey(d, c, in.Brief, in.Branches)
	if found, ok := s.results.get(key); ok {
		return found, nil
	}
	result, ok, err := s.stood(ctx, tx, d, c, in.Branches, in.Brief)
	if ok || err != nil {
		return result, err
	}
	if in.Cells, err = s.cells(ctx, tx, d, c.Score.Series, d.window, scored(c.Sums.Cells)); err != nil {
		return compare.Result{}, err
	}
	in.ByMonth = byMonth(d.window)
	if fairly(c, mostFair) {
		if in.Fair, err = s.fairTable(ctx, tx, d, c); err != nil {
			return compare.Result{}, err
		}
	}
	result = compare.Run(in)
	s.results.put(key, result, 1+len(result.Branches)*(1+len(result.Standards)))
	return result, nil
}

// stood is what a large network, of which enough is known, says about some branches; false for others.
func (s *Service) stood(ctx context.Context, tx Tx, d *desk, c *studio.Counted, branches []compare.Branch, brief bool) (compare.Result, bool, error) {
	stands, ok, err := s.standing(ctx, tx, d, c, branches)
	if err != nil || !ok {
		return compare.Result{}, false, err
	}
	result := stands.Result(branches, brief)
	s.results.put(s.resultKey(d, c, brief, branches), result, 1+len(result.Branches)*(1+len(result.Standards)))
	return result, true, nil
}

// resultKey names what is said about some branches.
func (s *Service) resultKey(d *desk, c *studio.Counted, brief bool, branches []compare.Branch) resultKey {
	return resultKey{
		version: c.Edition.Meta.ID, brief: brief, branches: fingerprint(branches), fit: s.fitOf(d),
		sums: sumKey{org: d.programme.Org, rev: d.programme.DataRev, query: d.networkKey().query},
	}
}

// fingerprint tells lists of branches apart.
func fingerprint(branches []compare.Branch) (sum [32]byte) {
	h := sha256.New()
	for _, b := range branches {
		_, _ = fmt.Fprintf(h, "%q%q%q%q%v\n", b.ID, b.Name, b.Format, b.Region, b.Background)
	}
	h.Sum(sum[:0])
	return sum
}

// comparison puts the page together.
func (d *desk) comparison(c *studio.Counted, result compare.Result) Comparison {
	out := Comparison{
		Programme: d.programme, Version: c.Edition.Meta, Query: d.query, Window: d.window, Result: result, Programmes: d.all,
		Scenarios: c.Edition.List.Programme.Scenarios, Headline: slices.Clone(result.Headline.Sentences),
	}
	out.Places = d.named(c.Branches, result.Branches)
	for i := range c.Sums.Cells {
		if r := &c.Sums.Cells[i]; out.Places[r.Branch] != (Place{}) {
			out.Scores = append(out.Scores, compare.ScoreCell{Branch: r.Branch, Scores: compare.Scores{N: r.N, SumBP: r.SumBP, SumBP2: r.SumBP2}})
		}
	}
	out.Regions, out.Formats = d.choices(c.Branches)
	out.Notes = slices.Concat(notes(c), result.Model.Notes)
	return out
}

// named says where the branches shown are.
func (d *desk) named(branches []org.Branch, shown []compare.BranchRow) map[string]Place {
	all := make(map[string]Place, len(shown))
	for i := range shown {
		all[shown[i].ID] = Place{}
	}
	for i := range branches {
		b := &branches[i]
		if _, ok := all[b.ID]; ok {
			all[b.ID] = Place{Code: b.Code, Name: b.Name, Region: d.regionName(b.Region), Format: b.Format}
		}
	}
	return all
}

func (d *desk) regionName(id string) string {
	return d.places.named[id]
}

// choices are the regions and formats that the reader may choose.
func (d *desk) choices(branches []org.Branch) ([]org.Region, []string) {
	var regions []org.Region
	for _, r := range d.regions {
		if d.mayName(r.ID) {
			regions = append(regions, r)
		}
	}
	var formats []string
	for i := range branches {
		if b := &branches[i]; b.Active && b.Format != "" && d.reach.Covers(studio.Thing(b)) {
			formats = append(formats, b.Format)
		}
	}
	slices.Sort(formats)
	formats = slices.Compact(formats) // thousands of branches have a few
	alphabet.Strings("", formats)
	return regions, formats
}

// notes say which visits were counted apart.
func notes(c *studio.Counted) []string {
	var all []string
	if n := note("The score", c.Score); n != "" {
		all = append(all, n)
	}
	for i := range c.Edition.List.Programme.Standards {
		s := &c.Edition.List.Programme.Standards[i]
		if n := note(s.Title, c.Standards[s.ID]); n != "" {
			all = append(all, n)
		}
	}
	return all
}

// note says in a sentence what a change of definition did to the counts.
func note(what string, c studio.Choice) string {
	switch {
	case c.Older && c.Apart > 0:
		return fmt.Sprintf("%s: no visit has the present definition yet. These are the %s with the one before; %s with older ones are left out.",
			what, visits(c.Visits), visits(c.Apart))
	case c.Older:
		return fmt.Sprintf("%s: no visit has the present definition yet. These are the %s with the one before.", what, visits(c.Visits))
	case c.Apart > 0:
		return fmt.Sprintf("%s: only the %s since its definition changed are counted; %s before are left out.", what, visits(c.Visits), visits(c.Apart))
	}
	return ""
}

// visits writes a count of visits.
func visits(n int64) string {
	if n == 1 {
		return "1 visit"
	}
	return fmt.Sprintf("%d visits", n)
}
