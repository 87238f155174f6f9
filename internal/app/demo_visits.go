package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/programme"
	"plainclothes/internal/visit"
)

// demoBatch is how many visits of the past are made at once, demoWrite how many batches go into one transaction, and demoAhead how
// many may wait while one is written: few enough visits wait in memory, about 20 KB each, enough for each branch's sums to be written
// once for many of them, and enough that neither side waits for the other.
const (
	demoBatch = 500
	demoWrite = 4
	demoAhead = 2 * demoWrite
)

// makePast brings in published visits, month by month. Several make answers and scores while one writes: in the order of
// the slots, whoever is first, so that the same demo is made every time.
func (d *demoMaker) makePast() error {
	slots := d.slots()
	d.readyTalents()
	d.p.sayf("Making %d visits …", len(slots))
	ctx, cancel := context.WithCancel(d.p.ctx)
	defer cancel()
	return d.write(ctx, d.finishAll(ctx, slots), d.p.progress("visits", len(slots)))
}

// finished is a batch of visits of the past, or why there is none.
type finished struct {
	visits visit.Pasts
	err    error
}

// finishAll finishes the slots in batches; each comes through its own channel, in order.
func (d *demoMaker) finishAll(ctx context.Context, slots []slot) <-chan (<-chan finished) {
	order := make(chan (<-chan finished), demoAhead)
	free := make(chan struct{}, cores())
	go func() {
		defer close(order)
		for from := 0; from < len(slots); from += demoBatch {
			done := make(chan finished, 1)
			select {
			case order <- done:
			case <-ctx.Done():
				return
			}
			free <- struct{}{}
			go func() {
				defer func() { <-free }()
				done <- d.finish(ctx, slots[from:min(from+demoBatch, len(slots))])
			}()
		}
	}()
	return order
}

// finish makes one batch.
func (d *demoMaker) finish(ctx context.Context, slots []slot) (f finished) {
	if f.err = ctx.Err(); f.err != nil {
		return f
	}
	batch := make([]visit.Past, len(slots))
	for i, s := range slots {
		batch[i] = d.past(s)
	}
	f.visits, f.err = d.x.visits.Finish(ctx, d.owner, batch)
	return f
}

