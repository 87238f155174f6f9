package manager_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/manager"
	"plainclothes/internal/web/webtest"
)

// drawn answers with a comparison of a test's making.
type drawn struct {
	manager.Reports
	result  compare.Result
	regions report.RegionGaps
}

func (d *drawn) Compare(context.Context, auth.Actor, report.Query) (report.Comparison, error) {
	c := report.Comparison{
		Window: studio.Window{From: "2026-08", To: "2026-11"}, Result: d.result, Headline: d.result.Headline.Sentences, Places: map[string]report.Place{},
	}
	for i := range d.result.Branches {
		b := &d.result.Branches[i]
		c.Places[b.ID] = report.Place{Name: b.Name, Code: b.ID}
	}
	return c, nil
}

func (d *drawn) Trends(context.Context, auth.Actor, report.Query) (report.Trends, error) {
	return report.Trends{Window: studio.Window{From: "2025-12", To: "2026-11"}}, nil
}

func (d *drawn) Regions(context.Context, auth.Actor, report.Query) (report.RegionGaps, error) {
	return d.regions, nil
}

func (d *drawn) Change(context.Context, auth.Actor, report.Query) (report.Change, error) {
	return report.Change{Declined: "There is nothing to compare with."}, nil
}

func (d *drawn) Next(context.Context, auth.Actor, report.Query) (report.Next, error) {
	return report.Next{}, nil
}

// draw makes a network: more or fewer branches, visits, standards, differences.
func draw(luck *rand.Rand) compare.Input {
	in := compare.Input{TargetBP: 5000 + 500*luck.IntN(10), Peers: compare.SameFormat, Brief: true}
	standards, branches, differ := luck.IntN(5), 1+luck.IntN(60), luck.Float64()*0.3
	for k := range standards {
		s := compare.Standard{ID: fmt.Sprintf("K%d", k), Title: fmt.Sprint("Standard ", k), GoodTargetBP: 500 * luck.IntN(21)}
		if luck.IntN(3) == 0 {
			s.WowTargetBP = 1000 + 500*luck.IntN(10)
		}
		s.Criticality = []compare.Criticality{compare.Normal, compare.Major, compare.ZeroTolerance}[luck.IntN(3)]
		in.Standards = append(in.Standards, s)
	}
	for i := range branches {
		b := compare.Branch{ID: fmt.Sprintf("b%03d", i), Name: fmt.Sprint("Branch ", i), Background: luck.IntN(8) == 0}
		in.Branches = append(in.Branches, b)
		p, n := 0.8+differ*luck.NormFloat64(), luck.IntN(15)
		p = min(1, max(0, p))
		for range n {
			bp := int64(min(10_000, max(0, 10_000*p+1200*luck.NormFloat64())))
			in.Scores = append(in.Scores, compare.ScoreCell{Branch: b.ID, Scores: compare.Scores{N: 1, SumBP: bp, SumBP2: bp * bp}})
		}
		for _, s := range in.Standards {
			c := compare.Counts{N: n}
			for range n {
				if luck.Float64() < p {
					c.X++
				}
			}
			in.Shares = append(in.Shares, compare.ShareCell{Branch: b.ID, Standard: s.ID, Counts: c})
		}
	}
	return in
}

