package compare

import (
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
	early := Outcome{Counts: Counts{N: 10, X: 4}, Status: CannotTell, Good: Estimate{TargetBP: 9000, PBelow: 0.95, PDoubted: 0.8, POwnBelow: 0.9, Level: LevelB}, Lean: LeansBelow}
	const want = "4 of 10 met. For a standard of 90 % it is too early to tell, though it leans below: all branches together have too few visits to know what is usual."
	if got := early.Sentence(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// BenchmarkWorlds measures labels in networks of other sizes, with targets off and at the network's mean.
func BenchmarkWorlds(b *testing.B) {
	for b.Loop() {
		for _, atMean := range []bool{false, true} {
			for _, branches := range []int{14, 30, 60, 200, 2000} {
				for _, visits := range []int{3, 6, 12} {
					w, where := goalRealm().sized(branches), "targets off the mean"
					if atMean {
						w, where = w.atTheMean(), "targets at the mean"
					}
					f := worldOf(b, w, visits, max(1, 1000/branches))
					b.Logf("%s, %d branches, %d visits: B %.1f %% of %d below wrong, %.1f %% labelled; C %.1f %% of %d, %.1f %%; not adjusted %d", where, branches, visits,
						f.below.percent(), f.below.all, f.labels.percent(), f.belowC.percent(), f.belowC.all, f.labelsC.percent(), f.skipped)
				}
			}
		}
	}
}
