package visit_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// device is a phone with a log of its own; what it says travels as text.
type device struct {
	w         *world
	visit     string
	sub, id   string
	checklist string
	head      string
	texts     []string // of ops, as they are sent
	ops       []modelOp
	acked     int
}

// modelOp is an op as the model sees it.
type modelOp struct {
	id, device, field, value string
	base                     []string
}

func (w *world) device(id string) *device {
	w.t.Helper()
	p := must(w.svc.Pack(w.t.Context(), w.shopper, id))(w.t)
	return &device{w: w, visit: id, sub: uuid.NewString(), id: uuid.NewString(), checklist: p.Paper.List.Version.Hash}
}

// say writes an op into the device's own log.
func (d *device) say(field, value string, base ...string) string {
	op := modelOp{uuid.NewString(), d.id, field, value, base}
	b, err := json.Marshal(base)
	if err != nil {
		d.w.t.Fatal(err)
	}
	body := fmt.Sprintf(`{"seq":%d,"id":%q,"q":%q,"v":%s,"base":%s,"at":%q,"mono":%d}`,
		len(d.texts)+1, op.id, field, value, b, d.w.now.Format(time.RFC3339Nano), 1000*len(d.texts))
	sum := sha256.Sum256([]byte(d.head + body))
	d.head = hex.EncodeToString(sum[:])
	d.texts = append(d.texts, body[:len(body)-1]+`,"h":"`+d.head+`"}`)
	d.ops = append(d.ops, op)
	return op.id
}

// send sends ops from one number to another, as far as there are any.
func (d *device) send(from, to int) (visit.Progress, error) {
	text := fmt.Sprintf(`{"device":%q,"visit":%q,"checklist":%q,"ops":[%s]}`, d.id, d.visit, d.checklist, strings.Join(d.texts[from-1:to], ","))
	b, err := visit.ReadBatch(d.sub, []byte(text))
	if err != nil {
		return visit.Progress{}, err
	}
	return d.w.svc.AppendOps(d.w.t.Context(), d.w.shopper, b)
}

// all sends everything.
func (d *device) all() visit.Progress {
	d.w.t.Helper()
	return must(d.send(1, len(d.texts)))(d.w.t)
}

// passerBy answers everything for a visit without buying, which needs no photo.
func (d *device) passerBy() {
	for q, v := range map[string]string{
		"A1": `"09:05"`, "A2": `0`, "A3": `"yes"`, "A4": `"yes"`, "A5": `"na"`, "A6": `"yes"`, "A7": `"yes"`, "B1": `20`, "B2": `"good"`,
		"N1": `"yes"`, "N2": `"wow"`, "N3": `"no"`, "E1": `"yes"`, "E2": `"no"`, "O1": `8`, "O4": `"09:10"`,
	} {
		d.say(q, v)
	}
}

// alive are the present values of a field by the rule itself: a value lives until a later op of the field comes from the
// same device or names it as its base.
func alive(arrived []modelOp, field string) (out []modelOp) {
	for i, x := range arrived {
		if x.field != field {
			continue
		}
		dead := slices.ContainsFunc(arrived[i+1:], func(y modelOp) bool {
			return y.field == field && (y.device == x.device || slices.Contains(y.base, x.id))
		})
		if !dead && x.value != "null" && x.value != `""` {
			out = append(out, x)
		}
	}
	return out
}

// tangle is a visit that several devices and the plain page fill in at the same time.
type tangle struct {
	*world
	r       *rand.Rand
	visit   string
	devices []*device
	arrived []modelOp
	shown   map[string]visit.Entry // what a plain page showed that is still open
}

var tangleFields = map[string][]string{
	"A3": {`"yes"`, `"no"`, `"not_observed"`, "null"}, "A4": {`"yes"`, `"no"`, "null"}, "O1": {"7", "8.0", "8", "null"},
	"A3.comment": {`"They looked up and smiled."`, `"Nobody looked up."`, `""`, "null"}, "C3": {`"something_that_fitted_what"`, "null"},
}

