package visit_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// saved is a copy as a phone saves it; tests may spoil its parts.
type saved struct {
	names []string
	parts map[string][]byte
	photo string // id
}

// savedCopy is the copy of a device with some answers and a photo of a megabyte.
func savedCopy(t *testing.T, d *device) saved {
	t.Helper()
	b := noise(t, 5)
	sum := sha256.Sum256(b)
	photo := uuid.NewString()
	d.say("A3", `"yes"`)
	d.say("A4", `"no"`)
	d.say("photo."+photo, fmt.Sprintf(`{"q":"O3","sha256":%q,"size":%d,"type":"image/jpeg"}`, hex.EncodeToString(sum[:]), len(b)))
	list := fmt.Sprintf(`{"format":"plainclothes-copy","version":1,"made":"2026-11-21T12:00:00.000Z","visit":%q,"submission":%q,"device":%q,"checklist":%q,"seq":%d,"head":%q,"ops":"ops.jsonl",`+
		`"photos":[{"id":%q,"q":"O3","sha256":%q,"size":%d,"type":"image/jpeg","taken":"2026-11-21T11:00:00.000Z","file":"photos/%s.jpg"}]}`,
		d.visit, d.sub, d.id, d.checklist, len(d.texts), d.head, photo, hex.EncodeToString(sum[:]), len(b), photo)
	s := saved{names: []string{"copy.json", "ops.jsonl", "photos/" + photo + ".jpg"}, parts: map[string][]byte{}, photo: photo}
	s.parts[s.names[0]], s.parts[s.names[1]], s.parts[s.names[2]] = []byte(list), []byte(strings.Join(d.texts, "\n")+"\n"), b
	return s
}

// file writes the zip.
func (s saved) file(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range s.names {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(s.parts[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (w *world) bring(a auth.Actor, b []byte) (visit.ImportedCopy, error) {
	return w.svc.ImportCopy(w.t.Context(), a, bytes.NewReader(b), int64(len(b)))
}

func TestACopyBringsWhatIsNotHereYetAndNothingTwice(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, "coffee-kiosks")
		id := w.taken("buyer")
		d := w.device(id)
		c := savedCopy(t, d).file(t)
		if _, err := d.send(1, 1); err != nil { // the first answer came by itself
			t.Fatal(err)
		}
		out, err := w.bring(w.editor, c)
		if err != nil || out != (visit.ImportedCopy{Visit: id, Ops: 3, New: 2, Photos: 1, NewPhotos: 1}) {
			t.Fatalf("%+v, %v", out, err)
		}
		if out, err = w.bring(w.editor, c); err != nil || out.New+out.NewPhotos != 0 {
			t.Errorf("again: %+v, %v", out, err)
		}
		paper := must(w.svc.Open(t.Context(), w.shopper, id))(t)
		if string(paper.Report.Answers["A4"]) != `"no"` || len(paper.Photos) != 1 || len(paper.Coming()) != 0 {
			t.Errorf("answers %s, %d photos", paper.Report.Answers, len(paper.Photos))
		}
		if p := d.all(); p.Acked != 3 || len(p.Want) != 0 { // the phone finds everything done
			t.Errorf("the phone is told %+v", p)
		}
		if _, err := w.bring(w.shopper, c); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a shopper brings a copy: %v", err)
		}
	})
}

func TestACopyOfAReportThatWasSentIsKeptBesideIt(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, "coffee-kiosks")
		id := w.taken("buyer")
		d := w.device(id)
		c := savedCopy(t, d).file(t)
		w.buyer(id)
		w.photo(id, "O3")
		must(w.svc.Seal(t.Context(), w.shopper, id))(t)
		out, err := w.bring(w.editor, c)
		if err != nil || !out.Late || out.New != 3 || out.NewPhotos != 1 {
			t.Fatalf("%+v, %v", out, err)
		}
		r := must(w.svc.Review(t.Context(), w.editor, id))(t)
		if string(r.Report.Answers["A4"]) != `"yes"` || len(r.Photos) != 1 || len(r.Logs.Late) != 3 {
			t.Fatalf("the report changed: %s, %d photos, %d late", r.Report.Answers["A4"], len(r.Photos), len(r.Logs.Late))
		}
		if a := r.Logs.Late[1]; a.What != visit.LateAnswer || a.Question.ID != "A4" || a.Answer.Text != "no" {
			t.Errorf("late: %+v", a)
		}
	})
}

func TestAHostileCopyIsRefusedInWords(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), "coffee-kiosks")
	id := w.taken("buyer")
	good := savedCopy(t, w.device(id))
	replace := func(name, from, to string) func(*saved) {
		return func(s *saved) { s.parts[name] = bytes.ReplaceAll(s.parts[name], []byte(from), []byte(to)) }
	}
	photo := good.names[2]
	for name, c := range map[string]struct {
		spoil func(*saved)
		says  string
	}{
		"another visit":     {replace("copy.json", id, uuid.NewString()), "not here"},
		"another format":    {replace("copy.json", "plainclothes-copy", "other"), "kind"},
		"an unknown member": {replace("copy.json", `"made"`, `"makes"`), "list"},
		"a wild photo":      {replace("copy.json", "photos/"+good.photo, "../../etc/passwd"), "photo"},
		"no log":            {func(s *saved) { s.names = s.names[:1] }, "lacks"},
		"a changed answer":  {replace("ops.jsonl", `"yes"`, `"no"`), "hash"},
		"a missing op": {func(s *saved) {
			s.parts["ops.jsonl"] = s.parts["ops.jsonl"][bytes.IndexByte(s.parts["ops.jsonl"], '\n')+1:]
		}, "not whole"},
		"a log that is short": {func(s *saved) {
			s.parts["ops.jsonl"] = s.parts["ops.jsonl"][:bytes.IndexByte(s.parts["ops.jsonl"], '\n')+1]
		}, "end"},
		"another photo":  {func(s *saved) { s.parts[photo] = append([]byte{1}, s.parts[photo][1:]...) }, "other bytes"},
		"no photo":       {func(s *saved) { s.names = s.names[:2] }, "lacks"},
		"a bomb":         {func(s *saved) { s.parts["copy.json"] = bytes.Repeat([]byte(" "), 30<<20) }, "larger"},
		"a photo bomb":   {func(s *saved) { s.parts[photo] = make([]byte, 30<<20) }, "larger"},
		"one name twice": {func(s *saved) { s.names = append(s.names, "copy.json") }, "same name"},
		"very many files": {func(s *saved) {
			for i := range 500 {
				s.names = append(s.names, fmt.Sprint("x", i))
			}
		}, "files"},
	} {
		s := saved{names: append([]string(nil), good.names...), parts: map[string][]byte{}, photo: good.photo}
		for n, b := range good.parts {
			s.parts[n] = bytes.Clone(b)
		}
		c.spoil(&s)
		_, err := w.bring(w.editor, s.file(t))
		f, ok := fault.As(err)
		if !ok || f.Kind != fault.Invalid || len(f.Fields) != 1 || !strings.Contains(f.Fields[0].Message, c.says) {
			t.Errorf("%s: %v, want something of %q", name, err, c.says)
		}
	}
	whole := good.file(t)
	for name, b := range map[string][]byte{"nothing": nil, "no zip": []byte("PK no zip"), "cut off": whole[:len(whole)/2]} {
		if _, err := w.bring(w.editor, b); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
