package stats

import (
	"math"
	"slices"
)

// simplex is a search by Nelder and Mead (1965): no derivatives, the same steps every time.
type simplex struct {
	f      func([]float64) float64
	points [][]float64
	values []float64
}

// nelderMead searches for a minimum of f near start, with first steps of the given relative size, until the values at
// its corners differ by less than tol or after most evaluations. f may be +Inf where it does not exist.
func nelderMead(f func([]float64) float64, start []float64, step, tol float64, most int) (x []float64, value float64) {
	left := most
	s := simplex{f: func(p []float64) float64 {
		left--
		if v := f(p); !math.IsNaN(v) {
			return v
		}
		return math.Inf(1)
	}}
	s.begin(start, step)
	for left > 0 {
		s.sort()
		last := len(s.values) - 1
		if s.values[last]-s.values[0] < tol && s.width() < 1e-4 {
			break
		}
		s.move()
	}
	s.sort()
	return s.points[0], s.values[0]
}

func (s *simplex) begin(start []float64, step float64) {
	const least = 0.02
	for i := range len(start) + 1 {
		p := slices.Clone(start)
		if i > 0 {
			p[i-1] += math.Max(least, step*math.Abs(p[i-1]))
		}
		s.points = append(s.points, p)
		s.values = append(s.values, s.f(p))
	}
}

// sort puts the best corner first; equal ones keep their order.
func (s *simplex) sort() {
	for i := 1; i < len(s.values); i++ {
		for k := i; k > 0 && s.values[k] < s.values[k-1]; k-- {
			s.values[k], s.values[k-1] = s.values[k-1], s.values[k]
			s.points[k], s.points[k-1] = s.points[k-1], s.points[k]
		}
	}
}

// width is the largest relative distance of a corner from the best.
func (s *simplex) width() float64 {
	top := 0.0
	for _, p := range s.points[1:] {
		for k, v := range p {
			top = math.Max(top, math.Abs(v-s.points[0][k])/(0.1+math.Abs(s.points[0][k])))
		}
	}
	return top
}

// move reflects the worst corner, and expands, contracts or shrinks as it turns out.
func (s *simplex) move() {
	last := len(s.values) - 1
	p, v := s.try(1)
	switch {
	case v < s.values[0]:
		if q, w := s.try(2); w < v {
			p, v = q, w
		}
	case v >= s.values[last-1]:
		t := 0.5
		if v >= s.values[last] {
			t = -0.5
		}
		q, w := s.try(t)
		if w >= math.Min(v, s.values[last]) {
			s.shrink()
			return
		}
		p, v = q, w
	}
	s.points[last], s.values[last] = p, v
}

// try evaluates centre + t·(centre − worst).
func (s *simplex) try(t float64) ([]float64, float64) {
	last := len(s.points) - 1
	p := make([]float64, last)
	for k := range p {
		for _, q := range s.points[:last] {
			p[k] += q[k] / float64(last)
		}
		p[k] += t * (p[k] - s.points[last][k])
	}
	return p, s.f(p)
}

func (s *simplex) shrink() {
	for i := 1; i < len(s.points); i++ {
		for k := range s.points[i] {
			s.points[i][k] = (s.points[0][k] + s.points[i][k]) / 2
		}
		s.values[i] = s.f(s.points[i])
	}
}
