package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/report"
	"plainclothes/internal/scoring"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// twoWitnesses is the tea programme whose standard K02 is witnessed by a second question, E02, asked of guests only.
func twoWitnesses() string {
	return strings.Replace(worldtest.Tea(4), "  - {id: W02,",
		"  - {id: E02, kind: yes_no, text: 'Was it hot and was it brought?', standard: K02, points: 1, na_allowed: true, show_if: scenario == 'guest'}\n  - {id: W02,", 1)
}

// crossing is a network in which standards hang on one question or another.
func crossing(t *testing.T, s *store.Store) (*worldtest.World, *report.Service, []worldtest.Made) {
	t.Helper()
	w := worldtest.New(t, s, 12)
	w.Publish(twoWitnesses(), "The first version.", "2025-01-01")
	var all []worldtest.Made
	for i, b := range w.Branches {
		for v := range 14 {
			chance := 0.55 + 0.035*float64(i)
			a := w.Answered(4, chance)
			scenario := "takeaway"
			if v%3 != 0 {
				scenario = "guest"
				a["E02"] = map[bool]string{true: `"yes"`, false: `"no"`}[w.Luck().Float64() < chance]
			}
			if v%5 == 4 {
				a["Q03"] = `"na"`
			}
			if v%7 == 6 {
				a["Q01"] = `"not_observed"`
			}
			all = append(all, worldtest.Made{Branch: b, Scenario: scenario, On: "2026-" + []string{"09", "10", "11"}[v%3] + "-05", Answers: a})
		}
	}
	w.Visits(all)
	return w, report.NewService(s.Reports(), w.Clock), all
}

func health(t *testing.T, svc *report.Service, a auth.Actor, q report.Query) report.Health {
	t.Helper()
	h, err := svc.Health(t.Context(), a, q)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func byID(h *report.Health) map[string]report.QuestionHealth {
	all := map[string]report.QuestionHealth{}
	for _, q := range h.Questions {
		all[q.ID] = q
	}
	return all
}

// mute leaves the points of a question out.
func mute(t *testing.T, p *programme.Programme, id string) *scoring.Checklist {
	t.Helper()
	again, err := programme.FromCanonical(p.Canonical())
	if err != nil {
		t.Fatal(err)
	}
	q, _, _ := again.Question(id)
	q.Points, q.Good.Points, q.Wow.Points = 0, 0, 0
	return scoring.Compile(again)
}

// judgedWith are the branches' states when every visit is scored with a checklist, by standard and branch, and levels by visit.
func judgedWith(w *worldtest.World, list *scoring.Checklist, all []worldtest.Made, scenario string) (map[[2]string]compare.Status, []scoring.Level) {
	p := w.List.Programme
	in := compare.Input{Standards: studio.StandardsOf(p), Peers: compare.SameFormat}
	for i := range w.Branches {
		in.Branches = append(in.Branches, compare.Branch{ID: w.Branches[i].ID, Format: w.Branches[i].Format})
	}
	var levels []scoring.Level
	for _, m := range all {
		if scenario != "" && m.Scenario != scenario {
			continue
		}
		answers := programme.Answers{}
		for id, wire := range m.Answers {
			q, _, _ := p.Question(id)
			answers[id], _ = programme.ParseAnswer(q, json.RawMessage(wire))
		}
		res := list.Score(scoring.Input{Context: (&visit.Place{Branch: m.Branch}).Context(m.Scenario), Answers: answers})
		levels = append(levels, res.Level)
		for _, st := range res.Standards {
			sum := visit.CountOf(visit.Outcome{StandardResult: st})
			in.Shares = append(in.Shares, compare.ShareCell{Branch: m.Branch.ID, Standard: st.Standard, Counts: studio.CountsOf(&sum)})
		}
	}
	states := map[[2]string]compare.Status{}
	for _, o := range compare.Statuses(in) {
		states[[2]string{o.Standard, o.Branch}] = o.Status
	}
	return states, levels
}

func TestWhatAQuestionDecidesIsWhatScoringWithoutItSays(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc, all := crossing(t, s)
		p := w.List.Programme
		for _, scenario := range []string{"", "guest"} {
			h := health(t, svc, w.Owner, report.Query{Scenario: scenario})
			was, levels := judgedWith(w, w.List.Scoring, all, scenario)
			moved, turned := 0, 0
			for id, q := range byID(&h) {
				asked, _, _ := p.Question(id)
				is, without := judgedWith(w, mute(t, p, id), all, scenario)
				want := 0
				for k := range is {
					if k[0] == asked.Standard && is[k] != was[k] && !q.Alone {
						want++
					}
				}
				n := 0
				for i := range levels {
					if levels[i] != without[i] {
						n++
					}
				}
				if q.Levels != n || !q.Alone && q.StatusBranches != want {
					t.Errorf("%s in %q: decides %d levels, %d branches; want %d and %d", id, scenario, q.Levels, q.StatusBranches, n, want)
				}
				if (q.Branches > 0) != (q.Levels > 0) || q.Branches > min(q.Levels, len(w.Branches)) {
					t.Errorf("%s: %d levels at %d branches", id, q.Levels, q.Branches)
				}
				moved, turned = moved+want, turned+n
			}
			if moved == 0 || turned == 0 {
				t.Errorf("nothing hangs on anything: %d, %d", moved, turned)
			}
		}
	})
}

