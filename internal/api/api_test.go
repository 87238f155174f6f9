package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/api"
	"plainclothes/internal/auth"
	"plainclothes/internal/programme"
	"plainclothes/internal/store/storetest"
)

func TestAProgramReadsWhatItNeedsToPlan(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		list := r.get("/programmes", r.read).is(200)
		if items, _ := list["items"].([]any); len(items) != 1 {
			t.Fatalf("programmes: %v", list)
		}
		p := r.get("/programmes/"+r.Programme, r.visits).is(200)
		versions, _ := p["versions"].([]any)
		scenarios, _ := p["scenarios"].([]any)
		if p["id"] != r.Programme || len(versions) != 1 || len(scenarios) == 0 {
			t.Errorf("programme: %v", p)
		}
		file := r.get("/programmes/"+r.Programme+"/file?version=1", r.read)
		file.is(200)
		if _, problems := programme.Parse(file.Body.Bytes()); problems.Err() != nil || file.Header().Get("Content-Type") != "application/yaml" {
			t.Errorf("the file cannot be read again: %v", problems)
		}
		r.get("/programmes/"+r.Programme+"/file?version=2", r.read).refuses(404)
		b := r.get("/branches/"+r.Branch, r.read).is(200)
		if b["code"] != "B1" || b["latitude"] != nil {
			t.Errorf("branch: %v", b)
		}
	})
}

func TestListsGoOnWhereThePageBeforeEnded(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		for _, code := range []string{"B2", "B3"} {
			r.AddBranch(uuid.NewString(), code, "Branch "+code)
		}
		if got := r.walk("/branches?limit=2", "code", r.read); got != "B1 B2 B3" {
			t.Errorf("branches: %s", got)
		}
		var want []string
		for range 3 {
			want = append(want, r.planned())
		}
		got := r.walk("/visits?limit=2&state=open&state=taken&branch="+r.Branch, "id", r.visits)
		if len(strings.Fields(got)) != 3 || !strings.Contains(got, want[0]) {
			t.Errorf("visits: %s, want %s", got, want)
		}
		for _, id := range want {
			r.send(http.MethodPost, "/visits/"+id+"/report", r.all, reportBody(uuid.NewString(), true)).is(201)
		}
		if got := r.walk("/results?limit=2&programme="+r.Programme, "visit", r.read); len(strings.Fields(got)) != 3 {
			t.Errorf("results: %s", got)
		}
	})
}

// walk reads a list to its end and gives one field of every item, and checks that no item comes twice.
func (r *rig) walk(path, field, token string) string {
	r.t.Helper()
	var all []string
	seen := map[string]bool{}
	for after := ""; ; {
		page := r.get(path+after, token).is(200)
		items, _ := page["items"].([]any)
		for _, it := range items {
			m, _ := it.(map[string]any)
			v, _ := m[field].(string)
			if seen[v] {
				r.t.Fatalf("%s comes twice in %s", v, path)
			}
			seen[v] = true
			all = append(all, v)
		}
		next, more := page["next"].(string)
		if !more {
			return strings.Join(all, " ")
		}
		after = "&after=" + next
	}
}

func TestAVisitIsPlannedOnce(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		key := uuid.NewString()
		first := r.send(http.MethodPost, "/visits", r.visits, r.planBody(key))
		made := first.is(201)
		if made["state"] != "open" || made["client_id"] != key || first.Header().Get("Idempotency-Replayed") != "" {
			t.Fatalf("planned: %v %v", made, first.Header())
		}
		again := r.send(http.MethodPost, "/visits", r.visits, r.planBody(strings.ToUpper(key)))
		again.is(201)
		if again.Header().Get("Idempotency-Replayed") != "true" || again.Body.String() != first.Body.String() {
			t.Errorf("repeat: %v %s", again.Header(), again.Body)
		}
		r.send(http.MethodPost, "/visits", r.visits, strings.Replace(r.planBody(key), "12-05", "12-06", 1)).refuses(409)
		got := r.get("/visits/"+made["id"].(string), r.visits)
		got.is(200)
		if got.Body.String() != first.Body.String() {
			t.Errorf("GET gives another visit: %s", got.Body)
		}
		r.wait(30 * 24 * time.Hour) // a repeat is good for ever, also when the visit is overdue
		r.send(http.MethodPost, "/visits", r.visits, r.planBody(key)).is(201)
		if n := r.Number(`SELECT count(*) FROM visits WHERE org_id = $1`, r.Org); n != 1 {
			t.Errorf("%d visits", n)
		}
	})
}

