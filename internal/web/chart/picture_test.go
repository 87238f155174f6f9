package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// parses fails the test unless a file is one whole SVG that needs no style sheet, and gives its texts.
func parses(t *testing.T, file []byte) string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(file)))
	var text strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return text.String()
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, file)
		}
		switch x := token.(type) {
		case xml.CharData:
			text.Write(x)
		case xml.StartElement:
			for _, a := range x.Attr {
				if a.Name.Local == "class" || a.Name.Local == "style" || strings.Contains(a.Value, "var(") || strings.Contains(a.Value, "NaN") {
					t.Errorf("%s %s=%q", x.Name.Local, a.Name.Local, a.Value)
				}
			}
		}
	}
}

func TestFilesStandAlone(t *testing.T) {
	bad := `<script>alert(1)</script> & "quotes"`
	bar := Bar{Tone: Below, X1: "20%", X2: "40%", Dot: "30%", Standard: "80%"}
	text := parses(t, BarsFile(bad, bad, []Tick{{X: "50%", Text: "0", Anchor: "mid"}}, []BarLine{{Name: bad, Value: "12%", Words: bad, Bar: bar}, {Name: "None"}}))
	if strings.Count(text, "<script>alert(1)</script>") != 5 || !strings.Contains(text, "12%") {
		t.Errorf("%q", text)
	}
	text = parses(t, HeatFile("Heat", bad, []string{bad, "A very long title of a standard that goes on"}, []HeatLine{{Name: bad, Cells: []HeatCell{{Text: "86", Step: -3, Stepped: true, Thin: true}, {Text: "·"}}}}))
	if !strings.Contains(text, "86") || !strings.Contains(text, "·") || !strings.Contains(text, "…") {
		t.Errorf("%q", text)
	}
	parts := NewParts([]Part{{Name: bad, Points: -2.3, Sure: true, Words: "quite sure"}, {Name: "b", Points: 0.4}}, Part{Name: "In all", Points: -1.9})
	if text = parses(t, parts.File("Why", "", same)); !strings.Contains(text, "−2.3") || !strings.Contains(text, "In all") {
		t.Errorf("%q", text)
	}
	sums := NewSums([]SumPoint{{Label: "a", Sum: 1}, {Label: "b", Sum: 6, Alarm: true}, {Label: "c", Sum: 0.5}}, 5, false)
	if file := sums.File("Watch", "", same); !strings.Contains(string(file), toneBelow) || !strings.Contains(parses(t, file), "alarm") {
		t.Errorf("%s", file)
	}
	months := NewMonths(NewScale([]Span{{Value: 8000}}, 8000), []Point{{Label: "a", Short: "a", Known: true, Span: Span{8000, 7000, 9000}, HasRange: true}, {Label: "b", Short: "b", Known: true, Span: Span{7000, 6000, 8000}}}, nil, 8000, Below, false)
	parses(t, months.File("Months", "", same))
}

func TestAFunnelOfThousandsIsOnePath(t *testing.T) {
	d := FunnelData{Centre: 8000, Middle: "average 80%"}
	for i := range 2000 {
		d.Points = append(d.Points, FunnelPoint{Name: fmt.Sprint("Branch ", i), Visits: float64(3 + i%10), Value: float64(7000 + i%2000)})
	}
	d.Points = append(d.Points, FunnelPoint{Name: "Far", Href: "/far", Visits: 12, Value: 2000, Outside: true, Named: true, Tone: Below})
	f := NewFunnel(d, false)
	if len(f.Dots) != 0 || len(f.Named) != 1 || f.Named[0].Name != "Far" || len(f.Cloud) < 2000 || len(f.Cloud) > 40_000 || f.CloudWidth == "" {
		t.Errorf("%d dots, %d named, path of %d", len(f.Dots), len(f.Named), len(f.Cloud))
	}
	if text := parses(t, f.File("Funnel", "", same)); !strings.Contains(text, "Far") {
		t.Error("the named dot is missing")
	}
	d.Points = d.Points[:mostDots]
	if few := NewFunnel(d, true); few.Cloud != "" || len(few.Dots) != mostDots {
		t.Errorf("%d dots and a path of %d", len(few.Dots), len(few.Cloud))
	}
}

func same(words string) string { return words }

func TestADrawingSaysItsOwnWordsAsItsReaderDoesAndLeavesNamesAlone(t *testing.T) {
	loud := strings.ToUpper
	parts := NewParts([]Part{{Name: "Greeting", Points: -2.3, Words: "quite sure"}, {Rest: "Caps and zeros", Points: 1}}, Part{Rest: "In all", Points: -1.3})
	sums := NewSums([]SumPoint{{Label: "a", Sum: 6, Alarm: true}}, 5, false)
	text := parses(t, parts.File("Why", "", loud)) + parses(t, sums.File("Watch", "", loud))
	for _, want := range []string{"Greeting", "QUITE SURE", "CAPS AND ZEROS", "IN ALL", "ALARM"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
}

func TestANameLeavesRoomForWhatStandsBesideItAlsoInAWideFont(t *testing.T) {
	const wide = 8.7 // a bold letter of a wide font, at 13 pixels
	name := strings.Repeat("Donau", 12)
	bars := string(BarsFile("t", "n", nil, []BarLine{{Name: name, Value: "100%"}}))
	heat := string(HeatFile("t", "n", []string{"a"}, []HeatLine{{Name: name, Cells: []HeatCell{{Text: "1", Step: 1, Stepped: true}}}}))
	shown := regexp.MustCompile(`<text x="24"[^>]*>([^<]*…)</text>`)
	for what, c := range map[string]struct {
		file string
		next *regexp.Regexp
		room float64
	}{
		"bars": {bars, regexp.MustCompile(`<text x="(\d+)"[^>]*>100%</text>`), 4 * wide},
		"heat": {heat, regexp.MustCompile(`<rect x="([\d.]+)"[^>]*fill="#[^F]`), 0},
	} {
		cut, next := shown.FindStringSubmatch(c.file), c.next.FindStringSubmatch(c.file)
		if cut == nil || next == nil {
			t.Fatalf("%s: %s", what, c.file)
		}
		at, _ := strconv.ParseFloat(next[1], 64)
		if end := 24 + wide*float64(utf8.RuneCountInString(cut[1])); end > at-c.room {
			t.Errorf("%s: the name ends at %.0f, what stands beside it begins at %.0f", what, end, at-c.room)
		}
	}
}

func TestTheNumbersBesideAChartHaveRoomAlsoInAWideFont(t *testing.T) {
	const widest = 35.0 // "100%" at 12 pixels
	s := NewScale(nil, 0)
	for what, left := range map[string]string{
		"months": NewMonths(s, nil, nil, 0, Neutral, false).Left, "months on a phone": NewMonths(s, nil, nil, 0, Neutral, true).Left,
		"the funnel": NewFunnel(FunnelData{}, false).Left, "the funnel on a phone": NewFunnel(FunnelData{}, true).Left,
	} {
		at, err := strconv.ParseFloat(left, 64)
		if err != nil || at-8 < widest-0.5 && what[:3] == "the" || at-4 < widest {
			t.Errorf("%s: the lines begin at %s", what, left)
		}
	}
}