func TestQuestionsAreCountedOverWindowAndScenario(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc, all := crossing(t, s)
		for _, q := range []report.Query{{}, {Scenario: "guest"}, {Span: report.Free, From: "2026-10", To: "2026-10"}} {
			asked, full, marked, visits := map[string]int{}, map[string]int{}, map[string]int{}, 0
			for _, m := range all {
				if q.Scenario != "" && m.Scenario != q.Scenario || q.From != "" && m.On[:7] != q.From {
					continue
				}
				visits++
				for id, a := range m.Answers {
					asked[id]++
					if a == `"yes"` {
						full[id]++
					}
					if a == `"yes"` || a == `"no"` {
						marked[id]++
					}
				}
			}
			h := health(t, svc, w.Owner, q)
			if h.Visits != visits || len(h.Notes) > 0 {
				t.Errorf("%+v: %d visits, want %d; %q", q, h.Visits, visits, h.Notes)
			}
			got := byID(&h)
			for _, id := range []string{"Q01", "Q02", "E02", "Q03", "W04"} {
				g := got[id]
				if g.Asked != asked[id] || g.Asking.Full != full[id] || g.Marked != marked[id] || g.Asked-g.NA-g.Unseen-g.Missing != marked[id] {
					t.Errorf("%+v %s: %+v; want asked %d, marked %d, full %d", q, id, g.Asking, asked[id], marked[id], full[id])
				}
			}
			if got["Q01"].Unseen == 0 || got["Q03"].NA == 0 || got["E02"].Alone || got["Q02"].Alone || got["R01"].NotFilled.Known() {
				t.Errorf("Q01 %+v, Q03 %+v, E02 %+v", got["Q01"].Asking, got["Q03"], got["E02"])
			}
			if got["E02"].Verdict == "" || !got["E02"].Twofold || !got["E02"].Hidden {
				t.Errorf("E02 %+v", got["E02"])
			}
		}
	})
}

func TestAQuestionThatChangedBeginsAnew(t *testing.T) {
	w, svc := season(t, storetest.Any(t))
	before := health(t, svc, w.Owner, report.Query{Span: report.Last12})
	file := strings.Replace(worldtest.Tea(4), "Was it done, number 2?", "Was it done well, number 2?", 1)
	file = strings.Replace(file, "  - {id: W04,", "  - {id: E09, kind: yes_no, text: Brand new, standard: K04, points: 1}\n  - {id: W04,", 1)
	if _, err := w.Studio.Import(t.Context(), w.Owner, []byte(file)); err != nil {
		t.Fatal(err)
	}
	w.PublishDraft("Asked more closely.", "")
	w.Season(4, 3, "2026-11")
	h := health(t, svc, w.Owner, report.Query{Span: report.Last12})
	was, is := byID(&before), byID(&h)
	if h.Version.Number != 2 || h.Visits != 156 || len(h.Questions) != len(before.Questions)+1 {
		t.Errorf("version %d, %d visits, %d questions", h.Version.Number, h.Visits, len(h.Questions))
	}
	if q := is["Q01"]; q.Asked != was["Q01"].Asked+36 || q.Visits != 156 || q.Earlier != 0 {
		t.Errorf("the same question: %d of %d, %d earlier", q.Asked, q.Visits, q.Earlier)
	}
	if q := is["Q02"]; q.Asked != 36 || q.Visits != 36 || q.Earlier != was["Q02"].Asked {
		t.Errorf("another question: %d of %d, %d earlier", q.Asked, q.Visits, q.Earlier)
	}
	if q := is["E09"]; q.Asked != 36 || q.Verdict == compare.Unused {
		t.Errorf("a new question: %+v", q.Asking)
	}
}

