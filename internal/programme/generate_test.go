package programme

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// generated makes sound programmes of all kinds of question, for properties.
type generated struct {
	t         *rapid.T
	p         *Programme
	questions int
}

// drawProgramme draws a programme that Check accepts.
func drawProgramme(t *rapid.T) *Programme {
	g := &generated{t: t, p: &Programme{Key: rapid.StringMatching(`[a-z0-9-]{2,10}`).Draw(t, "key"), Name: g0(t, "name")}}
	p := g.p
	p.Trade, p.ChangeNote = g.maybeText("trade"), g.maybeText("note")
	p.Features = []string{"has_seating", "no", "x1"}[:rapid.IntRange(0, 3).Draw(t, "features")]
	if len(p.Features) == 0 {
		p.Features = nil
	}
	p.Visit = VisitPlan{
		Minutes: rapid.IntRange(1, 1440).Draw(t, "minutes"), ReportDueHours: rapid.IntRange(1, 99).Draw(t, "due"), Fee: g.points("fee"),
		ReimburseUpTo: g.points("reimburse"), RotationDays: rapid.IntRange(0, 365).Draw(t, "rotation"), VisitsPerBranch: rapid.IntRange(1, 9).Draw(t, "visits"),
		Wave: rapid.SampledFrom([]Wave{WaveMonthly, WaveBiMonthly, WaveQuarterly}).Draw(t, "wave"),
	}
	if g.yes("dayparts") {
		p.Dayparts = []Daypart{{"rush", 0, 1440}, {"off", 61, 122}}
	}
	g.stages()
	g.scenarios()
	g.standards()
	for i := range rapid.IntRange(1, 4).Draw(t, "sections") {
		g.section(i)
	}
	g.policy()
	g.translations()
	return p
}

// g0 draws a text that YAML and JSON could stumble over, not empty and without white space at its ends.
func g0(t *rapid.T, label string) string {
	s := rapid.OneOf(
		rapid.SampledFrom([]string{
			"yes", "No", "on", "null", "~", "1", "1.5", "1e3", "0x1F", "2026-11-21", "12:30:45", "- a", "? b", "a: b", "a #b", "'", `"`, `\`, "{a}", "[b]", "#", "&a", "*a",
			"!t", "%d", "@x", "`x", "|", ">", "...", "---", "=", "<<", "é ü 漢字 🙂", "a, b", "it's", "-", ":", "a:", ".inf", "1_000", "true", "A 'b' \"c\"", "x\u00a0y", "a\\nb", "+1",
		}),
		rapid.StringMatching(`[A-Za-z][A-Za-z .,:'"#&?!{}\[\]-]{0,30}`),
		rapid.StringOfN(rapid.RuneFrom([]rune("ab 'é\"\\:-#漢\u00a0")), 1, 12, -1),
	).Draw(t, label)
	if s = strings.TrimSpace(s); s == "" {
		return "x"
	}
	return s
}

// translations gives some of the texts other words.
func (g *generated) translations() {
	if !g.yes("translated") {
		return
	}
	g.p.Language = "en"
	for _, lang := range []string{"de", "zh-Hant-TW"}[:rapid.IntRange(1, 2).Draw(g.t, "languages")] {
		g.p.AddLanguage(lang)
		for _, w := range g.p.Texts() {
			if g.yes(lang + " " + w.ID) {
				g.p.SetText(lang, w.ID, g.text("words"))
			}
		}
	}
}

func (g *generated) text(label string) string { return g0(g.t, label) }
func (g *generated) yes(label string) bool    { return rapid.Bool().Draw(g.t, label) }
func (g *generated) bp(label string) int      { return rapid.IntRange(0, 10000).Draw(g.t, label) }

func (g *generated) points(label string) Points {
	if g.yes(label + " whole") {
		return Points(rapid.Int64Range(0, 20).Draw(g.t, label)) * 100
	}
	return Points(rapid.Int64Range(0, 1000).Draw(g.t, label))
}

func (g *generated) maybeText(label string) string {
	if g.yes(label + "?") {
		return g.text(label)
	}
	return ""
}

// lines draws a text that may have several lines.
func (g *generated) lines(label string) string {
	s := g.text(label)
	if g.yes(label + " lines") {
		return s + "\n\n  " + g.text(label+" 2") + "\tz"
	}
	return s
}

func (g *generated) stages() {
	if !g.yes("stages") {
		return
	}
	g.p.Stages = []Stage{
		{"visit", g.text("stage"), "at_arrival", "+6h"}, {"on", g.text("stage"), "+24h", "on_event:parcel"}, {"back", g.text("stage"), "after:on", "+14d"},
	}
}

