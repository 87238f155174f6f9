package app

import (
	"bytes"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/studio"
)

func TestThePhotoOfAStandardIsInTheBackupAndVerified(t *testing.T) {
	forEach(t, func(t *testing.T, l *premises, another func() *premises) {
		w := l.live()
		named, err := w.parts.studio.KeepPicture(t.Context(), w.Actors[auth.Owner], bytes.NewReader(picture(t)))
		if err != nil {
			t.Fatal(err)
		}
		sum, _ := studio.PictureOf(named)
		file := filepath.Join(t.TempDir(), "copy.tar")
		l.must("backup", file)
		r := another()
		r.must("restore", file)
		if _, said := r.must("verify"); !strings.Contains(said, "1 visits, 2 photos") {
			t.Errorf("restored and verified: %s", said)
		}
		if err := r.open().blobs.Delete(t.Context(), evidence.Key(w.Org, sum)); err != nil {
			t.Fatal(err)
		}
		code, out, _ := r.run("verify")
		// the photo of the visit is the same picture, so both are missed
		if code != 1 || !strings.Contains(out, "photo of a standard, "+sum+": wrong photo: it is not there") {
			t.Errorf("%d: %s", code, out)
		}
	})
}

func TestAStandardsPhotoAnswersItsOrganisationAlone(t *testing.T) {
	w := newWalk(t)
	paths := map[*ground]string{}
	for _, g := range []*ground{w.ours, w.foreign} {
		owner := g.Actors[auth.Owner]
		named, err := w.x.studio.KeepPicture(t.Context(), owner, bytes.NewReader(picture(t)))
		if err != nil {
			t.Fatal(err)
		}
		draft, err := w.x.studio.Draft(t.Context(), owner, g.Programme)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := draft.Programme.Standard("K1")
		in := studio.InputOf(s)
		in.Photo = named
		if draft, err = w.x.studio.ChangeStandard(t.Context(), owner, g.Programme, "K1", in, draft.Version.RowVersion); err != nil {
			t.Fatal(err)
		}
		if _, err := w.x.studio.Publish(t.Context(), owner, g.Programme, "With a photo.", draft.Version.RowVersion, ""); err != nil {
			t.Fatal(err)
		}
		sum, _ := studio.PictureOf(named)
		paths[g] = "/standards/" + g.Programme + "/K1/photo/" + sum
	}
	for _, role := range auth.Roles() {
		want := http.StatusOK
		if auth.ExtentOf(auth.StandardsRead, role) == auth.Nowhere {
			want = http.StatusForbidden
		}
		if got := w.ask(http.MethodGet, paths[w.ours], w.sessions[role]); got != want {
			t.Errorf("%s gets %d, want %d", role, got, want)
		}
		if got := w.ask(http.MethodGet, paths[w.foreign], w.sessions[role]); got != http.StatusNotFound && got != http.StatusForbidden {
			t.Errorf("%s gets %d for a photo of another organisation", role, got)
		}
	}
	if got := w.ask(http.MethodGet, paths[w.ours], ""); got != http.StatusSeeOther {
		t.Errorf("nobody gets %d", got)
	}
}
