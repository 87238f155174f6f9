package programme

import "errors"

// ReadCondition reads the source of a condition without looking at any programme: its names may mean nothing. An error is a
// whole sentence.
func ReadCondition(src string) (Node, error) {
	e, err := parseCondition(src)
	if err != nil {
		return Node{}, errors.New(err.message)
	}
	n, ok := looseNode(e)
	if !ok {
		return Node{}, errors.New("A condition compares questions, scenario, channel or format with constants, or asks for a feature.")
	}
	return n, nil
}

// looseNode turns a parsed condition into a tree as compile does, without looking up its names.
func looseNode(e *expr) (Node, bool) {
	switch e.kind {
	case exprAnd:
		return looseNodes(OpAnd, e)
	case exprOr:
		return looseNodes(OpOr, e)
	case exprNot:
		return looseNodes(OpNot, e)
	case exprRelation:
		return looseRelation(e)
	case exprName:
		name, ok := cutBranch(e.text)
		return Node{Op: OpFeature, Subject: name}, ok
	case exprNumber, exprText, exprList:
	}
	return Node{}, false
}

// looseNodes turns all parts.
func looseNodes(op Op, e *expr) (Node, bool) {
	n := Node{Op: op, Nodes: make([]Node, 0, len(e.kids))}
	for _, k := range e.kids {
		kid, ok := looseNode(k)
		if !ok {
			return Node{}, false
		}
		n.Nodes = append(n.Nodes, kid)
	}
	return n, true
}

// looseRelation turns a comparison of a name with constants.
func looseRelation(e *expr) (Node, bool) {
	left, right, op := e.kids[0], e.kids[1], e.op
	if isConstant(left) && right.kind == exprName && op != OpIn {
		left, right, op = right, left, mirrored[op]
	}
	if left.kind != exprName || (op == OpIn) != (right.kind == exprList) || op != OpIn && !isConstant(right) {
		return Node{}, false
	}
	constants := []*expr{right}
	if op == OpIn {
		constants = right.kids
	}
	n := Node{Op: op, Subject: left.text, Values: make([]Value, 0, len(constants))}
	for _, c := range constants {
		n.Values = append(n.Values, Value{Text: c.text, Number: c.number, IsText: c.kind == exprText})
	}
	return n, true
}

// ConditionAt reads a condition as the show_if of a question, both numbers counted from 0; of the section itself when question
// is -1. An error is a whole sentence that says what cannot be asked there.
func (p *Programme) ConditionAt(section, question int, src string) (Node, error) {
	s := p.scopeAt(section, question)
	n, err := s.compile(src)
	if err == errBroken {
		return Node{}, errors.New("This asks about a question that has no kind yet.")
	}
	if err != nil {
		return Node{}, errors.New(err.message)
	}
	return n, nil
}

// scopeAt gives what a condition at a place may ask about.
func (p *Programme) scopeAt(section, question int) *scope {
	s := &scope{features: p.Features, earlier: map[string]*Question{}, all: map[string]bool{}}
	for i := range p.Scenarios {
		s.scenarios = append(s.scenarios, p.Scenarios[i].ID)
	}
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			q := &p.Sections[i].Questions[j]
			s.all[q.ID] = true
			switch {
			case i < section || i == section && j < question:
				s.earlier[q.ID] = q
			case i == section && j == question:
				s.self = q.ID
			}
		}
	}
	return s
}