func TestAPlanThatCannotBeNamesItsFields(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	plan := func(old, fresh string) answer {
		return r.send(http.MethodPost, "/visits", r.visits, strings.Replace(r.planBody(uuid.NewString()), old, fresh, 1))
	}
	plan(`"scenario":"non_buyer"`, `"scenario":"dancer"`).refuses(422, "scenario")
	plan(`"due_at":"2026-12-05T18:00:00Z"`, `"due_at":"2025-12-05T18:00:00Z"`).refuses(422, "due_at")
	plan(`"due_at":"2026-12-05T18:00:00Z"`, `"due_at":"tomorrow"`).refuses(422, "due_at")
	plan(`{"id"`, `{"fee":-1,"colour":"red","id"`).refuses(422, "fee", "colour")
	plan(r.Branch, uuid.NewString()).refuses(404)
	r.send(http.MethodPost, "/visits", r.visits, r.planBody(uuid.Nil.String())).refuses(422, "id")
	id := r.planned()
	r.send(http.MethodPost, "/visits/"+id+"/report", r.all, reportBody(uuid.Nil.String(), true)).refuses(422, "id")
	r.send(http.MethodPost, "/visits/"+id+"/report", r.all, reportBody(uuid.NewString(), true)).is(201)
	r.send(http.MethodPost, "/visits", r.visits, `{"id":"7"}`).refuses(422, "id", "programme", "branch", "scenario", "due_at")
}

func TestAReportIsTakenOnceAndAnsweredTheSameForEver(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		id, key := r.planned(), uuid.NewString()
		first := r.send(http.MethodPost, "/visits/"+id+"/report", r.all, reportBody(key, true))
		sent := first.is(201)
		if sent["visit"] != id || sent["base_bp"] == nil || len(sent["receipt"].(string)) != 14 {
			t.Fatalf("sent: %v", sent)
		}
		again := r.send(http.MethodPost, "/visits/"+id+"/report", r.all, reportBody(key, true))
		again.is(201)
		if again.Header().Get("Idempotency-Replayed") != "true" || again.Body.String() != first.Body.String() {
			t.Errorf("repeat: %v %s", again.Header(), again.Body)
		}
		other := strings.Replace(reportBody(key, true), `"E1":"yes"`, `"E1":"no"`, 1)
		r.send(http.MethodPost, "/visits/"+id+"/report", r.all, other).refuses(409)
		r.send(http.MethodPost, "/visits/"+id+"/report", r.all, reportBody(uuid.NewString(), true)).refuses(409)
		if n := r.Number(`SELECT sum(n) FROM rollup_cells WHERE org_id = $1`, r.Org); n != 1 {
			t.Errorf("counted %d times", n)
		}
		res := r.get("/visits/"+id+"/result", r.visits).is(200)
		score, _ := res["score"].(map[string]any)
		if res["receipt"] != sent["receipt"] || score["base_bp"] != sent["base_bp"] || res["state"] != "published" {
			t.Errorf("result %v\nsent %v", res, sent)
		}
	})
}

func TestTwentyRepeatsAtOnceMakeOneReport(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		id, body := r.planned(), reportBody(uuid.NewString(), true)
		answers := make([]answer, 20)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() {
				for {
					answers[i] = r.send(http.MethodPost, "/visits/"+id+"/report", r.all, body)
					if answers[i].Code != 503 { // asked to come back
						return
					}
				}
			})
		}
		wg.Wait()
		fresh := 0
		for _, a := range answers {
			a.is(201)
			if a.Body.String() != answers[0].Body.String() {
				t.Errorf("answers differ: %s and %s", a.Body, answers[0].Body)
			}
			if a.Header().Get("Idempotency-Replayed") == "" {
				fresh++
			}
		}
		ops := r.Number(`SELECT count(*) FROM ops WHERE org_id = $1`, r.Org)
		if n := r.Number(`SELECT sum(n) FROM rollup_cells WHERE org_id = $1`, r.Org); n != 1 || fresh != 1 || ops != 1 {
			t.Errorf("counted %d times, %d fresh answers, %d ops", n, fresh, ops)
		}
	})
}

