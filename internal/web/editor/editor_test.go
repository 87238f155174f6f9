package editor_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/evidence"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/visit"
)

func TestTheQueueShowsWhatWaitsWithItsAge(t *testing.T) {
	r := newRig(t)
	old := r.made(visit.Received)
	fresh := r.made(visit.Received, func(m *worldtest.Made) { m.Branch, m.On, m.Hour = r.Branches[2], "2026-11-21", 9 })
	r.made(visit.Accepted, func(m *worldtest.Made) { m.Branch = r.Branches[3] })
	w := r.get("e", "/review")
	wantPage(t, w, http.StatusOK, "waiting 2 days", "waiting 3 hours", name(2), name(3), "!"+name(4), "B002 · South", "Buyer", "79.0%",
		`href="`+path(old)+`"`, `Waiting <span class="count">2</span>`, `Accepted <span class="count">1</span>`, "!Publish the ticked", "!example.org", "!Person "+r.Shoppers[1][:4])
	body := w.Body.String()
	if strings.Index(body, path(old)) > strings.Index(body, path(fresh)) {
		t.Error("what waits longest is not first")
	}
}

func TestTheQueueNarrowsByStateAndProgramme(t *testing.T) {
	r := newRig(t)
	for i, s := range []visit.State{visit.SentBack, visit.Accepted, visit.Published, visit.Declined, visit.SetAside} {
		r.made(s, func(m *worldtest.Made) { m.Branch = r.Branches[i%4] })
	}
	wantPage(t, r.get("e", "/review"), http.StatusOK, "Nothing is waiting to be checked.", "!<table")
	wantPage(t, r.get("e", "/review?state=sent_back"), http.StatusOK, "arrived 2 days ago", "!waiting 2 days")
	wantPage(t, r.get("e", "/review?state=published"), http.StatusOK, "published 2 days ago", "!type=\"checkbox\"")
	wantPage(t, r.get("e", "/review?state=aside"), http.StatusOK, ">declined<", ">set aside<")
	wantPage(t, r.get("e", "/review?state=accepted&programme="+r.Programme.ID), http.StatusOK, "accepted 2 days ago", `type="checkbox"`, `selected>Copper Kettle`)
	wantPage(t, r.get("e", "/review?state=accepted&programme=00000000-0000-4000-8000-000000000000"), http.StatusOK, "No accepted report")
	wantPage(t, r.get("e", "/review?after=nonsense"), http.StatusUnprocessableEntity, "Start again at its beginning")
}

func TestALongQueueIsReadPageByPageWithoutLosingOrRepeatingAny(t *testing.T) {
	r := newRig(t)
	var all []worldtest.Made
	for i := range 70 {
		all = append(all, worldtest.Made{
			Branch: r.Branches[i%4], Scenario: "buyer", On: "2026-11-19", Hour: i % 3, Answers: answers(), State: visit.Received,
		})
	}
	ids := r.Visits(all)
	first := r.get("e", "/review").Body.String()
	_, rest, _ := strings.Cut(first, `href="/review?after=`)
	cursor, _, found := strings.Cut(rest, `"`)
	if !found {
		t.Fatal("no link to the next part")
	}
	next := r.get("e", "/review?after="+strings.ReplaceAll(cursor, "&amp;", "&"))
	wantPage(t, next, http.StatusOK, "To the beginning", "!Show more")
	for _, id := range ids {
		if n := strings.Count(first, path(id)+`"`) + strings.Count(next.Body.String(), path(id)+`"`); n != 1 {
			t.Fatalf("report %s is listed %d times", id, n)
		}
	}
}

