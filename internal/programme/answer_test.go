package programme

import (
	"reflect"
	"strings"
	"testing"
)

// Questions of every kind, in their least form.
const (
	qYesNo    = `{"id": "Q", "kind": "yes_no", "text": "T", "points": 2}`
	qChoice   = `{"id": "Q", "kind": "choice", "text": "T", "options": [{"code": "a", "label": "A", "points": 2}, {"code": "b", "label": "B", "points": 0}]}`
	qMulti    = `{"id": "Q", "kind": "multi", "text": "T", "options": [{"code": "a", "label": "A", "points": 2}, {"code": "b", "label": "B", "points": 1}, {"code": "x", "label": "X", "points": -3}, {"code": "none", "label": "None", "points": 0, "exclusive": true}]}`
	qRating   = `{"id": "Q", "kind": "rating", "text": "T", "scale": [1, 5], "points": 4}`
	qNumber   = `{"id": "Q", "kind": "number", "text": "T"}`
	qSeconds  = `{"id": "Q", "kind": "duration", "text": "T", "unit": "s", "bands": [{"up_to": 30, "points": 2}, {"up_to": 60, "points": 4}, {"points": 0}]}`
	qMinutes  = `{"id": "Q", "kind": "duration", "text": "T", "unit": "min"}`
	qHours    = `{"id": "Q", "kind": "duration", "text": "T", "unit": "h"}`
	qMoney    = `{"id": "Q", "kind": "money", "text": "T"}`
	qLevel    = `{"id": "Q", "kind": "level", "text": "T", "below": "B", "good": {"points": 3, "text": "G"}, "wow": {"points": 2, "text": "W"}}`
	qLevelTwo = `{"id": "Q", "kind": "level", "text": "T", "below": "B", "good": {"points": 3, "text": "G"}}`
	qWow      = `{"id": "Q", "kind": "wow", "text": "T", "wow": {"points": 2}}`
	qText     = `{"id": "Q", "kind": "text", "text": "T", "min_chars": 10}`
	qTime     = `{"id": "Q", "kind": "time", "text": "T"}`
	qDate     = `{"id": "Q", "kind": "date", "text": "T"}`
	qPhoto    = `{"id": "Q", "kind": "photo", "text": "T"}`
	qReceipt  = `{"id": "Q", "kind": "receipt", "text": "T"}`
	qName     = `{"id": "Q", "kind": "staff_name", "text": "T"}`
	qTrap     = `{"id": "Q", "kind": "attention", "text": "T", "options": [{"code": "a", "label": "A"}]}`
)

// with adds keys to a question.
func with(question, keys string) string { return strings.TrimSuffix(question, "}") + ", " + keys + "}" }

func number(x float64) Answer { return Answer{State: Answered, Number: Decimal(x * 10000)} }
func said(s string) Answer    { return Answer{State: Answered, Text: s} }
func chose(c ...string) Answer {
	return Answer{State: Answered, Codes: append([]string{}, c...)}
}

