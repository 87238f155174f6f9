package visit

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
)

// QuestionRollup counts what one question of one version did in published visits. Marks are basis points, the share of
// the question's own points; rests those of its section's other questions. Times are logarithms: see TimeUnit.
type QuestionRollup struct {
	Question                         string
	Asked, NA, Unseen, Missing       int64 // visits; what is asked and none of the others was answered
	Marked, Top, Bottom, Mark, Mark2 int64 // visits with a mark, with all of it, with nothing; Σ, Σ²
	Pairs, PairMark, PairMark2       int64 // visits with a mark and a rest; Σ, Σ² of the mark
	Rest, Rest2, Both                int64 // Σ, Σ² of the rest, Σ mark × rest
	Logged, Changed, Returned, Noted int64 // visits that show how it was filled in; answer changed; named in a sending back, in a note
	Timed, Time, Time2               int64 // visits with a time to answer; Σ, Σ²
	Levels, Outcomes                 int64 // visits whose level, whose standard's outcome would be another without it
}

// TimeUnit is how times to answer are added up: as the logarithm to the base 2 of seconds, in thousandths. A mean of
// logarithms is hardly moved by the shopper who had to put the phone away.
const TimeUnit = 1000

// Times to answer that say something about the question: below it a form filled itself in, above it the shopper did
// something else. A second is the shortest that is counted.
const (
	quickest = 300 * time.Millisecond
	slowest  = 5 * time.Minute
)

// Add adds the counts of another sum of the same question.
func (t *QuestionRollup) Add(s *QuestionRollup) {
	t.each(s, func(a *int64, b int64) { *a += b })
}

// each goes through the counts of two sums.
func (t *QuestionRollup) each(s *QuestionRollup, do func(*int64, int64)) {
	to, from := t.Counts(), s.Counts()
	for i := range to {
		do(to[i], *from[i])
	}
}

// AllQuestions stands for the whole checklist: its Asked counts the visits made with a version, whatever they were asked.
const AllQuestions = ""

// questionCounts is how many there are.
const questionCounts = 24

// Counts are all counts, in a fixed order: that of the stored columns.
func (t *QuestionRollup) Counts() [questionCounts]*int64 {
	return [questionCounts]*int64{
		&t.Asked, &t.NA, &t.Unseen, &t.Missing, &t.Marked, &t.Top, &t.Bottom, &t.Mark, &t.Mark2, &t.Pairs, &t.PairMark, &t.PairMark2,
		&t.Rest, &t.Rest2, &t.Both, &t.Logged, &t.Changed, &t.Returned, &t.Noted, &t.Timed, &t.Time, &t.Time2, &t.Levels, &t.Outcomes,
	}
}

// Inquiry is what a published visit's questions are counted from.
type Inquiry struct {
	Input scoring.Input
	Ops   []Op   // of all logs
	Notes []Note // the oldest first
}

