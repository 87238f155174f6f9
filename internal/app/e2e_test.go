package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"plainclothes/internal/auth"
	"plainclothes/internal/browsertest"
	"plainclothes/internal/store/pgtest"
)

// demoSite is the program showing its small demo, as somebody new to it starts it.
type demoSite struct {
	*server
	dir     string
	links   map[auth.Role]string // one-time sign-in links, as printed
	browser *browsertest.Browser
}

var printedLink = regexp.MustCompile(`(?m)^(\S+)\s+(http://\S+/link/\S+)$`)

// startDemo runs "demo --small" until the test ends; database "" is the SQLite file of its folder.
func startDemo(t *testing.T, database string) *demoSite {
	t.Helper()
	b := browsertest.Start(t)
	ctx, stop := context.WithCancel(context.Background())
	d := &demoSite{server: &server{t: t, stop: stop, ended: make(chan int, 1)}, dir: filepath.Join(t.TempDir(), "demo"), links: map[auth.Role]string{}, browser: b}
	address := freeAddress(t)
	d.url = "http://" + address
	args := []string{"demo", "--small", "--addr=" + address, "--dir=" + d.dir, "--database=" + database}
	go func() {
		d.ended <- Run(ctx, args, func(string) string { return "" }, strings.NewReader(""), &d.stdout, &d.stderr)
	}()
	t.Cleanup(func() { d.halt() })
	d.await()
	for _, m := range printedLink.FindAllStringSubmatch(d.stdout.String(), -1) {
		d.links[auth.Role(m[1])] = m[2]
	}
	if len(d.links) != len(auth.Roles()) {
		t.Fatalf("links printed: %s", d.stdout.String())
	}
	return d
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// await waits until the demo answers; making it takes seconds, on a busy machine many.
func (d *demoSite) await() {
	d.t.Helper()
	for range 1200 {
		select {
		case code := <-d.ended:
			d.t.Fatalf("the demo ended with %d: %s", code, d.stderr.String())
		case <-time.After(50 * time.Millisecond):
		}
		res, err := (&http.Client{Timeout: time.Second}).Get(d.url + "/healthz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
	}
	d.t.Fatalf("the demo never answers: %s", d.stderr.String())
}

// person is somebody of the demo in front of a browser, in which nothing may go wrong.
type person struct {
	*browsertest.Page
	t    *testing.T
	site *demoSite
}

// newcomer is somebody who has not signed in.
func (d *demoSite) newcomer(t *testing.T, options ...browsertest.Option) *person {
	t.Helper()
	p := &person{d.browser.Page(t, options...), t, d}
	host := strings.TrimPrefix(d.url, "http://")
	err := chromedp.Listen(p.Context(), func(event any) {
		e, ok := event.(*network.EventRequestWillBeSent)
		if !ok {
			return
		}
		if u, err := url.Parse(e.Request.URL); err != nil || u.Host != host && u.Scheme != "data" && u.Scheme != "blob" {
			t.Errorf("a page asks elsewhere: %s", e.Request.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// linked is somebody who came in through the link that the demo printed.
func (d *demoSite) linked(t *testing.T, role auth.Role, options ...browsertest.Option) *person {
	t.Helper()
	p := d.newcomer(t, options...)
	p.open(strings.TrimPrefix(d.links[role], d.url))
	p.follow(`form[action^="/link/"] button`)
	return p
}

// signedIn is somebody who came in with the demo's password.
func (d *demoSite) signedIn(t *testing.T, role auth.Role, options ...browsertest.Option) *person {
	t.Helper()
	p := d.newcomer(t, options...)
	p.open("/sign-in")
	p.Fill("[name=email]", demoEmail(string(role)))
	p.Fill("[name=password]", demoPassword)
	p.follow(`form:has([name=password]) button`)
	return p
}

// open goes to a page of the site.
func (p *person) open(path string) {
	p.t.Helper()
	if status := p.Open(p.site.url + path); status != http.StatusOK {
		p.t.Fatalf("%s answers %d", path, status)
	}
	p.calm()
}

// follow goes on by a link or button, to a page that is there.
func (p *person) follow(css string) {
	p.t.Helper()
	p.calm()
	if status := p.Follow(css); status != http.StatusOK {
		p.t.Fatalf("%s leads to %s, which answers %d", css, p.URL(), status)
	}
	p.calm()
}

// calm fails when the browser has something to complain about.
func (p *person) calm() {
	p.t.Helper()
	if bad := p.Problems(); len(bad) > 0 {
		p.t.Errorf("%s: %q", p.URL(), bad)
	}
}

// tap chooses an answer by its label.
func (p *person) tap(question, answer string) {
	p.t.Helper()
	p.Click(`label.ans:has(input[name="a.` + question + `"][value="` + answer + `"])`)
}

// write types an answer.
func (p *person) write(question, answer string) {
	p.t.Helper()
	p.Fill(`[name="a.`+question+`"]`, answer)
}

// next saves the section and goes on.
func (p *person) next() {
	p.t.Helper()
	p.follow(`.dock button[value="next"]`)
}

// text reads what the page says in one step, so that no reload can come between finding and reading.
func (p *person) text(css string) string {
	p.t.Helper()
	return browsertest.Eval[string](p.Page, `document.querySelector(`+strconv.Quote(css)+`)?.innerText ?? ""`)
}

// sees fails unless the page says a text.
func (p *person) sees(texts ...string) {
	p.t.Helper()
	all := p.text("body")
	for _, text := range texts {
		if !strings.Contains(all, text) {
			p.t.Errorf("%s does not say %q but\n%s", p.URL(), text, all)
		}
	}
}

// shown reports whether a question is on the page for the eye.
func (p *person) shown(question string) bool {
	p.t.Helper()
	return browsertest.Eval[bool](p.Page, `document.querySelector('[data-question="`+question+`"]')?.offsetParent != null`)
}

// fetch gets a text of the site with the person's session.
func (p *person) fetch(path string) string {
	p.t.Helper()
	return browsertest.Eval[string](p.Page, `fetch(`+strconv.Quote(path)+`).then(r => r.text())`)
}

// onBoth runs a test on a small demo in each database.
func onBoth(t *testing.T, test func(t *testing.T, d *demoSite)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, startDemo(t, "")) })
	t.Run("postgres", func(t *testing.T) {
		test(t, startDemo(t, pgtest.DB(t)))
	})
}

const (
	kettle      = "Copper Kettle Kiosks — Every Cup Counts"
	leeds       = "Leeds, Briggate"
	whole       = "I queued behind four people, was seen at once, asked about oat milk, got a straight answer, paid and had a good drink in my hand before the bus came."
	whereabouts = "53.7997N 1.5492W by the shopper's phone"
)

func TestTheMainPathFromAShoppersPhoneToAManagersComparison(t *testing.T) {
	onBoth(t, func(t *testing.T, d *demoSite) {
		m := d.linked(t, auth.RegionalManager, browsertest.Desk)
		compare := m.comparison()
		before := m.visitsOf(compare, leeds)
		s := d.linked(t, auth.Shopper, browsertest.Phone)
		visit := s.begins(leeds)
		s.fillsIn()
		first := s.closesGaps(visit, true)
		e := d.linked(t, auth.Editor, browsertest.Desk)
		e.sendsBack(visit, "Which milk did you ask about?")
		second := s.corrects(visit, "Which milk did you ask about?")
		if first == second {
			t.Errorf("both reports have the receipt %s", first)
		}
		if got := m.visitsOf(compare, leeds); got != before {
			t.Errorf("%d visits before anything is published, %d at first", got, before)
		}
		e.publishes(visit)
		if got := m.visitsOf(compare, leeds); got != before+1 {
			t.Errorf("%d visits after publishing, %d before", got, before)
		}
		o := d.linked(t, auth.Owner, browsertest.Desk)
		o.raisesATarget()
		m.open(strings.Replace(compare, "/compare/branches", "/compare/standards", 1))
		if head := m.text(".heat thead"); !strings.Contains(head, "99") || strings.Contains(head, "80") {
			t.Errorf("the manager's page shows the targets %s", head)
		}
		m.Screenshot("e2e-compare")
	})
}

func TestAShopperNeedsNoScript(t *testing.T) {
	onBoth(t, func(t *testing.T, d *demoSite) {
		s := d.signedIn(t, auth.Shopper, browsertest.Phone, browsertest.NoScript)
		visit := s.begins("Birmingham, New St")
		s.sectionA()
		s.sectionB()
		s.sectionC()
		s.write("D1", "1:42")
		s.tap("D3", "no")
		s.tap("D5", "lukewarm")
		s.tap("D6", "yes")
		if s.shown("D4") {
			t.Error("a question that nothing asks for is on show")
		}
		s.next()
		s.sees("One more thing is asked here now.")
		s.tap("D4", "good")
		s.Fill(`[name="c.D3"]`, "It had cow's milk in it; a new one came at once.")
		s.next()
		s.sectionE()
		s.tap("O1", "9")
		s.write("O2", "Too short.")
		s.write("O4", "09:17")
		s.next()
		s.closesGaps(visit, false)
	})
}

// begins opens a visit from the list and its checklist from the brief.
func (p *person) begins(branch string) (visit string) {
	p.t.Helper()
	p.open("/visits")
	if !browsertest.Eval[bool](p.Page, `(() => { for (const a of document.querySelectorAll("[aria-labelledby=todo] a.list-row"))
		if (a.querySelector("strong").textContent === `+strconv.Quote(branch)+`) { a.id = "wanted"; return true } return false })()`) {
		p.t.Fatalf("no visit to %s to do: %s", branch, p.text("main"))
	}
	p.follow("#wanted")
	p.sees("Buyer", "Buy one hot drink", "£9.00")
	visit = regexp.MustCompile(`/visits/([^/?#]+)`).FindStringSubmatch(p.URL())[1]
	p.follow(".dock a.button")
	return visit
}

// fillsIn goes through the checklist as a buyer with script, and leaves three things out.
func (p *person) fillsIn() {
	p.t.Helper()
	p.opensWords()
	p.sectionA()
	p.sectionB()
	p.sectionC()
	p.asksOn()
	p.next()
	p.sectionE()
	p.tap("O1", "9")
	p.write("O2", "Too short.")
	p.write("O4", "09:17")
	p.Screenshot("e2e-words")
	p.next()
}

// opensWords sees the words beside an answer open and close at once.
func (p *person) opensWords() {
	p.t.Helper()
	const open = `document.querySelector('[name="c.A3"]').offsetParent !== null`
	if browsertest.Eval[bool](p.Page, open) {
		p.t.Error("words are asked for before there is an answer")
	}
	p.tap("A3", "no")
	p.Until(open)
	p.Until(`/^Saved (on phone|and sent)$/.test(document.querySelector("#chip").textContent) && /^1 of [67] answered$/.test(document.querySelector("#answered").textContent)`)
	p.tap("A3", "yes")
	p.Until("!(" + open + ")")
}

func (p *person) sectionA() {
	p.t.Helper()
	p.write("A1", "09:05")
	p.write("A2", "4")
	p.tap("A3", "yes")
	p.tap("A5", "na")
	if p.shown("A6") {
		p.tap("A6", "yes")
	}
	p.tap("A7", "yes")
	p.Screenshot("e2e-section")
	p.next() // A4 is forgotten
}

func (p *person) sectionB() {
	p.t.Helper()
	p.write("B1", "0:22")
	p.tap("B2", "wow")
	p.tap("B3", "yes") // on show because four people were waiting
	p.next()
}

func (p *person) sectionC() {
	p.t.Helper()
	p.tap("C1", "yes")
	p.tap("C2", "answered_correctly_straight_away")
	p.tap("C3", "something_that_fitted_what")
	p.tap("C4", "yes")
	p.tap("C5", "na")
	p.write("C6", "3,40")
	p.Screenshot("e2e-choices")
	p.next()
}

// asksOn answers about the drink; questions come and go with the answers that they depend on.
func (p *person) asksOn() {
	p.t.Helper()
	if p.shown("D2") || p.shown("D4") {
		p.t.Error("questions are on show that nothing asks for")
	}
	p.Click(`[data-question="D1"] [data-type]`)
	p.Type(`[name="a.D1"]`, "5:42")
	p.Until(`document.querySelector('[data-question="D2"]').offsetParent !== null`)
	p.write("D1", "1:42")
	p.Until(`document.querySelector('[data-question="D2"]').offsetParent === null`)
	p.tap("D3", "no")
	p.Until(`document.querySelector('[data-question="D4"]').offsetParent !== null`)
	p.tap("D3", "yes")
	p.Until(`document.querySelector('[data-question="D4"]').offsetParent === null`)
	p.tap("D5", "pleasant_to_drink")
	p.tap("D6", "yes")
}

func (p *person) sectionE() {
	p.t.Helper()
	p.tap("E1", "yes")
	p.tap("E2", "no")
	p.next()
}

// closesGaps goes to what "Check and send" names, one after the other, sends, and gives the receipt.
func (p *person) closesGaps(visit string, script bool) (receipt string) {
	p.t.Helper()
	check := "/visits/" + visit + "/check"
	p.Until(`document.querySelector("#missing-title").textContent === "Still missing: 3" && document.querySelector('a.list-row[href$="#q-O2"]') !== null`)
	p.sees("Still missing: 3", "Every price on the board", "Tell the visit as a short story", "Photo of the receipt")
	p.cannotSend(script)
	p.Screenshot("e2e-missing")
	p.follow(`a.list-row[href$="#q-A4"]`)
	p.tap("A4", "yes")
	p.next()
	p.open(check)
	p.follow(`a.list-row[href$="#q-O2"]`)
	p.write("O2", whole)
	p.next()
	p.Until(`document.querySelector("#missing-title").textContent === "Still missing: 1"`)
	if script {
		p.takesPhoto()
	} else {
		p.addsPhoto()
	}
	p.next()
	p.Until(`!document.querySelector("#whole").hidden`)
	p.sees("Everything is there.")
	return p.sends(visit)
}

// cannotSend fails when a report with gaps can be sent: the button is dead, or, with script, leads to what is missing.
func (p *person) cannotSend(script bool) {
	p.t.Helper()
	const dead = `document.querySelector("button[form=seal]").disabled`
	if !script {
		if !browsertest.Eval[bool](p.Page, dead) {
			p.t.Error("a report with gaps can be sent")
		}
		return
	}
	p.Until("!" + dead)
	p.Click("button[form=seal]")
	p.Until(`document.activeElement.id === "missing" && document.title.startsWith("Error: ")`)
}

// takesPhoto adds a photo where the question is asked; it is kept on the phone and sent from there.
func (p *person) takesPhoto() {
	p.t.Helper()
	p.follow(`a.list-row[href$="/s/O#q-O3"]`)
	p.Until(`document.querySelector('[data-question="O3"] .take input:not([capture])') !== null`)
	p.SetFiles(`[data-question="O3"] .take input:not([capture])`, told(p.t))
	p.Until(`document.querySelector('[data-question="O3"] .photo img')?.naturalWidth > 0`)
	p.Until(`document.querySelector('[data-question="O3"] .photo .fine').textContent === "sent"`)
	p.site.keepsNoPlace(p.t)
	p.Screenshot("e2e-photo")
}

// addsPhoto sends a photo that knows where it was taken; what is kept does not.
func (p *person) addsPhoto() {
	p.t.Helper()
	p.follow(`a.list-row[href$="/photos/O3"]`)
	p.SetFiles("#f-choose", told(p.t))
	p.follow(`main form[enctype] button`)
	p.sees("1 photo saved and sent.")
	p.Until(`document.querySelector(".photo img").naturalWidth > 0`)
	kept := browsertest.Eval[string](p.Page, `fetch(document.querySelector(".photo img").src).then(r => r.arrayBuffer()).then(b => new TextDecoder("latin1").decode(b))`)
	if !strings.HasPrefix(kept, "ÿØÿ") {
		p.t.Errorf("the kept photo is no JPEG: %.20q", kept)
	}
	p.site.keepsNoPlace(p.t)
	p.Screenshot("e2e-photo")
	p.follow(".dock a.button")
}

// keepsNoPlace fails when a kept file says what the shopper's phone had put into it.
func (d *demoSite) keepsNoPlace(t *testing.T) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(filepath.Join(d.dir, "media"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte("Exif")) || bytes.Contains(b, []byte(whereabouts)) {
			t.Errorf("%s still has what the camera wrote", path)
		}
		return err
	})
	if err != nil || files < 2 { // the demo's own picture and this one
		t.Errorf("%d photos kept, %v", files, err)
	}
}

// told is a photo with the place in its Exif part, like those of a phone.
func told(t *testing.T) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for i := range m.Pix {
		m.Pix[i] = byte(i / 640)
	}
	m.Set(3, 3, color.White)
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, m, nil); err != nil {
		t.Fatal(err)
	}
	exif := exifPart()
	photo := append([]byte{0xFF, 0xD8, 0xFF, 0xE1}, binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))...)
	photo = append(append(photo, exif...), plain.Bytes()[2:]...)
	path := filepath.Join(t.TempDir(), "IMG_2041.jpg")
	if err := os.WriteFile(path, photo, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// exifPart is a directory of one text and a reference to a directory of one place, as cameras write them.
func exifPart() []byte {
	b := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08")
	entry := func(tag, kind uint16, count, value uint32) {
		b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, tag), kind)
		b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, count), value)
	}
	b = append(b, 0, 2)
	entry(0x010E, 2, uint32(len(whereabouts)+1), 8+2+24+4+2+12+4)
	entry(0x8825, 4, 1, 8+2+24+4)
	b = append(b, 0, 0, 0, 0, 0, 1)
	entry(0x0001, 2, 2, uint32('N')<<24)
	b = append(b, 0, 0, 0, 0)
	return append(append(b, whereabouts...), 0)
}

