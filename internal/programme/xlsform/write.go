package xlsform

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The parts of a workbook that are the same for all forms.
const (
	xmlHead      = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainSpace    = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relSpace     = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packageSpace = "http://schemas.openxmlformats.org/package/2006/"

	rootRels = xmlHead + `<Relationships xmlns="` + packageSpace + `relationships"><Relationship Id="rId1" Type="` + relSpace + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	styles   = xmlHead + `<styleSheet xmlns="` + mainSpace + `"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyNumberFormat="1"/></cellXfs></styleSheet>`
)

// written is one sheet as rows of texts, the first of them the heads.
type written struct {
	name string
	rows [][]string
}

// bytes writes the workbook. Nothing in it depends on the moment, so equal forms are equal bytes.
func (b *form) bytes() ([]byte, error) {
	return pack([]written{
		{"survey", b.headed(surveyHead, b.survey)},
		{"choices", b.headed(choicesHead, b.choices)},
		{"settings", b.headed(settingsHead, []record{b.settings})},
		{keptSheet, keep(b.p)},
	})
}

// pack makes a workbook of sheets.
func pack(sheets []written) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	add := func(name, body string) error {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(body))
		}
		return err
	}
	err := errors.Join(add("[Content_Types].xml", contentTypes(len(sheets))), add("_rels/.rels", rootRels), add("xl/styles.xml", styles),
		add("xl/workbook.xml", workbook(sheets)), add("xl/_rels/workbook.xml.rels", workbookRels(len(sheets))))
	for i, s := range sheets {
		err = errors.Join(err, add(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), s.xml()))
	}
	if err = errors.Join(err, z.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// grid puts records under their heads.
func grid(head []string, rows []record) [][]string {
	out := [][]string{head}
	for _, r := range rows {
		cells := make([]string, len(head))
		for i, h := range head {
			cells[i] = r[h]
		}
		out = append(out, cells)
	}
	return out
}

func contentTypes(n int) string {
	const kind = `application/vnd.openxmlformats-officedocument.spreadsheetml.`
	var s strings.Builder
	s.WriteString(xmlHead + `<Types xmlns="` + packageSpace + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="` + kind + `sheet.main+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + kind + `styles+xml"/>`)
	for i := range n {
		fmt.Fprintf(&s, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, i+1, kind)
	}
	return s.String() + `</Types>`
}

func workbook(sheets []written) string {
	var s strings.Builder
	s.WriteString(xmlHead + `<workbook xmlns="` + mainSpace + `" xmlns:r="` + relSpace + `"><sheets>`)
	for i, x := range sheets {
		fmt.Fprintf(&s, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, x.name, i+1, i+1)
	}
	return s.String() + `</sheets></workbook>`
}

func workbookRels(n int) string {
	var s strings.Builder
	s.WriteString(xmlHead + `<Relationships xmlns="` + packageSpace + `relationships">`)
	for i := range n {
		fmt.Fprintf(&s, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, relSpace, i+1)
	}
	return s.String() + fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/></Relationships>`, n+1, relSpace)
}

// xml writes a sheet; its heads stay in view.
func (s written) xml() string {
	var b bytes.Buffer
	b.WriteString(xmlHead + `<worksheet xmlns="` + mainSpace + `"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`)
	for i, cells := range s.rows {
		b.WriteString(`<row r="` + strconv.Itoa(i+1) + `">`)
		for j, text := range cells {
			if text != "" {
				style := "0"
				if i == 0 {
					style = "1"
				}
				b.WriteString(`<c r="` + letters(j) + strconv.Itoa(i+1) + `" s="` + style + `" t="inlineStr"><is><t xml:space="preserve">`)
				_ = xml.EscapeText(&b, []byte(escaped.ReplaceAllStringFunc(text, func(m string) string { return "_x005F" + m }))) // a Buffer never fails
				b.WriteString(`</t></is></c>`)
			}
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`</sheetData></worksheet>`)
	return b.String()
}
