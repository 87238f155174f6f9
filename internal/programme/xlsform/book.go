package xlsform

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Limits of a workbook. The largest forms in use stay well inside.
const (
	maxBytes   = 3 << 20  // the file
	maxPart    = 16 << 20 // one part of it, unpacked
	maxTotal   = 32 << 20 // all parts, unpacked
	maxParts   = 500
	maxRows    = 5000   // rows with something in them
	maxRowAt   = 20_000 // the last row, blank ones counted
	maxColumns = 200
	maxSheets  = 50
	maxStrings = 200_000
	maxCell    = 32_767 // characters, Excel's own limit
)

// How workbooks begin: as a zip, or as what Excel wrote before 2007 and writes around a password.
const (
	zipMark = "PK\x03\x04"
	oleMark = "\xD0\xCF\x11\xE0"
)

// refusal is why a workbook cannot be read; row and col are 0 and -1 where there is none.
type refusal struct {
	sheet    string
	row, col int
	message  string
}

func (e *refusal) Error() string { return e.message }

// refuse makes a refusal of the workbook as a whole.
func refuse(message string, args ...any) error {
	return &refusal{col: -1, message: fmt.Sprintf(message, args...)}
}

// book is an unpacked workbook.
type book struct {
	parts   map[string]*zip.File
	left    int64 // bytes that may still be unpacked
	strings []string
	sheets  []sheetPart

	dates     []bool // whether cells of a style show dates
	since1904 bool   // from when they are counted
}

// sheetPart is a sheet's name and its part.
type sheetPart struct{ name, part string }

// sheet is one sheet without its blank rows.
type sheet struct {
	name string
	rows []row
}

// row is one row; number counts from 1 as Excel does.
type row struct {
	number int
	cells  []cell
}

// cell is a value as text.
type cell struct {
	text    string
	formula bool
	date    bool // a number that was shown as a date
}

// open looks at a workbook before anything of it is unpacked.
func open(src []byte) (*book, error) {
	switch {
	case len(src) == 0:
		return nil, refuse("This file is empty.")
	case len(src) > maxBytes:
		return nil, refuse("This workbook has %.1f MB; at most 3 MB are read. Take pictures and other sheets out of it.", float64(len(src))/(1<<20))
	case bytes.HasPrefix(src, []byte(oleMark)):
		return nil, refuse("This is an old .xls workbook, or one with a password. Save it as .xlsx without a password.")
	case !bytes.HasPrefix(src, []byte(zipMark)):
		return nil, refuse("This is no .xlsx workbook. If it is a CSV file or a text, open it in a spreadsheet and save it as .xlsx with the sheets survey, choices and settings.")
	}
	z, err := zip.NewReader(bytes.NewReader(src), int64(len(src)))
	if err != nil {
		return nil, refuse("This workbook is damaged: its end is missing or spoilt. Save or download it again.")
	}
	b := &book{parts: make(map[string]*zip.File, len(z.File)), left: maxTotal}
	if err := b.weigh(z.File); err != nil {
		return nil, err
	}
	if err := b.index(); err != nil {
		return nil, err
	}
	if err := b.readStyles(); err != nil {
		return nil, err
	}
	return b, b.readStrings()
}

// weigh refuses by what the directory says, before unpacking; part counts again while it unpacks, because it may lie.
func (b *book) weigh(files []*zip.File) error {
	if len(files) > maxParts {
		return refuse("This workbook has %d parts; at most %d are read.", len(files), maxParts)
	}
	var total uint64
	for _, f := range files {
		name := strings.ToLower(strings.TrimPrefix(f.Name, "/"))
		switch {
		case f.UncompressedSize64 > maxPart:
			return refuse("The part %s of this workbook unpacks to more than 16 MB. It is no form.", short(f.Name))
		case strings.Contains(name, "vbaproject"):
			return refuse("This workbook has macros. Save it as .xlsx, which has none.")
		case strings.HasPrefix(name, "xl/externallinks/"):
			return refuse("This workbook takes values from other workbooks. Break the links (Data, Edit Links) or paste the values, then save it again.")
		case b.parts[name] != nil:
			return refuse("This workbook holds the part %s twice. Save it again in a spreadsheet.", short(f.Name))
		}
		b.parts[name] = f
		if total += f.UncompressedSize64; total > maxTotal {
			return refuse("This workbook unpacks to more than 32 MB. It is no form.")
		}
	}
	return nil
}

