package app

import (
	"testing"

	"plainclothes/internal/browsertest"
)

func TestAPhotoTakenAgainTakesThePlaceOfTheOldOne(t *testing.T) {
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.prepares(0)
	p.at(0, "A")
	p.SetFiles(`#q-A3 input[capture]`, told(t))
	p.Until(`document.querySelectorAll("#q-A3 .photo img").length === 1`)
	first := browsertest.Eval[string](p.Page, `document.querySelector("#q-A3 .photo img").src`)
	p.Click(`#q-A3 [data-retake]`)
	p.SetFiles(`#q-A3 input[capture]`, twelveMegapixels(t))
	p.Until(`document.querySelectorAll("#q-A3 .photo img").length === 1 && document.querySelector("#q-A3 .photo img").src !== "` + first + `"`)
	p.says("Saved and sent")
	if n := s.number(`SELECT count(*) FROM photos WHERE visit_id = $1 AND removed_at IS NULL`, s.visits[0]); n != 1 {
		t.Errorf("the server shows %d photos", n)
	}
	p.SetFiles(`#q-A3 input[capture]`, told(t))
	p.Until(`document.querySelectorAll("#q-A3 .photo img").length === 2`)
}