func (g *generated) scenarios() {
	first := rapid.IntRange(0, 100).Draw(g.t, "share")
	g.p.Scenarios = []Scenario{
		{ID: "buyer", Title: g.text("title"), Share: first, Brief: g.lines("brief")},
		{ID: "no", Title: g.text("title"), Share: 100 - first, Brief: g.maybeText("brief")},
	}
	if len(g.p.Features) > 0 && g.yes("requires") {
		g.p.Scenarios[0].Requires = g.p.Features[0]
	}
}

func (g *generated) standards() {
	for i := range rapid.IntRange(0, 3).Draw(g.t, "standards") {
		met := g.bp("met")
		g.p.Standards = append(g.p.Standards, Standard{
			ID: fmt.Sprintf("S-%d", i), Title: g.text("title"), Good: g.lines("good"), Wow: g.maybeText("wow"), Why: g.maybeText("why"), Photo: g.maybeText("photo"),
			GoodTargetBP: g.bp("good"), WowTargetBP: g.bp("wow"), Criticality: rapid.SampledFrom([]Criticality{Normal, Major, ZeroTolerance}).Draw(g.t, "criticality"),
			Weight: rapid.IntRange(0, 5).Draw(g.t, "weight"), MetShareBP: met, PartialShareBP: rapid.IntRange(0, met).Draw(g.t, "partial"), WowShareBP: g.bp("wow share"),
		})
	}
}

func (g *generated) policy() {
	p := &g.p.Policy
	p.Wow = rapid.SampledFrom([]WowPolicy{WowSeparate, WowBonus, WowExpected}).Draw(g.t, "policy")
	if p.Wow == WowBonus {
		p.BonusCapBP = rapid.IntRange(1, 20000).Draw(g.t, "cap")
	}
	p.MinCompleteness = g.bp("completeness")
	if g.yes("weights") {
		for i := range g.p.Sections {
			p.Weights = append(p.Weights, SectionWeight{g.p.Sections[i].ID, rapid.IntRange(1, 10000).Draw(g.t, "weight")})
		}
	}
	good := g.bp("good")
	g.p.Levels = Levels{good, rapid.IntRange(good, 20000).Draw(g.t, "wow"), g.bp("wow share")}
}

func (g *generated) section(i int) {
	s := Section{ID: fmt.Sprintf("S%d", i), Title: g.text("title"), ShowIf: g.condition("section")}
	if len(g.p.Stages) > 0 {
		s.Stage = rapid.SampledFrom([]string{"", "visit", "on", "back", LastStage}).Draw(g.t, "stage")
	}
	g.p.Sections = append(g.p.Sections, s)
	for range rapid.IntRange(1, 5).Draw(g.t, "questions") {
		q := g.question()
		s := &g.p.Sections[i]
		s.Questions = append(s.Questions, q)
	}
}

func (g *generated) question() Question {
	g.questions++
	q := Question{
		ID: fmt.Sprintf("Q%d", g.questions), Kind: rapid.SampledFrom(Kinds()).Draw(g.t, "kind"), Text: g.lines("text"), Hint: g.maybeText("hint"),
		NAAllowed: g.yes("na"), Required: g.yes("required"), Perishable: g.yes("perishable"), Vault: g.yes("vault"), Thanks: g.yes("thanks"),
		ShowIf: g.condition("question"), Evidence: rapid.SampledFrom([]EvidencePhoto{PhotoNone, PhotoNever, PhotoOptional, PhotoOnFail, PhotoRequired}).Draw(g.t, "evidence"),
	}
	if len(g.p.Standards) > 0 && g.yes("standard") {
		q.Standard = g.p.Standards[0].ID
	}
	g.kind(&q)
	g.rules(&q)
	return q
}

// kind fills what belongs to the kind.
func (g *generated) kind(q *Question) {
	switch q.Kind {
	case YesNo:
		q.Reverse = g.yes("reverse")
		g.ownPoints(q)
	case Choice, Multi, Attention:
		g.options(q)
	case Rating:
		q.ScaleLo = rapid.IntRange(-3, 3).Draw(g.t, "lo")
		q.ScaleHi = q.ScaleLo + rapid.IntRange(1, 10).Draw(g.t, "steps")
		g.ownPoints(q)
	case Number, Duration, Money:
		if q.Kind == Duration {
			q.Unit, q.Timer = rapid.SampledFrom([]string{"s", "min", "h"}).Draw(g.t, "unit"), rapid.SampledFrom([]string{"", "t1"}).Draw(g.t, "timer")
		}
		if g.yes("bands") {
			q.Bands = []Band{{UpTo: Decimal(rapid.Int64Range(-5, 50000).Draw(g.t, "up to")), Points: g.points("band")}, {UpTo: 50001, Points: g.points("band")}, {Open: true, Points: g.points("band")}}
		}
	case LevelKind:
		q.Below, q.Good = g.text("below"), LevelText{g.text("good"), g.points("good"), true}
		if g.yes("wow") {
			q.Wow = LevelText{g.text("wow"), g.points("wow"), true}
		}
	case WowKind:
		q.Wow = LevelText{g.maybeText("wow"), g.points("wow"), true}
	case Text:
		q.MinChars = rapid.IntRange(0, 200).Draw(g.t, "chars")
	case Time:
		q.Timer = rapid.SampledFrom([]string{"", "arrive"}).Draw(g.t, "timer")
	case Date, Photo, Receipt, StaffName:
	}
}