func TestTheSamePlanTwentyTimesAtOnceMakesOneVisit(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		body := r.planBody(uuid.NewString())
		var wg sync.WaitGroup
		ids := make([]any, 20)
		for i := range ids {
			wg.Go(func() {
				for {
					a := r.send(http.MethodPost, "/visits", r.visits, body)
					if a.Code != 503 {
						if a.Code != 201 {
							t.Errorf("status %d: %s", a.Code, a.Body)
							return
						}
						var v map[string]any
						_ = json.Unmarshal(a.Body.Bytes(), &v)
						ids[i] = v["id"]
						return
					}
				}
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("visits %v and %v", id, ids[0])
			}
		}
		if n := r.Number(`SELECT count(*) FROM visits WHERE org_id = $1`, r.Org); n != 1 {
			t.Errorf("%d visits", n)
		}
	})
}

func TestAReportNamesEverythingThatIsWrong(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	path := "/visits/" + r.planned() + "/report"
	send := func(body string) answer { return r.send(http.MethodPost, path, r.all, body) }
	good := reportBody(uuid.NewString(), true)
	send(strings.Replace(good, `"A3":"yes"`, `"A3":"perhaps","ZZ":1`, 1)).refuses(422, "answers.A3", "answers.ZZ")
	send(strings.Replace(good, `"A3":"yes",`, "", 1)).refuses(422, "answers.A3")
	send(`{"id":"`+uuid.NewString()+`"}`).refuses(422, "answers")
	send(`{"id":"7","answers":{}}`).refuses(422, "id")
	send(strings.Replace(good, `"answers"`, `"answer"`, 1)).refuses(422, "answer")
	send(strings.Replace(good, `"publish":true`, `"publish":"yes"`, 1)).refuses(422, "publish")
	send(strings.Replace(good, "2026-11-21T09", "2036-11-21T09", 1)).refuses(422, "visited_at")
	send(good[:50]).refuses(422, "body")
	send(good+"{}").refuses(422, "body")
	send("[]").refuses(422, "body")
	send("null").refuses(422)
	for _, dirty := range []string{"a\\u0000b", "a\\u001bb", "a\\bb", "a\xffb", "a\\ud800b", "a\x7fb", "a\\ud800\\u0041"} {
		send(strings.Replace(good, "five past nine", dirty, 1)).refuses(422, "body")
	}
	send(strings.Replace(good, "five past nine", strings.Repeat("x", api.MaxBody), 1)).refuses(413)
	r.send(http.MethodPost, path, r.all, good, "Content-Type", "text/plain").refuses(415)
	if n := r.Number(`SELECT count(*) FROM ops WHERE org_id = $1`, r.Org); n != 0 {
		t.Errorf("%d ops of refused reports were kept", n)
	}
	send(strings.Replace(good, "five past nine", `nine \\u0000 \ud83d\ude00 \t \"`, 1)).is(201) // a backslash, a smiley
}

func TestReportsWaitForAnEditorWithoutTheScopeToPublish(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	id, key := r.planned(), uuid.NewString()
	path := "/visits/" + id + "/report"
	r.send(http.MethodPost, path, r.visits, reportBody(key, true)).refuses(403)
	r.send(http.MethodPost, path, r.visits, reportBody(key, false)).is(201)
	r.send(http.MethodPost, path, r.all, reportBody(key, true)).refuses(409)
	if v := r.get("/visits/"+id, r.visits).is(200); v["state"] != "received" || v["version"] != 1.0 {
		t.Errorf("visit: %v", v)
	}
	if res := r.get("/visits/"+id+"/result", r.all).is(200); res["state"] != "received" {
		t.Errorf("result: %v", res)
	}
	r.get("/visits/"+id+"/result", r.read).refuses(404) // not published
}

