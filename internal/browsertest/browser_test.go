package browsertest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// form is a page of the kinds that the product has: fields, a label over a
// hidden radio button, a bar that sticks to the bottom edge, a file field.
const form = `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>Form</title>
<link rel="icon" href="data:,"><style>
.bar{position:fixed;bottom:0;left:0;right:0;height:80px;background:#ccc}
.tall{height:1500px}
body{padding-bottom:120px}
input[type=radio]{position:absolute;opacity:0}
</style></head><body><h1>Your visit</h1>
<form method="post" enctype="multipart/form-data">
<input name="note"><input type="date" name="day"><select name="size"><option>small<option>large</select><textarea name="story"></textarea>
<div class="tall"></div>
<label id="yes"><input type="radio" name="clean" value="yes">Yes</label>
<input type="file" name="photo" hidden multiple>
<div class="tall"></div>
<button name="send" value="1">Send</button>
</form><a href="/missing">Lost</a><div class="bar"></div>
<p id="script">no script</p><script>document.querySelector("#script").textContent = "script"</script>
<button id="under" style="position:fixed;bottom:10px">Under</button><div class="bar"></div><p id="late"></p><button id="show" onclick="setTimeout(() => { document.querySelector('#late').textContent = 'now' }, 200)">Show</button>
</body></html>`

func server(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "yes"})
		if _, err := r.Cookie("seen"); err == nil {
			w.Header().Set("X-Seen", "yes")
		}
		_, _ = io.WriteString(w, form)
	})
	mux.HandleFunc("POST /{$}", answer)
	mux.HandleFunc("GET /who", func(w http.ResponseWriter, r *http.Request) {
		who, err := r.Cookie("seen")
		_, _ = fmt.Fprintf(w, `<!doctype html><link rel="icon" href="data:,"><p>%v %v</p>`, who, err)
	})
	mux.HandleFunc("GET /broken", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "img-src 'none'")
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = io.WriteString(w, `<!doctype html><link rel="icon" href="data:,"><img src="/x.png"><link rel="stylesheet" href="/gone.css">
			<script>console.error("bad", 7); throw new Error("worse")</script>`)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// answer shows what the form sent.
func answer(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, `<!doctype html><title>Sent</title><link rel="icon" href="data:,"><h1>Thank you</h1><p>%s|%s|%s|%s|%s|%d files</p>`, r.FormValue("note"),
		r.FormValue("day"), r.FormValue("size"), r.FormValue("clean"), strings.ReplaceAll(r.FormValue("story"), "\r\n", "/"), len(r.MultipartForm.File["photo"]))
}

