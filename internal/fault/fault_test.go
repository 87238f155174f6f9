package fault_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"plainclothes/internal/fault"
)

func TestAKindSurvivesWrapping(t *testing.T) {
	err := fmt.Errorf("load visit: %w", fault.Missing("visit"))
	if got := fault.KindOf(err); got != fault.NotFound {
		t.Fatalf("kind = %v, want NotFound", got)
	}
	if fault.Is(err, fault.Conflict) || fault.Is(nil, fault.Internal) {
		t.Fatal("Is says yes to another kind or to no error")
	}
}

func TestAnUnknownErrorIsOurs(t *testing.T) {
	if got := fault.KindOf(errors.New("disk on fire")); got != fault.Internal {
		t.Fatalf("kind = %v, want Internal", got)
	}
}

func TestFieldsAreAnErrorOnlyWhenSomethingIsWrong(t *testing.T) {
	var bad fault.Fields
	if err := bad.Err(); err != nil {
		t.Fatalf("nothing wrong, but Err() = %v", err)
	}
	bad.Add("title", "Give the checklist a title.")
	bad.Addf("fee", "The fee is at most %d.", 500)
	f, ok := fault.As(bad.Err())
	if !ok || f.Kind != fault.Invalid || len(f.Fields) != 2 || f.Fields[1].Message != "The fee is at most 500." {
		t.Fatalf("fault = %+v", f)
	}
}

func TestTheCauseIsKeptForTheLog(t *testing.T) {
	cause := errors.New("connection reset")
	f := fault.Retry(fault.Busy, "Try again in a moment.", time.Second)
	f.Cause = cause
	if !errors.Is(f, cause) || f.RetryAfter != time.Second {
		t.Fatalf("fault = %+v", f)
	}
}