// said reads a count out of the headline: "One branch is clearly below", "3 are clearly above".
func said(text, word string) int {
	m := regexp.MustCompile(`(?i)(one|\d+)(?: branch| branches)? (?:is|are) clearly ` + word).FindStringSubmatch(text)
	switch {
	case m == nil:
		return 0
	case strings.EqualFold(m[1], "one"):
		return 1
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

var (
	leagueTable = regexp.MustCompile(`(?s)<table class="league">.*?</table>`)
	visitCell   = regexp.MustCompile(`<td class="wide-only num">(\d+)</td>`)
	belowCard   = regexp.MustCompile(`(?s)id="below-title".*?(<h3>|<details)`)
	heatTable   = regexp.MustCompile(`(?s)<table class="heat">.*?</table>`)
)

func TestTheHeadlineNeverDisagreesWithItsTables(t *testing.T) {
	owner := auth.Actor{Org: "o", Member: "m", Person: "m", Roles: []auth.Role{auth.Owner}}
	d := &drawn{}
	site := webtest.New(t, storetest.Noon, []auth.Actor{owner}, manager.New(d).Routes()...)
	named := 0
	for seed := range uint64(150) {
		in := draw(rand.New(rand.NewPCG(seed, 7)))
		d.result = compare.Run(in)
		a := site.Get(owner, "/compare/branches").Status(http.StatusOK)
		if d.result.Headline.Visits == 0 || len(d.result.Branches) == 0 {
			continue
		}
		lead := strings.ReplaceAll(strings.Join(d.result.Headline.Sentences, " "), " %", "%")
		if !strings.Contains(a.Text(), strings.Join(strings.Fields(lead), " ")) && !strings.Contains(strings.Join(strings.Fields(a.Text()), " "), strings.Join(strings.Fields(lead), " ")) {
			t.Fatalf("seed %d: the page does not say %q", seed, lead)
		}
		league := leagueTable.FindString(a.Body.String())
		above, below := strings.Count(league, "▲ Above"), strings.Count(league, "▼ Below")
		visits, rows := 0, 0
		for _, m := range visitCell.FindAllStringSubmatch(league, -1) {
			n, _ := strconv.Atoi(m[1])
			visits += n
			rows++
		}
		if said(lead, "above") != above || said(lead, "below") != below {
			t.Fatalf("seed %d: %q, but the table has %d above and %d below", seed, lead, above, below)
		}
		if want := fmt.Sprintf("%d branch", rows); !strings.HasPrefix(lead, want) || !strings.Contains(lead, fmt.Sprintf(" %d visit", visits)) {
			t.Fatalf("seed %d: %q, but the table has %d branches and %d visits", seed, lead, rows, visits)
		}
		heat := site.Get(owner, "/compare/standards").Status(http.StatusOK).Body.String()
		if cells := strings.Count(heatTable.FindString(heat), "<td") - rows; len(d.result.Standards) > 0 && cells != rows*len(d.result.Standards) {
			t.Fatalf("seed %d: %d cells for %d branches and %d standards", seed, cells, rows, len(d.result.Standards))
		}
		if places := strings.Contains(league, `class="place"`); places != d.result.ShowPlaces {
			t.Fatalf("seed %d: places shown %v, allowed %v", seed, places, d.result.ShowPlaces)
		}
		overview := site.Get(owner, "/compare").Status(http.StatusOK).Body.String()
		if listed := strings.Count(belowCard.FindString(overview), `<li class="below">`); listed != min(6, below) {
			t.Fatalf("seed %d: the overview lists %d branches below, the table has %d", seed, listed, below)
		}
		named += above + below
	}
	if named < 100 {
		t.Errorf("only %d branches were above or below in all worlds: the test tries too little", named)
	}
}

func TestAWholeShareIsSaidOnlyOfAllOrNone(t *testing.T) {
	owner := auth.Actor{Org: "o", Member: "m", Person: "m", Roles: []auth.Role{auth.Owner}}
	d := &drawn{}
	site := webtest.New(t, storetest.Noon, []auth.Actor{owner}, manager.New(d).Routes()...)
	for _, c := range []struct {
		x, n int
		want string
	}{{0, 300, ">0<"}, {1, 300, ">1<"}, {299, 300, ">99<"}, {300, 300, ">100<"}, {1, 2, ">50<"}, {5, 6, ">83<"}, {2, 3, ">67<"}} {
		d.result = compare.Run(compare.Input{
			Branches: []compare.Branch{{ID: "b", Name: "B"}}, Standards: []compare.Standard{{ID: "K", Title: "K", GoodTargetBP: 8000}},
			Shares: []compare.ShareCell{{Branch: "b", Standard: "K", Counts: compare.Counts{N: c.n, X: c.x}}},
		})
		a := site.Get(owner, "/compare/standards").Has(c.want, fmt.Sprintf(`title="%d of %d"`, c.x, c.n))
		if thin := strings.Contains(a.Body.String(), `class="thin"`); thin != (c.n < 6) {
			t.Errorf("%d of %d: dotted edge %v", c.x, c.n, thin)
		}
	}
}

func TestACellHasTheColourOfItsDistance(t *testing.T) {
	owner := auth.Actor{Org: "o", Member: "m", Person: "m", Roles: []auth.Role{auth.Owner}}
	d := &drawn{}
	site := webtest.New(t, storetest.Noon, []auth.Actor{owner}, manager.New(d).Routes()...)
	for _, c := range []struct {
		standard compare.Standard
		x        int
		want     string
	}{
		{compare.Standard{GoodTargetBP: 8000}, 8, ` data-step="0"`},
		{compare.Standard{GoodTargetBP: 8000}, 7, ` data-step="-1"`},
		{compare.Standard{GoodTargetBP: 8000}, 5, ` data-step="-3"`},
		{compare.Standard{GoodTargetBP: 8000}, 10, ` data-step="3"`},
		{compare.Standard{}, 5, `<td><a `},
		{compare.Standard{GoodTargetBP: 9500, Criticality: compare.ZeroTolerance}, 9, ` data-step="-3"`},
		{compare.Standard{GoodTargetBP: 9500, Criticality: compare.ZeroTolerance}, 10, ` data-step="0"`},
	} {
		c.standard.ID, c.standard.Title = "K", "K"
		d.result = compare.Run(compare.Input{
			Branches: []compare.Branch{{ID: "b", Name: "B"}}, Standards: []compare.Standard{c.standard},
			Shares: []compare.ShareCell{{Branch: "b", Standard: "K", Counts: compare.Counts{N: 10, X: c.x}}},
		})
		table := heatTable.FindString(site.Get(owner, "/compare/standards").Body.String())
		if !strings.Contains(table, c.want) {
			t.Errorf("%d of 10 against %+v has not %s: %s", c.x, c.standard, c.want, table)
		}
	}
}

func TestRegionsSayAsOfWhenWhereThatIsNotThePages(t *testing.T) {
	owner := auth.Actor{Org: "o", Member: "m", Person: "m", Roles: []auth.Role{auth.Owner}}
	d := &drawn{result: compare.Run(draw(rand.New(rand.NewPCG(1, 7))))}
	site := webtest.New(t, storetest.Noon, []auth.Actor{owner}, manager.New(d).Routes()...)
	const told = "What is said of regions is as of"
	site.Get(owner, "/compare/standards").Has("Region against region").Silent(told)
	d.regions.AsOf = storetest.Noon.Add(-4 * time.Minute)
	site.Get(owner, "/compare/standards").Has(told + " " + d.regions.AsOf.Format("15:04 on 2 January") + ".")
}
