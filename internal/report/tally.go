package report

import (
	"context"
	"time"

	"plainclothes/internal/compare"
	"plainclothes/internal/org"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// Tallies count the misses of a branch's major standards visit by visit.
type Tallies struct {
	Standards []StandardTally // of the major ones, in the order of the file; none: there are none
	From      time.Time       // first day read
	Visits    int             // read
	Cut       bool            // there were more
	Nearby    NearbyAlarms
}

// StandardTally is the count of one standard.
type StandardTally struct {
	Standard compare.Standard
	Tally    compare.Tally
}

// NearbyAlarms is how many false alarms to expect of the branches of the same region that the reader sees, over all major standards.
type NearbyAlarms struct {
	Region    string // "" where the branch is in none
	Branches  int
	Standards int
	Monthly   float64
}

const (
	tallyMonths = 24
	mostTallied = 500 // visits of one branch
)

// tallies reads two years of the branch's visits and counts. What is expected of it comes from its visits before the window and from how
// all branches met the standards in the window.
func (s *Service) tallies(ctx context.Context, x *study, b *org.Branch) (t Tallies, err error) {
	majors := majorsOf(x)
	if len(majors) == 0 {
		return t, nil
	}
	watched, err := time.Parse(time.DateOnly, x.window.From+"-01")
	if err != nil {
		return t, err
	}
	last := x.window.LastDay(x.today)
	to, err := time.Parse(time.DateOnly, last)
	if err != nil {
		return t, err
	}
	t.From = to.AddDate(0, -tallyMonths, 1)
	answers, err := s.answers(ctx, x, b, majors, &t, last)
	if err != nil {
		return t, err
	}
	peers, err := s.tallyPeers(x)
	if err != nil {
		return t, err
	}
	for i := range majors {
		k := &majors[i]
		yearly := 12 * float64(len(answers[k.ID])) / reaching(answers[k.ID], to)
		t.Standards = append(t.Standards, StandardTally{Standard: *k, Tally: peers.Tally(k, answers[k.ID], watched, yearly)})
	}
	t.Nearby = nearby(x, b, majors, peers)
	return t, nil
}

// majorsOf are the standards whose misses are counted: nobody is asked to meet one without a target.
func majorsOf(x *study) (all []compare.Standard) {
	for _, k := range studio.StandardsOf(x.counted.Edition.List.Programme) {
		if k.Criticality == compare.Major && k.GoodTargetBP > 0 {
			all = append(all, k)
		}
	}
	return all
}

// answers reads what the visits said of each standard, in the series that the window is counted in.
func (s *Service) answers(
	ctx context.Context, x *study, b *org.Branch, majors []compare.Standard, t *Tallies, last string,
) (map[string][]compare.Answer, error) {
	q := FoundQuery{
		Programme: x.programme.ID, Branch: b.ID, Scenario: x.query.Scenario, From: t.From.Format(time.DateOnly), To: last, Limit: mostTallied,
	}
	for i := range majors {
		q.Standards = append(q.Standards, majors[i].ID)
	}
	rows, err := x.tx.Found(ctx, x.programme.Org, q)
	if err != nil {
		return nil, err
	}
	all, seen := map[string][]compare.Answer{}, map[string]bool{}
	for _, r := range rows {
		seen[r.Visit] = true
		counts := marks[visit.Mark(outcomeOf(r))]
		if counts.N == 0 || r.Series != x.counted.Standards[r.Standard].Series {
			continue
		}
		at, err := time.Parse(time.DateOnly, r.VisitedOn)
		if err != nil {
			return nil, err
		}
		all[r.Standard] = append(all[r.Standard], compare.Answer{At: at, ID: r.Visit, Met: counts.X > 0})
	}
	t.Visits, t.Cut = len(seen), len(seen) >= mostTallied
	return all, nil
}

func outcomeOf(f Found) (o visit.Outcome) {
	o.Outcome = f.Outcome
	return o
}

// reaching is how long answers reach back from a day, in months; at least three, so that a few visits of one week are not a busy branch.
func reaching(answers []compare.Answer, to time.Time) float64 {
	const day, month = 24 * time.Hour, 365.25 / 12
	longest := 0.0
	for _, a := range answers {
		longest = max(longest, float64(to.Sub(a.At)/day))
	}
	return max(3, (longest+1)/month)
}

// tallyPeers is what all branches say, found once for these data.
func (s *Service) tallyPeers(x *study) (*compare.TallyPeers, error) {
	return once(s.works, x.key("tally "+x.counted.Edition.Meta.ID), func() (*compare.TallyPeers, int, error) {
		in := x.counted.Input(x.counted.Edition.List.Programme, studio.Everyone)
		return compare.NewTallyPeers(in.Standards, in.Shares), 1 + len(in.Standards), nil
	})
}

// nearby adds up how often such counts alarm by luck around here.
func nearby(x *study, b *org.Branch, majors []compare.Standard, peers *compare.TallyPeers) NearbyAlarms {
	n := NearbyAlarms{Region: x.regionName(b.Region), Standards: len(majors)}
	here, at := map[string]bool{}, map[string]*compare.Standard{}
	for i := range x.counted.Branches {
		other := &x.counted.Branches[i]
		here[other.ID] = other.Active && other.Kind != org.Competitor && other.Region == b.Region && x.reach.Covers(studio.Thing(other))
	}
	for i := range majors {
		at[majors[i].ID] = &majors[i]
	}
	var loads []compare.TallyLoad
	counted := map[string]bool{}
	months := float64(len(x.window.Months()))
	for i := range x.counted.Sums.Standards {
		r := &x.counted.Sums.Standards[i]
		if k := at[r.Standard]; k != nil && here[r.Branch] && r.N > 0 {
			loads = append(loads, compare.TallyLoad{Standard: k, N: int(r.N), X: int(r.X), Months: months})
			counted[r.Branch] = true
		}
	}
	n.Branches, n.Monthly = len(counted), peers.FalseAlarms(loads)
	return n
}
