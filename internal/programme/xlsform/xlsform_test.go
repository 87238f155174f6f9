package xlsform

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
)

// workbookOf makes a workbook as a spreadsheet would; the sheets come in pairs of a name and rows.
func workbookOf(t testing.TB, change func(*excelize.File), sheets ...any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i := 0; i < len(sheets); i += 2 {
		name, _ := sheets[i].(string)
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		lines, _ := sheets[i+1].([]string)
		for n, line := range lines {
			for c, text := range strings.Split(line, "|") {
				at, _ := excelize.CoordinatesToCellName(c+1, n+1)
				if text = strings.TrimSpace(text); text != "" {
					if err := f.SetCellStr(name, at, text); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(f)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// mustRead reads a form that is sound.
func mustRead(t testing.TB, src []byte) (*programme.Programme, string) {
	t.Helper()
	p, found, problems := Read(src)
	if p == nil {
		t.Fatalf("refused: %v", problems)
	}
	return p, listed(found)
}

func listed(found []Finding) string {
	var b strings.Builder
	for _, f := range found {
		b.WriteString(f.String() + "\n")
	}
	return b.String()
}

// says checks that a text holds others.
func says(t testing.TB, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("does not say %q:\n%s", w, text)
		}
	}
}

// shape writes a programme's questions, one a line, as tests compare them.
func shape(p *programme.Programme) string {
	var b strings.Builder
	cond := func(c *programme.Condition) string {
		if c == nil {
			return ""
		}
		return " if " + c.Source
	}
	for i := range p.Sections {
		s := &p.Sections[i]
		fmt.Fprintf(&b, "# %s %s%s\n", s.ID, s.Title, cond(s.ShowIf))
		for j := range s.Questions {
			q := &s.Questions[j]
			fmt.Fprintf(&b, "%s %s", q.ID, q.Kind)
			if len(q.Options) > 0 {
				fmt.Fprintf(&b, " %v", q.Codes())
			}
			if q.Kind == programme.Rating {
				fmt.Fprintf(&b, " %d..%d", q.ScaleLo, q.ScaleHi)
			}
			for _, f := range []struct {
				is   bool
				word string
			}{{q.Required, "required"}, {q.NAAllowed, "na"}, {q.MinChars > 0, fmt.Sprint("min ", q.MinChars)}} {
				if f.is {
					b.WriteString(" " + f.word)
				}
			}
			b.WriteString(cond(q.ShowIf) + "\n")
		}
	}
	return b.String()
}

var odkForm = []any{
	"survey",
	[]string{
		"type|name|label::English (en)|label::Deutsch (de)|hint::English (en)|required|relevant|constraint|constraint_message::English (en)|appearance|parameters|default|calculation|read_only|repeat_count",
		"start|start",
		"today|today",
		"text|store name|Which store?|Welcher Laden?|As on the sign|yes",
		"begin_group|arrival|Arrival|Ankunft",
		"note|intro|Look around before you go in.|Schau dich um.",
		"select_one yes_no|greeted|Were you greeted?|Begrüßt?|Within a minute|TRUE",
		"select_one how|how|How?|Wie?|||${ greeted } = ‘yes’",
		"integer|age|How many staff?|Wie viele?|||not(${how} = 'nod') and ${greeted} != 'no'|. >= 0 and . <= 200|At most 200",
		"select_multiple clean|seen|What was clean?|Was war sauber?||true()",
		"begin group|inner|Inside|Drinnen|||selected(${seen}, 'floor') or selected(${seen}, 'till 2')",
		"range|temp|Warm?|Warm?||||||likert|start=0 end=5 step=1",
		"integer|stars|Stars|Sterne|||${age} > 3|. >= 1 and . <= 5|",
		"select_one agree|agree|Happy?|Froh?||no||||likert",
		"end group",
		"end_group",
		"begin_group|away|Away|Weg|||${greeted} = 'no' and (${agree} >= 4 or ${stars} = 1)",
		"text|story|Story|Geschichte||yes||string-length(.) > 49|Write more",
		"image|photo|Photo|Foto",
		"date|day|Day|Tag",
		"time|at|When|Wann|||${day} != ''",
		"datetime|both|Day and time|Beides",
		"decimal|price|Price|Preis||||. > 0|||| 1.50",
		"acknowledge|ok|Done|Fertig",
		"calculate|sum|Sum|Summe|||||||||${age} + 1",
		"text|after|After|Danach|||${sum} > 1",
		"geopoint|where|Where|Wo",
		"end_group",
		"begin_repeat|again|Each|Jede||||||||||| 3",
		"select_one_from_file towns.csv|town|Town|Stadt",
		"select_one how or_other|why|Why?|Warum?",
		"end_repeat",
	},
	"choices",
	[]string{
		"list_name|name|label::English (en)|label::Deutsch (de)",
		"yes_no|yes|Yes|Ja", "yes_no|no|No|Nein", "yes_no|na|Does not apply|Entfällt",
		"how|word|By a word|Wort", "how|nod|By a nod|Nicken",
		"clean|floor|Floor|Boden", "clean|till 2|Till|Kasse",
		"agree|1|Never|Nie", "agree|2|Rarely|Selten", "agree|3|Sometimes|Manchmal", "agree|4|Often|Oft", "agree|5|Always|Immer",
	},
	"settings",
	[]string{"form_title|form_id|version|default_language", "Store check|store_check_v3|7|English (en)"},
}

func TestAFormOfODKBecomesADraft(t *testing.T) {
	p, found := mustRead(t, workbookOf(t, nil, odkForm...))
	want := `# store-check-v3 Store check
store_name text required
# arrival Arrival
greeted yes_no required na
how choice [word nod] if greeted == 'yes'
age number if !(how == 'nod') && !(greeted == 'no')
seen multi [floor till_2] required
temp rating 0..5 if seen in ['floor'] || seen in ['till_2']
stars rating 1..5 if (seen in ['floor'] || seen in ['till_2']) && age > 3
agree rating 1..5 if seen in ['floor'] || seen in ['till_2']
# away Away if greeted == 'no' && (agree >= 4 || stars == 1)
story text required min 50
photo photo
day date
at time if day >= '0001-01-01'
both date
price number
ok yes_no
after text
# again Each
why choice [word nod other]
`
	if got := shape(p); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	says(t, found, "survey!A2: start start:", "store name: Ids are unique", "survey!H9: . >= 0 and . <= 200", "survey!I9: At most 200",
		"survey!G26: ${sum} > 1: This condition was not taken, because sum did not come along",
		"survey!A30: select_one_from_file towns.csv town: Choices out of other files", "survey!O29: 3: Repeats are asked once", "1 = Never", "till 2: Codes have",
		"survey!A6: Look around before you go in.: Notes are no rows", "survey!L23: 1.50: Answers begin empty", "settings!C2: 7: The setting version", "no standards and no points",
		"or_other: There is a choice Other", "Does not apply: Not a choice here", "survey!A22: datetime:")
	if strings.Contains(found, "Deutsch") {
		t.Error("the German words came along and are listed all the same:", found)
	}
	if p.Name != "Store check" || p.Key != "store-check-v3" || p.Sections[1].Questions[0].Text != "Were you greeted?" ||
		p.Sections[1].Questions[0].Hint != "Look around before you go in.\nWithin a minute" {
		t.Errorf("%q %q %+v", p.Name, p.Key, p.Sections[1].Questions[0])
	}
	if c := p.Sections[3].Questions[0].Comment; c == nil || !slices.Equal(c.When, []string{"other"}) {
		t.Errorf("comment of or_other: %+v", c)
	}
}

func TestAFormOfKoboBecomesADraft(t *testing.T) {
	p, found := mustRead(t, workbookOf(t, nil,
		"survey", []string{
			"type|name|$kuid|label|required|kobo--score-choices|kobo--rank-items|kobo--rank-constraint-message|relevant",
			"start|start|aa1",
			"begin_score|service|aa2|How was the service?|false|quality",
			"score__row|speed|aa3|Speed|true",
			"score__row|smile|aa4|Smile|false",
			"end_score||aa5",
			"begin_rank|best|aa6|Rank these|false||quality|Choose different ones",
			"rank__level|first|aa7|First|false",
			"end_rank||aa8",
			"text|why|aa9|Why?|false||||${speed} = 'bad'",
			"text|other|aa10|Else?|false||||${first} = 'bad'",
		},
		"choices", []string{"list_name|name|label", "quality|good|Good", "quality|bad|Bad"},
		"settings", []string{"form_title|style", "Kobo's form|pages"}))
	want := "# service How was the service?\nspeed choice [good bad] required\nsmile choice [good bad]\n# kobo-s-form Kobo's form (2)\nwhy text if speed == 'bad'\nother text\n"
	if got := shape(p); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	says(t, found, "best: A ranking has no counterpart", "${first} = 'bad': This condition was not taken", "settings!B2: pages")
	if strings.Contains(found, "kuid") {
		t.Error("columns that tools write for themselves are nobody's business:", found)
	}
}

// survey gives a form with these rows, and a list yn.
func survey(t testing.TB, rows ...string) []byte {
	t.Helper()
	return workbookOf(t, nil, "survey", append([]string{"type|name|label|relevant|constraint|required"}, rows...),
		"choices", []string{"list_name|name|label", "yn|yes|Yes", "yn|no|No", "n|1|One", "n|2|Two", "n|3|Three"}, "settings", []string{"form_title", "F"})
}

func TestConditionsKeepTheirMeaning(t *testing.T) {
	for src, want := range map[string]string{
		`${a} = 'yes'`:        `a == 'yes'`,
		`'yes' = ${a}`:        `a == 'yes'`,
		`${a} != "yes"`:       `!(a == 'yes')`,
		`${a}=''`:             `!(a in ['yes', 'no'])`,
		`${a} != ''`:          `a in ['yes', 'no']`,
		`${b} >= 2`:           `b in ['2', '3']`,
		`2 > ${b}`:            `b in ['1']`,
		`${b} = 2`:            `b == '2'`,
		`selected(${b}, '3')`: `b == '3'`,
		`selected(${m}, '3') and not(selected(${m},'1'))`: `m in ['3'] && !(m in ['1'])`,
		`${n} < -1.5 or ${n}>'7'`:                         `n < -1.5 || n > 7`,
		`(${a}='yes' or ${n}=1) and ${n} <= .5`:           `(a == 'yes' || n == 1) && n <= 0.5`,
		`${n} = ''`:                                       `!((n >= 0 || n < 0))`,
		`${m} != ''`:                                      `m in ['1', '2', '3']`,
		`${a} = 'maybe'`:                                  "",
		`${m} = '1'`:                                      "",
		`${t} = 'x'`:                                      "",
		`${n} + 1 > 2`:                                    "",
		`count-selected(${m}) > 1`:                        "",
		`${a} = ${b}`:                                     "",
		`${later} = 'yes'`:                                "",
		`${a} = 'yes' and`:                                "",
		`(${a} = 'yes'`:                                   "",
		`. > 3`:                                           "",
		`'yes'`:                                           "",
	} {
		p, found := mustRead(t, survey(t, "select_one yn|a|A", "select_one n|b|B", "select_multiple n|m|M", "integer|n|N", "text|t|T", "text|x|X|"+src, "select_one yn|later|L"))
		q, _, _ := p.Question("x")
		got := ""
		if q.ShowIf != nil {
			got = q.ShowIf.Source
		}
		if got != want {
			t.Errorf("%s became %q, want %q\n%s", src, got, want, found)
		}
		if said := strings.Contains(found, "survey!D7: "+src); said != (want == "") {
			t.Errorf("%s: listed %v\n%s", src, said, found)
		}
	}
}

func TestOldTypesAndUnsoundConditions(t *testing.T) {
	p, found := mustRead(t, survey(t, "select one yn|a|A", "select all that apply from n|m|M", "date|d|D", "time|h|H",
		"text|x|X|${d} = '2026-02-30'", "text|y|Y|${h} = 'noon'", "text|z|Z|${h} = '12:00'"))
	want := "\na yes_no\nm multi [1 2 3]\nd date\nh time\nx text\ny text\nz text if h == '12:00'\n"
	if got := shape(p); !strings.HasSuffix(got, want) {
		t.Errorf("got\n%s", got)
	}
	says(t, found, "x if d == '2026-02-30': This condition was not taken", "survey!D7: ${h} = 'noon'")
}

// A hostile form costs no more than its size allows.
func TestDeepGroupsAndManyNamesAreQuick(t *testing.T) {
	var rows []string
	for i := range 2000 {
		rows = append(rows, fmt.Sprintf("begin_group|g%d|G|%s", i, strings.Repeat("${q} = 1 or ", 20)+"${q} = 1"))
	}
	p, _, problems := Read(survey(t, append([]string{"integer|q|Q"}, rows...)...))
	if p != nil || !strings.Contains(problems.Err().Error()+fmt.Sprint(problems), "more than 20 deep") || len(problems) != maxProblems+1 {
		t.Errorf("%d problems: %v", len(problems), problems[0])
	}
	rows = nil
	for i := range 900 {
		rows = append(rows, fmt.Sprintf("barcode|b%d|B", i))
	}
	_, found, _ := Read(survey(t, append(rows, "text|t|T")...))
	if len(found) != maxFindings+1 || !strings.Contains(found[maxFindings].What, "And 40") {
		t.Errorf("%d findings, last %v", len(found), found[len(found)-1])
	}
}

func TestAWorkbookIsRefusedWithItsPlace(t *testing.T) {
	choices := []string{"list_name|name|label", "yn|yes|Yes", "yn|no|No"}
	one := []string{"type|name|label|relevant", "text|a|A"}
	for name, c := range map[string]struct {
		src  []byte
		path string
		says string
	}{
		"nothing":                {nil, "", "empty"},
		"csv":                    {[]byte("type,name,label\ntext,a,A\n"), "", "no .xlsx workbook"},
		"bom and csv":            {[]byte("\ufefftype,name,label"), "", "no .xlsx workbook"},
		"old":                    {[]byte(oleMark + "\xA1\xB1\x1A\xE1 and more"), "", "old .xls"},
		"cut":                    {survey(t, "text|a|A")[:900], "", "damaged"},
		"large":                  {bytes.Repeat([]byte("x"), maxBytes+1), "", "at most 3 MB"},
		"unknown type":           {survey(t, "text|a|A", "txet|b|B"), "survey!A3", "no type of XLSForm"},
		"no type":                {survey(t, "|a|A"), "survey!A2", "no type"},
		"no name":                {survey(t, "text||A"), "survey!B2", "no name"},
		"twice":                  {survey(t, "text|a|A", "text|b|B", "text|a|C"), "survey!B4", "first is in row 2"},
		"twice in a group":       {survey(t, "begin_group|g|G", "text|a|A", "text|a|B", "end_group"), "survey!B4", "first is in row 3"},
		"unknown list":           {survey(t, "select_one nope|a|A"), "survey!A2", "no list \"nope\""},
		"open group":             {survey(t, "begin_group|g|G", "text|a|A"), "survey!A2", "never ends"},
		"closed twice":           {survey(t, "text|a|A", "end_group"), "survey!A3", "never began"},
		"crossed":                {survey(t, "begin_group|g|G", "begin_repeat|r|R", "text|a|A", "end_group", "end_repeat"), "survey!A5", "open is the repeat"},
		"unknown reference":      {survey(t, "text|a|A|${nope} = 1"), "survey!D2", "${nope}"},
		"itself":                 {survey(t, "integer|a|A|${a} = 1"), "survey!D2", "on itself"},
		"a circle":               {survey(t, "integer|a|A|${c} = 1", "integer|b|B|${a} = 1", "integer|c|C|${b} = 1"), "survey!D2", "on itself"},
		"circle by group":        {survey(t, "begin_group|g|G|${a} = 1", "integer|a|A", "end_group"), "survey!D2", "on itself"},
		"nothing to ask":         {survey(t, "start|s", "calculate|c"), "survey", "no question"},
		"no survey":              {workbookOf(t, nil, "questions", one), "", "no sheet called survey; it has questions"},
		"no columns":             {workbookOf(t, nil, "survey", []string{"kind|label", "text|A"}), "survey, row 1", "lacks the column type"},
		"column twice":           {workbookOf(t, nil, "survey", []string{"type|name|label|Label", "text|a|A|B"}), "survey!D1", "stands twice"},
		"choice twice":           {workbookOf(t, nil, "survey", one, "choices", append(slices.Clone(choices), "yn|no|Nope")), "choices!B4", "first is in row 3"},
		"choice of no list":      {workbookOf(t, nil, "survey", one, "choices", append(slices.Clone(choices), "|no|Nope")), "choices!A4", "no list"},
		"no choice columns":      {workbookOf(t, nil, "survey", one, "choices", []string{"a|b", "1|2"}), "choices, row 1", "list_name"},
		"many rows":              {survey(t, slices.Repeat([]string{"note|n|N"}, maxRows+1)...), "survey, row 5001", "too many rows"},
		"wide":                   {workbookOf(t, func(f *excelize.File) { _ = f.SetCellStr("survey", "XFD2", "x") }, "survey", one), "survey!XFD2", "At most 200 columns"},
		"far down":               {workbookOf(t, func(f *excelize.File) { _ = f.SetCellStr("survey", "A100000", "x") }, "survey", one), "survey, row 100000", "too many rows"},
		"merged":                 {workbookOf(t, func(f *excelize.File) { _ = f.MergeCell("survey", "B2", "C3") }, "survey", one), "survey!B2", "merged"},
		"formula without value":  {withCell(t, `<c r="C2"><f>A1</f></c>`), "survey!C2", "formula whose value"},
		"formula with an error":  {withCell(t, `<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>`), "survey!C2", "#DIV/0!"},
		"text that is not there": {withCell(t, `<c r="C2" t="s"><v>99</v></c>`), "survey!C2", "text that the workbook lacks"},
		"cells out of order":     {withCell(t, `<c r="A2" t="str"><v>x</v></c>`), "survey, row 2", "out of order"},
		"document type":          {withCell(t, `<!DOCTYPE x [<!ENTITY a "b">]><c r="C2" t="str"><v>x</v></c>`), "", "broken"},
		"macros":                 {with(t, survey(t, "text|a|A"), "xl/vbaProject.bin", "x"), "", "macros"},
		"links":                  {with(t, survey(t, "text|a|A"), "xl/externalLinks/externalLink1.xml", "x"), "", "other workbooks"},
		"many parts":             {with(t, survey(t, "text|a|A"), manyParts()...), "", "parts"},
		"bomb":                   {with(t, survey(t, "text|a|A"), "xl/media/a.xml", strings.Repeat("0", maxPart+1)), "", "16 MB"},
		"bombs":                  {with(t, survey(t, "text|a|A"), "a", strings.Repeat("0", maxPart), "b", strings.Repeat("0", maxPart), "c", "1"), "", "32 MB"},
		"same part twice":        {with(t, survey(t, "text|a|A"), "xl/workbook.xml", "x"), "", "twice"},
		"other zip":              {with(t, nil, "content.xml", "x"), "", "holds no workbook"},
	} {
		p, _, problems := Read(c.src)
		if p != nil || len(problems) == 0 {
			t.Errorf("%s: not refused", name)
			continue
		}
		if problems[0].Path != c.path || !strings.Contains(problems[0].Message, c.says) {
			t.Errorf("%s: %q %s, want %q %s", name, problems[0].Path, problems[0].Message, c.path, c.says)
		}
	}
}

func manyParts() []string {
	var out []string
	for i := range maxParts {
		out = append(out, fmt.Sprint("p", i), "x")
	}
	return out
}

// with gives a zip with more parts: names and contents in pairs.
func with(t testing.TB, src []byte, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if src != nil {
		z, err := zip.NewReader(bytes.NewReader(src), int64(len(src)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			if err := w.Copy(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withCell gives a form whose cell survey!C2 is this XML.
func withCell(t testing.TB, xml string) []byte {
	t.Helper()
	src := workbookOf(t, nil, "survey", []string{"type|name|label", "text|a|LABEL"}, "settings", []string{"form_title", "F"})
	z, err := zip.NewReader(bytes.NewReader(src), int64(len(src)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		r, _ := f.Open()
		var body bytes.Buffer
		_, _ = body.ReadFrom(r)
		o, _ := w.Create(f.Name)
		s := body.String()
		if at := strings.Index(s, `<c r="C2"`); at >= 0 {
			s = s[:at] + xml + s[at+strings.Index(s[at:], "</c>")+len("</c>"):]
		}
		_, _ = o.Write([]byte(s))
	}
	_ = w.Close()
	return b.Bytes()
}

func TestOnlyWorkbooksAndTheirSheetsLookLikeForms(t *testing.T) {
	yaml, _ := demo.File(demo.Names()[0])
	for src, want := range map[string]bool{
		string(survey(t, "text|a|A")): true, oleMark + "\xA1": true, "type,name,label\ntext,a,A": true, "\ufeff\"list_name\";\"name\";\"label\"\r\n": true,
		string(yaml): false, "": false, `{"format": "plainclothes/programme/v1"}`: false, "type: name, label": false, "PK": false,
	} {
		if got := Looks([]byte(src)); got != want {
			t.Errorf("%.40q: %v", src, got)
		}
	}
}

func TestAFormulaGivesItsLastValueAndIsListed(t *testing.T) {
	p, found := mustRead(t, withCell(t, `<c r="C2" t="str"><f>CONCATENATE("A","sk")</f><v>Ask</v></c>`))
	if q, _, _ := p.Question("a"); q.Text != "Ask" {
		t.Errorf("text is %q", q.Text)
	}
	says(t, found, "survey!C2: Ask: This cell is a formula")
}

func TestTheProgrammesComeBackWhole(t *testing.T) {
	for _, name := range demo.Names() {
		src, _ := demo.File(name)
		p, _ := programme.Parse(src)
		b, seen, err := Write(p)
		if err != nil {
			t.Fatal(err)
		}
		if again, _, _ := Write(p); !bytes.Equal(again, b) {
			t.Errorf("%s: two exports differ", name)
		}
		says(t, listed(seen), "standards", "questions with points")
		q, found, problems := Read(b)
		if q == nil || !q.Equal(p) || len(found) > 0 {
			t.Errorf("%s: %v %s", name, problems, listed(found))
		}
		opens(t, p, b)
		standsAlone(t, p, b)
	}
}

// opens has another library open the workbook, checks what forms must keep to, and saves it anew.
func opens(t *testing.T, p *programme.Programme, src []byte) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows("survey")
	if err != nil {
		t.Fatal(err)
	}
	names, depth := map[string]bool{}, 0
	for _, x := range rows[1:] {
		switch x[0] {
		case "begin_group":
			depth++
		case "end_group":
			depth--
			continue
		}
		if names[x[1]] || x[1] == "" || depth < 0 {
			t.Errorf("row %q", x)
		}
		names[x[1]] = true
		if len(x) > 5 {
			for _, m := range reference.FindAllStringSubmatch(x[5], -1) {
				if !names[m[1]] {
					t.Errorf("%s asks about %s, which does not stand before", x[1], m[1])
				}
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	if q, _ := mustRead(t, b.Bytes()); !q.Equal(p) {
		t.Error("saved by another tool it is another programme")
	}
}

// standsAlone reads the form as a foreign one: the sheet of ours is gone, and the questions still come.
func standsAlone(t *testing.T, p *programme.Programme, src []byte) {
	t.Helper()
	f, _ := excelize.OpenReader(bytes.NewReader(src))
	_ = f.DeleteSheet(keptSheet)
	var b bytes.Buffer
	_ = f.Write(&b)
	q, _ := mustRead(t, b.Bytes())
	if len(q.Sections) != len(p.Sections) {
		t.Errorf("%d sections of %d", len(q.Sections), len(p.Sections))
	}
	for i := range p.Sections {
		if len(q.Sections[i].Questions) != len(p.Sections[i].Questions) {
			t.Errorf("section %s lost questions", p.Sections[i].ID)
		}
	}
}

func TestChangesMadeInASpreadsheetKeepWhatItCannotShow(t *testing.T) {
	src, _ := demo.File(demo.Names()[0])
	p, _ := programme.Parse(src)
	b, _, _ := Write(p)
	f, _ := excelize.OpenReader(bytes.NewReader(b))
	rows, _ := f.GetRows("survey")
	at := 0
	for i, x := range rows {
		if len(x) > 11 && x[11] == string(programme.YesNo) && at == 0 {
			at = i + 1
		}
	}
	_ = f.SetCellStr("survey", fmt.Sprintf("C%d", at), "Other words")
	_ = f.SetCellStr("survey", fmt.Sprintf("N%d", at), "99")
	var out bytes.Buffer
	_ = f.Write(&out)
	q, found := mustRead(t, out.Bytes())
	id := rows[at-1][1]
	was, _, _ := p.Question(id)
	now, _, _ := q.Question(id)
	if now.Text != "Other words" || now.Points != was.Points || now.Standard != was.Standard {
		t.Errorf("%+v", now)
	}
	now.Text = was.Text
	if checked, _ := programme.Check(q); !checked.Equal(p) {
		t.Error("more than the words changed")
	}
	says(t, found, fmt.Sprintf("survey!N%d: 99: This was changed in the form", at))
	if strings.Count(found, "\n") != 1 {
		t.Error("listed more than was changed:", found)
	}
}

func TestWordsAreNoFormulas(t *testing.T) {
	src, _ := demo.File(demo.Names()[0])
	p, _ := programme.Parse(src)
	for i, words := range []string{"=1+1", "+1", "-1", "@x"} {
		p.Sections[0].Questions[i].Text = words
	}
	p, problems := programme.Check(p)
	if p == nil {
		t.Fatal(problems)
	}
	b, _, _ := Write(p)
	f, _ := excelize.OpenReader(bytes.NewReader(b))
	for _, name := range f.GetSheetList() {
		rows, _ := f.GetRows(name)
		for _, x := range rows {
			for i, text := range x {
				if i != 1 && text != "" && strings.ContainsAny(text[:1], "=+-@") {
					t.Errorf("%s: %s", name, text)
				}
			}
		}
	}
	if q, _ := mustRead(t, b); !q.Equal(p) {
		t.Error("changed")
	}
}

// awkward are words that formats stumble over.
var awkward = []string{"=1+1", "'=x", "'", "_x000D_ and _x41_", "a\n\n b\tc", "<a href=\"x\">&amp;</a>", "漢字 🙂 é", "${a} = 'b'", "TRUE", "1.0", "007", "2026-11-21", "yes", "#N/A", "a::b", "x\u00a0y", "zero\u200bwidth \ufffd", "wide\u3000space", strings.TrimSpace(strings.Repeat("a \u3000", 500))}

func TestAwkwardWordsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		src, _ := demo.File(rapid.SampledFrom(demo.Names()).Draw(rt, "programme"))
		p, _ := programme.Parse(src)
		oneLine := rapid.SampledFrom(slices.DeleteFunc(slices.Clone(awkward), func(s string) bool { return strings.Contains(s, "\n") || len(s) > 300 }))
		for i := range p.Sections {
			p.Sections[i].Title = oneLine.Draw(rt, "title")
			for j := range p.Sections[i].Questions {
				q := &p.Sections[i].Questions[j]
				q.Text, q.Hint = rapid.SampledFrom(awkward).Draw(rt, "text"), rapid.SampledFrom(awkward).Draw(rt, "hint")
				q.Required, q.NAAllowed = rapid.Bool().Draw(rt, "required"), rapid.Bool().Draw(rt, "na")
				for k := range q.Options {
					q.Options[k].Label = oneLine.Draw(rt, "label")
				}
				if q.Comment != nil {
					q.Comment = nil // it may name an answer that was taken away
				}
			}
		}
		p, problems := programme.Check(p)
		if p == nil {
			rt.Fatal(problems)
		}
		b, _, err := Write(p)
		if err != nil {
			rt.Fatal(err)
		}
		q, found, problems := Read(b)
		if q == nil || !q.Equal(p) || len(found) > 0 {
			rt.Fatalf("%v %s", problems, listed(found))
		}
	})
}

// Where the sheet of ours is lost, the questions that come from the others are asked of the same visits.
func TestConditionsMeanTheSameInBothTongues(t *testing.T) {
	compared := 0
	rng := rand.New(rand.NewPCG(1, 2))
	for _, name := range demo.Names() {
		src, _ := demo.File(name)
		p, _ := programme.Parse(src)
		b, _, _ := Write(p)
		f, _ := excelize.OpenReader(bytes.NewReader(b))
		_ = f.DeleteSheet(keptSheet)
		var out bytes.Buffer
		_ = f.Write(&out)
		q, _ := mustRead(t, out.Bytes())
		for range 300 {
			ctx := programme.Context{Scenario: p.Scenarios[rng.IntN(len(p.Scenarios))].ID, Channel: channels[rng.IntN(3)]}
			for _, x := range p.Features {
				if rng.IntN(2) == 0 {
					ctx.Features = append(ctx.Features, x)
				}
			}
			answers := randomAnswers(rng, p)
			was, is := programme.Show(p, ctx, answers), programme.Show(q, ctx, answers)
			for i := range p.Sections {
				for j := range p.Sections[i].Questions {
					here, there := p.Sections[i].Questions[j], q.Sections[i].Questions[j]
					if (here.ShowIf == nil) != (there.ShowIf == nil) {
						continue // listed
					}
					compared++
					if was.QuestionAt(i, j) != is.QuestionAt(i, j) {
						t.Fatalf("%s: %s", name, here.ID)
					}
				}
			}
		}
	}
	if compared < 10_000 {
		t.Error("compared only", compared)
	}
}

// randomAnswers answers about two of three questions.
func randomAnswers(rng *rand.Rand, p *programme.Programme) programme.Answers {
	out := programme.Answers{}
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			q := &p.Sections[i].Questions[j]
			codes := q.Codes()
			if rng.IntN(3) == 0 {
				continue
			}
			a := programme.Answer{State: programme.Answered}
			switch {
			case q.Kind == programme.Multi:
				a.Codes = codes[:rng.IntN(len(codes)+1)]
			case q.Kind == programme.Rating:
				a.Number = programme.Decimal(q.ScaleLo+rng.IntN(q.ScaleHi-q.ScaleLo+1)) * programme.DecimalOne
			case codes != nil:
				a.Text = codes[rng.IntN(len(codes))]
			default:
				a.Number = programme.Decimal(rng.IntN(30)) * programme.DecimalOne
			}
			out[q.ID] = a
		}
	}
	return out
}

func FuzzRead(f *testing.F) {
	f.Add(survey(f, "select_one yn|a|A", "text|b|B|${a} = 'yes'"))
	f.Add(workbookOf(f, nil, odkForm...))
	src, _ := demo.File(demo.Names()[0])
	p, _ := programme.Parse(src)
	b, _, _ := Write(p)
	f.Add(b)
	f.Fuzz(func(t *testing.T, src []byte) {
		p, _, problems := Read(src)
		if (p == nil) != (problems.Errors() > 0) {
			t.Fatal("neither programme nor error, or both")
		}
	})
}

// FuzzForm reads forms whose cells are anything: rows are lines, cells are divided by |.
func FuzzForm(f *testing.F) {
	text := func(i int) string { lines, _ := odkForm[i].([]string); return strings.Join(lines, "\n") }
	f.Add(text(1), text(3), text(5), "")
	src, _ := demo.File(demo.Names()[0])
	p, _ := programme.Parse(src)
	b := build(p)
	joined := func(rows [][]string) string {
		var out []string
		for _, x := range rows {
			out = append(out, strings.Join(x, "|"))
		}
		return strings.Join(out, "\n")
	}
	f.Add(joined(grid(surveyHead, b.survey)), joined(grid(choicesHead, b.choices)), joined(grid(settingsHead, []record{b.settings})), joined(keep(p)))
	f.Fuzz(func(t *testing.T, survey, choices, settings, keptText string) {
		var sheets []written
		for _, s := range []struct{ name, text string }{{"survey", survey}, {"choices", choices}, {"settings", settings}, {keptSheet, keptText}} {
			w := written{name: s.name}
			for l := range strings.Lines(s.text) {
				w.rows = append(w.rows, strings.Split(strings.TrimRight(l, "\n"), "|"))
			}
			if s.text != "" {
				sheets = append(sheets, w)
			}
		}
		src, err := pack(sheets)
		if err != nil {
			return
		}
		p, _, problems := Read(src)
		if (p == nil) != (problems.Errors() > 0) {
			t.Fatal("neither programme nor error, or both")
		}
		for _, x := range problems {
			if strings.Contains(x.Message, "is not sound") {
				t.Logf("refused late: %v", x)
			}
		}
		if p == nil {
			return
		}
		b, _, err := Write(p)
		if err != nil {
			t.Fatal(err)
		}
		if q, found, problems := Read(b); q == nil || !q.Equal(p) {
			t.Fatalf("%v %v", problems, found)
		}
	})
}

func FuzzCondition(f *testing.F) {
	f.Add("${a} = 'yes' and not(selected(${m}, '1'))")
	f.Fuzz(func(t *testing.T, src string) {
		r := &reader{asked: map[string]*subject{
			"a": {id: "a", kind: programme.YesNo, codes: map[string]string{"yes": "yes", "no": "no"}, order: []string{"yes", "no"}},
			"m": {id: "m", kind: programme.Multi, codes: map[string]string{"1": "1"}, order: []string{"1"}}, "n": {id: "n", kind: programme.Number},
		}}
		out, err := r.condition(src)
		if err != nil {
			return
		}
		base, _ := mustRead(t, survey(t, "select_one yn|a|A", "select_multiple n|m|M", "integer|n|N", "text|x|X"))
		base.Sections[0].Questions[3].ShowIf = &programme.Condition{Source: out}
		if p, problems := programme.Check(base); p == nil {
			t.Fatalf("%q became %q: %v", src, out, problems)
		}
	})
}

func TestWordsThatASpreadsheetTookForADateAreListed(t *testing.T) {
	src := workbookOf(t, func(f *excelize.File) {
		day, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
		own := `d" of "mmmm`
		custom, _ := f.NewStyle(&excelize.Style{CustomNumFmt: &own})
		money := `"day "0.00 [$EUR]`
		plain, _ := f.NewStyle(&excelize.Style{CustomNumFmt: &money})
		for cell, x := range map[string]struct {
			value float64
			style int
		}{"C2": {46027, day}, "C3": {46027.75, custom}, "C4": {46027, plain}, "B5": {3, 0}} {
			_ = f.SetCellValue("choices", cell, x.value)
			_ = f.SetCellStyle("choices", cell, cell, x.style)
		}
	}, "survey", []string{"type|name|label", "select_one n|a|How many?"}, "choices", []string{"list_name|name|label", "n|few|1-5", "n|some|6-10", "n|many|x", "n|3|three"},
		"settings", []string{"form_title|form_id", "F|f1"})
	p, found := mustRead(t, src)
	q, _, _ := p.Question("a")
	var labels []string
	for _, o := range q.Options {
		labels = append(labels, o.Code+" "+o.Label)
	}
	if got := strings.Join(labels, ", "); got != "few 2026-01-05, some 2026-01-05 18:00, many 46027, 3 three" {
		t.Errorf("labels are %s", got)
	}
	says(t, found, "choices!C2: 2026-01-05: The spreadsheet keeps this as a date", "choices!C3: 2026-01-05 18:00: The spreadsheet keeps this as a date")
	if strings.Contains(found, "choices!C4") || strings.Contains(found, "choices!B5") {
		t.Error("numbers are listed as dates:", found)
	}
}

func TestDatesAreCountedFromTheYearThatTheWorkbookSays(t *testing.T) {
	for v, want := range map[string]string{"1": "1899-12-31", "61": "1900-03-01", "0.5": "12:00", "46027.5": "2026-01-05 12:00", "-1": "", "x": "", "1e300": "", "NaN": ""} {
		if got := (&book{}).dateText(v); got != want {
			t.Errorf("%s is %q, want %q", v, got, want)
		}
	}
	if got := (&book{since1904: true}).dateText("44565"); got != "2026-01-05" {
		t.Errorf("counted from 1904 it is %s", got)
	}
}
