package builder

import (
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/web/kit"
)

// sectionForm lays out a section.
func (f *form) sectionForm(s *programme.Section) {
	r := edit.Ref{Kind: edit.Section, ID: s.ID}
	g := group{Controls: []control{f.put(r, "title", "Title", line).first()}}
	if len(f.b.Programme.Stages) > 0 || s.Stage != "" {
		g.Controls = append(g.Controls, f.put(r, "stage", "Stage", choice).own(f.stageOptions()).maybe())
	}
	f.add(g)
	f.add(group{Title: "Show this section", When: f.conditions(r, s.ShowIf)})
	f.add(group{Title: "More about this section", Fold: true, Controls: []control{f.id(r)}})
}

func (f *form) stageOptions() []kit.Option {
	all := []kit.Option{{Value: "", Label: f.say("The first")}}
	for _, s := range f.b.Programme.Stages {
		all = append(all, kit.Option{Value: s.ID, Label: s.Title})
	}
	return append(all, kit.Option{Value: programme.LastStage, Label: f.say("The last that the scenario has")})
}

// panelForm lays out one panel of the programme as a whole.
func (f *form) panelForm(key string) {
	r := edit.Ref{Kind: edit.Whole}
	switch key {
	case panelAbout:
		f.add(group{Controls: []control{
			f.put(r, "name", "Name", line).first(), f.put(r, "trade", "Trade", line).maybe().help("For example: coffee kiosk."),
			f.put(r, "change_note", "Note on this version, for the file", area).of(1).maybe(),
		}})
		f.add(group{Told: true, Note: keyNote(f.b.Meta.Key)})
	case panelVisit:
		f.visitPlan(r)
	case panelScoring:
		f.scoring(r)
	case panelScenarios:
		f.scenarios()
	case panelStages:
		f.stages()
	case panelDayparts:
		f.dayparts()
	case panelFeatures:
		f.features()
	}
}

// keyNote says what the key of a programme is, and why it stays: files find their programme by it.
func keyNote(key string) string {
	return "The key of this programme in files is “" + key + "”. It stays, because a file that is imported finds its programme by it. For a programme of its own, change the key in the file before you import it."
}

func (f *form) visitPlan(r edit.Ref) {
	f.add(group{Layout: "grid-2", Controls: []control{
		f.put(r, "visit.minutes", "A visit takes", number).in("minutes").first(),
		f.put(r, "visit.report_due_hours", "The report is due after", number).in("hours"),
		f.put(r, "visit.fee", "Fee", number).maybe(),
		f.put(r, "visit.reimburse_up_to", "Purchases are paid back up to", number).maybe(),
		f.put(r, "visit.rotation_days", "The same shopper may come again after", number).in("days").maybe(),
		f.put(r, "visit.visits_per_branch", "Visits to each branch in a wave", number),
		f.put(r, "visit.wave", "A wave is", choice).among(waveOptions),
	}})
}

var waveOptions = []kit.Option{
	{Value: string(programme.WaveMonthly), Label: "A month"}, {Value: string(programme.WaveBiMonthly), Label: "Two months"}, {Value: string(programme.WaveQuarterly), Label: "A quarter"},
}

func (f *form) scoring(r edit.Ref) {
	g := group{Title: "Levels of a visit", Layout: "grid-2", Controls: []control{
		f.put(r, "levels.good.min_score", "Good from", number).in("% of the points").first(),
		f.put(r, "levels.wow.min_score", "WOW from", number).in("% of the points"),
		f.put(r, "levels.wow.min_wow_share", "and from", number).in("% of the WOW points"),
	}}
	f.add(g)
	g = group{Title: "Score", Layout: "grid-2", Controls: []control{
		f.put(r, "scoring.wow_policy", "WOW points", choice).among(wowOptions),
		f.put(r, "scoring.min_completeness", "A visit is scored from", number).in("% of the points seen").maybe(),
	}}
	if f.value(r, "scoring.wow_policy") == string(programme.WowBonus) {
		g.Controls = append(g.Controls, f.put(r, "scoring.bonus_cap", "Bonus up to a score of", number).in("%").maybe())
	}
	f.add(g)
	f.weights(r)
}

var wowOptions = []kit.Option{
	{Value: string(programme.WowSeparate), Label: "Are counted apart from the score"},
	{Value: string(programme.WowBonus), Label: "Are added on top of the score"},
	{Value: string(programme.WowExpected), Label: "Are expected, like all others"},
}

func (f *form) weights(r edit.Ref) {
	g := group{
		Title: "Weights of sections", Fold: true, Open: len(f.b.Programme.Policy.Weights) > 0, Layout: "grid-2",
		Note: "All empty: every point counts the same, wherever it is earned.",
	}
	for i := range f.b.Programme.Sections {
		s := &f.b.Programme.Sections[i]
		weight := f.put(r, "section_weights."+s.ID, s.ID+" "+s.Title, number).maybe()
		weight.Theirs = true
		g.Controls = append(g.Controls, weight)
	}
	f.add(g)
}

