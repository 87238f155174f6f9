package app

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/org"
	"plainclothes/internal/report"
	"plainclothes/internal/visit"
)

// The size of the network that the comparison is measured with.
const (
	benchNetwork   = 2000 // branches
	benchShoppers  = 5000
	benchManyKinds = 40 // standards
	benchMonths    = 12
)

// benchVisits is the network of the comparison, as sums of visits without reports.
type benchVisits struct {
	programme, version string
	score              string            // series
	series             map[string]string // of standards
	branches           []string
	skill              []float64 // of branches, in points
	shoppers           []string
	strict             []float64 // of shoppers, in points
	months             []string
	r                  *rand.Rand
}

// compared measures the comparison of a large network: filling it, finding out about it, and pages.
func (b *bench) compared() (err error) {
	if b.cmd.Visits == 0 {
		return nil
	}
	v, err := b.network()
	if err != nil {
		return fmt.Errorf("prepare a network: %w", err)
	}
	begun := b.p.now()
	if err := b.fillNetwork(v); err != nil {
		return err
	}
	if err := b.p.printf("\ncomparison of %d branches, %d shoppers, %d standards, %d visits in %d months; summed up in %.0f s\n", benchNetwork,
		benchShoppers, benchManyKinds, b.cmd.Visits, benchMonths, b.p.now().Sub(begun).Seconds()); err != nil {
		return err
	}
	if err := b.fits(v); err != nil {
		return err
	}
	s, err := b.startServer()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	return b.comparePages(s, v)
}

// network makes branches and the programme.
func (b *bench) network() (*benchVisits, error) {
	v := &benchVisits{r: rand.New(rand.NewPCG(1, 2)), series: map[string]string{}} //nolint:gosec // believable data, not secrets
	var file strings.Builder
	file.WriteString("code,name,region,format,channel,kind,zone,address,features,active\n")
	for i := range benchNetwork {
		fmt.Fprintf(&file, "N%04d,Branch %d,Region %d,kiosk,store,own,Europe/London,,,yes\n", i, i, i%20)
		v.skill = append(v.skill, 78+5*v.r.NormFloat64())
	}
	preview, err := b.x.org.ApplyImport(b.p.ctx, b.world.owner, strings.NewReader(file.String()))
	if err != nil || len(preview.Errors) > 0 {
		return nil, errors.Join(err, fmt.Errorf("%d lines were refused", len(preview.Errors)))
	}
	for range benchShoppers {
		v.shoppers, v.strict = append(v.shoppers, uuid.NewString()), append(v.strict, 3*v.r.NormFloat64())
	}
	now := b.p.now().UTC()
	for m := range benchMonths {
		v.months = append(v.months, time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, m+1-benchMonths, 0).Format("2006-01"))
	}
	if err := b.networkBranches(v); err != nil {
		return nil, err
	}
	return v, b.networkProgramme(v)
}

func (b *bench) networkBranches(v *benchVisits) error {
	q := org.BranchQuery{Limit: 200}
	for {
		page, err := b.x.org.Branches(b.p.ctx, b.world.owner, q)
		if err != nil {
			return err
		}
		for _, x := range page.Branches {
			if strings.HasPrefix(x.Code, "N") {
				v.branches = append(v.branches, x.ID)
			}
		}
		if q.After = page.Next; q.After == "" {
			slices.Sort(v.branches)
			return nil
		}
	}
}

func (b *bench) networkProgramme(v *benchVisits) error {
	in, err := b.x.studio.Import(b.p.ctx, b.world.owner, []byte(benchProgramme("network", benchManyKinds)))
	if err != nil {
		return err
	}
	since := b.p.now().AddDate(-2, 0, 0).Format(time.DateOnly)
	made, err := b.x.studio.Publish(b.p.ctx, b.world.owner, in.Programme.ID, "bench", in.Draft.RowVersion, since)
	if err != nil {
		return err
	}
	v.programme, v.version = in.Programme.ID, made.ID
	return b.x.store.Visits().View(b.p.ctx, b.world.owner.Org, func(tx visit.Tx) error {
		list, err := visit.NewChecklists().Get(b.p.ctx, tx, b.world.owner.Org, made.ID)
		if err == nil {
			v.score, v.series = list.ScoreSeries, list.Series
		}
		return err
	})
}