func TestTamperedCountsOfQuestionsAreFoundAndMended(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc, _ := crossing(t, s)
		w.AddUp(100)
		before := health(t, svc, w.Owner, report.Query{})
		if r := rebuild(t, w, svc, false); !r.Clean() {
			t.Fatalf("before: %+v", r.Differences[:min(3, len(r.Differences))])
		}
		w.SQL(`UPDATE rollup_questions SET full_mark = full_mark + 1 WHERE question = 'Q02' AND month = '2026-10'`)
		w.SQL(`DELETE FROM rollup_questions WHERE question = 'E02' AND month = '2026-11'`)
		w.SQL(`UPDATE rollup_turns SET lines = lines || lines WHERE branch_id = ?`, w.Branches[0].ID)
		found := rebuild(t, w, svc, false)
		w.SQL(`UPDATE rollup_fresh SET counts = CAST('+' AS ` + map[string]string{"sqlite": "blob", "postgres": "bytea"}[s.Dialect()] + `)`)
		for _, want := range []string{"question Q02 of version", "question E02 of version", "what visits hung on at branch " + w.Branches[0].ID} {
			if !strings.Contains(text(found), want) {
				t.Errorf("not found: %s", want)
			}
		}
		if fixed := rebuild(t, w, svc, true); !fixed.Fixed {
			t.Error("not mended")
		}
		if r := rebuild(t, w, svc, false); !r.Clean() {
			t.Errorf("after mending: %+v", r.Differences[:min(3, len(r.Differences))])
		}
		after := health(t, svc, w.Owner, report.Query{})
		for i, q := range after.Questions {
			if b := before.Questions[i]; q.Asking != b.Asking || q.Branches != b.Branches || q.StatusBranches != b.StatusBranches || q.Why != b.Why {
				t.Errorf("%s: before %+v, after %+v", q.ID, b, q)
			}
		}
	})
}

func TestWhatQuestionsDidReadsTheSameWhileItIsAddedUp(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc, all := crossing(t, s)
		read := func() any {
			t.Helper()
			if r := rebuild(t, w, svc, false); !r.Clean() {
				t.Fatalf("%d differences: %+v", len(r.Differences), r.Differences[:min(3, len(r.Differences))])
			}
			h := health(t, svc, w.Owner, report.Query{})
			guests := health(t, svc, w.Owner, report.Query{Scenario: "guest", Span: report.Last12})
			return []any{h.Questions, h.Visits, guests.Questions, guests.Visits}
		}
		want := read()
		added := 0
		for n := 50; n == 50; {
			n = w.AddUp(50)
			added += n
			if d := cmp.Diff(want, read()); d != "" {
				t.Fatalf("after %d:\n%s", n, d)
			}
		}
		if added != len(all) {
			t.Errorf("%d of %d visits waited to be added up", added, len(all))
		}
		w.Visits(all[:30])
		var both sync.WaitGroup // two servers do their chores at a time
		for range 2 {
			both.Go(func() { w.AddUp(20) })
		}
		both.Wait()
		if r := rebuild(t, w, svc, false); !r.Clean() {
			t.Errorf("added up by two: %+v", r.Differences[:min(3, len(r.Differences))])
		}
	})
}

func text(r report.Rebuilt) string {
	var b strings.Builder
	for _, d := range r.Differences {
		b.WriteString(d.Thing + "\n")
	}
	return b.String()
}

func TestADatabaseFromBeforeQuestionsWereCountedSaysSoAndIsFilledByTheRebuild(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc := season(t, s)
		want := health(t, svc, w.Owner, report.Query{Span: report.Last12})
		w.SQL(`DELETE FROM rollup_questions WHERE org_id = ?`, w.Org)
		w.SQL(`DELETE FROM rollup_turns WHERE org_id = ?`, w.Org)
		w.SQL(`DELETE FROM rollup_fresh WHERE org_id = ?`, w.Org)
		w.SQL(`UPDATE programmes SET data_rev = data_rev + 1 WHERE org_id = ?`, w.Org)
		h := health(t, svc, w.Owner, report.Query{Span: report.Last12})
		if len(h.Notes) != 1 || !strings.Contains(h.Notes[0], "120 of 120") || h.Questions[0].Verdict != compare.TooFewAsked {
			t.Errorf("%q, %s", h.Notes, h.Questions[0].Verdict)
		}
		rebuild(t, w, svc, true)
		h = health(t, svc, w.Owner, report.Query{Span: report.Last12})
		if len(h.Notes) > 0 || h.Questions[0].Asking != want.Questions[0].Asking {
			t.Errorf("%q, %+v", h.Notes, h.Questions[0].Asking)
		}
	})
}