// part unpacks one part.
func (b *book) part(name string) ([]byte, error) {
	f := b.parts[strings.ToLower(name)]
	if f == nil {
		return nil, refuse("This workbook lacks its part %s. Save it again in a spreadsheet.", short(name))
	}
	body, err := f.Open()
	if err != nil {
		return nil, refuse("The part %s of this workbook cannot be unpacked. Save it again in a spreadsheet.", short(name))
	}
	most := min(b.left, maxPart)
	data, err := io.ReadAll(io.LimitReader(body, most+1))
	if err := errors.Join(err, body.Close()); err != nil {
		return nil, refuse("The part %s of this workbook is damaged. Save or download it again.", short(name))
	}
	if int64(len(data)) > most {
		return nil, refuse("This workbook unpacks to more than it says. It is not read.")
	}
	b.left -= int64(len(data))
	return data, nil
}

// xmlWorkbook and xmlRelations say which sheet is in which part.
type xmlWorkbook struct {
	Properties struct {
		Date1904 string `xml:"date1904,attr"`
	} `xml:"workbookPr"`
	Sheets []struct {
		Name string `xml:"name,attr"`
		ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		// The stricter kind of workbook uses another name for the same thing.
		Strict string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
	} `xml:"sheets>sheet"`
}

type xmlRelations struct {
	Relations []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
		Mode   string `xml:"TargetMode,attr"`
	} `xml:"Relationship"`
}

// sheetType is how the type of a sheet's relation ends.
const sheetType = "/worksheet"

// index finds the sheets.
func (b *book) index() error {
	if b.parts["xl/workbook.xml"] == nil {
		return refuse("This file holds no workbook. An .ods or .docx file is something else: save it as .xlsx.")
	}
	if types, err := b.part("[Content_Types].xml"); err != nil {
		return err
	} else if bytes.Contains(bytes.ToLower(types), []byte("macroenabled")) {
		return refuse("This workbook is made for macros (.xlsm). Save it as .xlsx.")
	}
	var w xmlWorkbook
	if err := b.decode("xl/workbook.xml", &w); err != nil {
		return err
	}
	var rels xmlRelations
	if err := b.decode("xl/_rels/workbook.xml.rels", &rels); err != nil {
		return err
	}
	b.since1904 = w.Properties.Date1904 == "1" || w.Properties.Date1904 == "true"
	targets := map[string]string{}
	for _, x := range rels.Relations {
		if strings.HasSuffix(x.Type, sheetType) && !strings.EqualFold(x.Mode, "External") {
			targets[x.ID] = partPath(x.Target)
		}
	}
	if len(w.Sheets) > maxSheets {
		return refuse("This workbook has %d sheets; at most %d are read.", len(w.Sheets), maxSheets)
	}
	for _, s := range w.Sheets {
		if target := targets[s.ID+s.Strict]; target != "" {
			b.sheets = append(b.sheets, sheetPart{s.Name, target})
		}
	}
	return nil
}

// partPath turns the target of a relation into a part's name.
func partPath(target string) string {
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(path.Clean(target), "/")
	}
	return path.Join("xl", target)
}

// decode reads a small part.
func (b *book) decode(name string, into any) error {
	data, err := b.part(name)
	if err != nil {
		return err
	}
	if bytes.Contains(data, []byte("<!DOCTYPE")) || xml.Unmarshal(data, into) != nil {
		return refuse("The part %s of this workbook is broken. Save it again in a spreadsheet.", name)
	}
	return nil
}

