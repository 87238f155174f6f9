package visit

import (
	"testing"
	"time"

	"plainclothes/internal/programme"
)

// shop is a programme with every kind of moment.
func shop() *programme.Programme {
	section := func(stage string) programme.Section { return programme.Section{ID: stage, Stage: stage} }
	return &programme.Programme{
		Visit: programme.VisitPlan{ReportDueHours: 24},
		Stages: []programme.Stage{
			{ID: "order", Title: "Ordering", Opens: "at_start", Closes: "+12h"},
			{ID: "call", Title: "Calling back", Opens: "+24h", Closes: "+96h"},
			{ID: "deliver", Title: "Unpacking", Opens: "on_event:parcel", Closes: "+14d"},
			{ID: "return", Title: "Sending back", Opens: "after:deliver", Closes: "on_event:refund"},
			{ID: "lost", Title: "Lost", Opens: "after:gone", Closes: "after:order"},
		},
		Sections: []programme.Section{section("order"), section("call"), section("deliver"), section("return"), section("lost")},
	}
}

func at(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }

func TestStagesOpenAndCloseByTheirMoments(t *testing.T) {
	v := &Visit{Taken: at(1, 8), Started: at(2, 9)}
	for name, c := range map[string]struct {
		stage         string
		done          []Moment
		opens, closes time.Time
	}{
		"at the start":                {"order", nil, at(2, 9), at(2, 21)},
		"a day later":                 {"call", nil, at(3, 9), at(7, 9)},
		"before the event":            {"deliver", nil, time.Time{}, time.Time{}},
		"after the event":             {"deliver", []Moment{{Kind: Happened, Name: "parcel", At: at(5, 10)}}, at(5, 10), at(19, 10)},
		"a stage of the event's name": {"deliver", []Moment{{Kind: StageSealed, Name: "parcel", At: at(5, 10)}}, time.Time{}, time.Time{}},
		"before its stage":            {"return", nil, time.Time{}, time.Time{}},
		"after its stage":             {"return", []Moment{{Kind: StageSealed, Name: "deliver", At: at(6, 1)}}, at(6, 1), time.Time{}},
		"closed by an event":          {"return", []Moment{{Kind: StageSealed, Name: "deliver", At: at(6, 1)}, {Kind: Happened, Name: "refund", At: at(9, 1)}}, at(6, 1), at(9, 1)},
		"after a stage not had":       {"lost", nil, at(2, 9), time.Time{}},
		"closed by a stage":           {"lost", []Moment{{Kind: StageSealed, Name: "order", At: at(3, 3)}}, at(2, 9), at(3, 3)},
	} {
		got := Present(stageTimes(shop(), v, c.done), c.stage)
		if got == nil || !got.Opens.Equal(c.opens) || !got.Closes.Equal(c.closes) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestAStageSaysInWordsWhyItIsNotOpenAndUntilWhenItIs(t *testing.T) {
	v, now := &Visit{Taken: at(1, 8), Started: at(2, 14)}, at(2, 15)
	times := func(done ...Moment) []StageTime { return stageTimes(shop(), v, done) }
	for stage, want := range map[string]string{
		"order": "", "call": "Opens tomorrow 14:00", "deliver": "Opens when you have said that this happened: parcel", "return": "Opens when “Unpacking” is sent",
	} {
		if got := Present(times(), stage).Waits(now, "Europe/London"); got != want {
			t.Errorf("%s: %q", stage, got)
		}
	}
	if got := Present(stageTimes(shop(), &Visit{Taken: at(1, 8)}, nil), "call").Waits(now, "UTC"); got != "Opens 24 hours after your first answer" {
		t.Errorf("before the first answer: %q", got)
	}
	order := Present(times(), "order")
	for when, want := range map[time.Time]string{
		at(2, 15): "To be sent by tomorrow 02:00", at(3, 2): "To be sent by today 02:00", at(3, 3): "Was to be sent by today 02:00. Send it all the same",
	} {
		if got := order.Until(when, "UTC"); got != want {
			t.Errorf("at %v: %q", when, got)
		}
	}
	if got := Present(times(), "call").Until(now, "UTC"); got != "" {
		t.Errorf("not open, but %q", got)
	}
}

func TestTimesAreSaidAsPeopleSayThem(t *testing.T) {
	now := time.Date(2026, 3, 28, 23, 30, 0, 0, time.UTC) // Saturday; the night after is short in Leeds
	for when, want := range map[time.Time]string{
		now.Add(10 * time.Minute): "today 23:40", now.Add(time.Hour): "tomorrow 00:30", now.Add(24 * time.Hour): "Monday 00:30",
		now.AddDate(0, 0, -1): "yesterday 23:30", now.AddDate(0, 0, 5): "Friday 00:30", now.AddDate(0, 0, 7): "5 April 00:30", now.AddDate(0, 0, -2): "26 March 23:30",
	} {
		if got := Clock24(when, now, "Europe/London"); got != want {
			t.Errorf("%v: %q, want %q", when, got, want)
		}
	}
	if got := Clock24(now, now, "nowhere"); got != "today 23:30" {
		t.Errorf("an unknown zone: %q", got)
	}
	for d, want := range map[time.Duration]string{time.Hour: "1 hour", 24 * time.Hour: "24 hours", 48 * time.Hour: "2 days", 50 * time.Hour: "50 hours"} {
		if got := span(d); got != want {
			t.Errorf("%v: %q", d, got)
		}
	}
}

func TestAReportIsDueAfterTheVisitAndNotBeforeItsLastStageCloses(t *testing.T) {
	plain := &programme.Programme{Visit: programme.VisitPlan{ReportDueHours: 24}}
	for name, c := range map[string]struct {
		p    *programme.Programme
		v    Visit
		done []Moment
		want time.Time
	}{
		"not begun":                 {plain, Visit{Due: at(10, 0)}, nil, at(11, 0)},
		"begun in time":             {plain, Visit{Due: at(10, 0), Started: at(9, 0)}, nil, at(11, 0)},
		"begun late":                {plain, Visit{Due: at(10, 0), Started: at(10, 5)}, nil, at(11, 5)},
		"the parcel may still come": {shop(), Visit{Due: at(3, 0), Taken: at(1, 0), Started: at(2, 0)}, nil, at(17, 0)},
		"the parcel came late":      {shop(), Visit{Due: at(3, 0), Taken: at(1, 0), Started: at(2, 0)}, []Moment{{Kind: Happened, Name: "parcel", At: at(10, 0)}}, at(25, 0)},
	} {
		if got := reportEnd(c.p, &c.v, stageTimes(c.p, &c.v, c.done)); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestDistancesOnTheEarth(t *testing.T) {
	for _, c := range []struct{ lat1, lon1, lat2, lon2, want, off float64 }{
		{53.8, -1.5, 53.8, -1.5, 0, 0.001},
		{0, 0, 0, 1, 111_195, 1},                          // a degree on the mean sphere
		{90, 0, -90, 0, 20_015_115, 1},                    // half the way round
		{51.5007, -0.1246, 48.8584, 2.2945, 340_553, 300}, // Big Ben to the Eiffel Tower, about 340.5 km
		{0, 179.9999, 0, -179.9999, 22.24, 0.01},          // across the date line
		{53.7997, -1.5492, 53.79975, -1.5492, 5.56, 0.01},
	} {
		if got := metres(c.lat1, c.lon1, c.lat2, c.lon2); got < c.want-c.off || got > c.want+c.off {
			t.Errorf("%+v: %f", c, got)
		}
	}
}

func TestACheckInIsSaidInStepsThatItIsWorth(t *testing.T) {
	for want, c := range map[string]CheckIn{
		"The shopper did not say where he was.":                               {Refused: true},
		"A place was given (±25 m), but nobody has said where the branch is.": {Accuracy: 25},
		"About 40 m from the branch (±25 m).":                                 {HasDistance: true, Distance: 38, Accuracy: 21.4},
		"About 350 m from the branch (±10 m).":                                {HasDistance: true, Distance: 346, Accuracy: 8},
		"About 1.2 km from the branch (±1.0 km).":                             {HasDistance: true, Distance: 1234, Accuracy: 999},
		"About 38 km from the branch (±0 m).":                                 {HasDistance: true, Distance: 38_400},
	} {
		if got := c.Words(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for distance, want := range map[float64]bool{100: false, 299: false, 301: true} {
		if c := (CheckIn{HasDistance: true, Distance: distance, Accuracy: 25}); c.Far() != want {
			t.Errorf("%f m: %v", distance, c.Far())
		}
	}
}

func TestTheLastAnswerCountsWhenItWasGivenNotWhenItCame(t *testing.T) {
	ops := []Op{
		{Received: at(9, 9), Corrected: at(3, 9)}, {Received: at(4, 9)}, {Received: at(2, 9), Corrected: at(2, 8)}, {Received: at(8, 9), Corrected: at(8, 9), Late: true},
	}
	if got := answeredLast(ops); !got.Equal(at(4, 9)) {
		t.Errorf("got %v", got)
	}
}
