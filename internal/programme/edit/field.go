package edit

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/programme"
)

// Field is one field of a part as a form posts it: numbers, percentages and times as typed. A flag is set when one of its
// values is true, on or yes.
type Field struct {
	Name   string
	Values []string
}

// F makes a Field.
func F(name string, values ...string) Field { return Field{Name: name, Values: values} }

// last gives the value that counts where one is wanted: forms post an empty one before it.
func (f Field) last() string {
	if len(f.Values) == 0 {
		return ""
	}
	return tidy(f.Values[len(f.Values)-1])
}

// Digest is a short sign of what a field said when a form was made. A form that posts all its fields at once carries it, so
// that only those are changed whose digest is another.
func Digest(values ...string) string {
	h := fnv.New32a()
	for _, v := range values {
		_, _ = h.Write(append([]byte(tidy(v)), 0)) // a hash never fails
	}
	return fmt.Sprintf("%08x", h.Sum32())
}

// tidy takes the spaces around a text away and evens line ends.
func tidy(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n"), "\r", "\n"))
}

// rule reads and writes one field of a T.
type rule[T any] struct {
	name  string
	label string // as in "the text of …"
	get   func(*T) []string
	// set gives a whole sentence when the values cannot be taken.
	set func(*T, []string) string
}

// one makes a rule of a field with one value.
func one[T any](name, label string, get func(*T) string, set func(*T, string) string) rule[T] {
	return rule[T]{
		name: name, label: label,
		get: func(t *T) []string { return []string{get(t)} },
		set: func(t *T, values []string) string { return set(t, Field{Values: values}.last()) },
	}
}

// text is a field of several lines.
func text[T any](name, label string, at func(*T) *string) rule[T] {
	return one(name, label, func(t *T) string { return *at(t) }, func(t *T, s string) string {
		*at(t) = tidy(s)
		return ""
	})
}

// line is a field of one line.
func line[T any](name, label string, at func(*T) *string) rule[T] {
	return one(name, label, func(t *T) string { return *at(t) }, func(t *T, s string) string {
		*at(t) = oneLine(s)
		return ""
	})
}

// oneLine puts spaces where lines end.
func oneLine(s string) string { return strings.ReplaceAll(tidy(s), "\n", " ") }

// word is a field that names something; "" for nothing.
func word[T any](name, label string, at func(*T) *string) rule[T] {
	return one(name, label, func(t *T) string { return *at(t) }, func(t *T, s string) string {
		if s != "" && !programme.Word(s) {
			return "Use letters, digits, _ and -, at most 64."
		}
		*at(t) = s
		return ""
	})
}

// choice is a field of a few words; "" is among them where nothing may be chosen.
func choice[T any, S ~string](name, label string, at func(*T) *S, words ...S) rule[T] {
	return one(name, label, func(t *T) string { return string(*at(t)) }, func(t *T, s string) string {
		if !slices.Contains(words, S(s)) {
			return "Choose one of " + strings.Join(quotedAll(words), ", ") + "."
		}
		*at(t) = S(s)
		return ""
	})
}

// quotedAll writes words for a sentence, leaving out the empty one.
func quotedAll[S ~string](words []S) []string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, string(w))
		}
	}
	return out
}

// flag is a field that is set or not.
func flag[T any](name, label string, at func(*T) *bool) rule[T] {
	get := func(t *T) []string {
		if *at(t) {
			return []string{"true"}
		}
		return []string{""}
	}
	return rule[T]{name: name, label: label, get: get, set: func(t *T, values []string) string {
		*at(t) = isSet(values)
		return ""
	}}
}

// isSet reads a flag.
func isSet(values []string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return v == "true" || v == "on" || v == "yes" })
}

// whole is a whole number; "" is what the programme file assumes.
func whole[T any](name, label string, unset int, at func(*T) *int) rule[T] {
	return one(name, label, func(t *T) string { return blankAt(*at(t), unset, strconv.Itoa) }, func(t *T, s string) string {
		n, ok := int64(unset), true
		if s != "" {
			n, ok = scaled(s, 0)
		}
		if !ok {
			return "Write a whole number, such as 12."
		}
		*at(t) = int(n)
		return ""
	})
}

// percent is a percentage with at most two decimals; "" is what the programme file assumes.
func percent[T any](name, label string, unset int, at func(*T) *int) rule[T] {
	write := func(bp int) string { return programme.Points(bp).String() }
	return one(name, label, func(t *T) string { return blankAt(*at(t), unset, write) }, func(t *T, s string) string {
		n, ok := int64(unset), true
		if s = strings.TrimSpace(strings.TrimSuffix(s, "%")); s != "" {
			n, ok = scaled(s, 2)
		}
		if !ok {
			return "Write a percentage, such as 85 or 87.5."
		}
		*at(t) = int(n)
		return ""
	})
}

// blankAt writes a number; one that is zero and assumed to be so is left empty.
func blankAt(n, unset int, write func(int) string) string {
	if n == 0 && unset == 0 {
		return ""
	}
	return write(n)
}

// points are points with at most two decimals; "" for none at all.
func points[T any](name, label string, at func(*T) (*programme.Points, *bool)) rule[T] {
	get := func(t *T) string {
		if p, has := at(t); *has {
			return p.String()
		}
		return ""
	}
	return one(name, label, get, func(t *T, s string) string {
		p, has := at(t)
		if s == "" {
			*p, *has = 0, false
			return ""
		}
		n, ok := scaled(s, 2)
		if !ok {
			return "Write points as a number with at most two decimals, such as 2 or 0.5."
		}
		*p, *has = programme.Points(n), true
		return ""
	})
}

// scaled reads a number as typed, with a point or a comma before at most so many decimals, as an integer of 10^-places.
func scaled(s string, places int) (int64, bool) {
	s = strings.Replace(strings.TrimPrefix(strings.Replace(s, "−", "-", 1), "+"), ",", ".", 1)
	d, ok := programme.ParseDecimal(s)
	step := int64(1)
	for range 4 - places {
		step *= 10
	}
	return int64(d) / step, ok && int64(d)%step == 0
}

// clockText writes minutes after midnight as 07:00; 24:00 is the end of the day.
func clockText(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// readClock reads 7:00 or 07:00, and 24:00.
func readClock(s string) (int, bool) {
	h, m, _ := strings.Cut(s, ":")
	hours, err1 := strconv.Atoi(h)
	minutes, err2 := strconv.Atoi(m)
	at := hours*60 + minutes
	return at, err1 == nil && err2 == nil && len(h) <= 2 && len(m) == 2 && hours >= 0 && minutes >= 0 && minutes < 60 && at <= 24*60
}
