package scoring

import (
	"math"
	"math/big"
	"math/bits"

	"plainclothes/internal/programme"
)

// num is an exact rational that is never negative. It is n/d in lowest terms while both fit 64 bits; after that it is
// big, which is never changed in place and so may be shared. The zero num is 0.
type num struct {
	n, d uint64 // d of 0 stands for 1, so that the zero value is a number; isBig stands for big
	big  *big.Rat
}

// isBig is the d of a big num. It makes "both are whole numbers", the usual case, one comparison.
const isBig = math.MaxUint64

func huge(r *big.Rat) num { return num{d: isBig, big: r} }

func whole(n uint64) num { return num{n: n, d: 1} }

// points gives the num of an amount in hundredths; an amount below 0 counts as 0.
func points(p programme.Points) num { return whole(uint64(max(p, 0))) }

// ratio gives n/d; d is not 0.
func ratio(n, d uint64) num {
	if g := gcd(n, d); g > 1 {
		n, d = n/g, d/g
	}
	return num{n: n, d: d}
}

func gcd(a, b uint64) uint64 {
	for b > math.MaxUint32 {
		a, b = b, a%b
	}
	if b == 0 {
		return a
	}
	x, y := uint32(b), uint32(a%b) //nolint:gosec // both fit; short division is several times as fast
	for y != 0 {
		x, y = y, x%y
	}
	return uint64(x)
}

// lcm gives the least common multiple; ok is false when it does not fit.
func lcm(a, b uint64) (n uint64, ok bool) { return times(a, b/gcd(a, b)) }

func (a num) den() uint64 { return max(a.d, 1) }

func (a num) zero() bool {
	if a.big != nil {
		return a.big.Sign() == 0
	}
	return a.n == 0
}

func (a num) rat() *big.Rat {
	if a.big != nil {
		return a.big
	}
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(a.n), new(big.Int).SetUint64(a.den()))
}

func (a num) add(b num) num {
	if n := a.n + b.n; a.d|b.d <= 1 && n >= a.n {
		return num{n: n, d: 1}
	}
	return a.addAny(b)
}

func (a num) addAny(b num) num {
	if a.big == nil && b.big == nil {
		if sum, ok := addSmall(a, b); ok {
			return sum
		}
	}
	return huge(new(big.Rat).Add(a.rat(), b.rat()))
}

func addSmall(a, b num) (num, bool) {
	ad, bd := a.den(), b.den()
	if ad == bd {
		n, carry := bits.Add64(a.n, b.n, 0)
		return ratio(n, ad), carry == 0
	}
	g := gcd(ad, bd)
	x, ok1 := times(a.n, bd/g)
	y, ok2 := times(b.n, ad/g)
	d, ok3 := times(ad, bd/g)
	n, carry := bits.Add64(x, y, 0)
	if !ok1 || !ok2 || !ok3 || carry != 0 {
		return num{}, false
	}
	return ratio(n, d), true
}

// sub gives a − b; b is not above a.
func (a num) sub(b num) num {
	if a.big == nil && b.big == nil {
		if a.d|b.d <= 1 {
			return num{n: a.n - b.n, d: 1}
		}
		ad, bd := a.den(), b.den()
		g := gcd(ad, bd)
		x, ok1 := times(a.n, bd/g)
		y, ok2 := times(b.n, ad/g)
		d, ok3 := times(ad, bd/g)
		if ok1 && ok2 && ok3 {
			return ratio(x-y, d)
		}
	}
	return huge(new(big.Rat).Sub(a.rat(), b.rat()))
}

// float is the number as closely as floating point has it.
func (a num) float() float64 {
	if a.big != nil {
		f, _ := a.big.Float64()
		return f
	}
	return float64(a.n) / float64(a.den())
}

func times(a, b uint64) (uint64, bool) {
	hi, lo := bits.Mul64(a, b)
	return lo, hi == 0
}

func (a num) mul(b num) num {
	if hi, n := bits.Mul64(a.n, b.n); a.d|b.d <= 1 && hi == 0 {
		return num{n: n, d: 1}
	}
	return a.mulAny(b)
}

func (a num) mulAny(b num) num {
	if a.big == nil && b.big == nil {
		if product, ok := mulSmall(a, b); ok {
			return product
		}
	}
	return huge(new(big.Rat).Mul(a.rat(), b.rat()))
}

// mulSmall reduces crosswise first, so that the product is in lowest terms and fits whenever it can.
func mulSmall(a, b num) (num, bool) {
	left, right := ratio(a.n, b.den()), ratio(b.n, a.den())
	n, ok1 := times(left.n, right.n)
	d, ok2 := times(left.d, right.d)
	return num{n: n, d: d}, ok1 && ok2
}

// over gives a/b; b is not 0.
func (a num) over(b num) num {
	if b.big == nil {
		return a.mul(num{n: b.den(), d: b.n})
	}
	return huge(new(big.Rat).Quo(a.rat(), b.rat()))
}

func (a num) cmp(b num) int {
	if a.big != nil || b.big != nil {
		return a.rat().Cmp(b.rat())
	}
	ah, al := bits.Mul64(a.n, b.den())
	bh, bl := bits.Mul64(b.n, a.den())
	if ah != bh {
		return order(ah, bh)
	}
	return order(al, bl)
}

func order(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func least(a, b num) num {
	if b.cmp(a) < 0 {
		return b
	}
	return a
}

// round gives a × scale, rounded half up to a whole number; a result above the largest int64 gives that.
func (a num) round(scale uint64) int64 { return a.roundOver(num{n: 1, d: 1}, scale) }

// roundOver gives a ÷ b × scale, rounded half up; b is not 0.
func (a num) roundOver(b num, scale uint64) int64 {
	if a.big == nil && b.big == nil {
		n, ok1 := times(a.n, b.den())
		d, ok2 := times(b.n, a.den())
		hi, lo := bits.Mul64(n, scale)
		if ok1 && ok2 && hi < d {
			q, r := bits.Div64(hi, lo, d)
			if r >= d-r && q < math.MaxUint64 {
				q++
			}
			return int64(min(q, math.MaxInt64))
		}
	}
	return roundBig(a.over(b).rat(), scale)
}

func roundBig(a *big.Rat, scale uint64) int64 {
	n := new(big.Int).Mul(a.Num(), new(big.Int).SetUint64(scale))
	n.Lsh(n, 1).Add(n, a.Denom())
	n.Div(n, new(big.Int).Lsh(a.Denom(), 1))
	if !n.IsInt64() {
		return math.MaxInt64
	}
	return n.Int64()
}