func (x *tangle) field() string {
	fields := make([]string, 0, len(tangleFields))
	for f := range tangleFields {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	return fields[x.r.IntN(len(fields))]
}

// step does one thing at random.
func (x *tangle) step() {
	x.t.Helper()
	d := x.devices[x.r.IntN(len(x.devices))]
	switch x.r.IntN(8) {
	case 0, 1, 2: // somebody answers; what he has seen is any part of what is there
		f := x.field()
		var base []string
		for _, o := range alive(x.arrived, f) {
			if x.r.IntN(2) == 0 {
				base = append(base, o.id)
			}
		}
		d.say(f, tangleFields[f][x.r.IntN(len(tangleFields[f]))], base...)
	case 3, 4, 5: // something is sent, or sent again, or too early
		if len(d.texts) > 0 {
			from := 1 + x.r.IntN(len(d.texts))
			x.deliver(d, from, from+x.r.IntN(len(d.texts)-from+1))
		}
	case 6: // a plain page is opened
		paper := must(x.svc.Open(x.t.Context(), x.shopper, x.visit))(x.t)
		q, _, _ := paper.List.Programme.Question("A3")
		x.shown = map[string]visit.Entry{"A3": {Was: string(paper.Answers["A3"].JSON(q)), WasComment: paper.Report.Comments["A3"]}}
	case 7: // and saved
		x.saveForm()
	}
	x.now = x.now.Add(time.Duration(x.r.IntN(3)-1) * time.Second) // a clock may even go back
}

func (x *tangle) deliver(d *device, from, to int) {
	x.t.Helper()
	p, err := d.send(from, to)
	var gap *visit.Gap
	if errors.As(err, &gap) {
		if from <= d.acked+1 || gap.Acked != d.acked {
			x.t.Fatalf("a gap from %d with %d here: %+v", from, d.acked, gap)
		}
		return
	}
	if err != nil {
		x.t.Fatal(err)
	}
	for ; d.acked < to; d.acked++ {
		x.arrived = append(x.arrived, d.ops[d.acked])
	}
	if p.Acked != d.acked {
		x.t.Fatalf("acked %d, want %d", p.Acked, d.acked)
	}
}

// saveForm posts the open page with another answer and notes the ops that came of it.
func (x *tangle) saveForm() {
	x.t.Helper()
	if x.shown == nil {
		return
	}
	before := len(x.formOps())
	e := x.shown["A3"]
	e.Values = [][]string{{"yes"}, {"no"}, nil}[x.r.IntN(3)]
	e.Comment = []string{"", "The plain page says something else."}[x.r.IntN(2)]
	if _, err := x.svc.Save(x.t.Context(), x.shopper, x.visit, map[string]visit.Entry{"A3": e}); err != nil {
		x.t.Fatal(err)
	}
	x.arrived = append(x.arrived, x.formOps()[before:]...)
	x.shown = nil
}

func (x *tangle) formOps() (out []modelOp) {
	x.t.Helper()
	for _, o := range x.ops(x.visit) {
		if o.Device != "form" {
			continue
		}
		var b struct {
			Q    string          `json:"q"`
			V    json.RawMessage `json:"v"`
			Base []string        `json:"base"`
		}
		if err := json.Unmarshal(o.Body, &b); err != nil {
			x.t.Fatal(err)
		}
		out = append(out, modelOp{o.ID, "form", b.Q, string(b.V), b.Base})
	}
	return out
}

func (w *world) ops(id string) (ops []visit.Op) {
	w.t.Helper()
	err := w.Store.Visits().View(w.t.Context(), w.Org, func(tx visit.Tx) (err error) {
		ops, err = tx.Ops(w.t.Context(), w.Org, id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ops
}

// check compares what is stored with what the rule gives.
func (x *tangle) check() {
	x.t.Helper()
	paper := must(x.svc.Open(x.t.Context(), x.shopper, x.visit))(x.t)
	var twice []string
	for f := range tangleFields {
		live := alive(x.arrived, f)
		want, got := "", string(paper.Report.Answers[f])
		if q, comment := strings.CutSuffix(f, ".comment"); comment {
			got = ""
			if c, ok := paper.Report.Comments[q]; ok {
				b, _ := json.Marshal(c)
				got = string(b)
			}
		}
		values := map[string]bool{}
		for _, o := range live {
			want = strings.Replace(o.value, "8.0", "8", 1)
			values[want] = true
		}
		if got != want {
			x.t.Fatalf("%s is %s, want %s of %+v", f, got, want, live)
		}
		if len(values) > 1 && paper.Shown.Question(strings.TrimSuffix(f, ".comment")) {
			twice = append(twice, f)
		}
	}
	var got []string
	for _, c := range paper.Conflicts {
		got = append(got, c.Field)
	}
	slices.Sort(twice)
	slices.Sort(got)
	if d := cmp.Diff(twice, got); d != "" {
		x.t.Fatalf("conflicts:\n%s", d)
	}
	x.once(paper)
}

// once checks that every acknowledged op is stored exactly once, in a log that holds, and gives the report again.
func (x *tangle) once(paper visit.Paper) {
	x.t.Helper()
	logs, seen := map[string][]visit.Op{}, map[string]int{}
	ops := x.ops(x.visit)
	for _, o := range ops {
		logs[o.Submission] = append(logs[o.Submission], o)
		seen[o.ID]++
	}
	for _, log := range logs {
		if err := visit.VerifyOps(log); err != nil {
			x.t.Fatal(err)
		}
	}
	for _, o := range x.arrived {
		if seen[o.id] != 1 {
			x.t.Fatalf("op %s is stored %d times", o.id, seen[o.id])
		}
	}
	if len(ops) != len(x.arrived) || paper.Report.Seq != len(ops) {
		x.t.Fatalf("%d ops are stored and %d counted, %d arrived", len(ops), paper.Report.Seq, len(x.arrived))
	}
	answers, comments, err := visit.Materialise(paper.List, ops)
	if err != nil {
		x.t.Fatal(err)
	}
	if d := cmp.Diff(paper.Report.Answers, answers) + cmp.Diff(paper.Report.Comments, comments); d != "" {
		x.t.Fatalf("the log gives something else:\n%s", d)
	}
}

func TestWhateverTheOrderTheReportIsWhatTheRuleGives(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, "coffee-kiosks")
		rounds, steps := 12, 60
		if testing.Short() {
			rounds = 3
		}
		for seed := range uint64(rounds) {
			x := &tangle{world: w, r: rand.New(rand.NewPCG(seed, 77)), visit: w.taken("buyer")}
			for range 3 {
				x.devices = append(x.devices, w.device(x.visit))
			}
			for range steps {
				x.step()
			}
			for _, d := range x.devices {
				if len(d.texts) > 0 {
					x.deliver(d, 1, len(d.texts))
				}
			}
			x.check()
		}
	})
}

func TestAChoiceOnThePlainPageSettlesTwoAnswers(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, "coffee-kiosks")
		id := w.taken("buyer")
		a, b := w.device(id), w.device(id)
		first := a.say("A3", `"no"`)
		a.all()
		second := b.say("A3", `"yes"`)
		b.all()
		paper := must(w.svc.Open(t.Context(), w.shopper, id))(t)
		if len(paper.Conflicts) != 1 || len(paper.Conflicts[0].Values) != 2 || paper.Conflicts[0].Values[0].Answer.Text != "no" {
			t.Fatalf("conflicts: %+v", paper.Conflicts)
		}
		if _, err := w.svc.Seal(t.Context(), w.shopper, id); err == nil || !strings.Contains(err.Error(), "You answered this twice.") {
			t.Errorf("sealing: %v", err)
		}
		shown := visit.Entry{Values: []string{"yes"}, Was: `"yes"`} // the one that is shown already
		if saved := must(w.svc.Save(t.Context(), w.shopper, id, map[string]visit.Entry{"A3": shown}))(t); saved.Changed != 0 {
			t.Error("a page that asked nothing settles something")
		}
		shown.Settles = []string{first, second}
		saved := must(w.svc.Save(t.Context(), w.shopper, id, map[string]visit.Entry{"A3": shown}))(t)
		if saved.Changed != 1 || len(saved.Paper.Conflicts) != 0 || string(saved.Paper.Report.Answers["A3"]) != `"yes"` {
			t.Errorf("after the choice: %d changed, %+v", saved.Changed, saved.Paper.Conflicts)
		}
	})
}

