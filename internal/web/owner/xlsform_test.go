package owner_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// xlsForm makes a form with these rows of its survey; cells are divided by |.
func xlsForm(t *testing.T, rows ...string) string {
	t.Helper()
	f := excelize.NewFile()
	sheets := map[string][]string{
		"survey": append([]string{"type|name|label"}, rows...), "choices": {"list_name|name|label", "yn|yes|Yes", "yn|no|No"}, "settings": {"form_title", "Shelf check"},
	}
	for name, lines := range sheets {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, l := range lines {
			for j, text := range strings.Split(l, "|") {
				at, _ := excelize.CoordinatesToCellName(j+1, i+1)
				if err := f.SetCellStr(name, at, text); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAFormOfODKBecomesADraftAndSaysWhatIsMissing(t *testing.T) {
	r := newRig(t, 0)
	a := r.upload("/programmes/import", "form.xlsx", xlsForm(t, "select_one yn|full|Was the shelf full?", "barcode|code|<b>Code</b>")).Status(http.StatusOK).
		Says("The file is in the draft of version 1", "survey!A3", "barcode code", "Barcodes are not read", "no standards and no points", "The sheet Sheet1").Silent("<b>Code")
	_, rest, _ := strings.Cut(a.Body.String(), `class="button" href="`)
	draft, _, _ := strings.Cut(rest, `"`)
	r.get(draft).Says("Draft of version 1", "1 question")
}

func TestABrokenFormIsRefusedWithItsCell(t *testing.T) {
	r := newRig(t, 0)
	r.upload("/programmes/import", "form.xlsx", xlsForm(t, "select_one yn|full|Full?", "select_one on|more|More?")).Status(http.StatusUnprocessableEntity).
		Says("the file has 1 mistake", "Line 3", "survey!A3", "There is no list", "There is no programme yet")
	r.upload("/programmes/import", "form.csv", "type,name,label\ntext,a,A\n").Status(http.StatusUnprocessableEntity).Says("If it is a CSV file")
}

func TestAVersionIsDownloadedAsAFormAndComesBackTheSame(t *testing.T) {
	r := teaRooms(t)
	r.get(r.base()+"/versions").Says("Download as XLSForm", "They will not see standards")
	file := r.get(r.base() + "/versions/1/file?as=xlsform").Status(http.StatusOK)
	if got := file.Header().Get("Content-Disposition"); !strings.Contains(got, "-v1.xlsx") {
		t.Error(got)
	}
	r.upload("/programmes/import", "form.xlsx", file.Body.String()).To(r.base())
	r.get(r.base() + "/versions/1/file?as=pdf").Status(http.StatusNotFound)
}
