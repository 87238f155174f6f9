package report

import (
	"context"
	"slices"
	"strings"
	"time"

	"plainclothes/internal/compare"
	"plainclothes/internal/org"
	"plainclothes/internal/studio"
)

// Watching is the chart that watches one branch visit by visit for a fall. Visits of the window are watched, the twelve
// months before are what is expected of it. Scores are taken as they are: with shoppers' differences taken off, the
// distance from the published score would tell who the shopper was.
type Watching struct {
	Chart compare.Chart
	Limit float64 // sum at which it alarms, in standard deviations; 0: it could not be tuned
	Says  []string
	From  string // first day watched
}

const (
	watchBaseline = 12     // months
	mostTuned     = 20_000 // visits of other branches that a limit is tuned to
	mostWatched   = 2_000  // visits of one branch in a chart
)

// tuned is a limit found from all branches: it changes only when visits of the baseline do.
type tuned struct {
	limit, run float64
}

// watch draws the chart of one branch.
func (s *Service) watch(ctx context.Context, x *study, b *org.Branch, spread compare.Spread, model *compare.Model) (Watching, error) {
	var w Watching
	from, err := time.Parse(time.DateOnly, x.window.From+"-01")
	if err != nil || spread.SD <= 0 {
		return w, err
	}
	w.From = from.Format(time.DateOnly)
	network := compare.WatchModel{Mean: model.MeanBP / 100, BranchVar: square(model.BranchSDBP / 100), VisitVar: square(spread.SD)}
	limit, err := s.tune(ctx, x, from, network)
	if err != nil {
		return w, err
	}
	last := x.window.LastDay(x.today)
	own, err := x.watched(ctx, s, ScoreQuery{From: before(from), To: last, Branches: []string{b.ID}, Limit: mostWatched})
	if err != nil {
		return w, err
	}
	seen := compare.Watch(compare.WatchInput{Visits: own, From: from, Model: network, Limit: limit.limit})
	w.Limit = limit.limit
	for i := range seen.Charts {
		w.Chart = seen.Charts[i]
	}
	w.Says = seen.Sentences
	if limit.limit <= 0 {
		w.Limit, w.Chart = 0, compare.Chart{Why: "There are too few visits before this window to say what is usual, so nothing is watched yet."}
	}
	return w, nil
}

func square(v float64) float64 { return v * v }

// before is the first day of the baseline.
func before(from time.Time) string { return from.AddDate(0, -watchBaseline, 0).Format(time.DateOnly) }

// tune finds the limit from the baselines of all branches, or finds it again. Of very many visits those of some branches
// are enough: the limit is one number for all of them.
func (s *Service) tune(ctx context.Context, x *study, from time.Time, model compare.WatchModel) (tuned, error) {
	w := studio.Window{From: monthOf(before(from)), To: from.AddDate(0, -1, 0).Format("2006-01")}
	sums, err := cachedSums{x.tx, s.sums, x.programme}.Sums(ctx, x.programme.Org, studio.SumQuery{Programme: x.programme.ID, Window: w, Scores: true})
	if err != nil {
		return tuned{}, err
	}
	total := int64(0)
	for i := range sums.Cells {
		if r := &sums.Cells[i]; r.Series == x.counted.Score.Series {
			total += r.N
		}
	}
	key := workKey{purpose: "watch", sums: sumKey{org: x.programme.Org, rev: total, query: studio.SumQuery{Programme: x.programme.ID, Window: w}}}
	return once(s.works, key, func() (tuned, int, error) {
		visits := map[string]int64{}
		for i := range sums.Cells {
			if r := &sums.Cells[i]; r.Series == x.counted.Score.Series {
				visits[r.Branch] += r.N
			}
		}
		ids, err := some(x.counted.Branches, visits), error(nil)
		if len(ids) == 0 {
			return tuned{}, 0, err
		}
		all, err := x.watched(ctx, s, ScoreQuery{
			From: before(from), To: from.AddDate(0, 0, -1).Format(time.DateOnly), Branches: ids, Limit: mostTuned + mostWatched,
		})
		if err != nil {
			return tuned{}, 0, err
		}
		seen := compare.Watch(compare.WatchInput{Visits: all, From: from, Model: model})
		return tuned{limit: seen.Limit, run: seen.RunLength}, 1, nil
	})
}

// some are branches of ours with visits, until their visits are enough.
func some(branches []org.Branch, visits map[string]int64) []string {
	ids := make([]string, 0, len(branches))
	for i := range branches {
		if b := &branches[i]; b.Kind != org.Competitor && visits[b.ID] > 0 {
			ids = append(ids, b.ID)
		}
	}
	slices.Sort(ids)
	sum := int64(0)
	for i, id := range ids {
		if sum += visits[id]; sum > mostTuned {
			return ids[:i]
		}
	}
	return ids
}

// watched reads single scores with the series of their checklist.
func (x *study) watched(ctx context.Context, s *Service, q ScoreQuery) ([]compare.WatchVisit, error) {
	q.Programme = x.programme.ID
	var all []compare.WatchVisit
	// Lists of branches go to the database in parts: it takes only so many values in one statement.
	for ids := q.Branches; len(ids) > 0; ids = ids[min(len(ids), 500):] {
		q.Branches = ids[:min(len(ids), 500)]
		rows, err := x.tx.PastScores(ctx, x.programme.Org, q)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			v, err := x.watchVisit(ctx, s, r)
			if err != nil {
				return nil, err
			}
			all = append(all, v)
		}
	}
	return all, nil
}

func (x *study) watchVisit(ctx context.Context, s *Service, r PastScore) (compare.WatchVisit, error) {
	e, err := s.shelf.Edition(ctx, x.tx, studio.Version{Org: x.programme.Org, ID: r.Version})
	if err != nil {
		return compare.WatchVisit{}, err
	}
	at, err := time.Parse(time.DateOnly, r.VisitedOn)
	return compare.WatchVisit{Branch: r.Branch, ID: r.ID, Series: e.List.ScoreSeries, At: at, Points: float64(r.ScoreBP) / 100}, err
}

// sections names the section of each standard: that of the first question that witnesses it.
func sections(x *study) map[string]string {
	all := map[string]string{}
	p := x.counted.Edition.List.Programme
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			id := p.Sections[i].Questions[j].Standard
			if _, ok := all[id]; id != "" && !ok {
				all[id] = strings.TrimSpace(p.Sections[i].Title)
			}
		}
	}
	return all
}
