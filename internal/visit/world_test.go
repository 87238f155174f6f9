package visit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// noon is the present of these tests.
var noon = storetest.Noon

// world is a world with the visit service and a clock that tests may turn.
type world struct {
	*storetest.World
	t   *testing.T
	svc *visit.Service
	now time.Time

	scheduler, shopper, other, editor auth.Actor
}

func newWorld(t *testing.T, s *store.Store, file string) *world {
	t.Helper()
	w := &world{World: storetest.NewWorld(t, s, file), t: t, now: noon}
	w.svc = visit.NewService(s.Visits(), &memory{kept: map[string][]byte{}}, func() time.Time { return w.now })
	w.scheduler, w.shopper, w.editor = w.Actors[auth.Scheduler], w.Actors[auth.Shopper], w.Actors[auth.Editor]
	w.other = w.Member(auth.Shopper)
	return w
}

// taken plans a visit for the shopper.
func (w *world) taken(scenario string) string {
	w.t.Helper()
	vs, err := w.svc.Plan(w.t.Context(), w.scheduler, visit.PlanInput{
		Programme: w.Programme, Branches: []string{w.Branch}, Scenario: scenario, Shopper: w.shopper.Member, Due: w.now.Add(48 * time.Hour),
		IgnoreRotation: true,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return vs[0].ID
}

// save answers questions: "A3=yes", "A3.comment=some words"; values are separated by bars.
func (w *world) save(id string, answers ...string) {
	w.t.Helper()
	entries := map[string]visit.Entry{}
	paper := must(w.svc.Open(w.t.Context(), w.shopper, id))(w.t)
	for _, a := range answers {
		field, value, _ := strings.Cut(a, "=")
		q, comment := strings.CutSuffix(field, ".comment")
		e, ok := entries[q]
		if !ok {
			question, _, _ := paper.List.Programme.Question(q)
			e.Was = string(paper.Answers[q].JSON(question))
			e.Values, e.WasComment = nil, paper.Report.Comments[q]
			e.Comment = e.WasComment
			if s := paper.Answers[q]; s.State != programme.Missing {
				e.Values = []string{strings.Trim(e.Was, `"`)}
			}
		}
		if comment {
			e.Comment = value
		} else if e.Values = nil; value != "" {
			e.Values = strings.Split(value, "|")
		}
		entries[q] = e
	}
	if _, err := w.svc.Save(w.t.Context(), w.shopper, id, entries); err != nil {
		w.t.Fatal(err)
	}
}

const story = "I joined the queue, was greeted with a smile, ordered a flat white, paid, waited two minutes and left happy with a good drink in my hand."

// buyer answers everything that a buyer is asked, but the receipt's photo.
func (w *world) buyer(id string) {
	w.t.Helper()
	w.save(id, "A1=09:05", "A2=1", "A3=yes", "A4=yes", "A5=yes", "A6=yes", "A7=yes", "B1=0:22", "B2=good",
		"C1=yes", "C2=answered_correctly_straight_away", "C3=something_that_fitted_what", "C4=yes", "C5=na", "C6=3.40",
		"D1=2:40", "D3=yes", "D5=pleasant_to_drink", "D6=yes", "E1=yes", "E2=no", "O1=9", "O2="+story, "O4=09:17")
}

// photo adds a small picture to a question.
func (w *world) photo(id, question string) string {
	w.t.Helper()
	p, err := w.svc.AddPhoto(w.t.Context(), w.shopper, id, question, bytes.NewReader(picture(w.t)))
	if err != nil {
		w.t.Fatal(err)
	}
	return p.ID
}

// sealed is a complete, sealed buyer's visit.
func (w *world) sealed() string {
	w.t.Helper()
	id := w.taken("buyer")
	w.buyer(id)
	w.photo(id, "O3")
	must(w.svc.Seal(w.t.Context(), w.shopper, id))(w.t)
	return id
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantKind(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != kind || err == nil {
		t.Fatalf("error %v is of kind %v, want %v", err, fault.KindOf(err), kind)
	}
}

// memory keeps blobs for a test.
type memory struct{ kept map[string][]byte }

func (m *memory) Put(_ context.Context, key string, b []byte) error {
	m.kept[key] = bytes.Clone(b)
	return nil
}

func (m *memory) Get(_ context.Context, key string) (io.ReadCloser, error) {
	b, ok := m.kept[key]
	if !ok {
		return nil, fault.Missing("photo")
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// raw is answers in wire form.
func raw(answers map[string]any) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for q, a := range answers {
		b, err := json.Marshal(a)
		if err != nil {
			panic(err)
		}
		out[q] = b
	}
	return out
}

func (m *memory) Delete(_ context.Context, key string) error {
	delete(m.kept, key)
	return nil
}

func (*memory) Sweep(context.Context, string, time.Time) error { return nil }
