// Package edit changes programmes one operation at a time, finished or not: what the builder, the standards editor and the
// gallery do is a list of such operations.
//
// The one rule: an operation gives a new programme and leaves the old one alone; it changes what it names and nothing else,
// and where something else would break it is refused with a list of what is in the way, until it is told to drop that.
package edit

import (
	"errors"
	"slices"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// Op is one change of a programme: Set, Add, Move, Duplicate, Remove, PutBack, PasteQuestions, PasteOptions, SetCondition or
// AddSection.
type Op interface {
	// do changes w.p, says what it did and what it touched.
	do(w *work) error
	// drops says whether what is in the way may be dropped.
	drops() bool
}

// Result is what became of an operation.
type Result struct {
	Programme *programme.Programme // the new one
	Problems  programme.Problems   // what it lacks; nil when it is finished
	Sentence  string               // what was done, for the list of steps: "Moved 2.2 “Name badge” to place 3."
	Open      Ref                  // the new thing, or the changed one
	Touches   []string             // what was changed, as keys: "question/A1/text", "question/B7" for the whole of it
}

// work is an operation under way.
type work struct {
	p       *programme.Programme // the copy that is changed
	was     *programme.Programme // as it was
	fixed   Fixed
	said    string
	open    Ref
	touches []string
	renamed [][2]Ref // from, to
	own     []Ref    // the parts whose references the operation wrote itself: a wrong one is its mistake
}

// say notes what was done.
func (w *work) say(sentence string) { w.said = sentence }

// touch notes that a part was changed as a whole, or one side of it.
func (w *work) touch(r Ref, side string) {
	key := r.String()
	if side != "" {
		key += "/" + side
	}
	w.touches = append(w.touches, key)
}

// Apply does an operation. p may be unfinished and is not changed. Errors are faults: Invalid with the names of the
// operation's fields, NotFound for a part that is not there, and Conflict with an *InTheWay inside.
func Apply(p *programme.Programme, op Op, fixed Fixed) (Result, error) {
	copied, before, err := programme.Redraft(p)
	if err != nil {
		return Result{}, err
	}
	w := &work{p: copied, was: p, fixed: fixed}
	if err := op.do(w); err != nil {
		return Result{}, err
	}
	return w.settle(w.asRenamed(placed(p, before)), op.drops())
}

// settle reads the changed programme again and looks what else broke.
func (w *work) settle(before []Finding, drop bool) (Result, error) {
	for range 3 { // dropping a condition may be seen in others once; more never was
		p, problems, err := programme.Redraft(w.p)
		if err != nil {
			return Result{}, w.refused(err, problems)
		}
		broken := broke(before, placed(p, problems))
		if err := w.mistakes(broken); err != nil {
			return Result{}, err
		}
		if len(broken) == 0 {
			return Result{Programme: p, Problems: problems, Sentence: w.said, Open: w.open, Touches: w.touches}, nil
		}
		if !drop {
			return Result{}, w.inTheWay(p, broken)
		}
		w.p = p
		w.drop(broken)
	}
	return Result{}, errors.New("edit: what is in the way does not go away")
}

// refused names the fields of the operation whose values not even a draft can hold.
func (w *work) refused(err error, problems programme.Problems) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	var bad, rest fault.Fields
	for _, f := range placed(w.p, problems) {
		if len(w.own) > 0 && !slices.Contains(w.own, f.Part) {
			rest.Add(f.Part.String()+" "+f.Field, f.Message)
			continue
		}
		bad.Add(f.Field, f.Message)
	}
	if bad.Len() == 0 {
		return rest.Err()
	}
	return bad.Err()
}

// mistakes are references that the operation itself wrote and that lead nowhere.
func (w *work) mistakes(broken []Finding) error {
	var bad fault.Fields
	for _, f := range broken {
		if slices.Contains(w.own, f.Part) {
			bad.Add(f.Field, f.Message)
		}
	}
	return bad.Err()
}

// gone says that a part is not there, or no more.
func gone(r Ref) error {
	return fault.Newf(fault.NotFound, "There is no such %s any more.", r.Kind)
}
