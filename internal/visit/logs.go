package visit

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"plainclothes/internal/evidence"
	"plainclothes/internal/programme"
)

// Logs is how a report came in, for its editor.
type Logs struct {
	Devices []DeviceLog // that said something, the first in front
	Late    []Addition  // what came after its part was sent, in the order of arrival
	Last    time.Time   // when the last answer of the report was given, by clocks set right; zero: nothing was said
	Due     time.Time
}

// DeviceLog is one device's log.
type DeviceLog struct {
	Device string // "form", "program", or an id
	Ops    int
	Clock  Clock
}

// Addition is something that came late. It is no part of the report.
type Addition struct {
	Question *programme.Question // nil for a moment that was tapped
	What     AdditionKind
	Answer   programme.Answer // of an answer
	Words    string           // of a comment; name of a tapped moment
	Photo    *evidence.Photo  // of a photo whose bytes are here
	At       time.Time        // by a clock set right
	Received time.Time
}

// AdditionKind says what an Addition is.
type AdditionKind string

// The kinds of addition.
const (
	LateAnswer  AdditionKind = "answer"
	LateComment AdditionKind = "comment"
	LatePhoto   AdditionKind = "photo"
	LateRemoval AdditionKind = "removal" // of a photo
	LateTap     AdditionKind = "tap"
)

// InTime reports whether the last answer was given before the visit was due; when it arrived does not count.
func (l *Logs) InTime() bool { return !l.Last.After(l.Due) }

// logs reads how a report came in.
func (s *Service) logs(ctx context.Context, tx Tx, p *Paper) (Logs, error) {
	out := Logs{Due: p.Visit.Due}
	subs, err := tx.Submissions(ctx, p.Visit.Org, p.Visit.ID)
	if err != nil {
		return out, err
	}
	for _, sub := range subs {
		if sub.Seq > 0 {
			out.Devices = append(out.Devices, DeviceLog{sub.Device, sub.Seq, sub.Clock})
		}
	}
	ops, err := tx.Ops(ctx, p.Visit.Org, p.Visit.ID)
	if err != nil {
		return out, err
	}
	photos, err := tx.LatePhotos(ctx, p.Visit.Org, p.Visit.ID)
	if err != nil {
		return out, err
	}
	for _, o := range arrived(ops) {
		at := o.Corrected
		if at.IsZero() {
			at = o.Received
		}
		switch {
		case o.Late:
			if a, ok := p.addition(o, at); ok {
				a.picture(o, photos)
				out.Late = append(out.Late, a)
			}
		case at.After(out.Last) && !o.tap():
			out.Last = at
		}
	}
	return out, nil
}

func (o *Op) tap() bool {
	var b opBody
	return json.Unmarshal(o.Body, &b) == nil && strings.HasPrefix(b.Field, tapPrefix)
}

// picture joins a late photo with its bytes, if they are here.
func (a *Addition) picture(o Op, photos []evidence.Photo) {
	var b opBody
	if a.What != LatePhoto || json.Unmarshal(o.Body, &b) != nil {
		return
	}
	if i := slices.IndexFunc(photos, func(p evidence.Photo) bool { return PhotoField(p.ID) == b.Field }); i >= 0 {
		a.Photo = &photos[i]
	}
}

// addition reads a late op; false for one that says nothing.
func (p *Paper) addition(o Op, at time.Time) (Addition, bool) {
	var b opBody
	if json.Unmarshal(o.Body, &b) != nil {
		return Addition{}, false // only checked ones are stored
	}
	a := Addition{At: at, Received: o.Received}
	kind, id := fieldOf(b.Field)
	switch kind {
	case tapPrefix:
		a.What, a.Words = LateTap, id
		return a, true
	case photoPrefix:
		a.What = LateRemoval
		var t told
		if string(b.Value) != "null" && json.Unmarshal(b.Value, &t) == nil {
			a.What, id = LatePhoto, t.Question
		}
	case commentSuffix:
		a.What = LateComment
		var words *string
		if json.Unmarshal(b.Value, &words) == nil && words != nil {
			a.Words = *words
		}
	default:
		a.What = LateAnswer
	}
	q, _, ok := p.List.Programme.Question(id)
	if ok {
		a.Question = q
	}
	if a.What == LateAnswer && ok {
		a.Answer, _ = programme.ParseAnswer(q, b.Value) // it was read when it came in
	}
	return a, ok || a.What == LateRemoval
}
