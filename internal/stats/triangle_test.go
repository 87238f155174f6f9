package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// upper draws an upper triangular matrix that is as good to invert as those of the crossed model.
func upper(n int) []float64 {
	r := rand.New(rand.NewPCG(uint64(n), 3))
	u := make([]float64, n*n)
	for i := range n {
		for k := i; k < n; k++ {
			u[i*n+k] = 0.2 * r.NormFloat64() / math.Sqrt(float64(n))
		}
		u[i*n+i] = 1 + r.Float64()
		for k := range i {
			u[i*n+k] = math.NaN() // not to be read
		}
	}
	return u
}

func TestAnInverseTimesItsMatrixIsOne(t *testing.T) {
	for _, n := range []int{1, 2, 63, 64, 65, 128, 200, 300} {
		u := upper(n)
		inverse := invertUpper(u, n)
		for i := range n {
			for k := range n {
				sum, want := 0.0, 0.0
				for m := i; m <= k; m++ {
					sum += u[i*n+m] * inverse[m*n+k]
				}
				if i == k {
					want = 1
				}
				if math.Abs(sum-want) > 1e-12 {
					t.Fatalf("n = %d: %v at %d, %d, want %v", n, sum, i, k, want)
				}
				if k < i && inverse[i*n+k] != 0 {
					t.Fatalf("n = %d: something stands below the diagonal", n)
				}
			}
		}
	}
}

func TestAnInverseIsTheSameToTheLastBit(t *testing.T) {
	const n = 257
	u := upper(n)
	want := invertUpper(u, n)
	for range 20 {
		got := invertUpper(u, n)
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("number %d is %v, then %v", i, want[i], got[i])
			}
		}
	}
}

func BenchmarkInvertUpper2000(b *testing.B) {
	u := upper(2000)
	for b.Loop() {
		invertUpper(u, 2000)
	}
}
