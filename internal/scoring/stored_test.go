package scoring

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plainclothes/internal/programme"
)

func TestOldAnswersAreReadAsEachChecklistUnderstandsThem(t *testing.T) {
	choice := programme.Question{ID: "B", Kind: programme.Choice, Options: []programme.Option{{Code: "yes", Points: 3, HasPoints: true}}}
	old := Compile(flatProgramme(yesNo("A", 100), yesNo("B", 100), yesNo("C", 100)))
	now := Compile(flatProgramme(yesNo("A", 100), choice, yesNo("D", 100)))
	r := NewStoredReader(now, old)
	for range 2 { // what is left of one visit must not reach the next
		got, err := r.Read([]byte(` {"A":"yes", "B" : "no","C":"yes","X":[1,{"y":2}],"D":null} `))
		if err != nil {
			t.Fatal(err)
		}
		yes, no := programme.Answer{State: programme.Answered, Text: "yes"}, programme.Answer{State: programme.Answered, Text: "no"}
		want := []programme.Answers{{"A": yes}, {"A": yes, "B": no, "C": yes}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if got, err := r.Read([]byte(`{}`)); err != nil || len(got[0])+len(got[1]) != 0 {
			t.Errorf("%v, %v", got, err)
		}
	}
	for _, bad := range []string{``, `[]`, `{"A":"yes"`, `{"A" "yes"}`, `null`} {
		if _, err := r.Read([]byte(bad)); err == nil {
			t.Errorf("%s is read", bad)
		}
	}
}