// Ask adds to a rollup of RollupOf what each question did; sign −1 takes it out again. Notes that were made after publication do not
// count, so that taking out finds what was put in.
func (r *Rollup) Ask(v *Visit, list *Checklist, in *Inquiry, sign int64) {
	r.Version = v.Version
	items := list.Scoring.Items(in.Input)
	trails := trailsOf(list, in.Ops)
	told := remarksIn(in.Notes, v.Published)
	r.Questions = make([]QuestionRollup, 1, len(items)+1)
	r.Questions[0] = QuestionRollup{Question: AllQuestions, Asked: 1}
	var turns strings.Builder
	i := -1
	for s := range list.Programme.Sections {
		for k := range list.Programme.Sections[s].Questions {
			i++
			if it := &items[i]; it.Asked() {
				id := list.Programme.Sections[s].Questions[k].ID
				q := questionOf(it)
				q.Question = id
				trails[id].count(&q)
				q.Returned, q.Noted = one(told[id].returned), one(told[id].noted)
				r.Questions = append(r.Questions, q)
				writeTurn(&turns, i, it, r.Cell.Unscored == 0)
			}
		}
	}
	if sign != 1 {
		for i := range r.Questions {
			q := &r.Questions[i]
			q.each(q, func(a *int64, b int64) { *a = sign * b })
		}
	}
	if turns.Len() > 0 {
		r.Turns = strconv.FormatInt(sign, 10) + " " + v.Scenario + turns.String() + "\n"
	}
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// questionOf counts one visit.
func questionOf(it *scoring.ItemResult) QuestionRollup {
	q := QuestionRollup{Asked: 1, Levels: one(it.Level), Outcomes: one(it.Turned())}
	switch it.State {
	case scoring.StateNA:
		q.NA = 1
	case scoring.StateNotObserved:
		q.Unseen = 1
	case scoring.StateMissing, scoring.StateExpired:
		q.Missing = 1
	case scoring.StateAnswered, scoring.StateHidden, scoring.StateWaiting:
	}
	if !it.Marked {
		return q
	}
	mark, rest := int64(it.MarkBP), int64(it.RestBP)
	q.Marked, q.Top, q.Bottom, q.Mark, q.Mark2 = 1, one(mark == fullMark), one(mark == 0), mark, mark*mark
	if it.Paired {
		q.Pairs, q.PairMark, q.PairMark2, q.Rest, q.Rest2, q.Both = 1, mark, mark*mark, rest, rest*rest, mark*rest
	}
	return q
}

// fullMark is all of a question's points, in basis points.
const fullMark = 10_000

// telling is how editors came back to a question.
type telling struct{ returned, noted bool }

func remarksIn(notes []Note, published time.Time) map[string]telling {
	var all map[string]telling
	for i := range notes {
		n := &notes[i]
		if n.Question == "" || n.Created.After(published) {
			continue
		}
		if all == nil {
			all = map[string]telling{}
		}
		t := all[n.Question]
		switch n.Kind {
		case NoteSentBack:
			t.returned = true
		case NoteInternal:
			t.noted = true
		case NoteReply, NoteDecision:
		}
		all[n.Question] = t
	}
	return all
}

// trail is how one question was filled in.
type trail struct {
	last    json.RawMessage
	changed bool
	seconds float64 // until the first answer, 0 where nobody can tell
}

func (t *trail) count(q *QuestionRollup) {
	if t == nil {
		return
	}
	q.Logged, q.Changed = 1, one(t.changed)
	if t.seconds > 0 {
		l := int64(math.Round(TimeUnit * math.Log2(max(t.seconds, 1))))
		q.Timed, q.Time, q.Time2 = 1, l, l*l
	}
}

// ProgramDevice is the device of a report that a program sent.
const ProgramDevice = "program"

// trailsOf reads how each question was filled in, from the logs of people. Of plain pages only changes can be told:
// their answers come a page at a time.
func trailsOf(list *Checklist, ops []Op) map[string]*trail {
	var all map[string]*trail
	var before map[string]tick // by submission
	for _, o := range arrived(ops) {
		if o.Device == ProgramDevice || o.Late {
			continue
		}
		var b opBody
		if json.Unmarshal(o.Body, &b) != nil { // it was read when it came in
			continue
		}
		if all == nil {
			all, before = map[string]*trail{}, map[string]tick{}
		}
		now := tickOf(&b, o.Received)
		last, known := before[o.Submission]
		before[o.Submission] = now
		if _, _, ok := list.Programme.Question(b.Field); !ok || isNull(b.Value) {
			continue
		}
		value := list.canonical(b.Field, b.Value)
		if t := all[b.Field]; t != nil {
			t.changed = t.changed || !bytes.Equal(t.last, value)
			t.last = value
			continue
		}
		t := &trail{last: value}
		if known && o.Device != formDevice {
			t.seconds = secondsBetween(last, now)
		}
		all[b.Field] = t
	}
	return all
}

func isNull(v json.RawMessage) bool { return len(v) == 0 || bytes.Equal(v, []byte("null")) }

// secondsBetween is the time from one op of a phone to the next, by its stopwatch where both have it and by its clock
// where not; 0 where that says nothing.
func secondsBetween(a, b tick) float64 {
	d := b.at.Sub(a.at)
	if a.mono != nil && b.mono != nil && *b.mono >= *a.mono {
		d = time.Duration((*b.mono - *a.mono) * float64(time.Millisecond))
	}
	if d < quickest || d > slowest {
		return 0
	}
	return d.Seconds()
}

// Turn is one question that a visit hung on, Times as often as it is there (less than 0: taken out).
type Turn struct {
	Question int // its place in the version, from 0
	Level    bool
	From, To byte // marks of its standard's outcome with the question and without it: see Mark; 0 where it is the same
	Scenario string
	Times    int64
}

// writeTurn adds a question that the visit hung on to its line: the place in base 36, "!" where the level would be
// another, ":" and two marks where its standard's outcome would. Outcomes of a visit
// that could not be scored are averaged into nothing, so that nothing hangs on them.
func writeTurn(b *strings.Builder, at int, it *scoring.ItemResult, scored bool) {
	turned := scored && it.Turned()
	if !it.Level && !turned {
		return
	}
	t := Turn{Question: at, Level: it.Level}
	if turned {
		t.From = Mark(Outcome{StandardResult: scoring.StandardResult{Outcome: it.Outcome, WowOffered: it.WowOffered}})
		t.To = Mark(Outcome{StandardResult: scoring.StandardResult{Outcome: it.Without, WowOffered: it.WowOffers}})
	}
	b.WriteByte(' ')
	b.WriteString(t.token())
}

func (t *Turn) token() string {
	s := strconv.FormatInt(int64(t.Question), 36)
	if t.Level {
		s += "!"
	}
	if t.From != 0 {
		s += ":" + string([]byte{t.From, t.To})
	}
	return s
}

// Line is the turn by itself, as lines of turns are stored.
func (t *Turn) Line() string {
	return strconv.FormatInt(t.Times, 10) + " " + t.Scenario + " " + t.token() + "\n"
}

// EachTurn reads stored lines.
func EachTurn(lines string, each func(Turn)) error {
	for line := range strings.Lines(lines) {
		times, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		scenario, rest, ok := strings.Cut(rest, " ")
		n, err := strconv.ParseInt(times, 10, 64)
		if err != nil || !ok {
			return fmt.Errorf("line %q of what visits hung on is not whole", line)
		}
		for token := range strings.SplitSeq(rest, " ") {
			t, err := turnOf(token)
			if err != nil {
				return err
			}
			t.Scenario, t.Times = scenario, n
			each(t)
		}
	}
	return nil
}

func turnOf(token string) (t Turn, err error) {
	place, marks, turned := strings.Cut(token, ":")
	place, t.Level = strings.CutSuffix(place, "!")
	at, err := strconv.ParseUint(place, 36, 16)
	if err != nil || turned && len(marks) != 2 {
		return t, fmt.Errorf("%q is not what a visit hung on", token)
	}
	t.Question = int(at)
	if turned {
		t.From, t.To = marks[0], marks[1]
	}
	return t, nil
}

// asked is the inquiry of a report that was stored.
func asked(list *Checklist, place Place, v *Visit, rep *Report, ops []Op, notes []Note) Inquiry {
	facts := place.Context(v.Scenario)
	if rep.Context != nil {
		facts = *rep.Context
	}
	return Inquiry{Input: scoring.Input{Context: facts, Answers: answersOf(list.Programme, rep.Answers)}, Ops: ops, Notes: notes}
}

// Stored is a published visit with all that its rollup is made of, as it was stored.
type Stored struct {
	Visit    *Visit
	Report   *Report
	Place    Place
	List     *Checklist
	Result   *scoring.Result
	Outcomes []Outcome
	Ops      []Op
	Notes    []Note
}

// Rollup makes the rollup; sign −1 takes it out again.
func (s *Stored) Rollup(sign int64) Rollup {
	r := RollupOf(s.Visit, s.Result, s.List.ScoreSeries, inOrder(s.List.Programme, s.Outcomes), sign)
	in := asked(s.List, s.Place, s.Visit, s.Report, s.Ops, s.Notes)
	r.Ask(s.Visit, s.List, &in, sign)
	return r
}

// inOrder puts outcomes into the order of the version's standards.
func inOrder(p *programme.Programme, outcomes []Outcome) []Outcome {
	at := make(map[string]int, len(p.Standards))
	for i := range p.Standards {
		at[p.Standards[i].ID] = i
	}
	outcomes = slices.Clone(outcomes)
	slices.SortFunc(outcomes, func(x, y Outcome) int { return cmp.Compare(at[x.Standard], at[y.Standard]) })
	return outcomes
}
