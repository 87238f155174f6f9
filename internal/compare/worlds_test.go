package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// sized is the world of the goals with other numbers of branches; shoppers and regions go with them.
func (w realm) sized(branches int) realm {
	w.branches, w.shoppers, w.regions = branches, max(14, branches*2/5), max(2, branches/20)
	return w
}

// worldOf draws networks of one size and compares what is said with the truth.
func worldOf(t testing.TB, w realm, visits, networks int) *figures {
	t.Helper()
	f := &figures{visits: visits}
	for seed := range uint64(networks) {
		f.watch(t, w, seed)
	}
	return f
}

func TestSmallNetworksAreToldTooEarlyRatherThanWrong(t *testing.T) {
	if testing.Short() {
		t.Skip("networks are drawn and judged without -short")
	}
	for _, branches := range []int{14, 30} {
		pooled, adjusted := tally{}, tally{}
		for _, visits := range []int{3, 6, 12} {
			f := worldOf(t, goalRealm().sized(branches), visits, 160/branches)
			pooled.all, pooled.wrong = pooled.all+f.below.all, pooled.wrong+f.below.wrong
			adjusted.all, adjusted.wrong = adjusted.all+f.belowC.all, adjusted.wrong+f.belowC.wrong
			if visits == 12 && (f.labels.percent() < 15 || f.labelsC.percent() < 20) {
				t.Errorf("%d branches: with 12 visits only %.0f %% are labelled at B, %.0f %% at C", branches, f.labels.percent(), f.labelsC.percent())
			}
		}
		t.Logf("%d branches: of %d below labels at B %.1f %% are wrong, of %d at C %.1f %%", branches, pooled.all, pooled.percent(), adjusted.all, adjusted.percent())
		if pooled.percent() > 12 || adjusted.percent() > 12 {
			t.Errorf("%d branches: %.1f %% of below labels are wrong at B, %.1f %% at C; allowed are 12", branches, pooled.percent(), adjusted.percent())
		}
	}
}

