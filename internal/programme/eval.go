package programme

import "slices"

// Eval says whether the condition holds. A comparison with a question that is hidden, missing, not observed or does not
// apply is false, also with != ; so ! of such a comparison is true.
func (n *Node) Eval(env *Env) bool {
	switch n.Op {
	case OpAnd:
		for i := range n.Nodes {
			if !n.Nodes[i].Eval(env) {
				return false
			}
		}
		return true
	case OpOr:
		for i := range n.Nodes {
			if n.Nodes[i].Eval(env) {
				return true
			}
		}
		return false
	case OpNot:
		return !n.Nodes[0].Eval(env)
	case OpFeature:
		return env.Context != nil && slices.Contains(env.Context.Features, n.Subject)
	case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe, OpIn:
		return n.compare(env)
	}
	return false
}

// compare evaluates a comparison.
func (n *Node) compare(env *Env) bool {
	switch n.Subject {
	case nameScenario:
		return env.Context != nil && n.text(env.Context.Scenario)
	case nameChannel:
		return env.Context != nil && n.text(env.Context.Channel)
	case nameFormat:
		return env.Context != nil && n.text(env.Context.Format)
	}
	a, shown := env.Answer(n.Subject)
	if !shown || a.State != Answered {
		return false
	}
	if len(n.Values) > 0 && !n.Values[0].IsText {
		return n.number(a.Number)
	}
	if len(a.Codes) > 0 {
		return slices.ContainsFunc(a.Codes, n.text)
	}
	return n.text(a.Text)
}

// text compares a text with the constants. Times and dates compare as texts: both have a fixed width.
func (n *Node) text(s string) bool {
	for i := range n.Values {
		c := n.Values[i].Text
		switch {
		case n.Op == OpNe && s != c, (n.Op == OpEq || n.Op == OpIn) && s == c,
			n.Op == OpLt && s < c, n.Op == OpLe && s <= c, n.Op == OpGt && s > c, n.Op == OpGe && s >= c:
			return true
		}
	}
	return false
}

// number compares a number with the constants.
func (n *Node) number(x Decimal) bool {
	for i := range n.Values {
		c := n.Values[i].Number
		switch {
		case n.Op == OpNe && x != c, (n.Op == OpEq || n.Op == OpIn) && x == c,
			n.Op == OpLt && x < c, n.Op == OpLe && x <= c, n.Op == OpGt && x > c, n.Op == OpGe && x >= c:
			return true
		}
	}
	return false
}
