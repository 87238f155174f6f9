package programme

// StagesOf gives the stages that a scenario has, in the order of the file: those with a section that the scenario may
// show. A section of the stage "last" makes no stage of its own.
func StagesOf(p *Programme, scenario string) []Stage {
	var stages []Stage
	for i := range p.Stages {
		if hasStage(p, p.Stages[i].ID, scenario) {
			stages = append(stages, p.Stages[i])
		}
	}
	return stages
}

// hasStage reports whether a scenario may see a section of a stage.
func hasStage(p *Programme, stage, scenario string) bool {
	for i := range p.Sections {
		s := &p.Sections[i]
		if s.Stage == stage && possible(s.ShowIf, scenario) {
			return true
		}
	}
	return false
}

// StageOf gives the stage that a section belongs to in a scenario: its own, for "last" the last that the scenario has,
// and for a section without a stage the first; "" when the scenario has no stages.
func StageOf(p *Programme, scenario string, s *Section) string {
	if s.Stage != "" && s.Stage != LastStage {
		return s.Stage
	}
	stages := StagesOf(p, scenario)
	switch {
	case len(stages) == 0:
		return ""
	case s.Stage == LastStage:
		return stages[len(stages)-1].ID
	}
	return stages[0].ID
}

// truth is what can be said of a condition when only the scenario is known.
type truth int

const (
	isFalse truth = iota
	unknown
	isTrue
)

// possible reports whether a condition may hold in a scenario.
func possible(c *Condition, scenario string) bool {
	return c == nil || c.Root.given(scenario) != isFalse
}

// given evaluates a condition of which only the scenario is known.
func (n *Node) given(scenario string) truth {
	switch n.Op {
	case OpAnd:
		t := isTrue
		for i := range n.Nodes {
			t = min(t, n.Nodes[i].given(scenario))
		}
		return t
	case OpOr:
		t := isFalse
		for i := range n.Nodes {
			t = max(t, n.Nodes[i].given(scenario))
		}
		return t
	case OpNot:
		return isTrue - n.Nodes[0].given(scenario)
	case OpEq, OpNe, OpIn, OpLt, OpLe, OpGt, OpGe, OpFeature:
	}
	if n.Op == OpFeature || n.Subject != nameScenario {
		return unknown
	}
	if n.text(scenario) {
		return isTrue
	}
	return isFalse
}