func TestTheSceptic(t *testing.T) {
	sure := chances{below: 0.95, doubted: 0.93, own: 0.9}
	if got := priceOf(Normal).decide(10, 4, sure); got != Below {
		t.Errorf("agrees: %v", got)
	}
	sure.unknown = 0.1
	if got := priceOf(Normal).decide(10, 4, sure); got != CannotTell {
		t.Errorf("peers hardly known: %v", got)
	}
	sure.unknown, sure.doubted = 0, 0.8
	if got := priceOf(Normal).decide(10, 4, sure); got != CannotTell {
		t.Errorf("disagrees: %v", got)
	}
	praise := chances{below: 0.02, doubted: 0.05, own: 0.1}
	if got := priceOf(Normal).decide(10, 10, praise); got != Meets {
		t.Errorf("praise: %v", got)
	}
	praise.doubted = 0.3
	if got := priceOf(Normal).decide(10, 10, praise); got != CannotTell {
		t.Errorf("praise, disagrees: %v", got)
	}
	praise.own = 0.02 // eighteen of eighteen against 80 %: that needs no peers
	if got := priceOf(Normal).decide(18, 18, praise); got != Meets {
		t.Errorf("praise that proves itself: %v", got)
	}
	blame := chances{below: 0.95, doubted: 0.8, own: 0.99}
	if got := priceOf(Normal).decide(3, 0, blame); got != CannotTell {
		t.Errorf("blame rests on bad luck: %v", got)
	}
	early := Outcome{Counts: Counts{N: 10, X: 4}, Status: CannotTell, Good: Estimate{TargetBP: 9000, PBelow: 0.95, PDoubted: 0.8, POwnBelow: 0.9, Level: LevelB}, Lean: LeansBelow}
	const want = "4 of 10 met. For a standard of 90 % it is too early to tell, though it leans below: all branches together have too few visits to know what is usual."
	if got := early.Sentence(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// world is a network unlike the one in which the goals are stated.
type world struct {
	name   string
	change func(*realm)
}

// otherWorlds are all of them; none was looked at when the rules were made.
func otherWorlds() []world {
	return []world{
		{"as in the goals", func(*realm) {}},
		{"a few very weak branches", func(w *realm) { w.pull = func(r *rand.Rand) float64 { return 1 - r.ExpFloat64() } }},
		{"a few very good branches", func(w *realm) { w.pull = func(r *rand.Rand) float64 { return r.ExpFloat64() - 1 } }},
		{"standards met in 91 to 99 of 100", func(w *realm) {
			w.base = func(k int) float64 { return 0.99 - 0.004*float64(k) }
			w.target = func(k int, _ float64) float64 { return []float64{0.95, 0.90, 0.98}[k%3] }
		}},
		{"standards met in 5 or 95 of 100", func(w *realm) {
			w.base = func(k int) float64 { return []float64{0.05, 0.95}[k%2] }
			w.target = func(k int, base float64) float64 { return base + []float64{-0.02, 0, 0.02}[k/2%3] }
		}},
		{"shoppers of whom some are far off", func(w *realm) { w.leaning = student3 }},
		{"shoppers who differ twice as much", func(w *realm) { w.shopperSD *= 2 }},
		{"eight shoppers for all", func(w *realm) { w.shoppers = 8 }},
		{"each region its own shopper", func(w *realm) { w.shoppers, w.home = w.regions, 1 }},
		{"branches visited unevenly", func(w *realm) { w.uneven = 0.8 }},
		{"branches that hardly differ", func(w *realm) { w.branchSD, w.ownSD = 0.05, 0.1 }},
		{"every target at the network's mean", func(w *realm) { *w = w.atTheMean() }},
	}
}

// student3 is Student's t with three degrees of freedom over the root of three: of spread 1, with far more at its ends.
func student3(r *rand.Rand) float64 {
	a, b, c := r.NormFloat64(), r.NormFloat64(), r.NormFloat64()
	return r.NormFloat64() / math.Sqrt(a*a+b*b+c*c)
}

// fresh are the seeds from which worlds are drawn: others than those of any other test.
const fresh = 52_000_000

// drawn draws networks of a world and compares what is said with the truth.
func (w world) drawn(t testing.TB, branches, visits, networks int) *figures {
	t.Helper()
	r := goalRealm().sized(branches)
	w.change(&r)
	f := &figures{visits: visits}
	for seed := range uint64(networks) {
		f.watch(t, r, fresh+seed)
	}
	return f
}

func TestNobodyIsNamedAmongTheWorstMoreSurelyThanItIsTrue(t *testing.T) {
	if testing.Short() {
		t.Skip("networks are drawn and judged without -short")
	}
	bright := goalRealm() // weak branches differ most where most is met
	bright.base = func(k int) float64 { return 0.99 - 0.004*float64(k) }
	apart := goalRealm() // each region has its own shopper
	apart.shoppers, apart.home = apart.regions, 1
	for _, x := range []struct {
		name          string
		world         realm
		wanted, found Level
	}{{"adjusted", bright, 0, LevelC}, {"pooled", bright, LevelB, LevelB}, {"not to be told from shoppers", apart, 0, LevelB}} {
		f := &figures{}
		for seed := range uint64(40) {
			d := x.world.draw(fresh + seed)
			win := d.window(6)
			r := Run(Input{Branches: win.in.Branches, Scores: win.in.Scores, Cells: win.in.Cells, Level: x.wanted})
			if r.Model.Level != x.found {
				t.Fatalf("%s: level %s", x.name, r.Model.Level)
			}
			f.worst(d, win, &r)
		}
		said := 100 * f.said / float64(f.named.all)
		t.Logf("%s: %d named, %.1f %% truly, said %.1f %%", x.name, f.named.all, f.named.percent(), said)
		if f.named.all < 50 || said > f.named.percent()+3 {
			t.Errorf("%s: of %d named %.1f %% are among the worst; said were %.1f %%", x.name, f.named.all, f.named.percent(), said)
		}
	}
}

func TestWhereShoppersCannotBeToldFromBranchesScoresAreHeldBack(t *testing.T) {
	if testing.Short() {
		t.Skip("networks are drawn and judged without -short")
	}
	for _, w := range otherWorlds() {
		if w.name != "each region its own shopper" {
			continue
		}
		f := w.drawn(t, 60, 12, 6)
		said := tally{f.low.wrong + f.high.wrong, f.low.all + f.high.all}
		t.Logf("%d scores judged, %.1f %% wrong; %.1f %% of ranges hold the truth", said.all, said.percent(), f.covered.percent())
		if f.skipped != 6 || said.percent() > 12 || f.covered.percent() < 85 {
			t.Errorf("%d networks not adjusted; of %d scores judged %.1f %% are wrong; %.1f %% of ranges hold the truth", f.skipped, said.all, said.percent(), f.covered.percent())
		}
	}
}

// BenchmarkWorlds measures what is said in networks of other sizes and kinds; -v prints the figures. One world is picked
// with -bench 'Worlds/60_branches/each_region'.
func BenchmarkWorlds(b *testing.B) {
	for _, branches := range []int{14, 30, 60, 200, 2000} {
		for _, w := range otherWorlds() {
			b.Run(fmt.Sprintf("%d branches/%s", branches, w.name), func(b *testing.B) {
				for b.Loop() {
					for _, visits := range []int{3, 6, 12} {
						b.Log(w.drawn(b, branches, visits, max(1, 1000/branches)).line())
					}
				}
			})
		}
	}
}

// line is what came true, in one line.
func (f *figures) line() string {
	part := func(t tally) string { return fmt.Sprintf("%.1f %% of %d", t.percent(), t.all) }
	return fmt.Sprintf("%d visits: wrong of below B %s, C %s, of meets B %s, C %s; labelled B %.1f %%, C %.1f %%; wrong of scores below %s, above %s; covered %.1f %%; not adjusted %d",
		f.visits, part(f.below), part(f.belowC), part(f.meets), part(f.meetsC), f.labels.percent(), f.labelsC.percent(), part(f.low), part(f.high), f.covered.percent(), f.skipped)
}
