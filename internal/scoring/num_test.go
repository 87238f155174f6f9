package scoring

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func drawNum(t *rapid.T, label string) num {
	n := rapid.OneOf(rapid.Uint64Range(0, 1_000), rapid.Uint64()).Draw(t, label)
	d := rapid.OneOf(rapid.Uint64Range(1, 1_000), rapid.Uint64Range(1, math.MaxUint64)).Draw(t, label)
	return ratio(n, d)
}

func TestExactFractionsAgreeWithBigOnes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawNum(t, "a"), drawNum(t, "b")
		if rapid.Bool().Draw(t, "already big") {
			a = huge(a.rat())
		}
		equal := func(what string, got num, want *big.Rat) {
			if got.rat().Cmp(want) != 0 || got.zero() != (want.Sign() == 0) {
				t.Fatalf("%s is %s, want %s", what, got.rat(), want)
			}
		}
		equal("a + b", a.add(b), plus(a.rat(), b.rat()))
		equal("a × b", a.mul(b), mult(a.rat(), b.rat()))
		if !b.zero() {
			equal("a ÷ b", a.over(b), ratioOf(a.rat(), b.rat()))
		}
		if a.cmp(b) != a.rat().Cmp(b.rat()) {
			t.Fatalf("%s against %s: %d", a.rat(), b.rat(), a.cmp(b))
		}
		equal("the least", least(a, b), map[bool]*big.Rat{true: a.rat(), false: b.rat()}[a.cmp(b) < 0])
	})
}

func TestRoundingIsHalfUpAndStopsAtTheLargestNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawNum(t, "a")
		scale := rapid.SampledFrom([]uint64{1, 100, bpOne, nanoOne}).Draw(t, "scale")
		want := int64(math.MaxInt64)
		if y := plus(mult(a.rat(), rat(int64(scale))), big.NewRat(1, 2)); y.Cmp(rat(math.MaxInt64)) < 0 {
			want = halfUp(a.rat(), int64(scale))
		}
		if got := a.round(scale); got != want {
			t.Fatalf("%s × %d is rounded to %d, want %d", a.rat(), scale, got, want)
		}
		if got := huge(a.rat()).round(scale); got != want {
			t.Fatalf("big %s × %d is rounded to %d, want %d", a.rat(), scale, got, want)
		}
	})
	for n, want := range map[uint64]int64{4_999: 0, 5_000: 1, 5_001: 1, 15_000: 2} {
		if got := ratio(n, 10_000).round(1); got != want {
			t.Errorf("%d/10000 is rounded to %d", n, got)
		}
	}
}

func TestTheZeroFractionIsNothing(t *testing.T) {
	var z num
	if !z.zero() || z.round(bpOne) != 0 || z.add(whole(3)).cmp(whole(3)) != 0 || z.rat().Sign() != 0 || !z.mul(whole(9)).zero() {
		t.Error("the zero num is not 0")
	}
	if points(-5) != points(0) {
		t.Error("an amount below nothing is not nothing")
	}
}
