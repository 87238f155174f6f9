package app

import (
	"context"
	"testing"
)

func TestMemoryIsGivenBackOnceAfterEachLoad(t *testing.T) {
	const mb = 1 << 20
	var r rest
	total := uint64(0)
	for n, step := range []struct {
		asked uint64 // since the look before
		want  bool
	}{
		{30 * mb, false}, {40 * mb, false}, // work
		{0, false}, {mb / 2, false}, {mb, true}, // the third quiet look
		{0, false}, {0, false}, {0, false}, {0, false}, // nothing was done since
		{2 * mb, false}, {0, false}, {0, false}, {0, false}, // too little to be worth it
		{3 * mb, false}, {0, false}, {0, false}, {0, true}, // together enough
		{50 * mb, false}, {0, false}, {0, false}, {2 * mb, false}, {0, false}, {0, false}, {0, true}, // a pause is no rest
	} {
		total += step.asked
		got := r.look(total)
		if got != step.want {
			t.Errorf("step %d: %v", n, got)
		}
		if got {
			r.given(total)
		}
	}
}

func TestWhatIsAllocatedIsCounted(t *testing.T) {
	before := allocated()
	kept := make([][]byte, 0, 64)
	for range 64 {
		kept = append(kept, make([]byte, 1<<16))
	}
	if got := allocated() - before; got < 64<<16 {
		t.Errorf("%d bytes were counted for %d slices", got, len(kept))
	}
}

func TestGivingBackEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	giveBack(ctx) // returns
}
