package app

import (
	"bytes"
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

// demoBatch is how many visits of the past go into one transaction.
const demoBatch = 500

// makePast brings in published visits, month by month.
func (d *demoMaker) makePast() error {
	slots := d.slots()
	progress := d.p.progress("visits", len(slots))
	d.p.sayf("Making %d visits …", len(slots))
	for from := 0; from < len(slots); from += demoBatch {
		if err := d.p.ctx.Err(); err != nil {
			return err
		}
		batch := make([]visit.Past, 0, demoBatch)
		for _, s := range slots[from:min(from+demoBatch, len(slots))] {
			batch = append(batch, d.past(s))
		}
		if err := d.x.visits.BringIn(d.p.ctx, d.owner, batch); err != nil {
			return err
		}
		d.published += len(batch)
		progress.at(d.published)
	}
	return nil
}

// slot is one visit to make.
type slot struct {
	programme, branch, shopper int
	at                         time.Time
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
				out = append(out, slot{d.indexOf(prog), b, d.shopperFor(b, r), at})
			}
		}
	}
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
		Answers: v.wire, Comments: v.words,
	}
}

// visitor prepares a visit at a time: the scenario by its share, the branch as it was then.
func (d *demoMaker) visitor(b *demoBranch, prog *demoProgramme, at time.Time, shopper int) *demoVisit {
	r := rand.New(rand.NewPCG(uint64(at.UnixNano()), uint64(shopper)<<32|uint64(len(b.Name)))) //nolint:gosec // believable data, not secrets
	for _, s := range prog.p.Standards {
		if _, ok := b.talents[s.ID]; !ok {
			b.talents[s.ID] = 0.4 * rng(b.Code+s.ID).NormFloat64()
		}
	}
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
