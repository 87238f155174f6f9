package owner_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plainclothes/internal/programme"
)

// drafted is the programme of the draft.
func (r *rig) drafted() *programme.Programme {
	r.t.Helper()
	l, err := r.Studio.Languages(r.t.Context(), r.Owner, r.Programme.ID)
	if err != nil {
		r.t.Fatal(err)
	}
	return l.Programme
}

func TestAnOwnerTranslatesAProgrammeSideBySide(t *testing.T) {
	r := teaRooms(t)
	at := r.base() + "/languages"
	r.get(at).Says("There is no draft", "Begin a draft").Silent("Translate into")
	r.post(at, form("do=begin")).Status(http.StatusSeeOther)
	before := r.drafted().Hash()

	r.post(at, form("do=add", "add=de")).Status(http.StatusUnprocessableEntity).Says("Choose the language in which the texts are now")
	if r.drafted().Hash() != before {
		t.Fatal("a refused form changed the draft")
	}
	r.post(at, form("do=add", "own=en", "add=de")).Status(http.StatusSeeOther)
	r.post(at, form("do=add", "add=de")).Says("in German already")
	r.post(at, form("do=add", "tag=Deutsch")).Says("write its short name")

	p := r.drafted()
	all := p.Texts()
	page := r.get(at+"?lang=de&part=standards").Says("0 of", "Next to do")
	var first programme.Wording
	for _, w := range all {
		if strings.HasPrefix(w.ID, "standards.") {
			first = w
			break
		}
	}
	page.Has(`name="t.`+first.ID+`"`, `lang="de"`)
	save := func(was, words string) url.Values {
		return url.Values{"do": {"save"}, "lang": {"de"}, "part": {"standards"}, "text": {first.ID}, "was." + first.ID: {was}, "t." + first.ID: {words}}
	}
	r.post(at, save("", "Begrüßung")).Status(http.StatusSeeOther)
	if got := r.drafted().Translated("de", first.ID); got != "Begrüßung" {
		t.Fatalf("%s reads %q", first.ID, got)
	}
	// Somebody who looked at the page before that does not overwrite it unseen, and loses nothing of his own.
	r.post(at, save("", "Empfang")).Status(http.StatusUnprocessableEntity).Says("Somebody else has changed this meanwhile", "“Begrüßung”", "Empfang").
		Has(`name="was.` + first.ID + `" value="Begrüßung"`)
	r.post(at, save("Begrüßung", "Empfang")).Status(http.StatusSeeOther)
	r.post(at, save("Begrüßung", "Begrüßung")).Status(http.StatusSeeOther) // not touched by this one
	if got := r.drafted().Translated("de", first.ID); got != "Empfang" {
		t.Errorf("%s reads %q", first.ID, got)
	}
	r.post(at, save("Empfang", strings.Repeat("x", first.Limit+1))).Says("Shorten it")
	r.post(at, save("Empfang", "zwei\r\nZeilen")).Says("one line")
	r.get(at).Says("1 of")

	r.post(at, form("do=drop", "lang=de")).Says("Tick that the translation may go")
	r.post(at, form("do=drop", "lang=de", "sure=yes")).Status(http.StatusSeeOther)
	if r.drafted().Hash() != before {
		t.Error("without its translation the draft is not what it was")
	}
}

func TestTranslationsArePublishedAndOnlyOwnersTranslate(t *testing.T) {
	r := teaRooms(t)
	at := r.base() + "/languages"
	r.site.Get(r.scheduler, at).Status(http.StatusForbidden)
	r.site.Post(r.scheduler, at, form("do=begin")).Status(http.StatusForbidden)
	r.post(at, form("do=begin"))
	r.post(at, form("do=add", "own=en", "add=ar"))
	id := r.drafted().Texts()[0].ID
	r.post(at, url.Values{"lang": {"ar"}, "text": {id}, "t." + id: {"بيت الشاي"}}).Status(http.StatusSeeOther)
	r.get(at + "?lang=ar").Has(`dir="rtl"`)
	r.get(r.base()+"/draft").Says("The programme is in Arabic too now.", "words in Arabic")
	if got := r.drafted().In("ar").Name; got != "بيت الشاي" {
		t.Errorf("it is called %q", got)
	}
	r.post(at, url.Values{"lang": {"fr"}, "text": {id}, "t." + id: {"x"}}).Status(http.StatusNotFound)
	r.post(at, url.Values{"lang": {"ar"}, "text": {"questions.none.text"}, "t.questions.none.text": {"x"}}).Says("not in the draft any more")
}

func TestWhatWasTranslatedOfAPartThatIsGoneIsGivenBack(t *testing.T) {
	r := teaRooms(t)
	at := r.base() + "/languages"
	r.post(at, form("do=begin"))
	r.post(at, form("do=add", "own=en", "add=de"))
	const gone, left = "standards.K02.good", "standards.K01.good"
	typed := url.Values{"lang": {"de"}, "part": {"standards"}, "text": {left, gone}, "t." + left: {"Man tut es."}, "t." + gone: {"Frisch <b>gebrüht</b>."}}
	r.post(r.base()+"/K02/remove", form("drop=yes"))
	r.post(at, typed).Status(http.StatusUnprocessableEntity).Says("What you translated is not there any more", "K02 Good", "Frisch <b>gebrüht</b>.", "Man tut es.")
	r.post(at, form("do=drop", "lang=de", "sure=yes")).Status(http.StatusSeeOther)
	r.post(at, typed).Status(http.StatusNotFound).Says("What you translated is not there any more", "Frisch <b>gebrüht</b>.", "K01 Good", "Man tut es.")
}

func TestATranslationOfATextThatChangedIsLookedAtAgain(t *testing.T) {
	r := teaRooms(t)
	at := r.base() + "/languages"
	r.post(at, form("do=begin"))
	r.post(at, form("do=add", "own=en", "add=de"))
	const good, wow = "standards.K01.good", "standards.K01.wow"
	r.post(at, url.Values{"lang": {"de"}, "text": {good, wow}, "t." + good: {"Man tut es."}, "t." + wow: {"Mit einem Lächeln."}}).Status(http.StatusSeeOther)
	page := at + "?lang=de&part=standards"
	r.get(page).Silent("has changed since")
	r.edit("K01", "good", "Staff do it at once.")
	r.get(page).Says("1 to look at again", "The text has changed since this was translated.", "It is still right").Has(`name="fine" value="` + good + `"`).
		Silent(`name="fine" value="` + wow)
	r.get(r.base() + "/draft").Says("1 text was changed since the words in German were written")
	save := func(words string, more ...string) url.Values {
		f := url.Values{"lang": {"de"}, "part": {"standards"}, "text": {good}, "was." + good: {"Man tut es."}, "t." + good: {words}}
		for _, m := range more {
			f.Add("fine", m)
		}
		return f
	}
	r.post(at, save("Man tut es.")).Status(http.StatusSeeOther) // saved with the others: nobody has looked
	r.get(page).Says("has changed since")
	r.post(at, save("Man tut es.", good)).Status(http.StatusSeeOther)
	r.get(page).Silent("has changed since", "to look at again")
	r.edit("K01", "good", "Staff do it with pleasure.")
	r.post(at, save("Man tut es gern.")).Status(http.StatusSeeOther)
	r.get(page).Silent("has changed since")
	if got := r.drafted().Translated("de", good); got != "Man tut es gern." {
		t.Errorf("it reads %q", got)
	}
}
