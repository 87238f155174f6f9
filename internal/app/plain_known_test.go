package app

import (
	"testing"

	"plainclothes/internal/browsertest"
)

func TestCheckAndSendKnowsWhatThisPhoneDidNotWrite(t *testing.T) {
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone, browsertest.LessMotion), 0)
	p.prepares(0)
	s.prefills(0, "A4") // by another phone, or by a plain form that was sent before its script was there
	p.goes(s.visitPath(0, "/check"))
	p.Until(`document.querySelector("#missing-title").textContent === "Still missing: 1"`)
	p.UntilText("Every price on the board")
}
