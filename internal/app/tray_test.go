package app

import (
	"errors"
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/browsertest"
	"plainclothes/internal/roughtest"
)

// topsJS notes, picture for picture, where the last question stands on the page, from the first on that anybody sees.
const topsJS = `(() => {
	const tops = (window.tops = []);
	const look = () => {
		const last = [...document.querySelectorAll("[data-question]:not([hidden])")].at(-1);
		if (last && document.querySelector("#end")) tops.push(Math.round(last.getBoundingClientRect().top + scrollY));
		requestAnimationFrame(look);
	};
	requestAnimationFrame(look);
})()`

// stood fails the test when the last question stood in more than one place.
func (c *carrier) stood(where string) {
	c.s.t.Helper()
	tops := browsertest.Eval[[]int](c.Page, `new Promise(done => setTimeout(() => done(window.tops), 300))`)
	if len(tops) == 0 {
		c.s.t.Fatalf("%s: nothing was seen", where)
	}
	if places := slices.Compact(tops); len(places) > 1 {
		c.s.t.Errorf("%s: the last question stood at %d", where, places)
	}
}

// shownJS says whether the question shows so many photos, with their pictures.
const shownJS = `(n => [...document.querySelectorAll("#q-A3 .photo")].length === n && [...document.querySelectorAll("#q-A3 .photo")].every(li => li.querySelector("img")?.naturalWidth > 0)
	&& document.querySelector("#q-A3 input[capture]"))`

// shows waits until the question shows so many photos.
func (c *carrier) shows(photos int) {
	c.s.t.Helper()
	c.Until(shownJS + `(` + strconv.Itoa(photos) + `)`)
}

// shoots takes photos one after the other.
func (c *carrier) shoots(from, to int) {
	c.s.t.Helper()
	for n := from; n <= to; n++ {
		c.SetFiles(`#q-A3 input[capture]`, told(c.s.t))
		c.shows(n)
	}
}

// fits fails the test when the page sticks out of the window, or has what no finger hits.
func (c *carrier) fits(where string) {
	c.s.t.Helper()
	if clipped, small := browsertest.Eval[string](c.Page, clippedJS), browsertest.Eval[string](c.Page, smallJS); clipped+small != "" {
		c.s.t.Errorf("%s: %s; too small: %s", where, clipped, small)
	}
}

// pictured is a scene with a phone in whose section A a photo was taken and sent.
func pictured(t *testing.T, options ...browsertest.Option) (*scene, *carrier) {
	t.Helper()
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, append(options, browsertest.LessMotion)...), 0)
	p.prepares(0)
	p.at(0, "A")
	p.shoots(1, 1)
	p.says("Saved and sent")
	return s, p
}