func (g *generated) ownPoints(q *Question) {
	if q.HasPoints = g.yes("points"); q.HasPoints {
		q.Points = g.points("points")
	}
}

func (g *generated) options(q *Question) {
	pointed := q.Kind != Attention && g.yes("points")
	for i := range rapid.IntRange(1, 4).Draw(g.t, "options") {
		o := Option{Code: []string{"yes", "no", "8_to_14", "null"}[i], Label: g.text("label"), HasPoints: pointed}
		if pointed {
			o.Points = g.points("points")
			if q.Kind == Multi && g.yes("negative") {
				o.Points = -o.Points
			}
			o.Critical = g.critical()
		}
		o.Exclusive = q.Kind == Multi && i == 3 && g.yes("exclusive")
		q.Options = append(q.Options, o)
	}
	if q.HasCap = q.Kind == Multi && pointed && g.yes("cap"); q.HasCap {
		q.Cap = g.points("cap")
	}
}

func (g *generated) critical() *Critical {
	switch rapid.IntRange(0, 4).Draw(g.t, "critical") {
	case 1:
		return &Critical{Effect: Flag}
	case 2:
		return &Critical{Effect: CapVisit, CapBP: g.bp("cap")}
	case 3:
		return &Critical{Effect: ZeroSection, Section: g.p.Sections[0].ID}
	case 4:
		return &Critical{Effect: FailVisit}
	}
	return nil
}

// rules adds criticals, comments and must_observe where they may stand.
func (g *generated) rules(q *Question) {
	codes := q.Codes()
	if q.Scored() {
		q.MustObserve = g.yes("must observe")
		if len(codes) > 0 {
			if q.Critical = g.critical(); q.Critical != nil {
				q.Critical.When = codes[:1]
			}
		}
	}
	switch rapid.IntRange(0, 3).Draw(g.t, "comment") {
	case 1:
		q.Comment = &CommentRule{Always: true, MinChars: rapid.IntRange(0, 99).Draw(g.t, "chars")}
	case 2:
		if q.Scored() {
			q.Comment = &CommentRule{OnFail: true}
		}
	case 3:
		if len(codes) > 0 {
			q.Comment = &CommentRule{When: codes}
		}
	}
}

// condition draws one about what came before, or none.
func (g *generated) condition(label string) *Condition {
	if !g.yes(label + " condition") {
		return nil
	}
	return &Condition{Source: g.source(2)}
}

// source draws a condition's text.
func (g *generated) source(depth int) string {
	if depth > 0 {
		switch rapid.IntRange(0, 4).Draw(g.t, "shape") {
		case 0:
			return g.source(depth-1) + " && " + g.source(depth-1)
		case 1:
			return "(" + g.source(depth-1) + " || " + g.source(depth-1) + ")"
		case 2:
			return "!(" + g.source(depth-1) + ")"
		}
	}
	leaves := []string{"scenario == 'buyer'", "scenario in ['no', 'buyer']", "channel != \"web\"", "format == 'it\\'s'"}
	for _, f := range g.p.Features {
		leaves = append(leaves, "branch."+f)
	}
	for i := range g.p.Sections {
		for j := range g.p.Sections[i].Questions {
			leaves = append(leaves, g.leaf(&g.p.Sections[i].Questions[j])...)
		}
	}
	return rapid.SampledFrom(leaves).Draw(g.t, "leaf")
}

// leaf gives comparisons with an earlier question.
func (g *generated) leaf(q *Question) []string {
	switch ruleOf(q.Kind).asks {
	case condCode:
		return []string{q.ID + " == '" + q.Codes()[0] + "'", q.ID + " != '" + q.Codes()[0] + "'"}
	case condMulti:
		return []string{q.ID + " in ['" + strings.Join(q.Codes(), "', '") + "']"}
	case condNumber:
		return []string{q.ID + " >= 2.5", "3 > " + q.ID, q.ID + " in [0, -1]"}
	case condTime:
		return []string{q.ID + " < '12:00'"}
	case condDate:
		return []string{q.ID + " >= '2026-11-21'"}
	case condNothing, condFree:
	}
	return nil
}
