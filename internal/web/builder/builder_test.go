package builder_test

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/programme"
)

func TestTheChecklistIsListedWithItsPointsAndNothingOpen(t *testing.T) {
	r := tea(t)
	r.site.Get(r.Owner, r.path()).Status(http.StatusOK).Says(
		"draft of version 1", "Tea rooms", "Section A", "Was it done, number 1?", "Yes / No · 2 points · K01", "Look at the draft", "Nothing changed yet",
	).Has(`src="`+r.path()+`/preview"`, `value="up:question/Q01"`, `?open=question/Q01`, `value="undo" disabled`).Silent("data-save")
}

func TestOnlyOwnersOpenTheBuilderAndOnlyTheirOwn(t *testing.T) {
	r, theirs := tea(t), tea(t)
	for _, path := range []string{r.path(), r.path() + "/steps"} {
		r.site.Get(r.scheduler, path).Status(http.StatusForbidden)
		r.site.Get(r.Owner, strings.Replace(path, r.id, theirs.id, 1)).Status(http.StatusNotFound)
	}
	r.site.Post(r.Owner, theirs.path(), url.Values{"do": {"add:section:"}, "rev": {"1"}}).Status(http.StatusNotFound)
}

func TestEveryFieldOfAQuestionIsSavedByOnePost(t *testing.T) {
	r := tea(t)
	p := r.open("question/Q01")
	p.set("text", "Was the table wiped?").set("hint", "Look at\r\nthe edges.").set("points", "2,5").set("reverse", "true").set("standard", "K02")
	p.set("evidence.photo", "on_fail").set("comment.rule", "fail").set("required").set("na_allowed").set("must_observe", "true")
	p.set("perishable", "true").set("privacy", "true").set("feeds", "true").set("critical.effect", "flag")
	p.save("")
	q := r.question("Q01")
	if q.Text != "Was the table wiped?" || q.Hint != "Look at\nthe edges." || q.Points != 250 || !q.Reverse || q.Standard != "K02" || q.Evidence != programme.PhotoOnFail ||
		q.Comment == nil || !q.Comment.OnFail || q.Required || q.NAAllowed || !q.MustObserve || !q.Perishable || !q.Vault || !q.Thanks ||
		q.Critical == nil || q.Critical.Effect != programme.Flag {
		t.Errorf("saved as %+v", q)
	}
	p = r.open("question/Q01")
	p.set("critical.effect", "cap_visit").set("critical.when", "yes").save("")
	p = r.open("question/Q01")
	p.set("critical.cap_visit", "69").set("comment.rule", "answers").save("")
	p = r.open("question/Q01")
	p.set("comment.when", "yes", "no").set("comment.min_chars", "40").save("")
	q = r.question("Q01")
	if q.Critical.CapBP != 6900 || q.Critical.When[0] != "yes" || len(q.Comment.When) != 2 || q.Comment.MinChars != 40 {
		t.Errorf("saved as %+v %+v", q.Critical, q.Comment)
	}
}

func TestSavingWithoutAChangeIsNoStep(t *testing.T) {
	r := tea(t)
	for _, open := range []string{"question/Q01", "question/L01", "section/A", "about", "visit", "scenarios", "scoring", "features", "dayparts", "stages"} {
		r.open(open).save("")
	}
	steps, err := r.Studio.Steps(t.Context(), r.Owner, r.id)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range steps {
		if s.Kind != "import" {
			t.Errorf("%s", s.Sentence)
		}
	}
}

func TestANumberThatIsNoneIsNamedAndWaitsWhileTheRestIsSaved(t *testing.T) {
	r := tea(t)
	p := r.open("question/Q01")
	p.set("points", "a few").set("text", "Was it <b>clean</b>?")
	a := p.send("").Status(http.StatusUnprocessableEntity).Says("Error:", "Write points as a number").Has(
		`href="#f-question%2fQ01%3apoints"`, `value="a few"`, `aria-invalid="true"`, "Was it &lt;b&gt;clean&lt;/b&gt;?")
	if q := r.question("Q01"); q.Text != "Was it <b>clean</b>?" || q.Points != 200 {
		t.Errorf("saved beside it: %q with %s points", q.Text, q.Points)
	}
	r.paper(r.Owner, a.Body.String()).set("points", "3").save("")
	if q := r.question("Q01"); q.Points != 300 || q.Text != "Was it <b>clean</b>?" {
		t.Errorf("then saved as %+v", q)
	}
}

