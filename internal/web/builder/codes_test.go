package builder_test

import (
	"net/http"
	"strings"
	"testing"
)

// answering is a draft with a question of three answers, one of which a condition and two rules name.
func answering(t *testing.T) *rig {
	t.Helper()
	r := tea(t)
	r.open("question/Q01").set("kind", "choice").save("")
	p := r.open("question/Q01").set("paste:option:Q01", "Nobody came | 0").save("paste")
	p = p.set("critical.effect", "flag").set("comment.rule", "answers").save("")
	p.set("critical.when", "nobody_came").set("comment.when", "nobody_came", "no").save("")
	r.open("question/Q02").save("if-add:question/Q02")
	p = r.open("question/Q02")
	p.set("if:question/Q02:0:subject", "Q01").save("")
	p = r.open("question/Q02")
	p.set("if:question/Q02:0:value", "nobody_came").save("")
	if c := r.question("Q02").ShowIf; c == nil || c.Source != "Q01 == 'nobody_came'" {
		t.Fatalf("the condition is %+v", c)
	}
	return r
}

func TestACodeIsChangedAndEverythingThatNamesItFollows(t *testing.T) {
	r := answering(t)
	r.open("question/Q01").set("option/Q01/nobody_came:code", "nobody").set("option/Q01/nobody_came:label", "Nobody at all").save("")
	q := r.question("Q01")
	if got := strings.Join(r.codes("Q01"), " "); got != "yes no nobody" || q.Options[2].Label != "Nobody at all" {
		t.Fatalf("codes are %s, %+v", got, q.Options[2])
	}
	if q.Critical.When[0] != "nobody" || strings.Join(q.Comment.When, " ") != "no nobody" || r.question("Q02").ShowIf.Source != "Q01 == 'nobody'" {
		t.Errorf("left behind: %+v %+v %s", q.Critical, q.Comment, r.question("Q02").ShowIf.Source)
	}
}

func TestACodeThatClashesOrMeansSomethingElseIsRefusedBesideIt(t *testing.T) {
	r := answering(t)
	for code, want := range map[string]string{
		"no": "is taken already", "na": "has a meaning of its own", "not_observed": "has a meaning of its own", "so so": "cannot be used here",
		"": "Give it a short name", "<b>": "cannot be used here",
	} {
		r.open("question/Q01").set("option/Q01/nobody_came:code", code).send("").Status(http.StatusUnprocessableEntity).Says(want).
			Has(`id="f-option/Q01/nobody_came:code-error"`)
	}
	if got := strings.Join(r.codes("Q01"), " "); got != "yes no nobody_came" {
		t.Errorf("codes are %s", got)
	}
}

func TestAPublishedCodeStaysAndThePageSaysWhy(t *testing.T) {
	r := answering(t)
	r.Programme.ID = r.id
	r.PublishDraft("First.", "")
	p := r.open("question/Q01")
	if strings.Contains(p.body, `name="option/Q01/nobody_came:code"`) || !strings.Contains(p.body, "past answers refer to them: yes, no, nobody_came.") {
		t.Error("a published code can be typed over, or nothing says why not")
	}
	p = p.set("new:option:Q01:label", "They waved").save("save")
	p.set("option/Q01/they_waved:code", "waved").save("up:option/Q01/they_waved") // the button names the code that it had
	if got := strings.Join(r.codes("Q01"), " "); got != "yes no waved nobody_came" {
		t.Errorf("codes are %s", got)
	}
	// a forged post changes it no more than the page does
	p = r.open("question/Q01")
	p.form.Set("option/Q01/yes:code", "aye")
	for i, w := range p.form["was"] {
		if strings.HasPrefix(w, "option/Q01/yes ") {
			p.form["was"][i] = w + " code=forged"
		}
	}
	p.send("").Status(http.StatusUnprocessableEntity).Says("is in published versions")
}