func TestAReportSaysEverythingThatADecisionNeeds(t *testing.T) {
	r := newRig(t)
	id := r.made(visit.Received, func(m *worldtest.Made) {
		m.Photos = []evidence.Photo{{ID: "5a0e6f0e-9d43-4c1c-9b1e-0a4f6f2b7c11", Question: "O3", SHA256: strings.Repeat("ab", 32), Size: 9, Type: "image/jpeg", Width: 9, Height: 9}}
	})
	wantPage(t, r.get("e", path(id)), http.StatusOK,
		name(2), "Buyer", "alias-"+r.Shoppers[1][:8], // not the name
		"2:40 min", "0:22 min", "£3.40", "Does not apply", "Not seen", "Eye contact and a greeting meant for you", "9 on a scale from 0 to 10", "Lukewarm",
		story, "I looked on the counter &amp; the wall.", `src="/photos/5a0e6f0e-9d43-4c1c-9b1e-0a4f6f2b7c11"`, "1 photo",
		"0 of 2 points", `<span class="chip ok">2 of 2 points</span>`, "Critical: the visit scores no more than 79.0%.", "before a critical",
		"questions were not asked", "Helping someone who is not buying", "Clean and safe", "decided by a critical", "Why 79.0%?",
		`action="`+path(id, "/accept")+`"`, path(id, "/send-back?question=A3"), `action="`+path(id, "/decline")+`"`, `action="`+path(id, "/set-aside")+`"`,
		"!"+path(id, "/publish"), "!@example.org", "version 1", "B002, South", "No other report is waiting.",
	)
}

func TestThePageOffersWhatTheStateAllows(t *testing.T) {
	r := newRig(t)
	all := []string{"/begin", "/accept", "/send-back", "/decline", "/set-aside", "/publish"}
	for state, can := range map[visit.State]string{
		visit.Received: "/begin /accept /send-back /decline /set-aside", visit.InReview: "/accept /send-back /decline /set-aside",
		visit.SentBack: "/set-aside", visit.Accepted: "/begin /set-aside /publish", visit.Published: "/set-aside", visit.Declined: "", visit.SetAside: "",
	} {
		id := r.made(state)
		body := r.get("e", path(id)).Body.String()
		for _, action := range all {
			want := strings.Contains(can+" ", action+" ")
			if got := strings.Contains(body, `"`+path(id, action)+`"`); got != want {
				t.Errorf("%s: %s offered %v, want %v", state, action, got, want)
			}
		}
	}
}

func TestAReportIsAcceptedAndPublished(t *testing.T) {
	r := newRig(t)
	id, next := r.made(visit.Received), r.made(visit.Received)
	wantPage(t, r.get("e", path(id)), http.StatusOK, `href="`+path(next)+`">Next report that waits`)
	wantRedirect(t, r.post("e", path(id, "/begin"), revision1()), path(id))
	wantPage(t, r.get("e", "/review"), http.StatusOK, "with you")
	wantRedirect(t, r.post("e", path(id, "/accept"), revision1()), path(id))
	wantRedirect(t, r.post("e", path(id, "/publish"), revision1()), path(id))
	if s := r.state(id); s != visit.Published {
		t.Fatalf("the visit is %s", s)
	}
}

func TestADecisionThatCameTooLateIsExplainedAndChangesNothing(t *testing.T) {
	r := newRig(t)
	id := r.made(visit.Accepted)
	wantPage(t, r.post("e", path(id, "/accept"), revision1()), http.StatusConflict, `role="alert"`, "This visit is already accepted.",
		`action="`+path(id, "/publish")+`"`)
	wantPage(t, r.post("e", path(id, "/decline"), revision1("decline", "It is not enough.")), http.StatusConflict, "cannot become declined")
	wantPage(t, r.post("e", path(id, "/publish"), url.Values{"revision": {"2"}}), http.StatusConflict, "sent this report again since you opened it")
	wantPage(t, r.post("e", path(id, "/publish"), nil), http.StatusConflict, "sent this report again since you opened it")
	if s := r.state(id); s != visit.Accepted {
		t.Fatalf("the visit is %s", s)
	}
}

func TestNobodyJudgesHisOwnVisit(t *testing.T) {
	r := newRig(t)
	id := r.made(visit.Received, func(m *worldtest.Made) { m.Shopper = r.Shoppers[0] })
	wantPage(t, r.get("both", "/review"), http.StatusOK, "your own")
	wantPage(t, r.get("both", path(id)), http.StatusOK, "You made this visit yourself, so somebody else has to check it.", "!/accept", "!/send-back", "!/decline", "!/set-aside", "!/begin")
	wantRedirect(t, r.get("both", path(id, "/send-back")), path(id))
	wantPage(t, r.post("both", path(id, "/accept"), revision1()), http.StatusForbidden, "somebody else has to check it")
	wantPage(t, r.post("both", path(id, "/send-back"), revision1("reason", "Please look again.")), http.StatusForbidden, "somebody else has to check it")
	if s := r.state(id); s != visit.Received {
		t.Fatalf("the visit is %s", s)
	}
	acc := r.made(visit.Accepted, func(m *worldtest.Made) { m.Shopper = r.Shoppers[0] })
	wantPage(t, r.get("both", "/review?state=accepted"), http.StatusOK, "Your own visit", `!value="`+acc+`"`)
}

