package scoring

// Verdict is what one visit comes to without its arithmetic: what a run over many past visits needs, at half the price.
// It says what Score says, number for number.
type Verdict struct {
	Scored    bool // there is a base score; BaseBP and FinalBP are 0 without one
	BaseBP    int
	FinalBP   int
	Level     Level
	Standards []StandardVerdict // every standard of the programme, in file order
}

// StandardVerdict is what one visit says about one standard.
type StandardVerdict struct {
	Outcome    Outcome
	WowOffered bool
}

// Scorable reports whether the visit is averaged into anything.
func (v *Verdict) Scorable() bool { return v.Scored && v.Level != NotScorable }

// Judge scores one visit into v, whose list of standards is used again.
func (c *Checklist) Judge(in Input, v *Verdict) {
	s := c.sheet(&in)
	defer c.put(s)
	s.judge(v)
}

func (s *sheet) judge(v *Verdict) {
	t := s.total()
	v.Scored, v.BaseBP, v.FinalBP = t.scored, 0, 0
	var completeness, final *int
	if applicable := s.all.possible.add(s.all.open); !applicable.zero() {
		bp := int(s.all.possible.roundOver(applicable, bpOne))
		completeness = &bp
	}
	if t.scored {
		v.BaseBP = int(t.base.round(bpOne))
		v.FinalBP = min(v.BaseBP, s.lowestCap(v.BaseBP))
		final = &v.FinalBP
	}
	v.Level = s.level(completeness, final)
	v.Standards = v.Standards[:0]
	for i := range s.c.p.Standards {
		st := &s.standards[i]
		v.Standards = append(v.Standards, StandardVerdict{Outcome: st.outcome(&s.c.p.Standards[i]), WowOffered: !st.wow.available.zero()})
	}
}