func TestATypedAnswerStandsBesideOneThatCameMeanwhile(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, "coffee-kiosks")
		id := w.taken("buyer")
		a := w.device(id)
		a.say("A3", `"no"`)
		a.all() // after the page was opened, which showed nothing
		e := visit.Entry{Values: []string{"yes"}, Was: "null"}
		saved := must(w.svc.Save(t.Context(), w.shopper, id, map[string]visit.Entry{"A3": e}))(t)
		if len(saved.Paper.Conflicts) != 1 {
			t.Errorf("the phone's answer is gone: %s", saved.Paper.Report.Answers["A3"])
		}
		e = visit.Entry{Values: []string{"not_observed"}, Was: `"yes"`}
		if saved = must(w.svc.Save(t.Context(), w.shopper, id, map[string]visit.Entry{"A3": e}))(t); len(saved.Paper.Conflicts) != 1 {
			t.Error("an answer takes the place of one that its page did not show")
		}
	})
}

func TestTheFormOfAVisitThatAPhoneFilledInSealsThePhonesLog(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, "coffee-kiosks")
		id := w.taken("non_buyer")
		d := w.device(id)
		d.passerBy()
		p := d.all()
		sealed, err := w.svc.Seal(t.Context(), w.shopper, id)
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.svc.SealPhone(t.Context(), w.shopper, d.sub, visit.SealInput{Head: d.head, Seq: p.Acked})
		if err != nil || r.Code != sealed.Receipt.Code || r.Submission != d.sub {
			t.Errorf("the phone's receipt %s, the page's %s, %v", r.Code, sealed.Receipt.Code, err)
		}
	})
}