func TestStandardsThatNobodyCanSeeAreNamed(t *testing.T) {
	w := worldtest.New(t, storetest.Any(t), 8)
	file := strings.Replace(worldtest.Tea(4), "sections:\n", "  Z01: {title: Never asked, good: It is., good_target: 80}\n  Z02: {title: Hidden, good: It is., good_target: 80}\nsections:\n", 1)
	file = strings.Replace(file, "  - {id: W02,", "  - {id: H02, kind: yes_no, text: In the garden, standard: Z02, points: 1, show_if: scenario == 'guest' && scenario == 'takeaway'}\n  - {id: W02,", 1)
	w.Publish(file, "first", "2025-01-01")
	w.Season(4, 10, "2026-10", "2026-11")
	svc := report.NewService(w.Store.Reports(), w.Clock)
	h := health(t, svc, w.Owner, report.Query{})
	if len(h.Unwitnessed) != 2 || h.Unwitnessed[0].Standard != "Z01" || h.Unwitnessed[1].Standard != "Z02" || !strings.Contains(h.Unwitnessed[1].Why, "80 visits") {
		t.Errorf("%+v", h.Unwitnessed)
	}
	if q := byID(&h)["H02"]; q.Verdict != compare.Unused || !strings.Contains(q.Why, "condition never came true") {
		t.Errorf("%s: %s", q.Verdict, q.Why)
	}
}

func TestOnlyThoseWhoChangeQuestionsSeeTheirHealth(t *testing.T) {
	w, svc := season(t, storetest.Any(t))
	for _, a := range []auth.Actor{manager(w, w.Regions[0]), w.Member(auth.Editor), w.Member(auth.BranchManager), w.Member(auth.Shopper), {}} {
		if _, err := svc.Health(t.Context(), a, report.Query{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v sees it: %v", a.Roles, err)
		}
		if _, err := svc.HealthOf(t.Context(), a, w.Programme.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v gets lines: %v", a.Roles, err)
		}
	}
	if _, err := svc.Health(t.Context(), w.Owner, report.Query{Scenario: "nobody"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown scenario: %v", err)
	}
	if _, err := svc.HealthOf(t.Context(), w.Owner, w.Branches[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown programme: %v", err)
	}
}

func TestTheBuilderGetsALineForEveryQuestion(t *testing.T) {
	w := worldtest.New(t, storetest.Any(t), 4)
	svc := report.NewService(w.Store.Reports(), w.Clock)
	if _, err := w.Studio.Import(t.Context(), w.Owner, []byte(worldtest.Tea(4))); err != nil {
		t.Fatal(err)
	}
	all, err := w.Studio.Programmes(t.Context(), w.Owner)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d programmes, %v", len(all), err)
	}
	if lines, err := svc.HealthOf(t.Context(), w.Owner, all[0].ID); err != nil || len(lines) > 0 {
		t.Errorf("before the first publication: %v, %v", lines, err)
	}
	w2, svc2 := season(t, storetest.Any(t))
	lines, err := svc2.HealthOf(t.Context(), w2.Owner, w2.Programme.ID)
	if err != nil || len(lines) != 14 || !strings.HasPrefix(lines["Q01"], "Keep. It tells visits apart") {
		t.Errorf("%d lines, %q, %v", len(lines), lines["Q01"], err)
	}
}

func TestTheFileHasEveryQuestionWithItsFigures(t *testing.T) {
	w, svc := season(t, storetest.Any(t))
	h := health(t, svc, w.Owner, report.Query{Span: report.Last12})
	h.Questions[0].Text = "=1+1"
	var b bytes.Buffer
	if err := report.HealthCSV(&b, &h); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != len(h.Questions)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	first := rows[1]
	if first[column["Question"]] != h.Questions[0].ID || first[column["Asked"]] != "120" || first[column["Verdict"]] == "" || strings.HasPrefix(first[column["Text"]], "=") {
		t.Errorf("%q", first)
	}
}