// scenarios are roles that shoppers play.
func (f *form) scenarios() {
	g := group{Note: "Who the shopper is. The shares are percent of the visits and make 100 together."}
	for i := range f.b.Programme.Scenarios {
		s := &f.b.Programme.Scenarios[i]
		r := edit.Ref{Kind: edit.Scenario, ID: s.ID}
		g.Rows = append(g.Rows, f.listed(r, s.Title, i, len(f.b.Programme.Scenarios), []control{
			f.put(r, "title", "Title", line).sized("middle"), f.put(r, "share", "Share", number).in("%").sized("small"),
			f.put(r, "requires", "Only at branches with", choice).own(f.featureOptions()).sized("middle"),
			f.put(r, "brief", "Brief for the shopper", area).of(2).maybe(), f.id(r).sized("middle").help(""),
		}))
	}
	g.Rows = append(g.Rows, row{ID: "new-scenario", Label: "the new scenario", New: true, Add: "Add this scenario", Controls: []control{
		f.blank(edit.Scenario, "", "title", "Another scenario", line).sized("middle"), f.blank(edit.Scenario, "", "share", "Share", number).in("%").sized("small"),
		f.blank(edit.Scenario, "", "brief", "Brief for the shopper", area).of(1).maybe(),
	}})
	f.add(g)
}

// listed is a row of a list whose order counts.
func (f *form) listed(r edit.Ref, label string, i, n int, controls []control) row {
	if label == "" {
		label = r.ID
	}
	x := row{ID: "row-" + r.ID, Label: label, Remove: "remove:" + r.String(), Controls: controls}
	if i > 0 {
		x.Up = "up:" + r.String()
	}
	if i < n-1 {
		x.Down = "down:" + r.String()
	}
	return x
}

func (f *form) featureOptions() []kit.Option {
	all := []kit.Option{{Value: "", Label: f.say("Any branch")}}
	for _, x := range f.b.Programme.Features {
		all = append(all, kit.Option{Value: x, Label: x})
	}
	return all
}

// stages are parts of a visit that are days or weeks apart.
func (f *form) stages() {
	g := group{Note: "For visits in several parts, such as an order and its delivery. A stage opens at_start, at_arrival, +6h, +14d, after:STAGE or on_event:NAME, and closes +6h or +14d later."}
	for i := range f.b.Programme.Stages {
		s := &f.b.Programme.Stages[i]
		r := edit.Ref{Kind: edit.Stage, ID: s.ID}
		g.Rows = append(g.Rows, f.listed(r, s.Title, i, len(f.b.Programme.Stages), []control{
			f.put(r, "title", "Title", line).sized("middle"), f.put(r, "opens", "Opens", line).sized("middle"), f.put(r, "closes", "Closes", line).sized("middle"), f.id(r).sized("middle").help(""),
		}))
	}
	g.Rows = append(g.Rows, row{ID: "new-stage", Label: "the new stage", New: true, Add: "Add this stage", Controls: []control{
		f.blank(edit.Stage, "", "title", "Another stage", line).sized("middle"), f.blank(edit.Stage, "", "opens", "Opens", line).sized("middle"),
		f.blank(edit.Stage, "", "closes", "Closes", line).sized("middle"),
	}})
	f.add(g)
}

// dayparts are times of the day at which visits are planned.
func (f *form) dayparts() {
	g := group{Note: "When visits are planned, in the time of the branch."}
	for i := range f.b.Programme.Dayparts {
		d := &f.b.Programme.Dayparts[i]
		r := edit.Ref{Kind: edit.Daypart, ID: d.ID}
		g.Rows = append(g.Rows, f.listed(r, d.ID, i, len(f.b.Programme.Dayparts), []control{
			f.put(r, "id", "Name", line).sized("middle"), f.put(r, "from", "From", line).sized("small"), f.put(r, "to", "To", line).sized("small"),
		}))
	}
	g.Rows = append(g.Rows, row{ID: "new-daypart", Label: "the new time of day", New: true, Add: "Add this time of day", Controls: []control{
		f.blank(edit.Daypart, "", "id", "Another time of day", line).sized("middle"), f.blank(edit.Daypart, "", "from", "From", line).sized("small"),
		f.blank(edit.Daypart, "", "to", "To", line).sized("small"),
	}})
	f.add(g)
}

// features are what some branches have, for conditions and scenarios.
func (f *form) features() {
	g := group{Note: "What some branches have and others have not, such as has_seating. Conditions and scenarios may ask for it. Letters, digits and _."}
	for i, name := range f.b.Programme.Features {
		r := edit.Ref{Kind: edit.Feature, ID: name}
		g.Rows = append(g.Rows, f.listed(r, name, i, len(f.b.Programme.Features), []control{f.put(r, "id", "Feature", line)}))
	}
	g.Rows = append(g.Rows, row{ID: "new-feature", Label: "the new feature", New: true, Add: "Add this feature", Controls: []control{
		f.blank(edit.Feature, "", "id", "Another feature", line),
	}})
	f.add(g)
}