func TestAKindIsChangedAndKeepsWhatFits(t *testing.T) {
	r := tea(t)
	r.open("question/Q01").set("kind", "choice").set("text", "How was it?").save("")
	q := r.question("Q01")
	if q.Kind != programme.Choice || len(q.Options) != 2 || q.Text != "How was it?" || q.Options[0].Points != 200 {
		t.Errorf("is %+v", q)
	}
	for _, k := range programme.Kinds() {
		r.open("question/Q01").set("kind", string(k)).save("")
		if got := r.question("Q01").Kind; got != k {
			t.Errorf("%s instead of %s", got, k)
		}
	}
}

func TestAnswersAreAddedPastedOrderedChangedAndRemoved(t *testing.T) {
	r := empty(t)
	p := r.open("").press("add:section:").press("add:question:" + r.firstSection())
	id := r.draft().Sections[0].Questions[0].ID
	p = p.set("kind", "choice").set("text", "What happened?").save("")
	for range 2 { // what yes and no became
		for _, o := range r.question(id).Options {
			p = p.save("remove:option/" + id + "/" + o.Code)
		}
	}
	p = p.set("new:option:"+id+":label", "It was put right").set("new:option:"+id+":points", "4").save("save")
	p = p.set("paste:option:"+id, "Nothing happened | 0\n\nThey argued | 0.5\n").save("paste")
	codes := r.codes(id)
	if strings.Join(codes, " ") != "it_was_put_right nothing_happened they_argued" {
		t.Fatalf("codes are %v", codes)
	}
	p = p.save("up:option/" + id + "/they_argued")
	p = p.set("option/"+id+"/they_argued:label", "They argued with me").set("option/"+id+"/they_argued:critical.effect", "fail_visit").save("")
	p.save("remove:option/" + id + "/nothing_happened")
	o := r.question(id).Options
	if len(o) != 2 || o[1].Label != "They argued with me" || o[1].Points != 50 || o[1].Critical == nil || o[1].Critical.Effect != programme.FailVisit {
		t.Errorf("options are %+v", o)
	}
}

func (r *rig) firstSection() string { r.t.Helper(); return r.draft().Sections[0].ID }

func (r *rig) codes(question string) []string {
	var codes []string
	for _, o := range r.question(question).Options {
		codes = append(codes, o.Code)
	}
	return codes
}

func TestBandsAreOneListWithRoomForOneMore(t *testing.T) {
	r := tea(t)
	p := r.open("question/Q01").set("kind", "duration").save("")
	p = p.set("unit", "s").set("bands.up_to", "30", "60", "").set("bands.points", "4", "2", "0").save("")
	q := r.question("Q01")
	if len(q.Bands) != 3 || q.Unit != "s" || q.Bands[1].Points != 200 || !q.Bands[2].Open {
		t.Fatalf("bands are %+v", q.Bands)
	}
	p.save("") // the empty line is left out
	p = r.open("question/Q01")
	if n := len(p.form["question/Q01:bands.up_to"]); n != 4 {
		t.Errorf("%d lines", n)
	}
	p.set("bands.up_to", "30", "60", "90", "").set("bands.points", "4", "2", "1", "0").save("")
	if q := r.question("Q01"); len(q.Bands) != 4 {
		t.Errorf("bands are %+v", q.Bands)
	}
	r.open("question/Q01").set("bands.up_to", "soon", "").set("bands.points", "1", "0").send("").Status(http.StatusUnprocessableEntity).Says("Band 1").Has(`value="soon"`)
	r.open("question/Q01").set("text", "How long?").set("bands.up_to", "30", "60", "90", "120", "").set("bands.points", "4", "2", "1", "", "0").send("").Status(http.StatusUnprocessableEntity).
		Says("Band 4 has no points yet.", "How long?").Has(`value="120"`, `href="#f-question%2fQ01%3abands.points.4"`, `id="f-question/Q01:bands.points.4"`)
}