func TestResultsTellNothingOfTheShopper(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	shopper := r.Actors[auth.Shopper].Member
	plan := strings.Replace(r.planBody(uuid.NewString()), `{"id"`, `{"shopper":"`+shopper+`","id"`, 1)
	v := r.send(http.MethodPost, "/visits", r.visits, plan).is(201)
	id, _ := v["id"].(string)
	if v["state"] != "taken" || v["shopper"] != shopper {
		t.Fatalf("planned: %v", v)
	}
	r.send(http.MethodPost, "/visits/"+id+"/report", r.all, reportBody(uuid.NewString(), true)).is(201)
	for _, path := range []string{"/results?programme=" + r.Programme, "/visits/" + id + "/result", "/comparison?programme=" + r.Programme} {
		a := r.get(path, r.read)
		a.is(200)
		for _, secret := range []string{shopper, r.Actors[auth.Shopper].Alias, "09:05", "T09", "T12"} {
			if strings.Contains(a.Body.String(), secret) {
				t.Errorf("%s tells %q: %s", path, secret, a.Body)
			}
		}
	}
	if res := r.get("/visits/"+id+"/result", r.read).is(200); res["receipt"] != nil || res["pseudonym"] == "" {
		t.Errorf("result: %v", res)
	}
}

func TestTheComparisonSaysItInNumbersAndSentences(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	for range 3 {
		r.send(http.MethodPost, "/visits/"+r.planned()+"/report", r.all, reportBody(uuid.NewString(), true)).is(201)
	}
	c := r.get("/comparison?window=last12&programme="+r.Programme, r.read).is(200)
	branches, _ := c["branches"].([]any)
	headline, _ := c["headline"].([]any)
	if len(branches) != 1 || len(headline) == 0 || c["from"] != "2025-12" || c["to"] != "2026-11" {
		t.Fatalf("comparison: %v", c)
	}
	b, _ := branches[0].(map[string]any)
	list, _ := b["standards"].([]any)
	if b["branch"] != r.Branch || b["visits"] != 3.0 || b["mean_bp"] == nil || len(list) == 0 {
		t.Errorf("branch: %v", b)
	}
	for _, o := range list {
		if s, _ := o.(map[string]any); s["sentence"] == "" {
			t.Errorf("no sentence: %v", s)
		}
	}
	empty := r.get("/comparison?from=2026-01&to=2026-02&programme="+r.Programme, r.read).is(200)
	if list, _ := empty["branches"].([]any); len(list) != 1 || list[0].(map[string]any)["mean_bp"] != nil {
		t.Errorf("without visits: %v", empty)
	}
	r.get("/comparison", r.read).refuses(422, "programme")
	r.get("/comparison?from=2026-01&programme="+r.Programme, r.read).refuses(422, "to")
	r.get("/comparison?from=2026-05&to=2026-01&programme="+r.Programme, r.read).refuses(422, "to")
	r.get("/comparison?window=last5&programme="+r.Programme, r.read).refuses(422, "window")
	r.get("/comparison?programe=x&programme="+r.Programme, r.read).refuses(422, "programe")
	r.get("/results?limit=201&programme="+r.Programme, r.read).refuses(422, "limit")
	r.get("/visits?state=gone&state=open", r.visits).refuses(422)
	r.get("/visits?after=nowhere", r.visits).refuses(422)
}

func TestOnlyGoodTokensGetIn(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.get("/programmes", "").refuses(401)
		a := r.get("/programmes", "pc_wrong")
		a.refuses(401)
		if a.Header().Get("WWW-Authenticate") == "" {
			t.Error("no WWW-Authenticate")
		}
		r.get("/programmes", "", "Authorization", "Basic cGM6cGM=").refuses(401)
		session, _, err := r.auth.NewSession(t.Context(), r.Actors[auth.Owner].Person, "test", false)
		ok(t, err)
		r.get("/programmes", "", "Cookie", "session="+session+"; __Host-session="+session).refuses(401)
		r.get("/programmes", session).refuses(401)
	})
}

