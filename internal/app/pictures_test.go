package app

import (
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/browsertest"
)

// TestTheReadmesPictures makes them from the demo when PLAINCLOTHES_SCREENSHOTS names the folder, which .ci/screenshots
// does, and always looks whether the pages are what the README says of them.
func TestTheReadmesPictures(t *testing.T) {
	d := startDemo(t, "")
	s := d.signedIn(t, auth.Shopper, browsertest.Phone, browsertest.Sharp, browsertest.LessMotion)
	s.begins(leeds)
	s.follow(`.dock button[value="next"]`)
	s.write("B1", "0:22")
	s.tap("B2", "good")
	s.next()
	s.tap("C1", "yes")
	s.tap("C2", "did_not_know_checked")
	s.Fill(`[name="c.C2"]`, "She asked her colleague about oats and came back with a clear no.")
	s.tap("C3", "something_that_fitted_what")
	s.tap("C4", "yes")
	s.tap("C5", "not_observed")
	s.next()
	s.follow(`.bar button[value="back"]`)
	s.Until(`document.querySelector("#answered").textContent === "5 of 6 answered" && document.querySelector("#chip").textContent === "Saved and sent"`)
	s.sees("Ordering", "5 of 6 answered", "Did not know, checked", "Saved and sent")
	s.Screenshot("phone")

	o := d.signedIn(t, auth.Owner, browsertest.Window(1180, 2010), browsertest.LessMotion)
	o.open(o.comparison())
	o.sees("How branches compare", "League table", "Real difference or luck?", "Twelve months")
	if rows := browsertest.Eval[int](o.Page, `document.querySelectorAll("table.league tbody tr").length`); rows < 10 {
		t.Errorf("%d branches are compared", rows)
	}
	o.Screenshot("compare")
}