// sends seals the report and gives the receipt.
func (p *person) sends(visit string) (receipt string) {
	p.t.Helper()
	p.Click("button[form=seal]")
	p.Until(`document.querySelector("#receipt")?.textContent > ""`)
	receipt = p.text("#receipt")
	if !regexp.MustCompile(`^[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}$`).MatchString(receipt) {
		p.t.Errorf("receipt %q", receipt)
	}
	p.sees("1 photo")
	p.Screenshot("e2e-sent")
	p.open("/visits/" + visit)
	p.sees(receipt)
	return receipt
}

// sendsBack opens a report from the queue and asks about it.
func (p *person) sendsBack(visit, reason string) {
	p.t.Helper()
	p.open("/review")
	p.Screenshot("e2e-queue")
	p.follow(`a[href="/review/` + visit + `"]`)
	p.sees(whole, "1:42")
	p.Screenshot("e2e-report")
	p.follow(`#decide a[href^="/review/` + visit + `/send-back"]`)
	p.Fill("[name=reason]", reason)
	p.follow(`button[value=send]`)
	p.open("/review")
	if p.Has(`a[href="/review/` + visit + `"]`) {
		p.t.Error("a report that is with its shopper still waits for the editor")
	}
}

// corrects reads the reason, changes an answer, replies and sends again.
func (p *person) corrects(visit, reason string) (receipt string) {
	p.t.Helper()
	p.open("/visits")
	p.follow(`[aria-labelledby=back] a[href="/visits/` + visit + `"]`)
	p.sees("Sent back to you", reason)
	p.Screenshot("e2e-back")
	p.Fill("[name=reason]", "Oat milk. I have added it to the story.")
	p.follow(`form[action$="/reply"] button`)
	p.sees("Oat milk. I have added it to the story.")
	p.open("/visits/" + visit + "/s/O")
	p.write("O2", whole+" It was oat milk.")
	p.next()
	return p.sends(visit)
}