func TestAConditionIsASentenceThatFollowsItsQuestion(t *testing.T) {
	r := tea(t)
	p := r.open("question/T01").save("if-add:question/T01")
	if c := r.question("T01").ShowIf; c == nil || c.Source != "L01 == 'below'" {
		t.Fatalf("begins as %+v", c)
	}
	p = p.set("if:question/T01:0:subject", "Q01").save("")
	if c := r.question("T01").ShowIf; c == nil || c.Source != "Q01 == 'yes'" {
		t.Fatalf("follows as %+v", c)
	}
	p = p.set("if:question/T01:0:value", "no").save("if-add:question/T01")
	p = p.set("if:question/T01:1:subject", "branch.garden").set("if:question/T01:join", "any").save("")
	if c := r.question("T01").ShowIf; c == nil || c.Source != "Q01 == 'no' || branch.garden" {
		t.Fatalf("becomes %+v", c)
	}
	p.save("if-remove:question/T01:0").save("if-remove:question/T01:0")
	if c := r.question("T01").ShowIf; c != nil {
		t.Errorf("stays as %+v", c)
	}
}

func TestAWrongValueOfAConditionIsNamedAndStays(t *testing.T) {
	r := tea(t)
	r.open("question/Q01").set("kind", "number").save("")
	p := r.open("question/T01").save("if-add:question/T01")
	p = p.set("if:question/T01:0:subject", "Q01").save("")
	p.set("if:question/T01:0:value", "many").send("").Status(http.StatusUnprocessableEntity).Has(`value="many"`)
	p.set("if:question/T01:0:value", "").send("").Status(http.StatusUnprocessableEntity)
	p.set("if:question/T01:0:value", "3").set("if:question/T01:0:verb", "at_least").save("")
	if c := r.question("T01").ShowIf; c == nil || c.Source != "Q01 >= 3" {
		t.Errorf("is %+v", c)
	}
}

func TestMovesGoByButtonsAndToOtherSections(t *testing.T) {
	r := tea(t)
	first := func() string { return r.draft().Sections[0].Questions[0].ID }
	was := first()
	p := r.open("").press("down:question/" + was)
	if first() == was {
		t.Error("it did not move")
	}
	p.press("up:question/" + was).press("up:question/" + was) // it is the first already
	if first() != was {
		t.Error("it did not move back")
	}
	q := r.open("question/" + was)
	q.form.Set("into", "B")
	q.save("into:question/" + was)
	if _, s, _ := r.draft().Question(was); s.ID != "B" {
		t.Errorf("it is in %s", s.ID)
	}
	r.open("").press("up:section/B")
	if r.firstSection() != "B" {
		t.Error("the section did not move")
	}
}

func TestWhatOthersLookAtIsAskedAboutBeforeItGoes(t *testing.T) {
	r := tea(t)
	r.open("question/T01").save("if-add:question/T01").set("if:question/T01:0:subject", "Q01").save("")
	p := r.open("question/Q01")
	a := p.send("remove:question/Q01").Status(http.StatusConflict).Says("Nothing is changed yet", "Go on and take these away", "When did you come in?")
	if _, _, ok := r.draft().Question("Q01"); !ok {
		t.Fatal("it is gone already")
	}
	again := r.paper(r.Owner, a.Body.String())
	f := again.formWith("data-act")
	f.Set("drop", "1")
	r.site.Post(r.Owner, r.path(), f).Status(http.StatusSeeOther)
	if _, _, ok := r.draft().Question("Q01"); ok || r.question("T01").ShowIf != nil {
		t.Error("it is still there, or its condition is")
	}
}

func TestUndoAndRedoAndTheListOfSteps(t *testing.T) {
	r := tea(t)
	p := r.open("question/Q01").set("text", "Changed.").save("")
	p = p.press("undo")
	if got := r.question("Q01").Text; got != "Was it done, number 1?" {
		t.Errorf("undone to %q", got)
	}
	p.press("redo")
	if got := r.question("Q01").Text; got != "Changed." {
		t.Errorf("done again as %q", got)
	}
	steps := r.site.Get(r.Owner, r.path()+"/steps").Status(http.StatusOK).Says("Steps of the draft", "Changed the text", "Go back to before this")
	list := r.paper(r.Owner, steps.Body.String())
	f := list.formWith("method")
	f.Set("do", "restore:2")
	if strings.Contains(list.body, `value="restore:1"`) {
		f.Set("do", "restore:1")
	}
	r.site.Post(r.Owner, r.path(), f).Status(http.StatusSeeOther)
	r.site.Post(r.Owner, r.path(), url.Values{"do": {"restore:x"}, "rev": {"1"}}).Status(http.StatusNotFound)
}

