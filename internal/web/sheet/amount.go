package sheet

import (
	"fmt"
	"math/big"

	"plainclothes/internal/scoring"
	"plainclothes/internal/web/kit"
)

// maxDenominator is the largest denominator that people add up by hand.
const maxDenominator = 60

// places is how many decimals an endless number keeps: adding a hundred of them up is still right to a basis point.
const places = 6

// amount writes an exact amount: "3.5", "2 1/3" for a third, and with an ellipsis what has no end.
func amount(e scoring.Exact) string {
	r, ok := e.Rat()
	if !ok {
		return "0"
	}
	if digits, ends := r.FloatPrec(); ends && digits <= places {
		return r.FloatString(digits)
	}
	if r.Denom().Cmp(big.NewInt(maxDenominator)) <= 0 {
		return mixed(r)
	}
	return cutOff(r)
}

// mixed writes a fraction as a whole number and a rest: 7/3 is "2 1/3".
func mixed(r *big.Rat) string {
	whole, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	if whole.Sign() == 0 {
		return r.RatString()
	}
	return fmt.Sprintf("%s %s/%s", whole, rest, r.Denom())
}

// cutOff writes the first decimals and says that more follow.
func cutOff(r *big.Rat) string {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(places), nil)
	n := new(big.Int).Quo(new(big.Int).Mul(r.Num(), scale), r.Denom())
	return new(big.Rat).SetFrac(n, scale).FloatString(places) + "…"
}

// share writes an exact fraction as percent: "66.666666…%".
func share(e scoring.Exact) string {
	r, ok := e.Rat()
	if !ok {
		return ""
	}
	return amount(scoring.Exact(new(big.Rat).Mul(r, big.NewRat(100, 1)).RatString())) + "%"
}

// ratio writes part of whole as percent with one decimal, "" when there is no whole.
func ratio(part, whole scoring.Exact) string {
	p, ok1 := part.Rat()
	w, ok2 := whole.Rat()
	if !ok1 || !ok2 || w.Sign() == 0 {
		return ""
	}
	q := new(big.Rat).Mul(new(big.Rat).Quo(p, w), big.NewRat(100, 1))
	return q.FloatString(1) + "%"
}

// times writes weight × fraction.
func times(weight int, e scoring.Exact) string {
	r, ok := e.Rat()
	if !ok {
		return ""
	}
	return amount(scoring.Exact(new(big.Rat).Mul(r, big.NewRat(int64(weight), 1)).RatString()))
}

// zero reports whether an amount is nothing.
func zero(e scoring.Exact) bool {
	r, ok := e.Rat()
	return !ok || r.Sign() == 0
}

// full compares what was earned with what was possible: 1 for all of it, 0 for some, −1 for nothing.
func full(earned, possible scoring.Exact) int {
	e, ok1 := earned.Rat()
	p, ok2 := possible.Rat()
	switch {
	case !ok1 || e.Sign() == 0:
		return -1
	case ok2 && e.Cmp(p) >= 0:
		return 1
	}
	return 0
}

// Score writes basis points as screens show scores, "–" without one.
func Score(bp *int) string {
	if bp == nil {
		return "–"
	}
	return kit.Percent(*bp)
}

// twoPlaces writes basis points with all their digits: 6891 is "68.91%".
func twoPlaces(bp int) string { return fmt.Sprintf("%d.%02d%%", bp/100, bp%100) }

// quotient writes counted ÷ of in percent, "" when of is nothing.
func quotient(counted, of scoring.Exact) string {
	c, ok1 := counted.Rat()
	o, ok2 := of.Rat()
	if !ok1 || !ok2 || o.Sign() == 0 {
		return ""
	}
	return share(scoring.Exact(new(big.Rat).Quo(c, o).RatString()))
}