func TestForeignReportsAreNotFoundAndOthersStayOut(t *testing.T) {
	r := newRig(t)
	id, unsealed := r.foreign(), "00000000-0000-4000-8000-000000000000"
	for _, x := range []string{id, unsealed, "nonsense"} {
		for _, tail := range []string{"", "/why", "/send-back"} {
			if w := r.get("e", path(x, tail)); w.Code != http.StatusNotFound {
				t.Errorf("GET %s: %d", path(x, tail), w.Code)
			}
		}
		for _, tail := range []string{"/accept", "/begin", "/publish", "/decline", "/set-aside", "/send-back", "/note"} {
			form := revision1("decline", "It is not enough.", "aside", "It is not enough.", "reason", "Please look again.", "note", "A few words.")
			if w := r.post("e", path(x, tail), form); w.Code != http.StatusNotFound {
				t.Errorf("POST %s: %d", path(x, tail), w.Code)
			}
		}
	}
	own := r.made(visit.Received)
	for _, p := range []string{"/review", path(own), path(own, "/why"), path(own, "/send-back")} {
		if w := r.get("s", p); w.Code != http.StatusForbidden {
			t.Errorf("a shopper gets %d at %s", w.Code, p)
		}
	}
}

func TestAReportGoesBackWithReasonsForTheWholeAndForQuestions(t *testing.T) {
	r := newRig(t)
	id := r.made(visit.Received)
	wantPage(t, r.get("e", path(id, "/send-back?question=C6")), http.StatusOK, `<option value="C6" selected>3.6 Amount paid</option>`, "!N1", `id="f-text-3"`, `!id="f-text-4"`)
	form := revision1("reason", "Two things are unclear.", "question", "C6", "text", "Was this with the cup?", "question", "", "text", "", "question", "A7", "text", "Was there a folder?")
	wantRedirect(t, r.post("e", path(id, "/send-back"), form), path(id))
	wantPage(t, r.get("e", path(id)), http.StatusOK, "This report is with the shopper", "Two things are unclear.", "Was this with the cup?", "Amount paid</a>", "sent back", "!The answers below are not those")
	paper, err := r.visits.Open(t.Context(), r.people.actors["o"], id)
	if err == nil {
		t.Fatalf("the owner opens a shopper's page: %v", paper)
	}
	rev, err := r.visits.Review(t.Context(), r.people.actors["e"], id)
	if err != nil || rev.Visit.State != visit.SentBack || len(rev.Notes) != 3 || rev.Notes[1].Question != "C6" || rev.Notes[2].Question != "A7" {
		t.Fatalf("%v %+v", err, rev.Notes)
	}
}

func TestHalfAReasonIsNotSentAndNothingTypedIsLost(t *testing.T) {
	r := newRig(t)
	id := r.made(visit.Received)
	wantPage(t, r.post("e", path(id, "/send-back"), revision1()), http.StatusUnprocessableEntity, "Say what is missing or unclear, so that the shopper knows what to do.", `href="#f-reason"`, "<title>Error:")
	form := revision1("reason", "Hm", "question", "C6", "text", "", "question", "", "text", "  Which <one>?\r\n", "question", "A7", "text", "no")
	wantPage(t, r.post("e", path(id, "/send-back"), form), http.StatusUnprocessableEntity, "Say it in a few words.", "Say what is unclear here, or choose no question.",
		"Choose the question that this is about.", `href="#f-text-1"`, `href="#f-question-2"`, `href="#f-text-3"`, `>Hm</textarea>`, "Which &lt;one&gt;?", `<option value="C6" selected>`, `<option value="A7" selected>`)
	form.Set("go", "more")
	wantPage(t, r.post("e", path(id, "/send-back"), form), http.StatusOK, `id="f-text-4"`, `!id="f-text-5"`, "Which &lt;one&gt;?", "!few words")
	form = revision1("reason", "A good reason.", "question", "Z9", "text", "What is this?")
	wantPage(t, r.post("e", path(id, "/send-back"), form), http.StatusUnprocessableEntity, "no such question", "What is this?")
	if s := r.state(id); s != visit.Received {
		t.Fatalf("the visit is %s", s)
	}
}