// publishes accepts and publishes the corrected report.
func (p *person) publishes(visit string) {
	p.t.Helper()
	p.open("/review")
	p.follow(`a[href="/review/` + visit + `"]`)
	p.sees("It was oat milk.", "Oat milk. I have added it to the story.")
	p.follow(`form[action="/review/` + visit + `/accept"] button`)
	p.open("/review/" + visit)
	p.follow(`form[action="/review/` + visit + `/publish"] button`)
	p.open("/review/" + visit)
	p.sees("published")
}

// comparison is the address of the kiosks' comparison, chosen in the filter.
func (p *person) comparison() string {
	p.t.Helper()
	p.open("/compare/branches")
	if !p.Has("#filter[open]") {
		p.Click("#filter > summary")
	}
	programme := browsertest.Eval[string](p.Page, `[...document.querySelector("#f-programme").options].find(o => o.text === `+strconv.Quote(kettle)+`).value`)
	p.Fill("#f-programme", programme)
	p.follow(".filter-form button")
	p.sees("League table")
	if !browsertest.Eval[bool](p.Page, `document.querySelector("main").textContent.includes("Level B.")`) {
		p.t.Error("the kiosks are too few to compare on level B")
	}
	return strings.TrimPrefix(p.URL(), p.site.url)
}

