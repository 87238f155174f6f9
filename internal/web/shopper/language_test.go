package shopper_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// bilingual puts German beside every text of the published programme.
func (r *rig) bilingual(t *testing.T, lang, mark string) *programme.Programme {
	t.Helper()
	src, _ := demo.File("coffee-kiosks")
	p, problems := programme.Parse(src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	p.Language = "en"
	for _, w := range p.Texts() {
		p.SetText(lang, w.ID, mark+w.Words)
	}
	r.Exec(`INSERT INTO versions (org_id, id, programme_id, number, state, hash, document, note, created_at, created_by, published_at,
 published_by, effective_on, row_version) VALUES ($1, $2, $3, 2, 'published', $4, $5, 'second', $6, 'system', $6, 'system', '2026-02-01', 1)`,
		r.Org, uuid.NewString(), r.Programme, p.Hash(), string(p.Canonical()), storetest.Noon)
	return p
}

func TestAShopperReadsAChecklistInHisLanguageAndAnswersTheSame(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	r.bilingual(t, "de", "«de» ")
	id := r.taken(t, "buyer")
	at := "/visits/" + id
	r.site.Get(r.shopper, at).Says("Buyer", "Deutsch", "English").Silent("«de»").Has(`name="reading" value="de" lang="de"`)
	r.site.Get(r.shopper, at+"?speak=de").Says("«de» Buyer", "Fällig").Has(`<html lang="de">`)
	section := r.site.Get(r.shopper, at+"/s/A?speak=de").Says("«de» Walking up", "Nicht gesehen", "Ja", "«de» How many people were waiting ahead of you?").
		Has(`lang="de" dir="ltr"`, `name="a.A3" value="yes"`)
	section.Silent("Not seen", "ahead von you")
	r.site.Post(r.shopper, at+"/s/A?speak=de", url.Values{"q": {"A3"}, "a.A3": {"yes"}, "was.A3": {"null"}, "go": {"stay"}}).Status(http.StatusSeeOther)
	paper, err := r.svc.Open(t.Context(), r.shopper, id)
	if err != nil || paper.Answers["A3"].Text != "yes" {
		t.Fatalf("%+v, %v", paper.Answers["A3"], err)
	}
	german := paper.In("de-AT", "en")
	if german.Reading.Tag != "de" || german.Answers["A3"].Text != "yes" || paper.Reading != nil || german.List.Version.Hash != paper.List.Version.Hash {
		t.Errorf("%+v", german.Reading)
	}
	r.site.Get(r.shopper, at+"/list?speak=de").Says("«de»", "Frage suchen")
	r.site.Get(r.shopper, at+"/check?speak=de").Says("Fehlt noch", "Noch keine Antwort.")
}

func TestAChecklistFromRightToLeftSaysSo(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	p := r.bilingual(t, "ar", "بيت ")
	id := r.taken(t, "buyer")
	paper, err := r.svc.Open(t.Context(), r.shopper, id)
	if err != nil {
		t.Fatal(err)
	}
	arabic := paper.In("ar")
	if arabic.Reading.Direction != "rtl" || arabic.Sections[0].Title != "بيت "+p.Sections[0].Title || arabic.Sections[0].ID != p.Sections[0].ID {
		t.Errorf("%+v %q", arabic.Reading, arabic.Sections[0].Title)
	}
	if own := paper.In("fr"); own.Reading.Tag != "en" || own.Sections[0].Title != p.Sections[0].Title {
		t.Errorf("nobody's language is read as %+v", own.Reading)
	}
	list, only := *paper.List, *p
	only.Language, only.Translations, list.Programme = "he", nil, &only
	paper.List = &list
	if one := paper.In("de"); one.Reading == nil || *one.Reading != (visit.Reading{Tag: "he", Direction: "rtl"}) {
		t.Errorf("a checklist in one language is read as %+v", one.Reading)
	}
}

func TestEveryTextOfAQuestionRunsInItsOwnDirection(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	p := r.bilingual(t, "de", "«de» ")
	at := "/visits/" + r.taken(t, "buyer") + "/s/" + p.Sections[0].ID
	for _, lang := range []string{"en", "de"} {
		var want []string
		for _, q := range p.In(lang).Sections[0].Questions {
			want = append(want, q.Text)
			if q.Hint != "" {
				want = append(want, q.Hint)
			}
			for _, o := range q.Options {
				want = append(want, o.Label)
			}
		}
		page := r.site.Get(r.shopper, at+"?speak="+lang)
		for _, words := range append(want, "What did you see?", "Before you forget.") {
			if lang == "en" || strings.HasPrefix(words, "«de»") {
				page.Has("<bdi>" + html.EscapeString(words) + "</bdi>")
			}
		}
		if !strings.Contains(page.Body.String(), `rows="2" dir="auto"`) {
			t.Errorf("in %s a comment does not run in its own direction", lang)
		}
	}
}
