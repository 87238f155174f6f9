package xlsform

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"plainclothes/internal/programme"
)

// others are workbooks as others make them: each holds up with the documentation of ODK's or Kobo's tools, or with what
// those tools put up with.
var others = map[string]struct {
	sheets []any
	change func(*excelize.File)
	shape  string   // of the sections, as shape writes it
	listed []string // among the findings
	silent []string // not among them
}{
	"types as old forms write them, and as people type them": {
		sheets: []any{
			"Survey ",
			[]string{
				"Type|Name|Label",
				"Select_One  yes_no|a|A", "Select One from yes_no|b|B", "select1 yes_no|c|C", "SELECT MULTIPLE colours|d|D",
				"select all that apply from colours|e|E", "add select one prompt using colours|f|F", "select_one\u00a0colours  or other|g|G",
				"select_multiple colours or specify other|h|H", "Select One From File towns.csv|i|I", "Integer|j|J", "dateTime|k|K", "GPS|l|L", "phone number|m|M", "Begin Group|n|N",
				"Photo|o|O", "END GROUP", "begin loop over colours|p|P", "note|q|Q", "text|r|R", "end loop",
			},
			"CHOICES",
			[]string{
				"List Name|Name|Label", "yes_no|yes|Yes", "yes_no|no|No", "colours|red|Red", "colours|blue|Blue",
			},
		},
		shape: "# xlsform Form\na yes_no\nb yes_no\nc yes_no\nd multi [red blue]\ne multi [red blue]\nf choice [red blue]\ng choice [red blue other]\nh multi [red blue other]\n" +
			"j number\nk date\n# n N\no photo\n# p P\nr text\n",
		listed: []string{"Survey !A10: select_one_from_file towns.csv i", "Survey !A11: Integer: Numbers here may have decimals", "Survey !A13: GPS l", "Survey !A14: phone number m", "Survey !A18: p: Nothing is asked several times", "Survey !A8: or_other"},
	},
	"one list written in two words, and a condition on what or_other asks": {
		sheets: []any{
			"survey",
			[]string{
				"type|name|label|relevant", "select_one my list or_other|a|A", "text|b|B|${a_other} != ''", "text|c|C|${ a } = 'x' and not( selected( ${a} , \"y\" ) )",
				"text|d|D|TRUE", "text|e|E|selected(${a}, 'other')",
			},
			"choices",
			[]string{"list name|value|caption", "my list|x|Ex", "my list|y|Why"},
		},
		shape:  "# xlsform Form\na choice [x y other]\nb text\nc text if a == 'x' && !(a == 'y')\nd text\ne text if a == 'other'\n",
		listed: []string{"survey!D3: ${a_other} != ''", "a_other did not come along"},
		silent: []string{"TRUE"},
	},
	"ranges, and parameters that nothing here has": {
		sheets: []any{
			"survey",
			[]string{
				"type|name|label|parameters|appearance|constraint|constraint_message|required_message",
				"range|a|A|start = 0 end = 10 step = 1", "range|b|B|start=1;end=5;step=0.5", "range|c|C", "range|d|D|START='0', end=\"4\"",
				"image|e|E|max-pixels=640", "select_one likert|f|F|randomize=true|minimal",
				"integer|g|G|||.>=0 and .<=10|0 to 10, please", "integer|h|H|||. > 0 and . < 20|A few|Say how many",
				"text|i|I|||regex(., '^[a-z]+$')|Small letters", "select_multiple likert|j|J|||count-selected(.) <= 2|Two at most",
			},
			"choices",
			[]string{"list_name|name|label|media::image", "likert|1|Bad|sad.png", "likert|2|Good|glad.png"},
		},
		shape: "# xlsform Form\na rating 0..10\nb number\nc rating 1..10\nd rating 0..4\ne photo\nf choice [1 2]\ng rating 0..10\nh number\ni text\nj multi [1 2]\n",
		listed: []string{
			"survey!D3: start=1 end=5 step=0.5", "survey!D6: max-pixels=640", "survey!D7: randomize=true", "survey!G8: 0 to 10, please", "survey!F9: . > 0 and . < 20", "survey!G9: A few",
			"survey!H9: The column required_message", "survey!F10: regex", "survey!G11: Two at most", "choices!D2: The column media::image", "survey!E7: minimal",
		},
	},
	"cascading selects, with a choice in several places": {
		sheets: []any{
			"survey",
			[]string{"type|name|label|choice_filter", "select_one region|a|A", "select_one town|b|B|region=${a}"},
			"choices",
			[]string{
				"list_name|name|label|region", "region|north|North", "region|south|South",
				"town|newport|Newport (N)|north", "town|leeds|Leeds|north", "town|newport|Newport (S)|south",
			},
			"settings",
			[]string{"form_title|form_id|allow_choice_duplicates|style|version", "Towns|towns|Yes|theme-grid pages|2026112201"},
		},
		shape:  "# towns Towns\na choice [north south]\nb choice [newport leeds]\n",
		listed: []string{"survey!D3: region=${a}: All choices are always offered", "choices!B6: Newport (S): The list town has the choice newport already, in row 4", "choices!D4: The column region", "settings!D2: theme-grid pages", "settings!E2: 2026112201"},
		silent: []string{"settings!C2"},
	},
	"remarks, disabled rows, rows and columns that say nothing": {
		sheets: []any{
			"survey",
			[]string{
				"", "type|name|label||disabled|hint", "", "||Section one: the door", "text|a|A|ask Bob", "text|b|B|ask Ann|yes", "# later|c|C", "text|d|D||no|Help",
				"note|n|Read this.|||And this.", "text|e|E", "", "begin_group|g|G|||A group's hint", "text|f|F", "end_group",
			},
			"Notes to self",
			[]string{"nothing"},
		},
		shape: "# xlsform Form\na text\nd text\ne text\n# g G\nf text\n",
		listed: []string{
			"survey, row 4: Section one: the door: This row has neither type nor name", "survey!D5: ask Bob: Nothing stands over this column", "survey!E6: b: This row is disabled",
			"survey, row 7: # later c C", "survey!F12: A group's hint: Groups have no hints", "Notes to self: The sheet Notes to self", "The name of the form: The workbook has no settings",
		},
		silent: []string{"ask Ann"},
	},
	"what groups in groups are called, and what notes are told as if they were questions": {
		sheets: []any{
			"survey",
			[]string{
				"type|name|label|required|default|constraint|calculation",
				"begin_group|g|Outside", "begin_group|h|Inside", "note|n|Read on|yes|hello|. = 1|1 + 1", "text|a|A", "end_group",
				"begin_group|i", "note|m|And on|no", "text|b|B", "end_group", "end_group",
			},
		},
		shape: "# g Outside\na text\nb text\n",
		listed: []string{
			"survey!C3: Inside: Sections hold no sections here", "survey!D4: yes: A note is only read", "survey!E4: hello: A note is only read",
			"survey!F4: . = 1: A note is only read", "survey!G4: 1 + 1: A note is only read",
		},
		silent: []string{"Outside", "survey!C7", "survey!D8"},
	},
	"several languages, spelled as it came": {
		sheets: []any{
			"survey",
			[]string{
				"type|name|label::English (en)|LABEL :: French (fr)|label:Deutsch|Hint::English (en)|media::image::English (en)|guidance_hint::French (fr)|label::Klingon",
				"select_one yn|a|Here?|Ici ?|Hier?|Look|door.jpg|Regardez|nuqDaq", "text|b||Où ?|Wo?",
			},
			"choices",
			[]string{"list_name|name|label::English (en)|label::French (fr)", "yn|1|Yes|Oui", "yn|0|No|Non"},
			"settings",
			[]string{"default_language", "English"},
		},
		shape:  "# xlsform Form\na yes_no\nb text\n",
		listed: []string{"survey!G2: The column media::image", "survey!H2: The column guidance_hint", "survey!I1: label in Klingon: Which language this is cannot be told"},
	},
	"groups in groups with conditions, and a repeat that counts": {
		sheets: []any{
			"survey",
			[]string{
				"type|name|label|relevant|repeat_count|appearance|required",
				"integer|n|How many?", "begin_group|g|G|${n} > 1||field-list|yes", "begin group|h|H|${n} < 9 or ${n} = 20", "text|a|A|${n} != 5", "end group|h", "end_group|g",
				"begin_repeat|r|R|${n} >= 2|${n}", "text|b|B", "text|c|C|${r_count} > 3", "end_repeat",
				"text|d|D|false()", "select_one ${b}|e|E",
			},
			"choices",
			[]string{"list_name|name|label", "x|y|Z"},
		},
		shape:  "# xlsform Form\nn number\n# g G if n > 1\na text if (n < 9 || n == 20) && !(n == 5)\n# r R if n >= 2\nb text\nc text\n# xlsform_2 Form (4)\nd text\n",
		listed: []string{"survey!E8: ${n}: Repeats are asked once", "survey!D10: ${r_count} > 3", "survey!D12: false()", "survey!A13: select_one ${b}: Choices out of the answers of a repeat", "survey!G3: yes: Groups have no such setting", "survey!F3: field-list"},
	},
	"numbers, truths, dates and formulas as a spreadsheet keeps them": {
		sheets: []any{
			"survey",
			[]string{"type|name|label|required|default", "select_one n|a|A", "text|b|B", "text|c|C|true()|no", "integer|d|D", "text|e|E|${a} = 1"},
			"choices",
			[]string{"list_name|name|label", "n|1|One", "n|2|Two"},
		},
		change: func(f *excelize.File) {
			_ = f.SetCellValue("survey", "D2", true)
			_ = f.SetCellValue("survey", "D3", 0)
			_ = f.SetCellValue("survey", "C5", 4.30)
			_ = f.SetCellValue("survey", "E5", 0.1+0.2)
			_ = f.SetCellValue("choices", "B2", 1.0)
			_ = f.SetCellValue("choices", "B3", 2)
			_ = f.SetCellValue("survey", "C3", 7)
			_ = f.SetCellFormula("survey", "C3", "3+4")
			_ = f.SetSheetVisible("choices", false)
		},
		shape:  "# xlsform Form\na choice [1 2] required\nb text\nc text required\nd number\ne text\n",
		listed: []string{"survey!C3: 7: This cell is a formula", "survey!E4: no: Answers begin empty", "survey!E5: 0.3: Answers begin empty", "survey!D6: ${a} = 1: A question is required always or never"},
	},
	"what other tools write for themselves": {
		sheets: []any{
			"survey",
			[]string{
				"type|name|label|$kuid|$autoname|bind::esri:parameters|bind::type|body::accuracyThreshold|bind::jr:constraintMsg|instance::odk:tag|save_to|kobo--locking-profile|trigger",
				"start|start||k1", "audit|audit||k2", "background-audio|rec||k3", "text|a|A|k4|a|x=1|int|10|Wrong!|t|name|lock|${a}", "acknowledge|ok|I have read this|k5", "text|b|B|k6",
			},
			"choices",
			[]string{"list_name|name|label|$kuid"},
			"entities",
			[]string{"dataset|label", "trees|concat(${a})"},
			"settings",
			[]string{"id_string|form_title|public_key|submission_url", "trees 2026|Trees|abc|https://example.org"},
		},
		shape: "# trees-2026 Trees\na text\nok yes_no\nb text\n",
		listed: []string{
			"entities: The sheet entities", "survey!F5: The column bind::esri::parameters", "survey!G5: The column bind::type", "survey!I5: Wrong!", "survey!J5: The column instance::odk::tag", "survey!K5: The column save_to",
			"survey!L5: The column kobo--locking-profile", "survey!M5: ${a}", "survey!A6: acknowledge", "settings!C2: abc", "settings!D2: https://example.org",
		},
		silent: []string{"kuid", "autoname"},
	},
	"words that are code elsewhere": {
		sheets: []any{
			"survey",
			[]string{
				"type|name|label|hint|relevant", "select_one opts|class|<b>Which</b> of **these**?|{{.}} ${", "text|2nd thing|It's \"quoted\" & <script>alert(1)</script>||${class} = 'it\"s'",
				"text|true|ملاحظة|עזרה|selected(${class}, 'a b')", "text|_x|=1+1|'+2", "text|x.y|Dots|-3",
			},
			"choices",
			[]string{"list_name|name|label", "opts|a b|A & B", "opts|it\"s|It's", "opts|not_observed|Not seen"},
		},
		shape:  "# xlsform Form\nclass choice [a_b it_s]\nq_2nd_thing text if class == 'it_s'\ntrue_1 text if class == 'a_b'\n_x text\nx_y text\n",
		listed: []string{"survey!B3: 2nd thing: Ids are unique", "survey!B4: true: Ids are unique", "a b: Codes have letters", "Not seen: Not a choice here"},
	},
}