// xmlText is a text, whole or in runs; what is read aloud beside Chinese and Japanese signs is left out.
type xmlText struct {
	T string `xml:"t"`
	R []struct {
		T string `xml:"t"`
	} `xml:"r"`
}

func (t xmlText) String() string {
	var s strings.Builder
	s.WriteString(t.T)
	for _, r := range t.R {
		s.WriteString(r.T)
	}
	return unescape(s.String())
}

// escaped is how workbooks write characters that XML has no place for.
var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escaped.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.ParseUint(m[2:6], 16, 16)
		return string(rune(n))
	})
}

// readStrings reads the texts that cells share.
func (b *book) readStrings() error {
	const name = "xl/sharedStrings.xml"
	if b.parts[strings.ToLower(name)] == nil {
		return nil
	}
	data, err := b.part(name)
	if err != nil {
		return err
	}
	return walk(data, name, func(d *xml.Decoder, e *xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		if len(b.strings) >= maxStrings {
			return refuse("This workbook has more than %d texts. It is no form.", maxStrings)
		}
		var t xmlText
		if err := d.DecodeElement(&t, e); err != nil {
			return err
		}
		b.strings = append(b.strings, t.String())
		return nil
	})
}

// walk calls for each element of a part.
func walk(data []byte, name string, visit func(*xml.Decoder, *xml.StartElement) error) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			switch t := tok.(type) {
			case xml.Directive:
				err = errors.New("a directive")
			case xml.StartElement:
				err = visit(d, &t)
			}
		}
		var known *refusal
		if errors.As(err, &known) {
			return err
		}
		if err != nil {
			return refuse("The part %s of this workbook is broken. Save it again in a spreadsheet.", short(name))
		}
	}
}

// xmlCell is a cell as stored.
type xmlCell struct {
	Ref   string  `xml:"r,attr"`
	Type  string  `xml:"t,attr"`
	Style int     `xml:"s,attr"`
	F     *string `xml:"f"`
	V     *string `xml:"v"`
	IS    xmlText `xml:"is"`
}

// sheetReader reads one sheet cell by cell.
type sheetReader struct {
	b        *book
	s        *sheet
	row, col int // of the last row and cell seen; row from 1, col from 0
}

// read reads a sheet.
func (b *book) read(at sheetPart) (*sheet, error) {
	data, err := b.part(at.part)
	if err != nil {
		return nil, err
	}
	r := &sheetReader{b: b, s: &sheet{name: at.name}, col: -1}
	return r.s, walk(data, at.part, r.element)
}

// fail refuses at the present cell.
func (r *sheetReader) fail(col int, message string, args ...any) error {
	return &refusal{sheet: r.s.name, row: r.row, col: col, message: fmt.Sprintf(message, args...)}
}

func (r *sheetReader) element(d *xml.Decoder, e *xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		return r.nextRow(e)
	case "c":
		var c xmlCell
		if err := d.DecodeElement(&c, e); err != nil {
			return err
		}
		return r.cell(&c)
	case "mergeCell":
		for _, a := range e.Attr {
			if a.Name.Local == "ref" {
				return r.merged(a.Value)
			}
		}
	}
	return nil
}

// nextRow moves on; a row without a number follows the one before.
func (r *sheetReader) nextRow(e *xml.StartElement) error {
	r.row++
	r.col = -1
	for _, a := range e.Attr {
		if a.Name.Local != "r" {
			continue
		}
		n, err := strconv.Atoi(a.Value)
		if err != nil || n < r.row {
			return r.fail(-1, "The rows of this sheet are out of order. Save the workbook again in a spreadsheet.")
		}
		r.row = n
	}
	return nil
}

