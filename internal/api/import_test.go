package api_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	contract "plainclothes/api"
	"plainclothes/internal/auth"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/programme/xlsform"
	"plainclothes/internal/store/storetest"
)

// fileBody is the request that carries a file.
func fileBody(src []byte) string {
	return `{"file":"` + base64.StdEncoding.EncodeToString(src) + `"}`
}

// imported reads the answer to an import.
func (a answer) imported() contract.ImportedDraft {
	a.t.Helper()
	a.is(http.StatusOK)
	var out contract.ImportedDraft
	if err := json.Unmarshal(a.Body.Bytes(), &out); err != nil {
		a.t.Fatal(err)
	}
	return out
}

func TestAProgramPutsAProgrammeFileIntoADraft(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		drafts := r.token(auth.ScopeDrafts)
		src, _ := demo.File("online-store")
		first := r.send(http.MethodPost, "/programmes", drafts, fileBody(src)).imported()
		if !first.New || first.Same || first.Number != 1 || first.Programme.Key == "" || len(first.Listed) > 0 {
			t.Errorf("%+v", first)
		}
		second := r.send(http.MethodPost, "/programmes", drafts, fileBody(src)).imported()
		if second.New || second.Programme.Id != first.Programme.Id || second.Number != 1 {
			t.Errorf("sent again: %+v", second)
		}
		if n := r.Number(`SELECT count(*) FROM versions WHERE org_id = $1 AND programme_id = $2 AND state = 'published'`, r.Org, first.Programme.Id); n > 0 {
			t.Error("it was published")
		}
	})
}

func TestAProgramBringsAWorkbookAndIsToldWhatStaysBehind(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	src, _ := demo.File("hardware-stores")
	p, problems := programme.Parse(src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	form, _, err := xlsform.Write(p)
	ok(t, err)
	got := r.send(http.MethodPost, "/programmes", r.token(auth.ScopeDrafts), fileBody(form)).imported()
	if !got.New || got.Programme.Key != p.Key || len(got.Listed) > 0 || len(got.Advice) == 0 {
		t.Errorf("%+v", got)
	}
	r.send(http.MethodPost, "/programmes", r.token(auth.ScopeDrafts), fileBody([]byte("PK\x03\x04 broken"))).refuses(422)
}

func TestAFileWithMistakesIsRefusedByItsLines(t *testing.T) {
	r := newRig(t, storetest.SQLite(t))
	src, _ := demo.File("online-store")
	a := r.send(http.MethodPost, "/programmes", r.token(auth.ScopeDrafts), fileBody([]byte(strings.Replace(string(src), "kind: yes_no", "kind: perhaps", 1))))
	a.refuses(422)
	if !strings.Contains(a.Body.String(), "Line ") || !strings.Contains(a.Body.String(), ".kind") {
		t.Errorf("the place is not named: %s", a.Body)
	}
	r.send(http.MethodPost, "/programmes", r.token(auth.ScopeDrafts), `{"file":"not base64!"}`).refuses(422)
	r.send(http.MethodPost, "/programmes", r.token(auth.ScopeDrafts), `{}`).refuses(422)
	if n := r.Number(`SELECT count(*) FROM programmes WHERE org_id = $1`, r.Org); n != 1 {
		t.Errorf("%d programmes", n)
	}
	for _, s := range []auth.Scope{auth.ScopeRead, auth.ScopeVisits, auth.ScopePublish} {
		r.send(http.MethodPost, "/programmes", r.token(s), fileBody(src)).refuses(403)
	}
}