func TestARevokedTokenStopsWithinFiveSeconds(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	owner := r.Actors[auth.Owner]
	tok, secret, err := r.auth.CreateToken(t.Context(), owner, "gone soon", []auth.Scope{auth.ScopeRead})
	ok(t, err)
	r.get("/programmes", secret).is(200)
	ok(t, r.auth.RevokeToken(t.Context(), owner, tok.ID))
	r.wait(5 * time.Second)
	r.get("/programmes", secret).refuses(401)
}

func TestEveryRouteAsksForItsScope(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	for _, route := range api.Routes() {
		for _, s := range auth.Scopes() {
			program := auth.Actor{Org: r.Org, Program: true, Scopes: []auth.Scope{s}}
			may := false
			for _, v := range route.Verbs {
				may = may || program.May(v)
			}
			path := strings.Replace(route.Path, ":id", uuid.NewString(), 1)
			a := r.send(route.Method, path, r.token(s), "")
			if a.Code == 401 || (a.Code == 403) == may {
				t.Errorf("%s %s with %s: %d, allowed %t", route.Method, route.Path, s, a.Code, may)
			}
		}
	}
}

func TestThingsOfAnotherOrganisationDoNotExist(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		id := r.planned()
		r.send(http.MethodPost, "/visits/"+id+"/report", r.all, reportBody(uuid.NewString(), true)).is(201)
		open := r.planned()
		other := &rig{World: storetest.NewWorld(t, r.Store, "online-store"), t: t, auth: r.auth}
		foreign := other.token(auth.ScopeRead, auth.ScopeVisits, auth.ScopePublish)
		for _, path := range []string{
			"/programmes/" + r.Programme, "/programmes/" + r.Programme + "/file", "/branches/" + r.Branch, "/visits/" + id,
			"/visits/" + id + "/result", "/results?programme=" + r.Programme, "/comparison?programme=" + r.Programme,
			"/visits/" + open + "/result", "/visits/not-an-id", "/branches/not-an-id", "/programmes/not-an-id/file",
		} {
			r.get(path, foreign).refuses(404)
		}
		r.send(http.MethodPost, "/visits/"+open+"/report", foreign, reportBody(uuid.NewString(), true)).refuses(404)
		r.send(http.MethodPost, "/visits", foreign, r.planBody(uuid.NewString())).refuses(404)
		for _, path := range []string{"/visits", "/programmes", "/branches"} {
			if a := r.get(path, foreign); strings.Contains(a.Body.String(), r.Branch) || strings.Contains(a.Body.String(), r.Programme) {
				t.Errorf("%s tells of another organisation: %s", path, a.Body)
			}
		}
	})
}

