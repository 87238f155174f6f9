package stats

import "math"

// choleskySmall turns the lower triangle of the first n columns of a symmetric matrix with the given row length into its
// Cholesky factor; rows beyond n are carried along. It is false where the matrix is not positive definite.
func choleskySmall(a []float64, n, stride int) bool {
	rows := len(a) / stride
	for k := range n {
		for i := k; i < rows; i++ {
			v := a[i*stride+k]
			for j := range k {
				v -= a[i*stride+j] * a[k*stride+j]
			}
			if i > k {
				a[i*stride+k] = v / a[k*stride+k]
				continue
			}
			if !(v > 0) {
				return false
			}
			a[k*stride+k] = math.Sqrt(v)
		}
	}
	return true
}

// backSmall solves Lᵀ x = b in place for the lower triangle of the first n columns.
func backSmall(l []float64, n, stride int, b []float64) {
	for k := n - 1; k >= 0; k-- {
		for i := k + 1; i < n; i++ {
			b[k] -= l[i*stride+k] * b[i]
		}
		b[k] /= l[k*stride+k]
	}
}

// forwardSmall solves L x = b in place.
func forwardSmall(l []float64, n, stride int, b []float64) {
	for k := range n {
		for i := range k {
			b[k] -= l[k*stride+i] * b[i]
		}
		b[k] /= l[k*stride+k]
	}
}

// solve3 solves three equations by elimination with pivoting; it is false where they are (nearly) dependent, each row
// and column scaled to its largest number first.
func solve3(a [3][3]float64, b [3]float64) (x [3]float64, ok bool) {
	for i := range a {
		top := math.Max(math.Abs(a[i][0]), math.Max(math.Abs(a[i][1]), math.Abs(a[i][2])))
		if !(top > 0) {
			return x, false
		}
		for k := range a[i] {
			a[i][k] /= top
		}
		b[i] /= top
	}
	for k := range a {
		p := k
		for i := k + 1; i < 3; i++ {
			if math.Abs(a[i][k]) > math.Abs(a[p][k]) {
				p = i
			}
		}
		a[k], a[p] = a[p], a[k]
		b[k], b[p] = b[p], b[k]
		const singular = 1e-8
		if math.Abs(a[k][k]) < singular {
			return x, false
		}
		for i := k + 1; i < 3; i++ {
			f := a[i][k] / a[k][k]
			for j := k; j < 3; j++ {
				a[i][j] -= f * a[k][j]
			}
			b[i] -= f * b[k]
		}
	}
	for k := 2; k >= 0; k-- {
		x[k] = b[k]
		for j := k + 1; j < 3; j++ {
			x[k] -= a[k][j] * x[j]
		}
		x[k] /= a[k][k]
	}
	return x, true
}