// FuzzReadBatch: whatever comes, it is read or refused in words, and what is read hashes as it was sent.
func FuzzReadBatch(f *testing.F) {
	op := `{"seq":1,"id":"0192a1b2-0000-7000-8000-000000000001","q":"A3","v":"yes","base":null,"at":"2026-11-21T12:00:00Z","mono":5,"h":"` + strings.Repeat("0", 64) + `"}`
	frame := `{"device":"0192a1b2-0000-7000-8000-000000000002","visit":"0192a1b2-0000-4000-8000-000000000003","checklist":"x","ops":[` + op + `]}`
	for _, seed := range []string{
		frame, strings.Replace(frame, `"seq":1,`, `"seq" : 1 , `, 1), strings.Replace(frame, `"yes"`, `"\u00e9\ud83d\ude00"`, 1), `{`, `[]`, `{"ops":[{}]}`,
		strings.Replace(frame, op, op+","+op, 1), strings.Replace(frame, `"yes"`, `"\ud800"`, 1), strings.Replace(frame, `null`, `["a"]`, 1),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		b, err := visit.ReadBatch("0192a1b2-0000-7000-8000-000000000004", body)
		if err != nil {
			if err.Error() == "" {
				t.Error("refused without a word")
			}
			return
		}
		for _, op := range b.Ops {
			var was, is map[string]json.RawMessage
			if err := json.Unmarshal(op.Body, &is); err != nil {
				t.Fatalf("%s: %v", op.Body, err)
			}
			var whole struct{ Ops []json.RawMessage }
			if err := json.Unmarshal(body, &whole); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(whole.Ops[op.Seq-b.Ops[0].Seq], &was); err != nil {
				t.Fatal(err)
			}
			delete(was, "h")
			if d := cmp.Diff(was, is); d != "" {
				t.Fatalf("cutting out the hash changed the op:\n%s", d)
			}
		}
	})
}
