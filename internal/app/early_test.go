package app

import (
	"strings"
	"testing"

	"plainclothes/internal/browsertest"
)

func TestAPartThatIsNotOpenYetIsNotSentWithoutSignalEither(t *testing.T) {
	t.Parallel()
	s := sceneOf(t, "luxury-electronics", "accessory", 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	s.number(`UPDATE visits SET stages_sealed = '["salon"]', state = 'in_progress', started_at = taken_at RETURNING 1`)
	p.prepares(0)
	p.loses()
	p.goes(s.visitPath(0, "/check"))
	p.Until(`!document.querySelector("#early").hidden`)
	said := browsertest.Eval[string](p.Page, `document.querySelector("#early").innerText`)
	if !strings.HasPrefix(said, "“What came afterwards” cannot be sent yet. Opens ") || !strings.HasSuffix(said, ". What you answered is kept.") {
		t.Errorf("said: %s", said)
	}
	p.Click(`[form="seal"]`)
	p.Until(`["early", "missing"].includes(document.activeElement.id) && document.querySelector("#waiting").hidden`)
	if n := s.number(`SELECT count(*) FROM receipts`); n != 0 {
		t.Errorf("%d receipts", n)
	}
}
