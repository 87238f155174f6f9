package pocket

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/dop251/goja"

	"plainclothes/internal/programme"
	"plainclothes/internal/visit"
	"plainclothes/static"
)

// earlyJS is the phone's own function: whether a part waits.
func earlyJS(t *testing.T) *goja.Runtime {
	t.Helper()
	src, err := static.Files.ReadFile("js/gaps.js")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?s)export (function early\(.*?\n}\n)`).FindSubmatch(src)
	if found == nil {
		t.Fatal("gaps.js has no early")
	}
	vm := goja.New()
	if _, err := vm.RunString(string(found[1])); err != nil {
		t.Fatal(err)
	}
	return vm
}

func TestAPhoneKnowsOfEachPartWhetherItIsOpenAsTheServerDoes(t *testing.T) {
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	stage := func(id, opens string) programme.Stage { return programme.Stage{ID: id, Title: id, Opens: opens} }
	times := []visit.StageTime{
		{Stage: stage("open", "at_start"), Opens: noon.Add(-time.Hour)},
		{Stage: stage("later", "+24h"), Opens: noon.Add(time.Hour)},
		{Stage: stage("span", "+2h"), Span: 2 * time.Hour},
		{Stage: stage("event", "on_event:new_parcel"), Event: "new_parcel"},
		{Stage: stage("after", "after:open"), After: "open"},
		{Stage: stage("sent", "at_start"), Opens: noon, Sealed: noon},
	}
	opens := opensOf(times)
	if _, ok := opens["sent"]; ok || opens["event"].Event != "new parcel" || opens["after"].After != "open" || opens["span"].Span != 7200 {
		t.Fatalf("%+v", opens)
	}
	text, err := json.Marshal(opens)
	if err != nil {
		t.Fatal(err)
	}
	vm := earlyJS(t)
	for _, c := range []struct {
		stage, sealed, first string
		now                  time.Time
		waits                bool
	}{
		{"open", `[]`, "", noon, false},
		{"later", `[]`, "", noon, true},
		{"later", `[]`, "", noon.Add(time.Hour), false},
		{"span", `[]`, "", noon, true},
		{"span", `[]`, "2026-11-21T10:00:01Z", noon, true},
		{"span", `[]`, "2026-11-21T10:00:00Z", noon, false},
		{"event", `[]`, "2026-11-20T10:00:00Z", noon.AddDate(1, 0, 0), true},
		{"after", `[]`, "", noon, true},
		{"after", `["open"]`, "", noon, false},
		{"unknown", `[]`, "", noon, false},
		{"", `[]`, "", noon, false},
	} {
		first := "0"
		if c.first != "" {
			first = `Date.parse("` + c.first + `")`
		}
		v, err := vm.RunString(`early(` + string(text) + `, "` + c.stage + `", ` + c.sealed + `, ` + first + `, Date.parse("` + c.now.Format(time.RFC3339) + `")) !== null`)
		if err != nil {
			t.Fatal(err)
		}
		if v.ToBoolean() != c.waits {
			t.Errorf("%+v: waits %v", c, v)
		}
	}
	if v, err := vm.RunString(`early(undefined, "later", [], 0, 0)`); err != nil || !goja.IsNull(v) {
		t.Errorf("a pack from before: %v, %v", v, err)
	}
}