func TestAPersonFillsInAndSendsAFormWithAndWithoutScript(t *testing.T) {
	b, s := Start(t), server(t)
	photo := filepath.Join(t.TempDir(), "photo.txt")
	if err := os.WriteFile(photo, []byte("bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, options := range map[string][]Option{"phone": {Phone}, "phone without script": {Phone, NoScript}, "desk": {Desk}} {
		t.Run(name, func(t *testing.T) {
			p := b.Page(t, options...)
			if status := p.Open(s.URL); status != http.StatusOK {
				t.Fatalf("status %d", status)
			}
			want := "script"
			if slices.ContainsFunc(options, func(o Option) bool { return settingsOf([]Option{o}).noScript }) {
				want = "no script"
			}
			if got := p.Text("#script"); got != want {
				t.Errorf("the page's script: %q, want %q", got, want)
			}
			p.Fill("[name=note]", `Tidy & "warm"`)
			p.Fill("[name=day]", "2026-11-21")
			p.Fill("[name=size]", "large")
			p.Fill("[name=story]", "one\ntwo")
			p.Click("#yes")
			p.SetFiles("[name=photo]", photo, photo)
			if status := p.Follow("button[name=send]"); status != http.StatusCreated {
				t.Errorf("status %d", status)
			}
			if got, want := p.Text("p"), `Tidy & "warm"|2026-11-21|large|yes|one/two|2 files`; got != want {
				t.Errorf("the server got %s, want %s", got, want)
			}
			if got := p.Title(); got != "Sent" {
				t.Errorf("title %q", got)
			}
			if problems := p.Problems(); len(problems) > 0 {
				t.Errorf("problems: %q", problems)
			}
		})
	}
}

func TestPeopleInOneTestShareNothing(t *testing.T) {
	b, s := Start(t), server(t)
	one, other := b.Page(t, Phone), b.Page(t, Desk)
	one.Open(s.URL)
	other.Open(s.URL + "/who")
	if got := other.Text("p"); !strings.Contains(got, "not present") {
		t.Errorf("the other's cookie: %s", got)
	}
	one.Open(s.URL + "/who")
	if got := one.Text("p"); !strings.HasPrefix(got, "seen=yes") {
		t.Errorf("the own cookie: %s", got)
	}
}

func TestAPageIsWhatItsOptionsSay(t *testing.T) {
	b, s := Start(t), server(t)
	const look = `[innerWidth, innerHeight, devicePixelRatio, matchMedia("(pointer: coarse)").matches, matchMedia("(prefers-color-scheme: dark)").matches,
		matchMedia("(forced-colors: active)").matches, matchMedia("(prefers-reduced-motion: reduce)").matches, matchMedia("(prefers-contrast: more)").matches].join()`
	for want, options := range map[string][]Option{
		"1280,900,1,false,false,false,false,false": nil,
		"390,844,1,true,false,false,false,false":   {Phone},
		"390,844,2,true,true,false,true,false":     {Phone, Sharp, Dark, LessMotion},
		"1280,900,1,false,false,true,false,true":   {Desk, ForcedColors, MoreContrast},
		"320,500,1,false,false,false,false,false":  {Window(320, 500)},
	} {
		p := b.Page(t, options...)
		p.Open(s.URL)
		if got := Eval[string](p, look); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestWhatComesLateIsWaitedForAndKeysGoWhereTheFocusIs(t *testing.T) {
	b, s := Start(t), server(t)
	p := b.Page(t)
	p.Open(s.URL)
	p.Click("#show")
	p.Until(`document.querySelector("#late").textContent === "now"`)
	p.UntilText("now")
	p.Type("[name=note]", "By hand")
	p.Tab()
	p.Press("11212026" + kb.Tab)
	if got := Eval[string](p, `document.querySelector("[name=note]").value + " " + document.querySelector("[name=day]").value`); got != "By hand 2026-11-21" {
		t.Errorf("typed %q", got)
	}
	if status := p.Follow("a"); status != http.StatusNotFound {
		t.Errorf("status %d of a page that is missing", status)
	}
	if !strings.HasSuffix(p.URL(), "/missing") || p.Has("form") || !p.Has("body") {
		t.Errorf("at %s", p.URL())
	}
}

func TestWhatADeveloperWouldSeeInRedIsAProblem(t *testing.T) {
	b, s := Start(t), server(t)
	p := b.Page(t)
	if status := p.Open(s.URL + "/broken"); status != http.StatusUnprocessableEntity {
		t.Errorf("status %d", status)
	}
	p.Until("document.readyState === 'complete'")
	problems := strings.Join(p.Problems(), "\n")
	for _, want := range []string{"Content Security Policy", "/gone.css", "worse", `"bad" 7`} {
		if !strings.Contains(problems, want) {
			t.Errorf("no word of %q in\n%s", want, problems)
		}
	}
	if strings.Contains(problems, "/broken)") && strings.Contains(problems, "422") {
		t.Errorf("the status of the page itself is a problem:\n%s", problems)
	}
	if got := p.Traffic(); got.Requests < 2 || got.Bytes < 200 {
		t.Errorf("traffic %+v", got)
	}
	p.Open(s.URL)
	if got := p.Problems(); len(got) > 0 {
		t.Errorf("problems of the page before: %q", got)
	}
	if got := p.Traffic(); got.Bytes < int64(len(form)) || got.Requests < 1 {
		t.Errorf("traffic %+v", got)
	}
}

func TestPicturesAreKeptWhereTheyAreAskedFor(t *testing.T) {
	b, s := Start(t), server(t)
	p := b.Page(t, Phone)
	p.Open(s.URL)
	t.Setenv(envPictures, "")
	p.Screenshot("nowhere")
	dir := filepath.Join(t.TempDir(), "new")
	t.Setenv(envPictures, dir)
	p.Screenshot("window")
	p.ScreenshotAll("whole")
	for name, tall := range map[string]bool{"window": false, "whole": true} {
		png, err := os.ReadFile(filepath.Join(dir, name+".png"))
		if err != nil {
			t.Fatal(err)
		}
		if height := int(png[22])<<8 | int(png[23]); tall != (height > 844) {
			t.Errorf("%s is %d pixels high", name, height)
		}
	}
}

func TestAPageThatAFailedTestLeavesIsPhotographed(t *testing.T) {
	b, s := Start(t), server(t)
	dir := t.TempDir()
	p := b.Page(t)
	p.Open(s.URL)
	t.Setenv(envPictures, dir)
	p.keepWhatFailed()
	if left, _ := filepath.Glob(dir + "/*"); len(left) > 0 {
		t.Errorf("pictures of a test that passes: %q", left)
	}
	p.t = failed{t}
	p.keepWhatFailed()
	if left, _ := filepath.Glob(dir + "/failed-TestAPage*.png"); len(left) != 1 {
		t.Errorf("pictures: %q", left)
	}
}

func TestAStepThatAPersonCouldNotTakeFailsTheTest(t *testing.T) {
	b, s := Start(t), server(t)
	p := b.Page(t, Phone)
	p.Open(s.URL)
	for want, step := range map[string]func(*Page){
		"covered by <div class=\"bar\"": func(p *Page) { p.Click("#under") },
		`made "" of "tomorrow"`:         func(p *Page) { p.Fill("[name=day]", "tomorrow") },
		"no such file":                  func(p *Page) { p.SetFiles("[name=photo]", "no-such-photo.jpg") },
	} {
		end := &recorder{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			step(&Page{t: end, ctx: p.ctx, rec: p.rec})
		}()
		<-done
		if !strings.Contains(end.fatal, want) {
			t.Errorf("got %q, want a sentence with %q", end.fatal, want)
		}
	}
}

// failed is a test that seems to have failed.
type failed struct{ testing.TB }

func (failed) Failed() bool { return true }

// ending runs giveUp as a test of its own and returns how it ended.
func ending(t *testing.T, err error) (skipped, fatal string) {
	t.Helper()
	end := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		giveUp(end, err)
	}()
	<-done
	return end.skipped, end.fatal
}

// recorder notes how a test ended, and ends its goroutine as the real one does.
type recorder struct {
	testing.TB
	skipped, fatal string
}

func (*recorder) Helper() {}

func (r *recorder) Skipf(format string, args ...any) {
	r.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.fatal = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestWithoutChromiumATestIsSkippedOrFailsAsDemanded(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, missing := find("")
	_, wrong := find("/no/such/chromium")
	for _, c := range []struct {
		what, all string
		err       error
		skips     bool
	}{
		{"no browser", "", missing, true},
		{"no browser where all is demanded", "1", missing, false},
		{"a wrong path", "", wrong, false},
	} {
		t.Setenv(envAll, c.all)
		skipped, fatal := ending(t, c.err)
		if (skipped != "") != c.skips || (fatal != "") == c.skips {
			t.Errorf("%s: skipped with %q, failed with %q", c.what, skipped, fatal)
		}
		if c.skips && (!strings.Contains(skipped, "apt-get install chromium") || strings.Contains(skipped, "\n")) {
			t.Errorf("%s: %q does not tell in one line what was left out and how to have it", c.what, skipped)
		}
	}
}