func TestDecliningAndSettingAsideNeedAReason(t *testing.T) {
	r := newRig(t)
	id := r.made(visit.Received)
	wantPage(t, r.post("e", path(id, "/decline"), revision1("decline", "no")), http.StatusUnprocessableEntity, "Say why it is declined, in a few words.", `href="#f-decline"`, `open><summary>Decline`, ">no</textarea>", "!open><summary>Set aside")
	wantPage(t, r.post("e", path(id, "/set-aside"), revision1("aside", "")), http.StatusUnprocessableEntity, "Say why it is set aside, in a few words.", `open><summary>Set aside`)
	wantRedirect(t, r.post("e", path(id, "/set-aside"), revision1("aside", "The shop was closed.")), path(id))
	wantPage(t, r.get("e", path(id)), http.StatusOK, "This report is set aside: The shop was closed.", "decision", "!/accept")
	other := r.made(visit.Received)
	wantRedirect(t, r.post("e", path(other, "/decline"), revision1("decline", "It is a copy.")), path(other))
	if s := r.state(other); s != visit.Declined {
		t.Fatalf("the visit is %s", s)
	}
}

func TestNotesAreKeptWithTheQuestionTheyAreAbout(t *testing.T) {
	r := newRig(t)
	id := r.made(visit.Received)
	wantPage(t, r.post("e", path(id, "/note"), url.Values{"note": {"x"}, "question": {"A7"}}), http.StatusUnprocessableEntity, "Write a few words.", `open><summary>Add a note`, `<option value="A7" selected>`)
	wantRedirect(t, r.post("e", path(id, "/note"), url.Values{"note": {"Looks like last month."}, "question": {"A7"}}), path(id, "#said"))
	wantPage(t, r.get("e", path(id)), http.StatusOK, "Looks like last month.", "note for editors", "You, just now", `<a href="#q-A7">`)
	wantPage(t, r.get("o", path(id)), http.StatusOK, "Looks like last month.", "An editor, just now")
}

func TestSeveralReportsArePublishedEachByItself(t *testing.T) {
	r := newRig(t)
	a, b, done := r.made(visit.Accepted), r.made(visit.Accepted), r.made(visit.Published)
	wantPage(t, r.post("e", "/review/publish", nil), http.StatusUnprocessableEntity, "Tick the reports that are to be published.", `href="#f-visit"`, `value="`+a+`"`)
	w := r.post("e", "/review/publish", url.Values{"visit": {a, done, r.foreign()}})
	wantPage(t, w, http.StatusConflict, "1 report published", "2 reports stay as", "This visit is already published.", "There is no such", path(done))
	if r.state(a) != visit.Published || r.state(b) != visit.Accepted {
		t.Fatalf("%s, %s", r.state(a), r.state(b))
	}
	wantRedirect(t, r.post("e", "/review/publish", url.Values{"here": {b}, "all": {"1"}, "programme": {r.Programme.ID}}), "/review?programme="+r.Programme.ID+"&state=accepted")
	if r.state(b) != visit.Published {
		t.Fatalf("the visit is %s", r.state(b))
	}
}

func TestWhyPrintsEveryStepToTheLevel(t *testing.T) {
	r := newRig(t)
	id := r.made(visit.Received)
	rev, err := r.visits.Review(t.Context(), r.people.actors["e"], id)
	if err != nil {
		t.Fatal(err)
	}
	base := *rev.Trace.Total.BaseBP
	wantPage(t, r.get("e", path(id, "/why")), http.StatusOK, "Why 79.0%?", string(rev.Trace.Total.Counted)+" ÷ "+string(rev.Trace.Total.Of),
		fmt.Sprintf("%d.%02d%%", base/100, base%100), "79.00%", "Critical: the visit scores no more than 79.0%.", "It does not apply, so it leaves", "It was not observed",
		"It was not asked in this visit", "WOW points stay outside the score.", "From 90.0%, with at least 50.0% of the WOW points on offer and no critical.", "1 critical fired.",
		"From 80.0%. It scored 79.0%.", "this visit", "!weight", "!is changing answers")
}