// fillNetwork adds visits month by month, branch by branch.
func (b *bench) fillNetwork(v *benchVisits) error {
	const atOnce = 5000
	progress := b.p.progress("visits", b.cmd.Visits)
	var wait []visit.Rollup
	for i := range b.cmd.Visits {
		cell := i * len(v.months) * len(v.branches) / b.cmd.Visits
		wait = append(wait, v.visit(v.months[cell/len(v.branches)], cell%len(v.branches)))
		if len(wait) < atOnce && i < b.cmd.Visits-1 {
			continue
		}
		if err := b.x.store.AddRollups(b.p.ctx, b.world.owner.Org, wait); err != nil {
			return err
		}
		wait = wait[:0]
		progress.at(i + 1)
	}
	return nil
}

// visit is one visit's part in the sums.
func (v *benchVisits) visit(month string, branch int) visit.Rollup {
	return v.visitBy(v.r, month, branch)
}

// visitBy is visit for who draws beside others.
func (v *benchVisits) visitBy(r *rand.Rand, month string, branch int) visit.Rollup {
	shopper := r.IntN(len(v.shoppers))
	day := v.skill[branch] + v.strict[shopper] + 8*r.NormFloat64()
	out := visit.Rollup{Programme: v.programme, Branch: v.branches[branch], Shopper: v.shoppers[shopper], Scenario: "buyer", Month: month}
	marks, met := make([]byte, benchManyKinds), 0
	for k := range marks {
		s := visit.StandardRollup{Standard: fmt.Sprintf("S%d", k+1), N: 1, W: 1_000_000_000 / benchManyKinds}
		s.Series, marks[k] = v.series[s.Standard], 'b'
		if r.Float64()*100 < day {
			s.X, s.WR, marks[k] = 1, s.W, 'g'
			met++
		}
		out.Standards = append(out.Standards, s)
	}
	bp := int64(math.Round(10_000 * float64(met) / benchManyKinds))
	out.Cell = visit.CellRollup{Series: v.score, N: 1, SumBP: bp, SumBP2: bp * bp}
	out.Fact = visit.Fact{Visit: uuid.NewString(), Version: v.version, BaseBP: int(bp), Marks: string(marks)}
	return out
}

// fits measures what is done at night.
func (b *bench) fits(v *benchVisits) error {
	cpu := func() time.Duration { return cpuOf(os.Getpid()) }
	t, err := b.x.reports.Time(b.p.ctx, b.world.owner, report.Query{Programme: v.programme, Span: report.Last12}, cpu)
	if err != nil {
		return err
	}
	score := fmt.Sprintf("reading %.2f s, fitting %.2f s; level %s", t.Read.Seconds(), t.Score.Seconds(), t.Level)
	if err := b.printFit("nightly fit of the score", t.Read+t.Score, t.ScoreCPU, score); err != nil {
		return err
	}
	words := "adjusted for shoppers"
	if !t.Adjusted {
		words = "not adjusted: the data do not carry it"
	}
	if err := b.printFit("all standards at level C", t.ReadShares+t.Shares, t.SharesCPU, words); err != nil {
		return err
	}
	begun, spent := b.p.now(), cpu()
	made, err := b.x.reports.Refit(b.p.ctx, b.world.owner.Org)
	if err != nil {
		return err
	}
	if err := b.printFit("the whole nightly task", b.p.now().Sub(begun), cpu()-spent, fmt.Sprintf("%d windows", made.Made)); err != nil {
		return err
	}
	return b.p.printf("memory of this process %.0f MiB at most\n", memoryOf(os.Getpid()).most)
}

