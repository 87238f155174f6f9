package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/roughtest"
	"plainclothes/internal/visit"
)

// roughVisits is how many visits the tests of a rough line make.
const roughVisits = 200

// errand is one visit in the hands of one shopper with one or two phones.
type errand struct {
	first, second *handset // second is nil for most
	lines         []*roughtest.Line
	wire          map[string]json.RawMessage // the answers of a whole report
	words         map[string]string          // and its comments
	receipt       proof
}

// errandOf draws one visit: what is answered, on how many phones, and what the line does to it.
func (r *rehearsal) errandOf(t *testing.T, i int, base string, odds roughtest.Odds) *errand {
	t.Helper()
	seed := uint64(i) + 1
	luck := rand.New(rand.NewPCG(seed, 7))
	e := &errand{}
	e.wire, e.words = r.answersOf(t, luck)
	phone := func() *handset {
		line := roughtest.NewLine(&http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Second}, odds.Decider(seed<<8|uint64(len(e.lines))))
		e.lines = append(e.lines, line)
		return newHandset(base, r.sessions[i], r.visits[i], rand.New(rand.NewPCG(seed, uint64(len(e.lines)))), line)
	}
	e.first = phone()
	if luck.IntN(4) == 0 {
		e.second = phone()
	}
	return e
}