func TestAReportThatIsBeingChangedSaysSo(t *testing.T) {
	r := newRig(t)
	id := r.made(visit.SentBack, func(m *worldtest.Made) { m.Shopper = r.Shoppers[0] })
	_, err := r.visits.Save(t.Context(), r.people.actors["s"], id, map[string]visit.Entry{"A7": {Values: []string{"yes"}, Was: `"no"`}})
	if err != nil {
		t.Fatal(err)
	}
	wantPage(t, r.get("e", path(id)), http.StatusOK, "The answers below are not those that gave 79.0%.", "1 change saved")
	wantPage(t, r.get("e", path(id, "/why")), http.StatusOK, "The shopper is changing answers.", "the score that was sent is 79.0%")
}

func TestAgesAreSaidInTheirLargestUnit(t *testing.T) {
	r := newRig(t)
	r.made(visit.Received, func(m *worldtest.Made) { m.On, m.Hour = "2026-11-21", 11 })
	r.Now = time.Date(2026, 11, 21, 11, 20, 0, 0, time.UTC)
	wantPage(t, r.get("e", "/review"), http.StatusOK, "waiting less than an hour")
	r.Now = time.Date(2026, 11, 21, 12, 59, 0, 0, time.UTC)
	wantPage(t, r.get("e", "/review"), http.StatusOK, "waiting 1 hour<")
}

func TestWhyPrintsWeightsWhereSectionsHaveThem(t *testing.T) {
	r := newRig(t)
	src, ok := demo.File("luxury-electronics")
	if !ok {
		t.Fatal("no luxury programme")
	}
	r.Publish(string(src), "first", "2026-01-01")
	all := map[string]string{}
	for _, sec := range r.List.Programme.Sections {
		for i, q := range sec.Questions {
			switch {
			case q.Kind == programme.YesNo && i%4 == 1:
				all[q.ID] = `"no"`
			case q.Kind == programme.YesNo:
				all[q.ID] = `"yes"`
			case q.Kind == programme.LevelKind:
				all[q.ID] = `"good"`
			case q.Kind == programme.Choice:
				all[q.ID] = `"` + q.Options[0].Code + `"`
			}
		}
	}
	id := r.Visit(worldtest.Made{Branch: r.Branches[0], Scenario: r.List.Programme.Scenarios[0].ID, On: "2026-11-18", Hour: 9, Answers: all, State: visit.Received})
	rev, err := r.visits.Review(t.Context(), r.people.actors["e"], id)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"Weight × fraction", "WOW points count on both sides", "weight 25", string(rev.Trace.Total.Of) + "</td>"}
	for _, s := range rev.Trace.Sections {
		if s.Fraction != "" {
			words = append(words, string(s.Counted)+" ÷ "+string(s.Of))
		}
	}
	wantPage(t, r.get("e", path(id, "/why")), http.StatusOK, words...)
}

func TestWhatWasBegunAndNotSentInTimeCanBeLookedAt(t *testing.T) {
	r := newRig(t)
	id := r.made(visit.Received)
	if _, err := r.Store.Pool().ExecContext(t.Context(), `UPDATE visits SET state = 'expired', received_at = NULL, base_bp = NULL, final_bp = NULL, level = '' WHERE id = $1`, id); err != nil {
		t.Fatal(err)
	}
	wantPage(t, r.get("e", "/review?state=unsent"), http.StatusOK, "Not sent in time", path(id), name(2), "due ")
	wantPage(t, r.get("e", path(id)), http.StatusOK, "This visit was begun and not sent in its time.", story, "!"+path(id, "/accept"), "!"+path(id, "/set-aside"), "!does not follow from these answers")
	wantPage(t, r.get("e", path(id, "/why")), http.StatusOK)
}
