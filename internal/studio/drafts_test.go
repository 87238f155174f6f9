package studio

import (
	"strconv"
	"testing"

	"plainclothes/internal/programme"
)

// draftNamed is the draft of a version whose programme has a name.
func draftNamed(t *testing.T, version, name string) *Contents {
	t.Helper()
	p, problems, err := programme.FromDraft((&programme.Programme{Key: "tea", Name: name}).Canonical())
	if err != nil {
		t.Fatal(err)
	}
	return &Contents{Version: Version{ID: version, Document: p.Canonical()}, Programme: p, Problems: problems}
}

func TestADraftIsReadFromMemoryOnlyWhileItsDocumentIsTheSame(t *testing.T) {
	var d readDrafts
	was, is := draftNamed(t, "v", "Before"), draftNamed(t, "v", "After")
	d.keep(was)
	same, problems, err := d.read(Version{ID: "v", Document: []byte(string(was.Version.Document))})
	if err != nil || same != was.Programme || len(problems) != len(was.Problems) {
		t.Errorf("the same document is read anew: %v, %v", same, err)
	}
	if p, _, err := d.read(is.Version); err != nil || p.Name != "After" { // somebody else saved it elsewhere
		t.Errorf("%v, %v", p, err)
	}
	if _, _, err := d.read(Version{ID: "v", Document: []byte("{")}); err == nil {
		t.Error("a broken document is read")
	}
	d.keep(is)
	if p, _, _ := d.read(is.Version); p != is.Programme {
		t.Error("the newest reading is not kept")
	}
}

func TestReadDraftsAreKeptWithinBounds(t *testing.T) {
	var d readDrafts
	c := draftNamed(t, "", "Many")
	for i := range 3 * maxReadDrafts {
		c.Version.ID = strconv.Itoa(i)
		d.keep(c)
		d.keep(c) // again takes no more room
		if len(d.kept) > maxReadDrafts {
			t.Fatalf("%d drafts are kept", len(d.kept))
		}
	}
}
