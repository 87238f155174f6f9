package visit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// Moment is something that stages wait for.
type Moment struct {
	Kind MomentKind
	Name string // of the stage or the event
	At   time.Time
	Late bool // a stage that was sealed after it had closed
}

// MomentKind says what a Moment is about.
type MomentKind string

// The kinds.
const (
	StageSealed MomentKind = "sealed"
	Happened    MomentKind = "happened"
)

// moments are their rows: the first of a kind and name stays.
type moments interface {
	Moments(ctx context.Context, org, visit string) ([]Moment, error)
	AddMoment(ctx context.Context, org, visit string, m Moment) error
}

// StageTime is a stage of a visit by the clock.
type StageTime struct {
	programme.Stage
	Opens  time.Time     // zero while it is not known
	Closes time.Time     // zero for no end, or while it is not known
	Sealed time.Time     // zero: not yet
	Late   bool          // sealed after it had closed
	Span   time.Duration // opens that long after the first answer, which is not there yet
	Event  string        // opens when the shopper says that this happened; "" when it has
	After  string        // title of the stage that is to be sealed before; "" when it is
}

// Open reports whether the stage can be sealed.
func (t *StageTime) Open(now time.Time) bool { return !t.Opens.IsZero() && !now.Before(t.Opens) }

// Happening is the event that the stage waits for, in words.
func (t *StageTime) Happening() string { return strings.ReplaceAll(t.Event, "_", " ") }

// Waits says in words why the stage is not open, "" when it is. zone is the branch's.
func (t *StageTime) Waits(now time.Time, zone string) string {
	switch {
	case t.Open(now):
		return ""
	case !t.Opens.IsZero():
		return "Opens " + Clock24(t.Opens, now, zone)
	case t.Event != "":
		return "Opens when you have said that this happened: " + t.Happening()
	case t.After != "":
		return "Opens when “" + t.After + "” is sent"
	}
	return "Opens " + span(t.Span) + " after your first answer"
}

// Until says in words until when an open stage is to be sent, "" when there is no end.
func (t *StageTime) Until(now time.Time, zone string) string {
	switch {
	case t.Closes.IsZero() || !t.Open(now):
		return ""
	case now.After(t.Closes):
		return "Was to be sent by " + Clock24(t.Closes, now, zone) + ". Send it all the same"
	}
	return "To be sent by " + Clock24(t.Closes, now, zone)
}

// Clock24 writes a time as people say it who look at a calendar: "today 14:10", "tomorrow 14:10", "Wednesday 14:10",
// "3 December 14:10".
func Clock24(at, now time.Time, zone string) string {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	at, now = at.In(loc), now.In(loc)
	clock := at.Format("15:04")
	switch days := daysBetween(now, at); {
	case days == 0:
		return "today " + clock
	case days == 1:
		return "tomorrow " + clock
	case days == -1:
		return "yesterday " + clock
	case days > 1 && days < 7:
		return at.Format("Monday ") + clock
	}
	return at.Format("2 January ") + clock
}

// daysBetween counts midnights, whatever the length of a day when clocks change.
func daysBetween(from, to time.Time) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(to).Sub(day(from)) / (24 * time.Hour))
}

