package app

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// audits is a table of visits: of 24 branches, each by its own shopper, or by whoever comes.
func audits(own bool) string {
	luck := rand.New(rand.NewPCG(1, 1))
	var b strings.Builder
	b.WriteString("visit,branch,region,format,shopper,scenario,month,score_bp,K1\n")
	for i := range 240 {
		branch, shopper := i%24, luck.IntN(20)
		if own {
			shopper = branch
		}
		score := 7000 + 60*branch - 40*shopper + luck.IntN(1500)
		fmt.Fprintf(&b, "v%d,b%02d,north,kiosk,s%02d,buyer,2026-10,%d,%d\n", i, branch, shopper, score, luck.IntN(4)/3)
	}
	return b.String()
}

type comparedModel struct {
	Level      string
	Criterion  *float64
	Variances  *struct{ Branch, Shopper, Residual float64 }
	Fixed      map[string]float64
	Declined   []string
	Components *int
}

func TestCompareAdjustsForShoppersOrSaysWhyNot(t *testing.T) {
	l, standards := newPremises(t, ""), file(t, "standards.csv", standardsCSV)
	model := func(table string, args ...string) (m comparedModel) {
		t.Helper()
		code, out, said := l.feed(table, append([]string{"compare", "--standards", standards, "--model-only"}, args...)...)
		if err := json.Unmarshal([]byte(out), &m); code != 0 || err != nil {
			t.Fatalf("%d %v %s %s", code, err, said, out)
		}
		return m
	}
	if m := model(audits(false)); m.Level != "C" || m.Criterion == nil || m.Variances == nil || !(m.Variances.Shopper > 0) ||
		len(m.Declined) != 0 || *m.Components != 1 || m.Fixed["(Intercept)"] < 50 {
		t.Errorf("%+v", m)
	}
	if m := model(audits(false), "--level=B"); m.Level != "B" || m.Criterion != nil || len(m.Declined) != 0 {
		t.Errorf("%+v", m)
	}
	for _, level := range []string{"", "C"} {
		m := model(audits(true), "--level="+level)
		if m.Level != "B" || m.Criterion != nil || len(m.Declined) == 0 || !strings.HasPrefix(m.Declined[0], "Every branch was visited by its own shopper;") {
			t.Errorf("--level=%s: %+v", level, m)
		}
	}
	code, out, _ := l.feed(audits(false), "compare", "--standards", standards, "--level=C")
	if code != 0 || !strings.Contains(out, `"level": "C"`) || strings.Contains(out, `"level": "B"`) {
		t.Errorf("%d %.400s", code, out)
	}
}
