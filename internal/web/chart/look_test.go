package chart_test

import (
	"bytes"
	"html/template"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"plainclothes/internal/browsertest"
	"plainclothes/internal/web/chart"
	"plainclothes/static"
	"plainclothes/templates"
)

// sheetOfCharts is a page with every drawing of this file's kind.
const sheetOfCharts = `<!doctype html><html lang="en"><head><title>Charts</title><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/css/app.css"><link rel="stylesheet" href="/css/charts.css"></head>
<body><main><h1>Charts</h1><section class="card"><h2>Real difference or luck?</h2><div class="funnel"><div class="wide">{{template "chart-funnel" .Wide}}</div><div class="narrow">{{template "chart-funnel" .Narrow}}</div></div></section>
<section class="card"><h2>Why behind?</h2>{{template "chart-parts" .Parts}}</section><section class="card"><h2>Visit by visit</h2>{{template "chart-sums" .Sums}}</section></main></body></html>`

func sheet(t *testing.T) []byte {
	t.Helper()
	page := template.Must(template.New("sheet").Parse(sheetOfCharts))
	for _, part := range []string{"funnel", "parts", "sums"} {
		template.Must(page.ParseFS(templates.Files, "part/chart-"+part+".html"))
	}
	var points []chart.SumPoint
	for i, sum := range []float64{0, .4, 0, 1.1, 2.6, 3.9, 6.1, .3, 0, .8, 0} {
		points = append(points, chart.SumPoint{Label: string(rune('A' + i)), Sum: sum, Alarm: sum > 5.6})
	}
	d := funnelOf(120, 3)
	var out bytes.Buffer
	err := page.ExecuteTemplate(&out, "sheet", struct {
		Wide, Narrow chart.Funnel
		Parts        chart.Parts
		Sums         chart.Sums
	}{
		chart.NewFunnel(d, false), chart.NewFunnel(d, true),
		chart.NewParts([]chart.Part{
			{Name: "Offers a second product", Points: -2.3, Sure: true, Words: "quite sure"},
			{Name: "Till", Points: -.9, Words: "could be luck"},
			{Name: "What was asked", Points: -.2, Sure: true},
			{Name: "Thanks", Points: .6, Sure: true, Words: "almost certain"},
		}, chart.Part{Name: "In all", Points: -2.8, Sure: true}),
		chart.NewSums(points, 5.6, false),
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestChartsAreFitForEveryEyeAndWindow(t *testing.T) {
	page := sheet(t)
	mux := http.NewServeMux()
	mux.Handle("/css/", http.FileServerFS(static.Files))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	browser := browsertest.Start(t)
	for name, window := range map[string]browsertest.Option{"desk": browsertest.Desk, "phone": browsertest.Phone} {
		p := browser.Page(t, window, browsertest.Sharp)
		p.Open(server.URL)
		if wide := browsertest.Eval[bool](p, "document.documentElement.scrollWidth > innerWidth"); wide {
			t.Errorf("%s: the page is wider than its window", name)
		}
		stops := browsertest.Eval[int](p, "[...document.querySelectorAll('a[href]')].filter(a => a.getClientRects().length).length")
		if links := strings.Count(string(page), "<a href") / 2; stops != links {
			t.Errorf("%s: %d stops of the Tab key for %d links", name, stops, links)
		}
		p.ScreenshotAll("charts-" + name)
		for _, problem := range p.Axe("light", "dark") {
			t.Errorf("%s: %s", name, problem)
		}
		p.ScreenshotAll("charts-dark-" + name)
	}
}

func TestPaperHasTheLightColours(t *testing.T) {
	css, err := static.Files.ReadFile("css/charts.css")
	if err != nil {
		t.Fatal(err)
	}
	_, light, _ := strings.Cut(string(css), ":root {")
	light, _, _ = strings.Cut(light, "}")
	_, paper, _ := strings.Cut(string(css), "@media print {")
	paper, _, _ = strings.Cut(paper, "}")
	for token := range strings.SplitSeq(light, ";") {
		if token = strings.TrimSpace(token); token != "" && !strings.Contains(paper, token+";") {
			t.Errorf("on paper another colour than %s", token)
		}
	}
}