// span writes a duration of whole hours.
func span(d time.Duration) string {
	n, unit := int(d/time.Hour), "hour"
	if n >= 48 && n%24 == 0 {
		n, unit = n/24, "day"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// stageTimes works out when the stages of a visit open and close. What cannot be known yet is left zero.
func stageTimes(p *programme.Programme, v *Visit, done []Moment) []StageTime {
	stages := programme.StagesOf(p, v.Scenario)
	all := make([]StageTime, 0, len(stages))
	for _, st := range stages {
		t := StageTime{Stage: st}
		if m, ok := moment(done, StageSealed, st.ID); ok {
			t.Sealed, t.Late = m.At, m.Late
		}
		t.begin(v, all, done)
		t.end(all, done)
		all = append(all, t)
	}
	return all
}

// begin fills in when the stage opens. Before the first answer a stage that opens with the visit is open, too.
func (t *StageTime) begin(v *Visit, before []StageTime, done []Moment) {
	b := t.Begins()
	start := v.Started
	if start.IsZero() {
		start = v.Taken
	}
	switch {
	case b.Span > 0 && v.Started.IsZero():
		t.Span = b.Span
	case b.Span > 0:
		t.Opens = v.Started.Add(b.Span)
	case b.Event != "":
		if m, ok := moment(done, Happened, b.Event); ok {
			t.Opens = m.At
		} else {
			t.Event = b.Event
		}
	case b.Stage != "":
		t.afterStage(b.Stage, v, before, start)
	default:
		t.Opens = start
	}
}

// afterStage opens a stage with the sealing of an earlier one. One that the scenario does not have holds nothing up.
func (t *StageTime) afterStage(id string, v *Visit, before []StageTime, start time.Time) {
	i := slices.IndexFunc(before, func(o StageTime) bool { return o.ID == id })
	switch {
	case i < 0:
		t.Opens = start
	case !before[i].Sealed.IsZero():
		t.Opens = before[i].Sealed
	case slices.Contains(v.Stages, id):
		t.Opens = start // sealed before moments were kept
	default:
		t.After = before[i].Title
	}
}

// end fills in when the stage closes.
func (t *StageTime) end(before []StageTime, done []Moment) {
	e := t.Ends()
	switch {
	case e.Span > 0 && !t.Opens.IsZero():
		t.Closes = t.Opens.Add(e.Span)
	case e.Event != "":
		if m, ok := moment(done, Happened, e.Event); ok {
			t.Closes = m.At
		}
	case e.Stage != "":
		if i := slices.IndexFunc(before, func(o StageTime) bool { return o.ID == e.Stage }); i >= 0 {
			t.Closes = before[i].Sealed
		}
	}
}

func moment(all []Moment, kind MomentKind, name string) (Moment, bool) {
	i := slices.IndexFunc(all, func(m Moment) bool { return m.Kind == kind && m.Name == name })
	if i < 0 {
		return Moment{}, false
	}
	return all[i], true
}

// Present is the stage that is being filled in, nil without stages and when all are sealed.
func Present(all []StageTime, stage string) *StageTime {
	i := slices.IndexFunc(all, func(t StageTime) bool { return t.ID == stage })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// clocks loads what happened in a visit with stages and works out their times.
func (s *Service) clocks(ctx context.Context, tx Tx, v *Visit, list *Checklist) ([]StageTime, error) {
	if len(list.Programme.Stages) == 0 {
		return nil, nil
	}
	done, err := tx.Moments(ctx, v.Org, v.ID)
	if err != nil {
		return nil, err
	}
	return stageTimes(list.Programme, v, done), nil
}

// nextParts fills in which part of each visit is due, where there are parts and something is still to do.
func (s *Service) nextParts(ctx context.Context, tx Tx, rows []Row) error {
	for i := range rows {
		v := &rows[i].Visit
		if v.Version == "" || !v.State.Writable() {
			continue
		}
		list, err := s.lists.Get(ctx, tx, v.Org, v.Version)
		if err != nil {
			return err
		}
		times, err := s.clocks(ctx, tx, v, list)
		if err != nil {
			return err
		}
		rows[i].Next = Present(times, nextStage(programme.StagesOf(list.Programme, v.Scenario), v.Stages))
	}
	return nil
}

// Early says why the present stage cannot be sent yet, "" when it can: what it asks about has not happened.
func (p *Paper) Early(now time.Time) string {
	t := Present(p.Times, p.Stage)
	if t == nil || t.Open(now) {
		return ""
	}
	return "“" + t.Title + "” cannot be sent yet. " + t.Waits(now, p.Place.Zone) + ". What you answered is kept."
}

// answeredLast is when the last answer was given, as far as it is known: a phone may have had no signal when it was.
func answeredLast(ops []Op) (last time.Time) {
	for _, o := range ops {
		at := o.Corrected
		if at.IsZero() {
			at = o.Received
		}
		if !o.Late && at.After(last) {
			last = at
		}
	}
	return last
}

// stageSealed notes that the present stage was sealed, late or in time. Late is no reason to refuse it, and answers count
// that were given in time and sent later.
func (s *Service) stageSealed(ctx context.Context, tx Tx, p *Paper, now time.Time) error {
	t := Present(p.Times, p.Stage)
	if t == nil {
		return nil
	}
	t.Sealed = now
	if !t.Closes.IsZero() && now.After(t.Closes) {
		ops, err := tx.Ops(ctx, p.Visit.Org, p.Visit.ID)
		if err != nil {
			return err
		}
		t.Late = answeredLast(ops).After(t.Closes)
	}
	return tx.AddMoment(ctx, p.Visit.Org, p.Visit.ID, Moment{Kind: StageSealed, Name: p.Stage, At: now, Late: t.Late})
}

// Happened notes that something happened which a stage waits for: the shopper says so. The first time counts.
func (s *Service) Happened(ctx context.Context, a auth.Actor, id, event string) error {
	return wrap("note what happened", s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		j, err := s.own(ctx, tx, a, id, true)
		if err != nil {
			return err
		}
		if !slices.Contains(programme.Events(j.list.Programme, j.Scenario), event) {
			return oneField("event", "No part of this visit waits for that.")
		}
		if !j.State.Writable() {
			return fault.Newf(fault.Conflict, "This visit is %s, so nothing more is noted.", j.State.Words())
		}
		done, err := tx.Moments(ctx, a.Org, id)
		if err != nil {
			return err
		}
		if _, known := moment(done, Happened, event); known {
			return nil
		}
		now := s.now().UTC()
		if err := tx.AddMoment(ctx, a.Org, id, Moment{Kind: Happened, Name: event, At: now}); err != nil {
			return err
		}
		c, err := change(a, "visit.happened", j.Visit, map[string]string{"event": event})
		if err != nil {
			return err
		}
		return tx.Append(ctx, a.Org, now, c)
	}))
}
