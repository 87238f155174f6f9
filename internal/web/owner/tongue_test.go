package owner_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"plainclothes/internal/store/worldtest"
)

// alike are words that English and German share, and codes.
const alike = "Standard Standards Good WOW Name Code Format Region Web CSV Export Import Status Version 1 Version 2 Versionen Tokens Text (optional) K01 K02 K03 K04 " +
	"has_seating sells_gas code, name, region, format, channel, kind, zone, address, features, latitude, longitude, active Authorization: Bearer … Kiosk pc_ " +
	"Europe/London MAN-01 Hindi Urdu Thai Organisation North/Leeds read visits publish drafts YAML Normal Alias plainclothes Zone Art"

// codes are addresses, hashes, paths into a file, and months that both languages call the same.
var codes = regexp.MustCompile(`^[0-9a-f-]{12,}$|@example\.org$|^alias-|^Person [0-9a-f]{4}$|\[\d+\]|^standards\.K|^(April|August|September|November) 20\d\d$`)

// theirs tells the words of people in the world of a test, and those of also.
func theirs(r *rig, also ...string) func(string) bool {
	var b strings.Builder
	b.WriteString(alike + " " + worldtest.Tea(4) + " Standard 1 Standard 2 Standard 3 Standard 4 The first version. Till Leeds Another note. UTC ")
	for i := range r.Branches {
		b.WriteString(r.Branches[i].Name + " " + r.Branches[i].Code + " " + r.Branches[i].Format + " ")
	}
	for i := range r.Regions {
		b.WriteString(r.Regions[i].Name + " ")
	}
	all := b.String() + strings.Join(also, " ")
	return func(line string) bool { return codes.MatchString(line) || strings.Contains(all, line) }
}

// numbered begins with the number of a question, or names it beside its words.
var numbered = regexp.MustCompile(`(^|\s)\d\.\d+( |:|$)`)

// inBoth asks for a page in English and in German.
func (r *rig) inBoth(path string, also ...string) {
	r.t.Helper()
	r.t.Run(path, func(t *testing.T) {
		sign := "?"
		if strings.Contains(path, "?") {
			sign = "&"
		}
		r.get(path+sign+"speak=de").Status(http.StatusOK).Translated(r.get(path), theirs(r, also...)).Commas(numbered.MatchString)
	})
}

// refusedInBoth sends what cannot be taken in both languages.
func (r *rig) refusedInBoth(path string, f url.Values) {
	r.t.Helper()
	r.post(path+"?speak=de", f).Translated(r.post(path, f), theirs(r, "nowhere normal foo: 1 code,nam,latitude a b,Tea,x"))
}

func TestTheOwnersPagesSayNothingInEnglishToWhoReadsGerman(t *testing.T) {
	r := teaRooms(t)
	base := r.base()
	r.edit("K01", "good_target", "90")
	r.edit("K01", "criticality", "major")
	r.edit("K02", "met_share", "80")
	r.edit("K03", "title", "Tea is hot")
	r.post("/tokens", form("name=Till", "scopes=read")).Status(http.StatusOK)
	for _, path := range []string{
		base, base + "/versions", base + "/versions?from=1&to=2", base + "/languages", base + "/draft", base + "/K01/edit", base + "/new", "/programmes",
		"/branches", "/branches/new", "/branches/" + r.Branches[0].ID, "/branches/import", "/regions", "/regions/" + r.Regions[0].ID,
		"/people", "/people/invite", "/people/" + r.regional.Member, "/tokens", "/log",
	} {
		r.inBoth(path, "Tea is hot")
	}
}

func TestWhatIsWrongWithAnOwnersFormIsSaidInGermanToo(t *testing.T) {
	r := newRig(t, 2)
	r.Publish(worldtest.Tea(4), "The first version.", "2025-01-01")
	for path, f := range map[string]url.Values{
		r.base() + "/K01/edit":   form("id=K01", "good_target=x", "wow_target=x", "criticality=x", "weight=x", "met_share=x", "partial_share=x", "wow_share=x"),
		r.base() + "/new":        form(),
		r.base() + "/K01/remove": form(),
		"/branches":              form("code=a b", "zone=x", "channel=x", "kind=x", "latitude=91", "features=A"),
		"/regions":               form("name="),
		"/regions/" + r.Regions[0].ID + "/delete": form("version=1"),
		"/people/invite":     form("email=x", "branches=nowhere"),
		"/tokens":            form("name="),
		"/programmes/import": form("text=name: Tea\nfoo: 1\n"),
		"/branches/import":   form("text=code,nam,latitude\na b,Tea,x\n"),
	} {
		t.Run(path, func(*testing.T) { r.refusedInBoth(path, f) })
	}
}