func TestARefusedRequestSaysWhyInPlainWords(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	for _, c := range []struct{ old, fresh, field, message string }{
		{`{"id"`, `{"fee":"x","id"`, "fee", "This must be a whole number."},
		{`{"id"`, `{"fee":1.5,"id"`, "fee", "This must be a whole number."},
		{`{"id"`, `{"fee":-1,"id"`, "fee", "This must be at least 0."},
		{`{"id"`, `{"fee":1,"fee":2,"id"`, "fee", "This stands there twice. Keep one of them."},
		{`{"id"`, `{"x":{"y":1,"\u0079":2},"id"`, "x.y", "This stands there twice. Keep one of them."},
		{`{"id"`, `{"x":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `,"id"`, "x", "There is no such field."},
		{`{"id"`, `{"fees":1,"id"`, "fees", "There is no such field."},
		{`"scenario":"non_buyer"`, `"scenario":null`, "scenario", "This cannot be null."},
		{`"scenario":"non_buyer"`, `"scenario":7`, "scenario", "This must be a text, in quotes."},
		{`"scenario":"non_buyer",`, ``, "scenario", "This is missing."},
		{`"2026-12-05T18:00:00Z"`, `"tomorrow"`, "due_at", "Write a time as 2026-12-05T18:00:00Z."},
		{`"due_at"`, `"due_at`, "body", "This is not JSON from byte"},
		{`"}`, `"`, "body", "The JSON breaks off before its end."},
		{`"}`, `"} {}`, "body", "Nothing may follow the JSON object."},
		{`{"id"`, `{"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `,"id"`, "body", "This is nested deeper"},
		{r.planBody("7"), ` `, "body", "This is missing."},
		{r.planBody("7"), `[]`, "body", "This must be a JSON object"},
		{`"id":"7"`, `"id":"8"`, "id", "Write it like 6f9d1c2e-"},
	} {
		a := r.send(http.MethodPost, "/visits", r.visits, strings.Replace(r.planBody("7"), c.old, c.fresh, 1))
		a.refuses(422)
		if !strings.Contains(a.Body.String(), `{"field":"`+c.field+`","message":"`+c.message) {
			t.Errorf("%s: %s", c.fresh, a.Body)
		}
	}
	for query, message := range map[string]string{
		"limit=x": `"limit","message":"This must be a whole number."`, "limit=0": `"limit","message":"This must be at least 1."`,
		"limit=201": `"limit","message":"This must be at most 200."`, "limit=1&limit=2": `"limit","message":"This stands there twice.`,
		"state=lost": `This is one of open, taken,`, "from=May": `"from","message":"Write it like 2026-11-21."`,
	} {
		a := r.get("/visits?"+query, r.visits)
		if a.refuses(422); !strings.Contains(a.Body.String(), message) {
			t.Errorf("%s: %s", query, a.Body)
		}
	}
	r.get("/visits?state=open&state=taken", r.visits).is(200)
}

func TestABodyIsPlainJSON(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	body := r.planBody(uuid.NewString())
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded"} {
		if detail := r.send(http.MethodPost, "/visits", r.visits, body, "Content-Type", kind).refuses(415); !strings.Contains(detail, "application/json") {
			t.Errorf("%s: %s", kind, detail)
		}
	}
	if detail := r.send(http.MethodPost, "/visits", r.visits, body, "Content-Encoding", "gzip").refuses(415); !strings.Contains(detail, "Content-Encoding") {
		t.Error(detail)
	}
	report := strings.Replace(reportBody(uuid.NewString(), false), `"A3":"yes"`, `"A3":"yes","A3":"no"`, 1)
	r.send(http.MethodPost, "/visits/"+r.planned()+"/report", r.visits, report).refuses(422, "answers.A3")
}

func TestWhatAnswersGetAnswersHead(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	get, head := r.get("/programmes", r.read), r.send(http.MethodHead, "/programmes", r.read, "")
	if head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("ETag") != get.Header().Get("ETag") {
		t.Errorf("%d %v", head.Code, head.Header())
	}
	if again := r.send(http.MethodHead, "/programmes", r.read, "", "If-None-Match", get.Header().Get("ETag")); again.Code != 304 {
		t.Errorf("the same again: %d", again.Code)
	}
	for token, want := range map[string]int{"": 401, r.token(auth.ScopeDrafts): 403} {
		if a := r.send(http.MethodHead, "/programmes", token, ""); a.Code != want {
			t.Errorf("%d, want %d", a.Code, want)
		}
	}
}

func TestWhatIsNotInTheContractIsRefused(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	r.get("/people", r.all).refuses(404)
	r.get("/visits/"+uuid.NewString()+"/report", r.all).refuses(405)
	r.send(http.MethodDelete, "/visits", r.all, "").refuses(405)
}

func TestAnAnswerThatIsTheSameIsNotSentAgain(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	id := r.planned()
	r.send(http.MethodPost, "/visits/"+id+"/report", r.all, reportBody(uuid.NewString(), true)).is(201)
	for _, route := range api.Routes() {
		if route.Method != http.MethodGet {
			continue
		}
		thing := map[string]string{"programmes": r.Programme, "branches": r.Branch, "visits": id}[strings.Split(route.Path, "/")[1]]
		path := strings.Replace(route.Path, ":id", thing, 1)
		if route.Path == "/results" || route.Path == "/comparison" {
			path += "?programme=" + r.Programme
		}
		first := r.get(path, r.all)
		first.is(200)
		tag := first.Header().Get("ETag")
		if tag == "" || first.Header().Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s: %v", path, first.Header())
		}
		again := r.get(path, r.all, "If-None-Match", `"x", W/`+tag)
		if again.is(304); again.Body.Len() != 0 || again.Header().Get("ETag") != tag {
			t.Errorf("%s: %v %s", path, again.Header(), again.Body)
		}
		r.get(path, r.all, "If-None-Match", `"other"`).is(200)
	}
	before := r.get("/visits", r.all).Header().Get("ETag")
	r.planned()
	if r.get("/visits", r.all, "If-None-Match", before).is(200) == nil {
		t.Error("a list that changed has its old tag")
	}
	post := r.send(http.MethodPost, "/visits", r.all, r.planBody(uuid.NewString()))
	if post.is(201); post.Header().Get("Cache-Control") != "private, no-store" || post.Header().Get("ETag") != "" {
		t.Errorf("%v", post.Header())
	}
}

func TestWhoGuessesTokensIsSlowedDown(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	for range 150 {
		a := r.get("/programmes", "pc_"+uuid.NewString())
		if a.Code == 429 {
			a.refuses(429)
			if a.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			return
		}
		a.refuses(401)
	}
	t.Error("150 wrong tokens were looked up")
}

func TestOneTokenDoesNotTakeEverything(t *testing.T) {
	r := newRig(t, storetest.SQLite(t), func(s *api.Services) { s.Rate = 2 })
	slowed := false
	for range 20 {
		a := r.get("/programmes", r.read)
		if a.Code == 429 {
			a.refuses(429)
			slowed = a.Header().Get("Retry-After") != ""
			break
		}
		a.is(200)
	}
	if !slowed {
		t.Error("20 requests at once were answered where 2 a second are allowed")
	}
	r.get("/programmes", r.all).is(200) // another token is not held up
}

func TestABusyDatabaseAsksToComeBack(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	r.get("/programmes", r.all).is(200)
	ok(t, r.Store.Close())
	a := r.get("/programmes", r.all)
	if a.refuses(a.Code); a.Code != 503 && a.Code != 500 {
		t.Errorf("status %d", a.Code)
	}
}

func TestTheExamplesOfTheContractWork(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	visits := r.spec.Paths.Value("/visits").Post.RequestBody.Value.Content["application/json"].Examples
	names := 0
	for name, e := range visits {
		b, err := json.Marshal(e.Value.Value)
		ok(t, err)
		body := strings.NewReplacer("11111111-1111-4111-8111-111111111111", r.Programme, "22222222-2222-4222-8222-222222222222", r.Branch).Replace(string(b))
		if v := r.send(http.MethodPost, "/visits", r.visits, body).is(201); v["state"] != "open" {
			t.Errorf("%s: %v", name, v)
		}
		names++
	}
	for name, e := range r.spec.Paths.Value("/visits/{id}/report").Post.RequestBody.Value.Content["application/json"].Examples {
		b, err := json.Marshal(e.Value.Value)
		ok(t, err)
		if got := r.send(http.MethodPost, "/visits/"+r.planned()+"/report", r.all, string(b)).is(201); got["base_bp"] == nil {
			t.Errorf("%s: %v", name, got)
		}
		names++
	}
	if names != 3 {
		t.Errorf("%d examples", names)
	}
}

func TestContractAndRoutesNameTheSame(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	ok(t, r.spec.Validate(t.Context()))
	inSpec := 0
	for _, item := range r.spec.Paths.Map() {
		inSpec += len(item.Operations())
	}
	if inSpec != len(api.Routes()) {
		t.Errorf("the contract has %d operations, the routes are %d", inSpec, len(api.Routes()))
	}
	for _, route := range r.site.Echo().Routes() {
		if strings.HasPrefix(route.Path, api.Base) && route.Method != http.MethodHead {
			inSpec--
		}
	}
	if inSpec != 0 {
		t.Errorf("%d operations are not served", inSpec)
	}
}