func TestAwkwardWorkbooksComeAlongAndNothingIsDroppedSilently(t *testing.T) {
	for name, x := range others {
		t.Run(name, func(t *testing.T) {
			p, found := mustRead(t, workbookOf(t, x.change, x.sheets...))
			if got := shape(p); got != x.shape {
				t.Errorf("got\n%s\nwant\n%s\nlisted\n%s", got, x.shape, found)
			}
			says(t, found, x.listed...)
			for _, s := range x.silent {
				if strings.Contains(found, s) {
					t.Errorf("lists %q:\n%s", s, found)
				}
			}
			again, problems := programme.Parse(p.Export())
			if again == nil {
				t.Errorf("is no programme file: %v", problems)
			}
		})
	}
}

// TestAwkwardWorkbooksAreRefusedWithTheirPlace are those that ODK's tools refuse too, or should.
func TestAwkwardWorkbooksAreRefusedWithTheirPlace(t *testing.T) {
	long := make([]string, 10_000)
	for i := range long {
		long[i] = fmt.Sprintf("text|q%d|Question %d", i, i)
	}
	for name, c := range map[string]struct {
		src        []byte
		path, says string
	}{
		"ten thousand rows":          {survey(t, long...), "survey, row 5001", "too many rows"},
		"a list nobody wrote":        {survey(t, "Select_One Yes_No|a|A"), "survey!A2", `no list "Yes_No"`},
		"words behind a list":        {survey(t, "select_one yn minimal|a|A"), "survey!A2", `no list "yn minimal"`},
		"a group switched off":       {workbookOf(t, nil, "survey", []string{"type|name|label|disabled", "begin_group|g|G|yes", "text|a|A", "end_group"}), "survey!D2", "cannot be disabled"},
		"an end of something else":   {survey(t, "begin repeat|r|R", "text|a|A", "End Group"), "survey!A4", "open is the repeat"},
		"a reference with a slip":    {survey(t, "text|a|A", "text|b|B|${A} = 'x'"), "survey!D3", "${A}"},
		"a double in a strict form":  {workbookOf(t, nil, "survey", []string{"type|name|label", "select_one l|a|A"}, "choices", []string{"list_name|name|label", "l|x|X", "l|x|Y"}), "choices!B3", "twice"},
		"a type with a typing error": {survey(t, "select_onee yn|a|A"), "survey!A2", "no type of XLSForm"},
		"entities from elsewhere":    {withCell(t, `<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><c r="C2" t="str"><v>&e;</v></c>`), "", "broken"},
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