// cell keeps a cell that has something in it.
func (r *sheetReader) cell(c *xmlCell) error {
	col := r.col + 1
	if c.Ref != "" {
		var n int
		if col, n = place(c.Ref); col <= r.col || n != r.row {
			return r.fail(-1, "The cells of this row are out of order. Save the workbook again in a spreadsheet.")
		}
	}
	r.col = col
	text, err := r.value(c, col)
	if err != nil || text == "" {
		return err
	}
	if col >= maxColumns {
		return r.fail(col, "At most %d columns are read. Delete what stands further to the right.", maxColumns)
	}
	date := ""
	if c.Type == "" || c.Type == "n" {
		date = r.dated(c)
	}
	return r.keep(col, cell{cmp.Or(date, text), c.F != nil, date != ""})
}

// keep adds a cell to its row.
func (r *sheetReader) keep(col int, c cell) error {
	if n := len(r.s.rows); n == 0 || r.s.rows[n-1].number != r.row {
		if n >= maxRows || r.row > maxRowAt {
			return r.fail(-1, "This sheet has too many rows: at most %d are read. A form of that length is for no one.", maxRows)
		}
		r.s.rows = append(r.s.rows, row{number: r.row})
	}
	last := &r.s.rows[len(r.s.rows)-1]
	for len(last.cells) < col {
		last.cells = append(last.cells, cell{})
	}
	last.cells = append(last.cells, c)
	return nil
}

// dated gives the date that a number is shown as, "" for other numbers.
func (r *sheetReader) dated(c *xmlCell) string {
	if !r.b.isDate(c.Style) || c.V == nil {
		return ""
	}
	return r.b.dateText(strings.TrimSpace(*c.V))
}

// value gives what a cell shows, cleaned.
func (r *sheetReader) value(c *xmlCell, col int) (string, error) {
	v := ""
	if c.V != nil {
		v = *c.V
	}
	switch c.Type {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil || n < 0 || n >= len(r.b.strings) {
			return "", r.fail(col, "This cell points to a text that the workbook lacks. Type it again and save.")
		}
		v = r.b.strings[n]
	case "inlineStr":
		v = c.IS.String()
	case "str":
		v = unescape(v)
	case "b":
		v = map[string]string{"1": "TRUE", "0": "FALSE"}[strings.TrimSpace(v)]
	case "e":
		return "", r.fail(col, "This cell shows the error %s. Mend its formula, or type the value.", short(v))
	default:
		v = plainNumber(strings.TrimSpace(v))
	}
	if c.F != nil && v == "" && c.Type != "str" {
		return "", r.fail(col, "This cell has a formula whose value is not in the file. Paste it as a value.")
	}
	if len(v) > 4*maxCell {
		return "", r.fail(col, "This cell has more than %d characters. Make it shorter.", maxCell)
	}
	return clean(v), nil
}

// plainNumber writes 1.0 as 1 and 0.30000000000000004 as a person typed it.
func plainNumber(v string) string {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || math.Abs(f) > 1e15 {
		return v
	}
	if rounded := math.Round(f*1e9) / 1e9; math.Abs(f) < 1e6 {
		f = rounded
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// merged refuses cells that were made one: only the first of them has a value.
func (r *sheetReader) merged(ref string) error {
	first, _, _ := strings.Cut(ref, ":")
	col, n := place(first)
	r.row = n
	return r.fail(col, "The cells %s are merged, so all but the first are empty. Unmerge them and fill in each.", short(ref))
}

// place reads a cell's name: column from 0, row from 1; -1 and 0 when it is none.
func place(ref string) (col, n int) {
	i := 0
	for i < len(ref) && i < 4 && ref[i] >= 'A' && ref[i] <= 'Z' {
		col = col*26 + int(ref[i]-'A') + 1
		i++
	}
	n, err := strconv.Atoi(ref[i:])
	if err != nil || n < 0 {
		return -1, 0
	}
	return col - 1, n
}

// clean takes out what cannot be seen, and white space at both ends.
func clean(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r', r == 0x2028, r == 0x2029:
			return '\n'
		case r < 0x20, r >= 0x7F && r < 0xA0, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF:
			return -1
		}
		return r
	}, s))
}
