package builder

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/studio"
)

// The verbs of the page's buttons, before their object: "up:question/A1".
const (
	doUp        = "up"
	doDown      = "down"
	doPlace     = "place" // place:question/A1:3
	doInto      = "into"  // into:question/A1, with the section in "into"
	doDuplicate = "duplicate"
	doRemove    = "remove"
	doAdd       = "add" // add:question:A
	doIfAdd     = "if-add"
	doIfRemove  = "if-remove" // if-remove:question/A1:0
	doUndo      = "undo"
	doRedo      = "redo"
	doRestore   = "restore" // restore:17
	doBack      = "back"    // back:question/A1, with what was typed about it
)

// pressed gives the operation of a button, nil for one that only saves.
func (q *request) pressed(b *studio.Building) (*step, error) {
	verb, object, _ := strings.Cut(q.Do, ":")
	switch verb {
	case "", "save", "paste", doUndo, doRedo, doRestore, doBack:
		return nil, nil
	case doAdd:
		kind, in, _ := strings.Cut(object, ":")
		return plain(edit.Add{Kind: edit.PartKind(kind), In: in}), nil
	}
	word, extra, _ := strings.Cut(object, ":")
	ref, ok := edit.ParseRef(word)
	if !ok {
		return nil, fault.New(fault.Invalid, "This button does not belong to anything here. Load the page again.")
	}
	switch verb {
	case doDuplicate:
		return plain(edit.Duplicate{Part: ref}), nil
	case doRemove:
		return plain(edit.Remove{Part: ref, Drop: q.Drop}), nil
	case doInto:
		return plain(edit.Move{Part: ref, In: q.values.Get("into"), Drop: q.Drop}), nil
	case doIfAdd, doIfRemove:
		return q.sentence(b, verb, ref, extra)
	case doUp, doDown, doPlace:
		return q.moved(b, verb, ref, extra)
	}
	return nil, fault.New(fault.Invalid, "This button is not known here. Load the page again.")
}

// plain is an operation whose messages belong to no control.
func plain(op edit.Op) *step { return &step{op, func(field string) string { return field }} }

// moved is a move by one place or to a place.
func (q *request) moved(b *studio.Building, verb string, ref edit.Ref, extra string) (*step, error) {
	list := siblings(b, ref)
	to := slices.Index(list, ref.ID) + 1
	switch verb {
	case doUp:
		to--
	case doDown:
		to++
	case doPlace:
		n, err := strconv.Atoi(extra)
		if err != nil {
			return nil, fault.New(fault.Invalid, "This is no place in the list.")
		}
		to = n
	}
	if to < 1 || to > len(list) {
		return nil, nil // it is there already
	}
	return plain(edit.Move{Part: ref, To: to, Drop: q.Drop}), nil
}

// siblings lists the ids of the parts that one stands among.
func siblings(b *studio.Building, ref edit.Ref) []string {
	p := b.Programme
	var ids []string
	switch ref.Kind {
	case edit.Section:
		for i := range p.Sections {
			ids = append(ids, p.Sections[i].ID)
		}
	case edit.Question:
		if _, s, ok := p.Question(ref.ID); ok {
			for i := range s.Questions {
				ids = append(ids, s.Questions[i].ID)
			}
		}
	case edit.Option:
		if q, _, ok := p.Question(ref.Of); ok {
			for i := range q.Options {
				ids = append(ids, q.Options[i].Code)
			}
		}
	case edit.Scenario:
		for i := range p.Scenarios {
			ids = append(ids, p.Scenarios[i].ID)
		}
	case edit.Stage:
		for i := range p.Stages {
			ids = append(ids, p.Stages[i].ID)
		}
	case edit.Daypart:
		for i := range p.Dayparts {
			ids = append(ids, p.Dayparts[i].ID)
		}
	case edit.Feature:
		ids = p.Features
	case edit.Whole, edit.Standard:
	}
	return ids
}

// sentence puts a condition in or takes one away; what was typed beside it goes along.
func (q *request) sentence(b *studio.Building, verb string, ref edit.Ref, extra string) (*step, error) {
	rows := postedRows(q.values, "if:"+ref.String())
	subjects := edit.Subjects(b.Programme, ref)
	if verb == doIfRemove {
		n, err := strconv.Atoi(extra)
		if err != nil || n < 0 || n >= len(rows.Rows) {
			return nil, fault.New(fault.Invalid, "This condition is not there any more. Load the page again.")
		}
		rows.Rows = slices.Delete(rows.Rows, n, n+1)
	} else if first, ok := beginning(subjects); ok {
		rows.Rows = append(rows.Rows, first)
	}
	s := q.setRows(ref, fitting(rows, subjects))
	return &s, nil
}

// ask is what the page asks before something else breaks: the same post again, with leave to drop what is in the way.
type ask struct {
	Message string
	By      []edit.Dependent
	Fields  []pair
}

// pair is a hidden control.
type pair struct{ Name, Value string }

// again lists everything that was posted, to be sent once more, but for some names.
func again(v url.Values, but ...string) []pair {
	var all []pair
	for _, name := range sortedKeys(v) {
		if slices.Contains(but, name) {
			continue
		}
		for _, value := range v[name] {
			all = append(all, pair{name, value})
		}
	}
	return all
}