func TestOfTwoOwnersAtOneTextTheSecondChoosesBetweenBoth(t *testing.T) {
	r := tea(t)
	mine, theirs := r.open("question/Q01"), r.openAs(r.other, "question/Q01")
	theirs.set("text", "Their text?").save("")
	a := mine.set("text", "My text?").set("hint", "My help.").send("").Status(http.StatusConflict).Says("Nothing of yours is lost", "My text?", "Their text?").Has("My help.")
	p := r.paper(r.Owner, a.Body.String())
	still := p.send("").Status(http.StatusConflict).Says("Choose one of the two texts.", "My text?", "Their text?")
	if got := r.question("Q01").Text; got != "Their text?" {
		t.Fatalf("written over: %q", got)
	}
	p = r.paper(r.Owner, still.Body.String())
	for name := range p.form {
		if strings.HasPrefix(name, "clash:") && strings.HasSuffix(name, ":yours") {
			p.form.Set("pick:"+strings.TrimSuffix(strings.TrimPrefix(name, "clash:"), ":yours"), "theirs")
		}
	}
	p.save("")
	if q := r.question("Q01"); q.Text != "Their text?" || q.Hint != "My help." {
		t.Errorf("is %q and %q", q.Text, q.Hint)
	}
}

func TestOfTwoOwnersTheSecondMayKeepHisText(t *testing.T) {
	r := tea(t)
	mine, theirs := r.open("question/Q01"), r.openAs(r.other, "question/Q01")
	theirs.set("text", "Their text?").save("")
	p := r.paper(r.Owner, mine.set("text", "My text?").send("").Status(http.StatusConflict).Body.String())
	for _, name := range p.form["clash"] {
		p.form.Set("pick:"+name, "yours")
	}
	p.save("")
	if got := r.question("Q01").Text; got != "My text?" {
		t.Errorf("is %q", got)
	}
}

func TestTwoOwnersAtDifferentFieldsOfOneQuestionLoseNothing(t *testing.T) {
	r := tea(t)
	mine, theirs := r.open("question/Q01"), r.openAs(r.other, "question/Q01")
	theirs.set("hint", "Their help.").save("")
	mine.set("text", "My text?").save("")
	if q := r.question("Q01"); q.Text != "My text?" || q.Hint != "Their help." {
		t.Errorf("is %q and %q", q.Text, q.Hint)
	}
}

func TestWhatWasTypedAboutAQuestionThatIsGoneIsShown(t *testing.T) {
	r := tea(t)
	mine, theirs := r.open("question/Q01"), r.openAs(r.other, "question/Q01")
	theirs.save("remove:question/Q01")
	mine.set("text", "A long thought.").send("").Status(http.StatusConflict).Says("What you wrote", "A long thought.").Has("<dt>Question</dt><dd class=\"pre\">A long thought.</dd>")
}

func TestWhatIsGivenBackHasTheWordsOfTheForm(t *testing.T) {
	r := tea(t)
	p := r.open("question/X01").set("kind", "choice").save("")
	p.set("new:option:X01:label", "Quite").set("new:option:X01:points", "2").save("")
	old := r.open("question/X01")
	code := r.question("X01").Options[0].Code
	r.open("question/X01").save("remove:question/X01")
	old.set("required", "").set("evidence.photo", "optional").set("comment.rule", "always")
	old.form.Set("option/X01/"+code+":points", "3")
	old.form.Set("if:question/X01:0:subject", "Q01")
	old.form.Set("if:question/X01:0:verb", "is")
	old.form.Set("if:question/X01:0:for", "Q01")
	old.form.Set("if:question/X01:0:value", "yes")
	a := old.send("").Status(http.StatusNotFound)
	given := func(label, value string) string { return "<dt>" + label + `</dt><dd class="pre">` + value + "</dd>" }
	a.Has(given("More about this question: Must be answered", "No"), given("Photo beside the answer", "May be added"), given("Ask what they saw", "Always"),
		given("Answers: Quite: Points", "3"))
	a.Says("Show this question", "is Yes")
	a.Silent("<dt>evidence", "<dt>comment")
	r.Programme.ID = r.id
	r.PublishDraft("Without it.", "")
	old.send("").Status(http.StatusConflict).Has(given("Photo beside the answer", "May be added"), given("Answers: "+code+": Points", "3"))
}

