package programme

import (
	"slices"
	"testing"
	"time"
)

func TestTheMomentsOfAStageAreReadFromTheFile(t *testing.T) {
	for text, want := range map[string]Moment{
		"": {}, "at_start": {}, "at_arrival": {}, "+6h": {Span: 6 * time.Hour}, "+14d": {Span: 14 * 24 * time.Hour},
		"after:deliver": {Stage: "deliver"}, "on_event:parcel": {Event: "parcel"},
	} {
		s := Stage{Opens: text, Closes: text}
		if s.Begins() != want || s.Ends() != want {
			t.Errorf("%q: %+v %+v", text, s.Begins(), s.Ends())
		}
	}
}

func TestEventsAreThoseOfTheScenariosStages(t *testing.T) {
	p := &Programme{
		Stages: []Stage{
			{ID: "a", Opens: "on_event:parcel", Closes: "on_event:gone"}, {ID: "b", Opens: "on_event:parcel"}, {ID: "c", Opens: "on_event:never"},
		},
		Sections: []Section{{ID: "A", Stage: "a"}, {ID: "B", Stage: "b"}},
	}
	if got := Events(p, "any"); !slices.Equal(got, []string{"parcel", "gone"}) {
		t.Errorf("got %v", got)
	}
}