// answersOf are the answers of a visitor who buys nothing, drawn by luck.
func (r *rehearsal) answersOf(t *testing.T, luck *rand.Rand) (map[string]json.RawMessage, map[string]string) {
	t.Helper()
	src, _ := demo.File("coffee-kiosks")
	p, problems := programme.Parse(src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	v := demoVisit{
		p: p, r: luck, at: time.Now(), branch: &demoBranch{skill: luck.NormFloat64(), talents: map[string]float64{}},
		ctx: programme.Context{Scenario: "non_buyer", Channel: "store", Format: "kiosk", Features: []string{"has_seating"}},
	}
	v.fill()
	return v.wire, v.words
}

// fields are the fields of the report in a drawn order.
func (e *errand) fields(luck *rand.Rand) []string {
	var all []string
	for q := range e.wire {
		all = append(all, q)
	}
	for q := range e.words {
		all = append(all, q+".comment")
	}
	slices.Sort(all)
	luck.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// value is what a field ends with.
func (e *errand) value(field string) json.RawMessage {
	if q, ok := strings.CutSuffix(field, ".comment"); ok {
		return json.RawMessage(mustJSON(e.words[q]))
	}
	return e.wire[field]
}

// runs makes the visit, from accepting it to a receipt that holds.
func (e *errand) runs(ctx context.Context) error {
	if err := e.first.accepts(ctx); err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	if e.second != nil {
		if err := e.meddles(ctx); err != nil {
			return fmt.Errorf("the second phone: %w", err)
		}
	}
	if err := e.writes(ctx); err != nil {
		return fmt.Errorf("fill in: %w", err)
	}
	if err := e.ends(ctx); err != nil {
		return err
	}
	for _, l := range e.lines {
		l.Deliver() //nolint:contextcheck // what is late has a context of its own: nobody waits for it
	}
	return e.staysSent(ctx)
}

// meddles answers a few questions on another phone before.
func (e *errand) meddles(ctx context.Context) error {
	h := e.second
	if err := h.accepts(ctx); err != nil {
		return err
	}
	for _, f := range e.fields(h.luck)[:4] {
		h.put(f, e.otherwise(h, f), nil)
	}
	h.takes("A3")
	e.first.others = h.photos
	return h.drains(ctx)
}

// otherwise is a value for a field that is not always the one that it ends with.
func (e *errand) otherwise(h *handset, field string) json.RawMessage {
	if strings.HasSuffix(field, ".comment") {
		return json.RawMessage(mustJSON("What the other phone has of it: " + field))
	}
	return e.value(field)
}

// writes answers everything with changes of mind, photos and sending in between.
func (e *errand) writes(ctx context.Context) error {
	h := e.first
	for _, f := range e.fields(h.luck) {
		if h.luck.IntN(8) == 0 {
			h.put(f, json.RawMessage("null"), nil)
		}
		h.put(f, e.value(f), nil)
		switch h.luck.IntN(12) {
		case 0:
			h.takes("A3")
		case 1:
			if p := h.todo(); p != nil {
				h.drops(p)
			}
		case 2, 3, 4:
			if h.acked < len(h.ops) {
				if err := h.sendsOps(ctx); err != nil {
					return err
				}
			}
		case 5:
			if err := h.drains(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// ends sends what is left and closes what the server says is missing, until there is a receipt.
func (e *errand) ends(ctx context.Context) error {
	h := e.first
	for range 40 {
		if h.luck.IntN(3) > 0 { // or too early, which must be told
			if err := h.drains(ctx); err != nil {
				return fmt.Errorf("drain: %w", err)
			}
		}
		p, lacks, err := h.seals(ctx)
		if err != nil {
			return err
		}
		if p.Code != "" {
			e.receipt = p
			return h.verifies(p)
		}
		if err := e.settles(ctx, lacks); err != nil {
			return err
		}
	}
	return errors.New("no receipt after 40 tries")
}

// settles does what the server asks for before it gives a receipt.
func (e *errand) settles(ctx context.Context, lacks standing) error {
	h := e.first
	for _, m := range lacks.Missing {
		if _, answered := e.wire[m.Q]; !answered && h.acked == len(h.ops) {
			h.takes(m.Q)
		}
	}
	if len(lacks.Conflicts) == 0 {
		return nil
	}
	p, err := h.pack(ctx)
	if err != nil {
		return err
	}
	for _, f := range lacks.Conflicts {
		var base []string
		for _, head := range p.Fields[f] {
			base = append(base, head.Op)
		}
		h.put(f, e.value(f), base)
	}
	return nil
}

// staysSent asks for the receipt once more, on the phone and as a stranger, and adds something late.
func (e *errand) staysSent(ctx context.Context) error {
	h := e.first
	p, _, err := h.seals(ctx)
	if err != nil {
		return fmt.Errorf("seal again: %w", err)
	}
	if p.Bytes != e.receipt.Bytes || p.Sig != e.receipt.Sig || p.Code != e.receipt.Code {
		return fmt.Errorf("the seal repeated gives another receipt: %+v, first %+v", p, e.receipt)
	}
	if e.second == nil {
		return nil
	}
	e.second.put("A3.comment", json.RawMessage(`"Came after sending."`), nil)
	return e.second.drains(ctx)
}

// proves shows the receipt to a stranger.
func (e *errand) proves(ctx context.Context) error {
	res, err := e.first.page(ctx, "/receipt/"+e.receipt.Code)
	if err == nil && (res.status != http.StatusOK || !strings.Contains(string(res.body), "unchanged")) {
		err = fmt.Errorf("the receipt's page answers %d %s", res.status, res.body)
	}
	return err
}

// runAll runs errands, a few at a time, and reports those that fail.
func runAll(t *testing.T, errands []*errand) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	turn := make(chan struct{}, 6)
	for i, e := range errands {
		wg.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			if err := e.runs(ctx); err != nil {
				t.Errorf("visit %d: %v", i, err)
			}
		})
	}
	wg.Wait()
}

// stored fails unless the database has every op of every phone exactly as it was written, once, and every visit is received.
func (r *rehearsal) stored(t *testing.T, errands []*errand) {
	t.Helper()
	x := r.openNow()
	defer func() { _ = x.close() }()
	for i, e := range errands {
		for _, h := range []*handset{e.first, e.second} {
			if h == nil {
				continue
			}
			if err := h.sameAs(t.Context(), x); err != nil {
				t.Errorf("visit %d: %v", i, err)
			}
		}
	}
	var left, ops int
	row := x.store.Pool().QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM visits WHERE state <> $1), (SELECT count(*) FROM ops)`, string(visit.Received))
	if err := row.Scan(&left, &ops); err != nil || left != 0 {
		t.Errorf("%d visits are not received, %v", left, err)
	}
	want, lost, requests := 0, 0, 0
	for _, e := range errands {
		for _, h := range []*handset{e.first, e.second} {
			if h != nil {
				want += len(h.ops)
			}
		}
		for _, l := range e.lines {
			for _, entry := range l.Log() {
				requests++
				if entry.Fate != roughtest.Pass {
					lost++
				}
			}
		}
	}
	if ops != want {
		t.Errorf("%d ops are stored, %d were written", ops, want)
	}
	t.Logf("%d visits, %d ops, %d requests, %d of them with a fate", len(errands), ops, requests, lost)
}

// sameAs compares the phone's log with the server's.
func (h *handset) sameAs(ctx context.Context, x *parts) error {
	rows, err := x.store.Pool().QueryContext(ctx, `SELECT seq, op_id, body, hash FROM ops WHERE submission_id = $1 ORDER BY seq`, h.submission)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	n := 0
	for ; rows.Next(); n++ {
		var w written
		if err := rows.Scan(&w.Seq, &w.ID, &w.Body, &w.Hash); err != nil {
			return err
		}
		if n >= len(h.ops) || w.Seq != h.ops[n].Seq || w.ID != h.ops[n].ID || w.Body != h.ops[n].Body || w.Hash != h.ops[n].Hash {
			return fmt.Errorf("op %d is stored as %+v", n+1, w)
		}
	}
	if n != len(h.ops) {
		return fmt.Errorf("%d of %d ops are stored", n, len(h.ops))
	}
	return rows.Err()
}

// holds runs the program's own check of everything that is stored.
func (r *rehearsal) holds(t *testing.T) {
	t.Helper()
	if code, out, errs := r.run("verify"); code != 0 {
		t.Errorf("verify ends with %d: %s%s", code, out, errs)
	}
}

func TestOnARoughLineEveryOpArrivesOnceAndEveryVisitEndsInATrueReceipt(t *testing.T) {
	n := roughVisits
	if testing.Short() {
		n = 30
	}
	r := rehearse(t, "coffee-kiosks", "non_buyer", n)
	p := r.process("")
	var errands []*errand
	for i := range r.visits {
		errands = append(errands, r.errandOf(t, i, p.url(), roughtest.Rough()))
	}
	runAll(t, errands)
	if err := errands[0].proves(t.Context()); err != nil {
		t.Error(err)
	}
	p.kill()
	r.stored(t, errands)
	r.holds(t)
}

func TestThroughKillsAndRestartsOfTheServerNothingAcknowledgedIsLost(t *testing.T) {
	n := roughVisits
	if testing.Short() {
		n = 10
	}
	r := rehearse(t, "coffee-kiosks", "non_buyer", n)
	p := r.process("")
	var errands []*errand
	for i := range r.visits {
		e := r.errandOf(t, i, p.url(), roughtest.Odds{Lost: .02, Mute: .04, Late: .02, Twice: .03})
		e.first.client.Timeout = 5 * time.Second
		errands = append(errands, e)
	}
	ended := make(chan struct{})
	kills := make(chan int)
	go func() { kills <- p.killsAtRandom(ended) }()
	runAll(t, errands)
	close(ended)
	t.Logf("killed and restarted %d times", <-kills)
	p.kill()
	r.stored(t, errands)
	r.holds(t)
}

// killsAtRandom kills the program and starts it again, at random moments, until ended or often enough; it gives how
// often. A slow start is followed by as long a life, or nothing would ever be done.
func (p *process) killsAtRandom(ended <-chan struct{}) int {
	luck, start := rand.New(rand.NewPCG(11, 13)), time.Duration(0)
	for n := range 40 {
		select {
		case <-ended:
			return n
		case <-time.After(start + time.Duration(200+luck.IntN(1500))*time.Millisecond):
		}
		began := time.Now()
		p.kill()
		p.start()
		start = time.Since(began)
	}
	<-ended
	return 40
}