func TestWhatWasTypedAboutAQuestionThatHeRemovedHimselfIsShown(t *testing.T) {
	r := tea(t)
	old := r.open("question/Q01")
	r.open("question/Q01").save("remove:question/Q01")
	old.set("text", "A second thought.").send("").Status(http.StatusNotFound).Says("There is no such question any more", "What you wrote", "A second thought.")
	gone := r.open("section/B")
	r.open("section/B").save("remove:section/B")
	gone.set("paste:question:B", "Was it so?").send("paste").Status(http.StatusNotFound).Says("What you wrote", "Was it so?")
}

func TestAQuestionThatSomebodyRemovedIsAddedAgainWithWhatWasTyped(t *testing.T) {
	r := tea(t)
	before, questions := *r.question("Q01"), len(r.draft().Sections[0].Questions)
	mine, theirs := r.open("question/Q01"), r.openAs(r.other, "question/Q01")
	theirs.save("remove:question/Q01")
	r.openAs(r.other, "question/Q03").set("hint", "Something else, later.").save("")
	a := mine.set("text", "A long thought?").set("required", "").send("").Status(http.StatusConflict).
		Says("A long thought?", "Add it again with this", "Person "+r.other.Member[:4]+": Removed 1.1")
	lost := r.paper(r.Owner, a.Body.String())
	lost.form = lost.formWith("data-back")
	again := lost.save("back:question/Q01")
	if again.form.Get("open") != "question/Q01" {
		t.Errorf("%q is open", again.form.Get("open"))
	}
	want := before
	want.Text, want.Required = "A long thought?", false
	if got := *r.question("Q01"); !reflect.DeepEqual(got, want) {
		t.Errorf("is %+v, want %+v", got, want)
	}
	if s := r.draft().Sections[0]; s.Questions[0].ID != "Q01" || len(s.Questions) != questions {
		t.Errorf("is not where it stood: %+v", s.Questions)
	}
	lost.save("back:question/Q01") // sent twice: it is there, and there is nothing more to save
}

func TestASectionThatSomebodyRemovedIsAddedAgain(t *testing.T) {
	r := tea(t)
	mine := r.open("section/B")
	questions := len(r.draft().Sections[1].Questions)
	r.openAs(r.other, "section/B").save("remove:section/B")
	a := mine.set("paste:question:B", "Was it so?").send("paste").Status(http.StatusConflict).Says("Was it so?")
	lost := r.paper(r.Owner, a.Body.String())
	lost.form = lost.formWith("data-back")
	lost.save("back:section/B")
	if s := r.draft().Sections; len(s) != 2 || s[1].ID != "B" || len(s[1].Questions) != questions+1 {
		t.Errorf("is %+v", s)
	}
}

func TestWhatCannotBeAddedAgainIsOnlyShown(t *testing.T) {
	r := tea(t)
	old := r.open("question/Q01")
	r.open("question/Q01").save("remove:question/Q01")
	r.Programme.ID = r.id
	r.PublishDraft("Without it.", "")
	old.set("text", "Too late?").send("").Status(http.StatusNotFound).Says("Too late?").Silent("Add it again")
}

func TestAHalfBandWaitsAndTheOtherFieldsOfItsQuestionAreSaved(t *testing.T) {
	r := tea(t)
	const id = "X01"
	p := r.open("question/"+id).set("kind", "number").save("")
	p.set("text", "How many were waiting?").set("bands.up_to", "5", "").set("bands.points", "", "")
	a := p.send("").Status(http.StatusUnprocessableEntity).Says("Band 1 has no points yet")
	if q := r.question(id); q.Text != "How many were waiting?" || len(q.Bands) != 0 {
		t.Errorf("is %q with the bands %v", q.Text, q.Bands)
	}
	p = r.paper(r.Owner, a.Body.String())
	if got := p.form["question/"+id+":bands.up_to"]; !slices.Equal(got, []string{"5", ""}) {
		t.Errorf("the band that waits shows %q", got)
	}
	// every later change is saved beside it, too
	a = p.set("hint", "At the till.").set("na_allowed", "true").send("").Status(http.StatusUnprocessableEntity).Says("Band 1 has no points yet")
	if q := r.question(id); q.Hint != "At the till." || !q.NAAllowed || len(q.Bands) != 0 {
		t.Errorf("is %q, %v with the bands %v", q.Hint, q.NAAllowed, q.Bands)
	}
	r.paper(r.Owner, a.Body.String()).set("bands.points", "2", "0").save("")
	if q := r.question(id); len(q.Bands) != 2 {
		t.Errorf("has the bands %v", q.Bands)
	}
}