func TestAnswersOnTheWire(t *testing.T) {
	na, unseen, missing := Answer{State: NA}, Answer{State: NotObserved}, Answer{}
	cases := []struct {
		question, raw string
		want          Answer
		message       string
	}{
		{qYesNo, `"yes"`, said("yes"), ""},
		{qYesNo, ` "no" `, said("no"), ""},
		{qYesNo, `null`, missing, ""},
		{qYesNo, `"not_observed"`, unseen, ""},
		{qYesNo, `"na"`, missing, "always applies"},
		{with(qYesNo, `"na_allowed": true`), `"na"`, na, ""},
		{with(qYesNo, `"must_observe": true`), `"not_observed"`, missing, "needs an answer"},
		{qYesNo, `true`, missing, "as a word"},
		{qYesNo, `"maybe"`, missing, "'yes', 'no'"},
		{qYesNo, `1`, missing, "as a word"},
		{qYesNo, `["yes"]`, missing, "as a word"},
		{qYesNo, `{"a": 1}`, missing, "as a word"},
		{qYesNo, `"yes`, missing, "cannot be read"},
		{qYesNo, `yes`, missing, "cannot be read"},
		{qYesNo, ``, missing, "cannot be read"},
		{qYesNo, `"y\u0065s"`, said("yes"), ""},
		{qChoice, `"b"`, said("b"), ""},
		{qChoice, `"c"`, missing, `"c" is not one of the answers: 'a', 'b'`},
		{qTrap, `"a"`, said("a"), ""},
		{qTrap, `"not_observed"`, missing, "needs an answer"},
		{qMulti, `["b","a","b"]`, chose("a", "b"), ""},
		{qMulti, `["b","none"]`, chose("none"), ""},
		{qMulti, `[]`, chose(), ""},
		{qMulti, `"a"`, missing, "takes a list"},
		{qMulti, `["a","z"]`, missing, `"z" is not one`},
		{qMulti, `["a","na"]`, missing, "twice"},
		{qMulti, `[1]`, missing, "takes a list"},
		{qMulti, `["a"`, missing, "cannot be read"},
		{qRating, `5`, number(5), ""},
		{qRating, `6`, missing, "from 1 to 5"},
		{qRating, `0`, missing, "from 1 to 5"},
		{qRating, `4.5`, missing, "from 1 to 5"},
		{qRating, `"4"`, missing, "takes a number"},
		{qNumber, `4`, number(4), ""},
		{qNumber, `-6.5`, number(-6.5), ""},
		{qNumber, `0.12345`, missing, "four decimals"},
		{qNumber, `1e3`, missing, "takes a number"},
		{qNumber, `01`, missing, "cannot be read"},
		{qNumber, `99999999999`, missing, "larger than"},
		{qNumber, `9999999999999999`, missing, "larger than"},
		{qNumber, `"na"`, missing, "always applies"},
		{qSeconds, `42`, number(42), ""},
		{qSeconds, `-1`, missing, "less than 0"},
		{qMoney, `6.50`, number(6.5), ""},
		{qMoney, `6.505`, missing, "two decimals"},
		{qLevel, `"wow"`, said("wow"), ""},
		{qLevelTwo, `"wow"`, missing, "'below', 'good'"},
		{qWow, `"yes"`, said("yes"), ""},
		{qWow, `"not_observed"`, unseen, ""},
		{qText, `"Two  words\r\n é"`, said("Two  words\n é"), ""},
		{qText, `"  "`, missing, ""},
		{qText, `"na"`, missing, "meaning of their own"},
		{with(qText, `"na_allowed": true`), `"na"`, na, ""},
		{qText, `"a\u0000b"`, missing, "cannot be seen"},
		{qText, `3`, missing, "takes words"},
		{qText, `"` + strings.Repeat("x", 20_001) + `"`, missing, "longer than 20000"},
		{qName, `"Zoë"`, said("Zoë"), ""},
		{qTime, `"14:05"`, said("14:05"), ""},
		{qTime, `"24:00"`, missing, "14:05"},
		{qTime, `"9:05"`, missing, "14:05"},
		{qDate, `"2024-02-29"`, said("2024-02-29"), ""},
		{qDate, `"2023-02-29"`, missing, "2026-11-21"},
		{qDate, `"1066-10-14"`, missing, "2026-11-21"},
	}
	for _, c := range cases {
		q := questionFrom(t, c.question)
		got, err := ParseAnswer(q, []byte(c.raw))
		if c.message != "" {
			if err == nil || !strings.Contains(err.Error(), c.message) {
				t.Errorf("%s %.40s: error %v, want %q", q.Kind, c.raw, err, c.message)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %s: %+v, %v, want %+v", q.Kind, c.raw, got, err, c.want)
		}
	}
}

func TestAnswersFromAForm(t *testing.T) {
	cases := []struct {
		question string
		values   []string
		want     Answer
		message  string
	}{
		{qYesNo, nil, Answer{}, ""},
		{qYesNo, []string{"", " "}, Answer{}, ""},
		{qYesNo, []string{"", "yes"}, said("yes"), ""},
		{qYesNo, []string{"not_observed"}, Answer{State: NotObserved}, ""},
		{qYesNo, []string{"yes", "no"}, Answer{}, "You answered this twice. Which is right?"},
		{qYesNo, []string{"yes", "not_observed"}, Answer{}, "twice"},
		{qMulti, []string{"", "b", "a"}, chose("a", "b"), ""},
		{qMulti, []string{"not_observed"}, Answer{State: NotObserved}, ""},
		{qMulti, []string{"a", "not_observed"}, Answer{}, "twice"},
		{qSeconds, []string{"102"}, number(102), ""},
		{qSeconds, []string{"1:42"}, number(102), ""},
		{qSeconds, []string{" 0:07 "}, number(7), ""},
		{qSeconds, []string{"75:00"}, number(4500), ""},
		{qSeconds, []string{"1:00:01"}, number(3601), ""},
		{qSeconds, []string{"1:60"}, Answer{}, "1:42"},
		{qSeconds, []string{"1:4"}, Answer{}, "1:42"},
		{qSeconds, []string{"1:75:00"}, Answer{}, "1:42"},
		{qSeconds, []string{"-1:00"}, Answer{}, "1:42"},
		{qSeconds, []string{"1:2:3:4"}, Answer{}, "1:42"},
		{qSeconds, []string{"soon"}, Answer{}, "1:42"},
		{qMinutes, []string{"soon"}, Answer{}, "takes a number"},
		{qMoney, []string{"three pounds"}, Answer{}, "6.50"},
		{qMinutes, []string{"1:42"}, number(1.7), ""},
		{qMinutes, []string{"1:40"}, number(1.6667), ""},
		{qHours, []string{"1:42"}, number(1.7), ""},
		{qHours, []string{"0:00:09"}, number(0.0025), ""},
		{qMoney, []string{"6.50"}, number(6.5), ""},
		{qMoney, []string{"6,50"}, number(6.5), ""},
		{qMoney, []string{"€ 6,50"}, number(6.5), ""},
		{qMoney, []string{",50"}, number(0.5), ""},
		{qMoney, []string{"1,234"}, Answer{}, "thousands"},
		{qMoney, []string{"1,234.50"}, Answer{}, "thousands"},
		{qNumber, []string{"0,125"}, number(0.125), ""},
		{qNumber, []string{"+3"}, number(3), ""},
		{qRating, []string{"3"}, number(3), ""},
		{qRating, []string{"9"}, Answer{}, "from 1 to 5"},
		{qTime, []string{"14:05"}, said("14:05"), ""},
		{qTime, []string{"9:05"}, said("09:05"), ""},
		{qTime, []string{"14:05:33"}, said("14:05"), ""},
		{qTime, []string{"2 pm"}, Answer{}, "14:05"},
		{qDate, []string{"2026-11-21"}, said("2026-11-21"), ""},
		{qText, []string{" words "}, said(" words "), ""},
		{qName, []string{"na"}, Answer{}, "meaning of their own"},
		{qName, []string{"NA"}, said("NA"), ""},
	}
	for _, c := range cases {
		q := questionFrom(t, c.question)
		got, err := ParseForm(q, c.values)
		if c.message != "" {
			if err == nil || !strings.Contains(err.Error(), c.message) {
				t.Errorf("%s %q: error %v, want %q", q.Kind, c.values, err, c.message)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %q: %+v, %v, want %+v", q.Kind, c.values, got, err, c.want)
		}
	}
}

func TestAnswersAreWrittenPlainly(t *testing.T) {
	for _, c := range []struct {
		question string
		a        Answer
		want     string
	}{
		{qYesNo, Answer{}, `null`},
		{qYesNo, Answer{State: NA}, `"na"`},
		{qYesNo, Answer{State: NotObserved}, `"not_observed"`},
		{qYesNo, said("no"), `"no"`},
		{qNumber, number(-0.05), `-0.05`},
		{qNumber, number(100), `100`},
		{qMulti, chose("a", "b"), `["a","b"]`},
		{qMulti, chose(), `[]`},
		{qText, said("a\"\\\n\t<é>"), `"a\"\\\n\t<é>"`},
	} {
		if got := c.a.JSON(questionFrom(t, c.question)); string(got) != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestAnswerErrorsSpeakToAPerson(t *testing.T) {
	for _, c := range [][2]string{{qYesNo, `7`}, {qMulti, `7`}, {qNumber, `"x"`}, {qTime, `""`}, {qDate, `1`}, {qRating, `77`}, {qYesNo, `"na"`}, {qYesNo, `x`}} {
		_, err := ParseAnswer(questionFrom(t, c[0]), []byte(c[1]))
		if err == nil {
			t.Errorf("%s: accepted", c[1])
			continue
		}
		s := err.Error()
		if s[0] < 'A' || s[0] > 'Z' && s[0] != '"' || !strings.HasSuffix(s, ".") || strings.Contains(s, "invalid") {
			t.Errorf("%q is no sentence for a person", s)
		}
	}
}

func TestPossibleAndMissedPoints(t *testing.T) {
	cases := []struct {
		question  string
		good, wow Points
		fails     []Answer
		passes    []Answer
	}{
		{qYesNo, 200, 0, []Answer{said("no")}, []Answer{said("yes"), {}, {State: NA}, {State: NotObserved}}},
		{with(qYesNo, `"reverse": true`), 200, 0, []Answer{said("yes")}, []Answer{said("no")}},
		{`{"id": "Q", "kind": "yes_no", "text": "T"}`, 0, 0, nil, []Answer{said("no"), said("yes")}},
		{`{"id": "Q", "kind": "yes_no", "text": "T", "points": 0}`, 0, 0, nil, []Answer{said("no")}},
		{qChoice, 200, 0, []Answer{said("b")}, []Answer{said("a")}},
		{qMulti, 300, 0, []Answer{chose("a"), chose(), chose("a", "b", "x"), chose("none")}, []Answer{chose("a", "b")}},
		{`{"id": "Q", "kind": "multi", "text": "T", "options": [{"code": "a", "label": "A", "points": -1}]}`, 0, 0, nil, []Answer{chose("a"), chose()}},
		{with(qMulti, `"cap": 2`), 200, 0, []Answer{chose("b"), chose("a", "x")}, []Answer{chose("a"), chose("a", "b")}},
		{qRating, 400, 0, []Answer{number(4)}, []Answer{number(5)}},
		{`{"id": "Q", "kind": "rating", "text": "T", "scale": [1, 5]}`, 0, 0, nil, []Answer{number(1)}},
		{qSeconds, 400, 0, []Answer{number(30), number(60.0001)}, []Answer{number(30.0001), number(60)}},
		{qNumber, 0, 0, nil, []Answer{number(1)}},
		{qLevel, 300, 200, []Answer{said("below")}, []Answer{said("good"), said("wow")}},
		{qLevelTwo, 300, 0, []Answer{said("below")}, []Answer{said("good")}},
		{qWow, 0, 200, nil, []Answer{said("no"), said("yes")}},
		{qText, 0, 0, nil, []Answer{said("x")}},
		{qTrap, 0, 0, nil, []Answer{said("a")}},
	}
	for _, c := range cases {
		q := questionFrom(t, c.question)
		if q.PossibleGood() != c.good || q.PossibleWow() != c.wow {
			t.Errorf("%s: %s and %s possible, want %s and %s", c.question, q.PossibleGood(), q.PossibleWow(), c.good, c.wow)
		}
		for _, a := range c.fails {
			if !Fails(q, a) {
				t.Errorf("%s: %+v does not fail", c.question, a)
			}
		}
		for _, a := range c.passes {
			if Fails(q, a) {
				t.Errorf("%s: %+v fails", c.question, a)
			}
		}
	}
}

func TestMatchesLooksAtTheAnswerAsOnTheWire(t *testing.T) {
	cases := []struct {
		question string
		a        Answer
		when     string
		want     bool
	}{
		{qYesNo, said("no"), "no", true},
		{qYesNo, said("yes"), "no", false},
		{qYesNo, Answer{}, "no", false},
		{qYesNo, Answer{State: NA}, "na", true},
		{qYesNo, Answer{State: NotObserved}, "not_observed", true},
		{qYesNo, Answer{State: NotObserved}, "na", false},
		{qMulti, chose("a", "b"), "b", true},
		{qMulti, chose("a"), "b", false},
		{qMulti, chose(), "b", false},
		{qRating, number(1), "1", true},
		{qRating, number(2), "1", false},
		{qNumber, number(6.5), "6.50", true},
		{qNumber, number(0), "", false},
		{qLevel, said("below"), "below", true},
	}
	for _, c := range cases {
		if got := Matches(questionFrom(t, c.question), c.a, []string{"other", c.when}); got != c.want {
			t.Errorf("%s %+v in %s: %v", c.question, c.a, c.when, got)
		}
	}
}

func TestEveryKindHasARule(t *testing.T) {
	for _, raw := range []string{
		qYesNo, qChoice, qMulti, qRating, qNumber, qSeconds, qMoney, qLevel, qWow, qText, qTime, qDate, qPhoto, qReceipt, qName, qTrap,
	} {
		q := questionFrom(t, raw)
		r := ruleOf(q.Kind)
		if r.read == nil || r.write == nil || r.scored == nil || r.wire == nil || r.form == nil {
			t.Errorf("%s: the rule has gaps", q.Kind)
		}
		if optional := !q.Required; optional != (q.Kind == Text || q.Kind == Photo || q.Kind == Receipt || q.Kind == StaffName) {
			t.Errorf("%s: optional %v", q.Kind, optional)
		}
	}
	if len(Kinds()) != 16 {
		t.Errorf("%d kinds", len(Kinds()))
	}
}

func TestAPlainAnswerIsReadWithoutWaste(t *testing.T) {
	q, n := questionFrom(t, qYesNo), questionFrom(t, qNumber)
	yes, six := []byte(`"yes"`), []byte(`6.5`)
	if got := testing.AllocsPerRun(100, func() { _, _ = ParseAnswer(q, yes); _, _ = ParseAnswer(n, six) }); got > 4 {
		t.Errorf("%v allocations for two answers", got)
	}
}

func BenchmarkParseAnswer(b *testing.B) {
	q := questionFrom(b, qYesNo)
	raw := []byte(`"yes"`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseAnswer(q, raw); err != nil {
			b.Fatal(err)
		}
	}
}
