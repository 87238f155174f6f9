package questions_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/report"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/web/questions"
	"plainclothes/internal/web/webtest"
)

type rig struct {
	*worldtest.World
	t    *testing.T
	site *webtest.Site
	path string
}

// newRig makes an organisation with the programme published and some visits a branch.
func newRig(t *testing.T, file string, standards, visits int) *rig {
	t.Helper()
	w := worldtest.New(t, storetest.SQLite(t), 8)
	w.Publish(file, "The first version.", "2025-01-01")
	if visits > 0 {
		w.Season(standards, visits, "2026-02", "2026-07", "2026-10", "2026-11")
	}
	svc := report.NewService(w.Store.Reports(), w.Clock)
	editor := w.Member(auth.Editor)
	return &rig{w, t, webtest.New(t, w.Now, []auth.Actor{w.Owner, editor}, questions.New(svc).Routes()...), "/standards/" + w.Programme.ID + "/health"}
}

func (r *rig) get(query string) webtest.Answer {
	r.t.Helper()
	return r.site.Get(r.Owner, r.path+query)
}

// order are the questions as the page lists them.
func order(a webtest.Answer) (ids []string) {
	for part := range strings.SplitSeq(a.Body.String(), `<li id="q-`) {
		if id, _, ok := strings.Cut(part, `"><div class="health-head">`); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

func TestThePageSaysOfEveryQuestionWhatToDoAndWhy(t *testing.T) {
	r := newRig(t, worldtest.Tea(4), 4, 10)
	a := r.get("").Status(http.StatusOK)
	a.Says("Which questions earn their place", "Tea rooms", "14 questions in 80 published visits", "December 2025 to November 2026",
		"Was it done, number 1?", "It tells visits apart: full marks in", "of 80 visits", "Keep", "Section A", "witnesses K01 Standard 1")
	a.Has(`href="/standards/`+r.Programme.ID+`/checklist?open=Q01"`, `href="`+r.path+`/csv"`)
	if got := order(a); len(got) != 14 || a.Body.String() != r.get("").Body.String() {
		t.Errorf("%q", got)
	}
	r.get("?window=last3").Says("August to November 2026")
	r.get("?scenario=guest").Status(http.StatusOK).Silent("in 80 published visits")
}

func TestQuestionsAreSortedAndFiltered(t *testing.T) {
	r := newRig(t, worldtest.Tea(4), 4, 10)
	checklist := order(r.get("?sort=checklist"))
	if !slices.Equal(checklist[:4], []string{"Q01", "W01", "Q03", "W03"}) {
		t.Fatalf("%q", checklist)
	}
	for _, sort := range []string{"asked", "full", "spread", "agreement", "na", "unseen", "changed", "returned", "seconds", "level"} {
		got := order(r.get("?sort=" + sort).Status(http.StatusOK))
		if len(got) != len(checklist) {
			t.Errorf("%s lists %d", sort, len(got))
		}
	}
	if full := order(r.get("?sort=full")); !strings.HasPrefix(full[0], "Q") || full[9] == "Q01" {
		t.Errorf("full marks most: %q", full)
	}
	if b := order(r.get("?section=B&sort=checklist")); !slices.Equal(b, []string{"Q02", "W02", "Q04", "W04"}) {
		t.Errorf("section B: %q", b)
	}
	r.get("?verdict=split").Says("No question is like that.", "Show all")
	for _, bad := range []string{"?sort=luck", "?verdict=none", "?window=year", "?from=2026-11&to=2026-01&window=free", "?window=free&from=x&to=2026-01"} {
		r.get(bad).Status(http.StatusUnprocessableEntity).Has("error-summary").Says("Was it done, number 1?")
	}
	r.get("?scenario=nobody").Status(http.StatusOK).Silent("Was it done")
}

func TestThePageBeforeThereIsAnythingToSay(t *testing.T) {
	r := newRig(t, worldtest.Tea(2), 2, 0)
	r.get("").Status(http.StatusOK).Says("0 published visits", "New, or changed since: no published visit has asked it yet.")
	r.site.Get(r.Owner, "/standards/"+r.Branches[0].ID+"/health").Status(http.StatusNotFound)
	r.site.Get(r.Owner, "/standards/x/health").Status(http.StatusNotFound)
}

func TestTheFileIsATable(t *testing.T) {
	r := newRig(t, worldtest.Tea(4), 4, 10)
	a := r.get("/csv?section=B&verdict=keep").Status(http.StatusOK).Has("Question,Text,Section", "Q01,", "Q04,", "Agreement with its section")
	if n := strings.Count(strings.TrimSpace(a.Body.String()), "\n"); n != 14 {
		t.Errorf("%d lines", n)
	}
	r.get("/csv?window=free&from=x").Status(http.StatusUnprocessableEntity)
}

func TestAHundredAndTwentyQuestionsOfManyWordsAreListed(t *testing.T) {
	file := strings.ReplaceAll(worldtest.Tea(57), "Was it done, number", strings.Repeat("Honestly and truthfully and in every detail ", 6)+"<b>was it done</b>, number")
	r := newRig(t, file, 57, 4)
	a := r.get("").Status(http.StatusOK).Silent("<b>was it")
	if got := order(a); len(got) != 120 {
		t.Errorf("%d questions", len(got))
	}
	if size := a.Body.Len(); size > 400_000 {
		t.Errorf("%d bytes", size)
	}
}