func TestAllThatIsRefusedIsSaidAndTheRestIsSaved(t *testing.T) {
	r := tea(t)
	p := r.open("question/Q01")
	p.set("text", "Sound?").set("points", "many").set("id", "Q9").set("critical.effect", "explode")
	a := p.send("").Status(http.StatusUnprocessableEntity).Says("Write points as a number", "Choose one of").Has(`value="many"`, `value="Q9"`)
	if q := r.question("Q01"); q.Text != "Sound?" || q.Critical != nil {
		t.Errorf("is %q, %+v", q.Text, q.Critical)
	}
	p = r.paper(r.Owner, a.Body.String())
	p.set("points", "3").set("critical.effect", "").save("")
	if q := r.question("Q9"); q.Text != "Sound?" || q.Points != 300 {
		t.Errorf("is %q with %s points", q.Text, q.Points)
	}
}

func TestManyQuestionsArePasted(t *testing.T) {
	r := empty(t)
	p := r.open("")
	f := p.formWith(`id="paste-all"`)
	f.Set("paste:question:", "1. Was the floor clean? | yes/no | 2\n- How many were waiting? | number\n\n• Say it in your words | text\n")
	f.Set("do", "paste")
	r.site.Post(r.Owner, r.path(), f).Status(http.StatusSeeOther)
	s := r.draft().Sections
	if len(s) != 1 || len(s[0].Questions) != 3 || s[0].Questions[0].Points != 200 || s[0].Questions[1].Kind != programme.Number || s[0].Questions[2].Kind != programme.Text {
		t.Fatalf("pasted %+v", s)
	}
	q := r.open("section/" + s[0].ID)
	q.form.Set("paste:question:"+s[0].ID, strings.Repeat("Is it so?\n", 201))
	q.send("paste").Status(http.StatusUnprocessableEntity).Says("200").Has("Is it so?")
	q.form.Set("paste:question:"+s[0].ID, "Is it so?\n\nIs it clean? | flurb\nIs it warm? | yes/no | two")
	q.send("paste").Status(http.StatusUnprocessableEntity).Says(`Line 3: "flurb" is no kind`, `Line 4: "two" is no kind`).Has("Is it clean? | flurb")
}

func TestThePanelsSaveWhatBelongsToTheProgramme(t *testing.T) {
	r := tea(t)
	r.open("about").set("programme:name", "Tea and cake").set("programme:trade", "tea rooms").save("")
	r.open("visit").set("programme:visit.minutes", "20").set("programme:visit.fee", "9,50").set("programme:visit.wave", "quarterly").save("")
	r.open("scoring").set("programme:levels.good.min_score", "75").set("programme:section_weights.A", "3").set("programme:section_weights.B", "1").save("")
	r.open("features").set("new:feature::id", "river").save("save")
	r.open("dayparts").set("new:daypart::id", "evening").set("new:daypart::from", "18:00").set("new:daypart::to", "20:00").save("save")
	r.open("stages").set("new:stage::title", "At the till").set("new:stage::opens", "at_start").set("new:stage::closes", "+6h").save("save")
	r.open("scenarios").set("scenario/guest:share", "60").set("new:scenario::title", "Passer by").set("new:scenario::share", "10").save("save")
	p := r.draft()
	if p.Name != "Tea and cake" || p.Visit.Minutes != 20 || p.Visit.Fee != 950 || p.Visit.Wave != programme.WaveQuarterly || p.Levels.GoodMinBP != 7500 ||
		len(p.Policy.Weights) != 2 || len(p.Features) != 2 || len(p.Dayparts) != 3 || len(p.Stages) != 1 || len(p.Scenarios) != 3 || p.Scenarios[0].Share != 60 {
		t.Errorf("is %+v", p)
	}
	r.open("features").save("remove:feature/river")
	r.open("dayparts").save("up:daypart/evening")
	if p := r.draft(); len(p.Features) != 1 || p.Dayparts[1].ID != "evening" {
		t.Errorf("is %v %v", p.Features, p.Dayparts)
	}
}