// write stores what was finished, several batches in one transaction.
func (d *demoMaker) write(ctx context.Context, order <-chan (<-chan finished), progress *progress) error {
	var wait []visit.Pasts
	for done := range order {
		f := <-done
		if f.err != nil {
			return f.err
		}
		if wait = append(wait, f.visits); len(wait) == demoWrite {
			if err := d.store(ctx, wait, progress); err != nil {
				return err
			}
			wait = nil
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.store(ctx, wait, progress)
}

func (d *demoMaker) store(ctx context.Context, batches []visit.Pasts, progress *progress) error {
	if len(batches) == 0 {
		return nil
	}
	if err := d.x.visits.Store(ctx, d.owner, batches...); err != nil {
		return err
	}
	for i := range batches {
		d.published += batches[i].Len()
	}
	progress.at(d.published)
	return nil
}

// readyTalents draws what branches are good at before several look at it.
func (d *demoMaker) readyTalents() {
	for i := range d.branches {
		b := &d.branches[i]
		for _, s := range d.programmeOf(b).p.Standards {
			b.talents[s.ID] = 0.4 * rng(b.Code+s.ID).NormFloat64()
		}
	}
}

// slot is one visit to make.
type slot struct {
	programme, branch, shopper int
	at                         time.Time
	id                         string
}

// nameSlots gives the slots ids that rise from one to the next and still look like any visit's: in tables of a million rows
// neighbours then stand together. No shopper of a demo has a secret that an order could tell.
func nameSlots(slots []slot) {
	r := rng("ids")
	step := uint64(1<<48) / uint64(max(len(slots), 1))
	for i := range slots {
		var id uuid.UUID
		binary.BigEndian.PutUint64(id[:8], (uint64(i)*step+r.Uint64N(step))<<16|r.Uint64N(1<<16))
		binary.BigEndian.PutUint64(id[8:], r.Uint64())
		id[6], id[8] = 0x40|id[6]&0x0f, 0x80|id[8]&0x3f
		slots[i].id = id.String()
	}
}

// slots spreads the visits over months, programmes and branches; every branch is seen by several shoppers.
func (d *demoMaker) slots() []slot {
	r := rng("slots")
	weight := 0.0
	for i := range d.branches {
		weight += float64(d.programmeOf(&d.branches[i]).p.Visit.VisitsPerBranch)
	}
	var out []slot
	for month := d.plan.months; month >= 1; month-- {
		first := time.Date(d.start.Year(), d.start.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, 1-month, 0)
		days := 28
		if month == 1 {
			days = max(d.start.Day()-1, 1)
		}
		for b := range d.branches {
			prog := d.programmeOf(&d.branches[b])
			want := float64(d.plan.visits) / float64(d.plan.months) * float64(prog.p.Visit.VisitsPerBranch) / weight
			for range int(math.Floor(want + r.Float64())) {
				at := first.AddDate(0, 0, r.IntN(days)).Add(time.Duration(8*60+r.IntN(9*60)) * time.Minute)
				out = append(out, slot{programme: d.indexOf(prog), branch: b, shopper: d.shopperFor(b, r), at: at})
			}
		}
	}
	nameSlots(out)
	return out
}

func (d *demoMaker) programmeOf(b *demoBranch) *demoProgramme {
	for i := range d.programs {
		if d.programs[i].file == b.file {
			return &d.programs[i]
		}
	}
	return &d.programs[0]
}

func (d *demoMaker) indexOf(p *demoProgramme) int {
	for i := range d.programs {
		if d.programs[i].id == p.id {
			return i
		}
	}
	return 0
}

// shopperFor prefers shoppers who live nearby and mixes in others, so that strict shoppers and weak branches can be
// told apart.
func (d *demoMaker) shopperFor(branch int, r *rand.Rand) int {
	n := len(d.shoppers)
	if r.Float64() < 0.3 {
		return r.IntN(n)
	}
	return (branch*7 + r.IntN(max(n/4, 3))) % n
}

// past makes one visit.
func (d *demoMaker) past(s slot) visit.Past {
	b, prog := &d.branches[s.branch], &d.programs[s.programme]
	v := d.visitor(b, prog, s.at, s.shopper)
	v.fill()
	return visit.Past{
		Branch: b.ID, Scenario: v.ctx.Scenario, Shopper: d.shoppers[s.shopper].member, Version: prog.version, At: s.at,
		Answers: v.wire, Comments: v.words, ID: s.id,
	}
}

// visitor prepares a visit at a time: the scenario by its share, the branch as it was then.
func (d *demoMaker) visitor(b *demoBranch, prog *demoProgramme, at time.Time, shopper int) *demoVisit {
	r := rand.New(rand.NewPCG(uint64(at.UnixNano()), uint64(shopper)<<32|uint64(len(b.Name)))) //nolint:gosec // believable data, not secrets
	years := d.start.Sub(at).Hours() / (24 * 365)
	v := &demoVisit{p: prog.p, r: r, at: at, branch: b, strict: d.shoppers[shopper].leniency - years*b.trend}
	v.ctx = programme.Context{Scenario: scenario(prog.p, b, r), Channel: string(b.Channel), Format: b.Format, Features: b.Features}
	return v
}

// scenario draws one by its share among those that the branch can host.
func scenario(p *programme.Programme, b *demoBranch, r *rand.Rand) string {
	total := 0
	var fit []programme.Scenario
	for _, s := range p.Scenarios {
		if s.Requires == "" || has(b.Features, s.Requires) {
			fit, total = append(fit, s), total+s.Share
		}
	}
	n := r.IntN(total)
	for _, s := range fit {
		if n -= s.Share; n < 0 {
			return s.ID
		}
	}
	return fit[0].ID
}

func has(list []string, x string) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

// findOut does what a task would do at night: it finds out about the branches of large programmes, so that nobody waits for
// the first page.
func (d *demoMaker) findOut() error {
	if d.published >= demoLarge {
		d.p.sayf("Comparing the branches …")
	}
	_, err := d.x.reports.Refit(d.p.ctx, d.owner.Org)
	return err
}

// demoLarge is from how many visits on comparing takes long enough to be told of.
const demoLarge = 50_000

// makePresent leaves something to do for everyone: open visits, some that the shopper has, some waiting for the editor.
func (d *demoMaker) makePresent() error {
	for i := range min(6, len(d.branches)) {
		if _, err := d.planOne(&d.branches[len(d.branches)-1-i], "", 3+i); err != nil {
			return err
		}
	}
	if err := d.shopperWork(); err != nil {
		return err
	}
	return d.editorWork()
}

// planOne plans a visit in some days.
func (d *demoMaker) planOne(b *demoBranch, shopper string, days int) (visit.Visit, error) {
	prog := d.programmeOf(b)
	made, err := d.x.visits.Plan(d.p.ctx, d.actors[auth.Scheduler], visit.PlanInput{
		Programme: prog.id, Branches: []string{b.ID}, Scenario: scenario(prog.p, b, rng(b.Name)), Shopper: shopper,
		Due: d.p.now().Add(time.Duration(days) * 24 * time.Hour).Truncate(time.Hour), IgnoreRotation: true,
	})
	if err != nil {
		return visit.Visit{}, err
	}
	return made[0], nil
}

// shopperWork gives the demo's shopper visits to make, one of them begun with a photo, and one sent back.
func (d *demoMaker) shopperWork() error {
	me := d.actors[auth.Shopper]
	for i := range min(3, len(d.branches)) {
		if _, err := d.planOne(&d.branches[i], me.Member, 2+2*i); err != nil {
			return err
		}
	}
	begun, err := d.planOne(&d.branches[min(3, len(d.branches)-1)], me.Member, 1)
	if err != nil {
		return err
	}
	_, err = d.x.visits.Save(d.p.ctx, me, begun.ID, map[string]visit.Entry{
		"A1": {Values: []string{"09:05"}}, "A3": {Values: []string{"yes"}}, "A4": {Values: []string{"yes"}},
	})
	if err != nil {
		return err
	}
	picture, err := demoPicture()
	if err != nil {
		return err
	}
	if _, err := d.x.visits.AddPhoto(d.p.ctx, me, begun.ID, "A3", bytes.NewReader(picture)); err != nil {
		return err
	}
	back, err := d.sealedBy(0, 0)
	if err != nil {
		return err
	}
	return d.x.visits.SendBack(d.p.ctx, d.actors[auth.Editor], back, []visit.Reason{
		{Text: "Thank you, a clear report. One thing: your story says the table was sticky, the checklist says it was clean. Which is right?"},
	})
}

// editorWork leaves reports in the queue, one of them accepted.
func (d *demoMaker) editorWork() error {
	for i := range min(7, len(d.branches)) {
		id, err := d.sealedBy(1+i%max(len(d.shoppers)-1, 1), i)
		if err != nil {
			return err
		}
		if i == 0 {
			if err := d.x.visits.Accept(d.p.ctx, d.actors[auth.Editor], id); err != nil {
				return err
			}
		}
	}
	return nil
}

// sealedBy is a report of today, sent by a shopper and waiting for an editor.
func (d *demoMaker) sealedBy(shopper, branch int) (string, error) {
	b := &d.branches[branch]
	planned, err := d.planOne(b, d.shoppers[shopper].member, 2)
	if err != nil {
		return "", err
	}
	at := d.p.now().Add(-time.Duration(2+branch) * time.Hour).Truncate(time.Minute)
	v := d.visitor(b, d.programmeOf(b), at, shopper)
	v.ctx.Scenario = planned.Scenario
	v.fill()
	program := auth.Actor{Org: d.owner.Org, Member: d.owner.Member, Program: true, Scopes: []auth.Scope{auth.ScopeVisits}}
	_, err = d.x.visits.Submit(d.p.ctx, program, planned.ID, visit.SubmitInput{
		ID: uuid.NewString(), Answers: v.wire, Comments: v.words, Visited: at,
	})
	return planned.ID, err
}

// demoPicture is a plain picture of a counter, drawn here so that nobody's photo is needed.
func demoPicture() ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			c := color.RGBA{R: 214, G: 204, B: 190, A: 255}
			switch {
			case y > 330:
				c = color.RGBA{R: 110, G: 78, B: 52, A: 255}
			case (x-320)*(x-320)+(y-250)*(y-250) < 70*70:
				c = color.RGBA{R: 245, G: 243, B: 238, A: 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 80})
	return b.Bytes(), err
}