func (b *bench) printFit(what string, took, cpu time.Duration, words string) error {
	return b.p.printf("%-44s %8.2f s, %8.2f s of the processors  (%s)\n", what, took.Seconds(), cpu.Seconds(), words)
}

// comparedPage is a page of the comparison that is measured; path is asked anew each time.
type comparedPage struct {
	name string
	path func() string
}

// comparedPages are all of them, each for a reader who sees everything.
func (v *benchVisits) comparedPages() []comparedPage {
	at := func(path, more string) func() string {
		return func() string { return path + "?programme=" + v.programme + more }
	}
	return []comparedPage{
		{"overview", at("/compare", "")},
		{"branches, 3 months", at("/compare/branches", "")},
		{"branches, 12 months, page 7", at("/compare/branches", "&window=last12&page=7")},
		{"branches, one standard", at("/compare/branches", "&standard=S7")},
		{"standards", at("/compare/standards", "")},
		{"change", at("/compare/change", "")},
		{"drivers", at("/compare/drivers", "")},
		{"sales", at("/compare/sales", "")},
		{"how sure", at("/compare/sure", "")},
		{"one branch, another each time", func() string {
			return "/compare/branches/" + v.branches[v.r.IntN(len(v.branches))] + "?programme=" + v.programme
		}},
	}
}

// benchPace is how often a new visit comes in while pages are asked for.
const benchPace = 200 * time.Millisecond

// comparePages asks for the pages of the comparison while visits come in.
func (b *bench) comparePages(s *benchServer, v *benchVisits) error {
	if err := b.p.printf("\none reader, a new visit every %d ms\n%-34s %10s %10s %10s %10s %10s %7s\n", benchPace.Milliseconds(), "page", "first", "p50", "p99",
		"p99.9", "CPU", "size"); err != nil {
		return err
	}
	for _, page := range v.comparedPages() {
		if err := b.comparePage(s, v, page); err != nil {
			return err
		}
	}
	m := memoryOf(s.cmd.Process.Pid)
	return b.p.printf("memory of the server %.0f MiB at most\n", m.most)
}

// comparePage measures one of them. The CPU is the server's, with what it finds out beside the readers.
func (b *bench) comparePage(s *benchServer, v *benchVisits, page comparedPage) (err error) {
	begun := b.p.now()
	size, err := s.look(b.p.ctx, page.path(), b.world.manager)
	if err != nil {
		return err
	}
	first := b.p.now().Sub(begun)
	stop := b.newVisits(v)
	defer func() { err = errors.Join(err, stop()) }()
	m, err := b.load(1, s.cmd.Process.Pid, func() (func(context.Context) error, bool) {
		path := page.path()
		return func(ctx context.Context) error {
			_, err := s.get(ctx, path, b.world.manager)
			return err
		}, true
	})
	if err != nil {
		return err
	}
	return b.p.printf("%-34s %10s %10s %10s %10s %10s %4d KB\n", page.name, short(first), short(m.quantile(0.5)), short(m.quantile(0.99)), short(m.quantile(0.999)),
		short(m.perReport(m.server)), size/1024)
}

// newVisits lets visits come in until it is stopped.
func (b *bench) newVisits(v *benchVisits) (stop func() error) {
	ctx, cancel := context.WithCancel(b.p.ctx)
	done := make(chan error, 1)
	r := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // believable data, not secrets
	go func() {
		for {
			select {
			case <-ctx.Done():
				done <- nil
				return
			case <-time.After(benchPace):
			}
			one := v.visitBy(r, v.months[len(v.months)-1], r.IntN(len(v.branches)))
			if err := b.x.store.AddRollups(ctx, b.world.owner.Org, []visit.Rollup{one}); err != nil && ctx.Err() == nil {
				done <- err
				return
			}
		}
	}()
	return func() error {
		cancel()
		return <-done
	}
}