func TestWhatIsNotFinishedIsSaidAtTheTopAndAtItsQuestion(t *testing.T) {
	r := empty(t)
	p := r.open("").press("add:section:").press("add:question:" + r.firstSection())
	for _, want := range []string{"Before this can be published", "not finished", `class="find bad"`} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestAForgedPostChangesNothing(t *testing.T) {
	r := tea(t)
	was := r.draft().Hash()
	for name, f := range map[string]url.Values{
		"an unknown field":    {"rev": {"1"}, "was": {"question/Q01 colour=1"}, "question/Q01:colour": {"red"}},
		"an unknown part":     {"rev": {"1"}, "was": {"question/Q99 text=1"}, "question/Q99:text": {"x"}},
		"an unknown button":   {"rev": {"1"}, "do": {"explode:question/Q01"}},
		"a button of nothing": {"rev": {"1"}, "do": {"up:"}},
		"no condition there":  {"rev": {"1"}, "do": {"if-remove:question/Q01:7"}},
		"no place":            {"rev": {"1"}, "do": {"place:question/Q01:first"}},
		"a kind of nothing":   {"rev": {"1"}, "do": {"add:elephant:A"}},
		"no number":           {"rev": {"one"}},
	} {
		if got := r.site.Post(r.Owner, r.path(), f).Code; got != http.StatusUnprocessableEntity && got != http.StatusNotFound && got != http.StatusConflict {
			t.Errorf("%s answers %d", name, got)
		}
	}
	if r.draft().Hash() != was {
		t.Error("something changed")
	}
}

func TestAQuestionIsOpenedByItsIDAlone(t *testing.T) {
	r := tea(t)
	r.site.Get(r.Owner, r.path()+"?open=Q03").Status(http.StatusOK).Has(`name="question/Q03:text"`)
}

func TestAPlaceThatIsNoneOpensNothing(t *testing.T) {
	r := tea(t)
	for _, open := range []string{"question/Q99", "nonsense", "section/", "/", "option/Q01/yes", "'\"><script>x"} {
		r.site.Get(r.Owner, r.path()+"?open="+url.QueryEscape(open)).Status(http.StatusOK).Silent("<script>x")
	}
}

func TestTheBuilderSaysTheKeyOfTheProgrammeAndWhyItStays(t *testing.T) {
	r := tea(t)
	r.site.Get(r.Owner, r.path()+"?open=about").Says("The key of this programme in files is “"+r.draft().Key+"”", "It stays, because")
}

func TestWhatIsWrongWithSeveralPartsIsSaidAtOnceAndNothingIsAddedTwice(t *testing.T) {
	r := tea(t)
	p := r.open("question/X01").set("kind", "choice").save("")
	p.set("new:option:X01:label", "Quite").save("")
	p = r.open("question/X01")
	code := r.question("X01").Options[0].Code
	p.set("text", "How clean was it?").set("evidence.photo", "perhaps")
	p.form.Set("option/X01/"+code+":points", "many")
	p.form.Set("option/X01/"+code+":label", "Very")
	p.form.Set("new:option:X01:label", "Hardly")
	a := p.send("").Status(http.StatusUnprocessableEntity)
	a.Says("Photo beside the answer: Choose one of", "Very: Points: Write points as a number")
	if q := r.question("X01"); q.Text != "How clean was it?" || len(q.Options) != 1 || q.Options[0].Label != "Very" {
		t.Errorf("is %+v", q)
	}
	again := r.paper(r.Owner, a.Body.String())
	again.form.Set("question/X01:evidence.photo", "optional")
	again.form.Set("option/X01/"+code+":points", "2")
	again.save("")
	if q := r.question("X01"); len(q.Options) != 2 || q.Options[1].Label != "Hardly" || q.Options[0].Points.String() != "2" {
		t.Errorf("is %+v", q.Options)
	}
}
