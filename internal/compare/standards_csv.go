package compare

import (
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

const mostStandards = 1000

// ReadStandards reads the columns standard, weight, good_bp and, where there are, wow_bp and criticality. Weights are any
// number above zero; targets are basis points from 1 to 10000; an empty wow_bp means no WOW level. An error is
// [Problems], unless reading itself failed.
func ReadStandards(r io.Reader) ([]Standard, error) {
	t, err := newCSVTable(r)
	if err != nil {
		return nil, err
	}
	bad := standardColumns(t)
	if len(bad) > 0 {
		return nil, bad
	}
	var out []Standard
	for {
		more, err := t.next()
		if err != nil {
			return nil, err
		}
		if !more || bad.full() {
			break
		}
		s := readStandard(t, &bad)
		if slices.ContainsFunc(out, func(o Standard) bool { return o.ID == s.ID }) {
			bad.add(t.line, "standard", "%q stands twice; give each standard one line", s.ID)
		}
		if out = append(out, s); len(out) > mostStandards {
			bad.add(t.line, "", "more than %d standards; split the table", mostStandards)
			break
		}
	}
	if len(out) == 0 {
		bad.add(0, "", "The table names no standard.")
	}
	return out, bad.err()
}

func standardColumns(t *csvTable) Problems {
	var bad Problems
	for _, c := range []string{"standard", "good_bp"} {
		if !t.has(c) {
			bad.add(1, c, "this column is missing; the table needs standard, weight, good_bp, and may have wow_bp, criticality")
		}
	}
	known := []string{"standard", "weight", "good_bp", "wow_bp", "criticality"}
	for _, c := range t.header {
		if !slices.Contains(known, c) {
			bad.add(1, c, "no such column; there are %s", strings.Join(known, ", "))
		}
	}
	return bad
}

func readStandard(t *csvTable, bad *Problems) Standard {
	s := Standard{ID: strings.Clone(t.cell("standard")), Weight: 1}
	s.Title = s.ID
	switch {
	case s.ID == "":
		bad.add(t.line, "standard", "name the standard")
	case slices.Contains(visitColumns(), s.ID):
		bad.add(t.line, "standard", "%q is a column of visits; call the standard something else", s.ID)
	}
	if text := t.cell("weight"); text != "" {
		w, err := strconv.ParseFloat(text, 64)
		if err != nil || !(w > 0 && w <= 1e6) || math.IsInf(w, 0) {
			bad.add(t.line, "weight", "%q is not a weight; write a number above 0, at most a million", text)
			w = 1
		}
		s.Weight = w
	}
	s.GoodTargetBP = readTarget(t, "good_bp", bad)
	if t.cell("wow_bp") != "" {
		s.WowTargetBP = readTarget(t, "wow_bp", bad)
	}
	s.Criticality = Criticality(strings.Clone(t.cell("criticality")))
	switch s.Criticality {
	case "":
		s.Criticality = Normal
	case Normal, Major, ZeroTolerance:
	default:
		bad.add(t.line, "criticality", "%q is not one; write normal, major or zero_tolerance", s.Criticality)
	}
	return s
}

func readTarget(t *csvTable, column string, bad *Problems) int {
	v, err := strconv.Atoi(t.cell(column))
	if err != nil || v < 1 || v > 10_000 {
		bad.add(t.line, column, "%q is not a target; write basis points from 1 to 10000 (9500 is 95 %%)", t.cell(column))
		return 1
	}
	return v
}
