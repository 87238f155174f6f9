package stats

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// block is the side of the square parts that large matrices are worked on in: three of them fit into a core's own cache.
const block = 64

// invertUpper gives the inverse of an upper triangular matrix of n by n numbers, row by row; what stands below the diagonal
// is neither read nor written. It goes block by block, T_IJ = −(Σ_K T_IK U_KJ) T_JJ for I ≤ K < J: rows of blocks know
// nothing of each other, so that all cores can work, and each sum has one order, whatever their number.
func invertUpper(u []float64, n int) []float64 {
	t := make([]float64, n*n)
	blocks := (n + block - 1) / block
	AtOnce(blocks, func(i int) {
		own := tile(t, n, i, i)
		copyRows(own, tile(u, n, i, i))
		lapack64.Trtri(blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: own.Rows, Stride: n, Data: own.Data})
	})
	AtOnce(blocks, func(i int) {
		first := tile(t, n, i, i)
		room := blas64.General{Rows: first.Rows, Stride: block, Data: make([]float64, first.Rows*block)}
		for j := i + 1; j < blocks; j++ {
			last := tile(t, n, j, j)
			room.Cols = last.Cols
			clear(room.Data)
			for k := i; k < j; k++ {
				blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, tile(t, n, i, k), tile(u, n, k, j), 1, room)
			}
			blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, room, last, 0, tile(t, n, i, j))
		}
	})
	return t
}

// tile is a block of a matrix of n by n numbers.
func tile(m []float64, n, i, j int) blas64.General {
	return blas64.General{
		Rows: min(block, n-i*block), Cols: min(block, n-j*block), Stride: n, Data: m[i*block*n+j*block:],
	}
}

// copyRows copies the upper triangle of a block.
func copyRows(to, from blas64.General) {
	for i := range from.Rows {
		copy(to.Data[i*to.Stride+i:i*to.Stride+to.Cols], from.Data[i*from.Stride+i:i*from.Stride+from.Cols])
	}
}