// visitsOf reads how many visits a branch has, in the league table and in its CSV.
func (p *person) visitsOf(compare, branch string) int {
	p.t.Helper()
	p.open(compare)
	shown := browsertest.Eval[int](p.Page, `Number([...document.querySelectorAll("table.league tbody tr")]
		.find(r => r.querySelector("th").textContent === `+strconv.Quote(branch)+`).lastElementChild.textContent)`)
	u, err := url.Parse(compare)
	if err != nil {
		p.t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^[^,]+,"?` + branch + `"?,Yorkshire,kiosk,(\d+),`).FindStringSubmatch(p.fetch("/compare.csv?" + u.RawQuery))
	if m == nil {
		p.t.Fatalf("the CSV does not have %s", branch)
	}
	if m[1] != strconv.Itoa(shown) {
		p.t.Errorf("%d visits on the page, %s in the CSV", shown, m[1])
	}
	return shown
}

// raisesATarget edits a standard, reads what that would do, and publishes it.
func (p *person) raisesATarget() {
	p.t.Helper()
	p.open("/standards")
	p.follow(`nav a[href]:is(` + p.linkNamed(kettle) + `)`)
	p.follow(`#s-K5 a[href$="/K5/edit"]`)
	p.Fill("[name=good_target]", "99")
	p.follow(`main form button`)
	p.open(strings.TrimPrefix(browsertest.Eval[string](p.Page, `location.pathname.replace(/\/draft.*/, "")`), p.site.url))
	p.sees("There is a draft of version 2.")
	p.follow(`.notice a[href$="/draft"]`)
	if p.Has(`a[href*="/draft?try=1"]`) {
		p.follow(`a[href*="/draft?try=1"]`)
	}
	p.sees("Leave lighter (K5)", "the target for Good rises from 80 % to 99 %")
	p.ScreenshotAll("e2e-what-if")
	if table := p.text("table.verdicts"); !strings.Contains(table, "Leave lighter") || !regexp.MustCompile(`\p{L}, \p{L}`).MatchString(table) {
		p.t.Errorf("what-if names no branch: %q", table)
	}
	p.Fill("[name=note]", "Thanking everyone is what guests talk about.")
	p.follow("#publish button")
	p.open(strings.TrimPrefix(browsertest.Eval[string](p.Page, `location.href.replace(/\/versions.*|\?.*|#.*/, "")`), p.site.url) + "/versions")
	p.sees("Thanking everyone is what guests talk about.")
}

// linkNamed is a selector of the link with a text.
func (p *person) linkNamed(text string) string {
	p.t.Helper()
	href := browsertest.Eval[string](p.Page, `[...document.links].find(a => a.textContent.trim() === `+strconv.Quote(text)+`)?.getAttribute("href") ?? ""`)
	if href == "" {
		p.t.Fatalf("%s has no link %q", p.URL(), text)
	}
	return `[href="` + href + `"]`
}