// has fails the test when the server's report has not so many photos.
func (s *scene) has(photos int) {
	s.t.Helper()
	const query = `SELECT count(*) FROM photos WHERE visit_id = $1 AND removed_at IS NULL`
	for range 500 {
		if s.number(query, s.visits[0]) == photos {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Errorf("the server has %d photos, want %d", s.number(query, s.visits[0]), photos)
}

func TestNothingGoesFromUnderAFingerWhereAQuestionHasPhotos(t *testing.T) {
	s, p := pictured(t, browsertest.Window(320, 640))
	other := s.carries(browsertest.Start(t).Page(t, browsertest.Window(320, 640), browsertest.LessMotion), 0)
	other.BeforeScripts(topsJS)
	other.at(0, "A")
	other.shows(1)
	other.stood("another phone's photo")
	p.BeforeScripts(topsJS)
	p.at(0, "A")
	p.shows(1)
	p.stood("one photo, from the server")
	p.fits("a section with a photo")
	p.loses()
	p.at(0, "A")
	p.shows(1)
	p.stood("one photo, from the phone")
	p.shoots(2, 5)
	p.at(0, "A")
	p.shows(5)
	p.stood("more rows, only on the phone")
	if kept := browsertest.Eval[int](p.Page, `Math.round(parseFloat(getComputedStyle(document.querySelector("#q-A3 [data-photo]")).marginBottom))`); kept != 0 {
		t.Errorf("room of %d pixels is kept beside the photos", kept)
	}
}

func TestAPhotoThatWasRemovedOnThePhoneLeavesTheServersPage(t *testing.T) {
	s, p := pictured(t, browsertest.Phone)
	s.gate.Decide(func(r *http.Request) roughtest.Fate {
		if to(http.MethodPost, "/ops")(r) {
			return roughtest.Fate{Kind: roughtest.Refuse}
		}
		return roughtest.Fate{}
	})
	p.Click(`#q-A3 [data-remove]`)
	p.Until(`!document.querySelector("#q-A3 [data-tray]")`)
	p.at(0, "A")
	if drawn := browsertest.Eval[string](p.Page, `fetch(location.href).then(r => r.text())`); !strings.Contains(drawn, "data-tray") {
		t.Fatal("the server knows of it already")
	}
	p.Until(`document.querySelector("#q-A3 input[capture]") && !document.querySelector("#q-A3 .photo")`)
	s.gate.Decide(roughtest.Smooth)
	p.says("Saved and sent")
	s.has(0)
}

func TestAPhotoThatOnlyTheServerKnowsIsShownAndCanBeRemoved(t *testing.T) {
	s, p := pictured(t, browsertest.Phone)
	plain := s.carries(browsertest.Start(t).Page(t, browsertest.Phone, browsertest.NoScript), 0)
	plain.goes(s.visitPath(0, "/photos/A3"))
	plain.SetFiles("#f-choose", pencil(t))
	plain.Follow(`main form[enctype] button`)
	s.has(2)
	p.at(0, "A")
	p.shows(2)
	p.Click(`#q-A3 .photo:last-child [data-remove]`)
	p.shows(1)
	p.says("Saved and sent")
	s.has(1)
}

func TestAButtonOfAPhotoThatIsPressedBeforeItsScriptIsThereDoesItsWork(t *testing.T) {
	s, p := pictured(t, browsertest.Phone)
	p.BeforeScripts(`document.addEventListener("DOMContentLoaded", () => document.querySelector("[data-remove]")?.click())`)
	p.at(0, "A")
	p.Until(`document.querySelector("#q-A3 input[capture]") && !document.querySelector("#q-A3 .photo")`)
	if at := browsertest.Eval[string](p.Page, `location.pathname`); at != s.visitPath(0, "/s/A") {
		t.Errorf("it led to %s", at)
	}
	s.has(0)
}

func TestWithoutScriptPhotosAreSeenAtTheirQuestionAndLeadToWhereTheyAreRemoved(t *testing.T) {
	s, _ := pictured(t, browsertest.Phone)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Window(320, 640), browsertest.NoScript), 0)
	p.goes(s.visitPath(0, "/s/A"))
	p.Until(`document.querySelector("#q-A3 .photo img").naturalWidth > 0`)
	if box := browsertest.Eval[[2]float64](p.Page, `(b => [b.width, b.height])(document.querySelector("#q-A3 .photo img").getBoundingClientRect())`); box[0] < 80 || box[0] != box[1] {
		t.Errorf("the picture is %v", box)
	}
	p.fits("a section")
	p.taps("A4", "yes")
	p.Follow(`#q-A3 [data-remove]`)
	p.Until(`location.pathname.endsWith("/photos/A3")`)
	p.fits("the photos of a question")
	s.answered(0, "A4", `"yes"`)
	p.Follow(`.photo form button`)
	s.has(0)
	p.goes(s.visitPath(0, "/s/A"))
	if p.Has(`.photo`) {
		t.Error("a photo that was removed is at its question")
	}
}

func TestAPhoneThatKeepsNothingShowsTheServersPhotosAndLeadsToWhereTheyAreRemoved(t *testing.T) {
	s, _ := pictured(t, browsertest.Phone)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.BeforeScripts(`Object.defineProperty(globalThis, "indexedDB", {value: undefined})`)
	p.at(0, "A")
	p.Until(`document.querySelector("#q-A3 .photo img")?.naturalWidth > 0`)
	p.taps("A4", "yes")
	p.Follow(`#q-A3 [data-remove]`)
	p.Until(`location.pathname.endsWith("/photos/A3")`)
	s.answered(0, "A4", `"yes"`)
}

// pencil is the file of a small picture that no other is like.
func pencil(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pencil.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, image.NewGray(image.Rect(0, 0, 300, 200))), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}
