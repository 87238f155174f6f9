package chart

// Restated is a large chart of months with two lines: solid as published, dashed as something else would have it. A
// month that one of them does not know is a gap in its line.
type Restated struct {
	Months
	Dashed []string
	Again  []Dot // single months of the dashed line
}

// NewRestated draws both lines over the same months. narrow is the squarer drawing for phones.
func NewRestated(was, is []Point, narrow bool) Restated {
	spans := make([]Span, 0, len(was)+len(is))
	for _, points := range [][]Point{was, is} {
		for _, p := range points {
			if p.Known {
				spans = append(spans, Span{Value: p.Span.Value, Lo: p.Span.Value, Hi: p.Span.Value})
			}
		}
	}
	s := NewScale(spans, 0)
	r := Restated{Months: NewMonths(s, was, was, 0, "", narrow)}
	f := r.frame(s, len(is))
	r.Dashed, r.Again = f.line(is), f.dots(is)
	for i := range r.Dots {
		r.Dots[i].Title += ", as published"
	}
	for i := range r.Again {
		r.Again[i].Title += ", restated"
	}
	r.Title = "As published: " + TrendTitle(was) + ". Restated: " + TrendTitle(is) + "."
	return r
}
