package pocket

import (
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/evidence"
	"plainclothes/internal/programme"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
	"plainclothes/static"
)

// pack is everything that a phone needs to fill in a visit without signal.
type pack struct {
	Visit     packVisit   `json:"visit"`
	User      string      `json:"user"` // as the cookie that pages read has it
	Checklist string      `json:"checklist"`
	Seq       int         `json:"seq"`
	Context   packContext `json:"context"`
	programme.Phone
	Fields map[string][]packHead `json:"fields"`
	Photos []packPhoto           `json:"photos"`
	Keys   []receiptKey          `json:"keys"`
	Pages  []string              `json:"pages"`
	Assets []string              `json:"assets"`
	Opens  map[string]packOpens  `json:"opens"` // what parts wait for that are not sent
	Now    string                `json:"now"`   // the server's time: a phone's clock may be wrong
	Until  string                `json:"until"`
}

// packOpens is what one part waits for: an hour, a time after the first answer, something that the shopper has to say, or
// another part.
type packOpens struct {
	At    string `json:"at,omitempty"`
	Span  int    `json:"span,omitempty"` // seconds
	Event string `json:"event,omitempty"`
	After string `json:"after,omitempty"` // id of the part
}

type packVisit struct {
	ID           string      `json:"id"`
	Scenario     string      `json:"scenario"`
	State        visit.State `json:"state"`
	Stage        string      `json:"stage"`
	StagesSealed []string    `json:"stages_sealed"`
	Number       int         `json:"number"` // of the version
	Due          string      `json:"due"`
	Name         string      `json:"name"` // of the branch
	Zone         string      `json:"zone"`
	Pages        string      `json:"pages,omitempty"`   // the language of the pages
	Reading      string      `json:"reading,omitempty"` // the language of the checklist, where it has several
}

type packContext struct {
	Scenario string   `json:"scenario"`
	Channel  string   `json:"channel"`
	Format   string   `json:"format"`
	Features []string `json:"features"`
}

// packHead is a present value; two of a field that differ are a conflict.
type packHead struct {
	Op     string          `json:"op"`
	Device string          `json:"device"`
	Value  json.RawMessage `json:"value"`
	At     string          `json:"at"`
}

type packPhoto struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	SHA256   string `json:"sha256"` // of what was sent
	Size     int64  `json:"size"`
	Done     bool   `json:"done"` // its bytes are here
}

// pack gives a visit to the phone of its shopper.
func (p *Phone) pack(c echo.Context, a auth.Actor) error {
	in, err := p.logs.Pack(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	in.Paper = in.Paper.In(kit.ReadingOf(c)...)
	out := packOf(&in, kit.Who(a.Person))
	out.in(kit.LanguageOf(c))
	return c.JSON(http.StatusOK, out)
}

func packOf(in *visit.Pack, user string) pack {
	paper := &in.Paper
	facts := paper.Context()
	out := pack{
		Visit: packVisit{
			ID: paper.Visit.ID, Scenario: paper.Visit.Scenario, State: paper.Visit.State, Stage: paper.Stage,
			StagesSealed: list(paper.Visit.Stages), Number: paper.List.Version.Number, Due: paper.Visit.Due.UTC().Format(time.RFC3339),
			Name: paper.Place.Branch.Name, Zone: paper.Place.Zone,
		},
		User: user, Checklist: paper.List.Version.Hash, Seq: in.Ops,
		Context: packContext{facts.Scenario, facts.Channel, facts.Format, list(facts.Features)},
		Phone:   programme.PhoneForm(paper.List.Programme, paper.Visit.Scenario),
		Fields:  map[string][]packHead{}, Photos: []packPhoto{}, Keys: keysOf(in.Keys), Until: in.Until.Format(time.RFC3339),
		Opens: opensOf(paper.Times), Now: in.Now.Format(wireTime),
	}
	if paper.Visit.State.Writable() { // nothing of a report that was sent goes back to a phone
		out.Fields, out.Photos = packFields(paper.Report.Heads), packPhotos(paper)
	}
	out.Pages, out.Assets = pagesOf(paper, out.Sections), assetsIn(catalogue.Source)
	if paper.Reading != nil {
		out.Visit.Reading = paper.Reading.Tag
	}
	return out
}

// opensOf tells a phone without signal what the server knows of the parts to come.
func opensOf(times []visit.StageTime) map[string]packOpens {
	out := map[string]packOpens{}
	for i := range times {
		t := &times[i]
		o := packOpens{Span: int(t.Span / time.Second), Event: t.Happening()}
		if t.After != "" {
			o.After = t.Begins().Stage
		}
		if !t.Opens.IsZero() {
			o.At = t.Opens.UTC().Format(time.RFC3339)
		}
		if o != (packOpens{}) && t.Sealed.IsZero() {
			out[t.ID] = o
		}
	}
	return out
}

// in puts the pack into the language of the pages: which files they need, and the answers that have words of ours.
func (p *pack) in(lang string) {
	p.Visit.Pages, p.Assets = lang, assetsIn(lang)
	say := catalogue.For(lang).Say
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			q := &p.Sections[i].Questions[j]
			if q.Kind != programme.YesNo && q.Kind != programme.WowKind {
				continue
			}
			for k := range q.Options {
				q.Options[k].Label = say(q.Options[k].Label)
			}
		}
	}
}

// packFields are the present values.
func packFields(heads visit.Heads) map[string][]packHead {
	out := make(map[string][]packHead, len(heads))
	for field, all := range heads {
		for _, h := range all {
			out[field] = append(out[field], packHead{h.Op, h.Device, h.Value, h.At.UTC().Format(wireTime)})
		}
	}
	return out
}

// packPhotos lists what is here and what is still on a phone.
func packPhotos(paper *visit.Paper) []packPhoto {
	all := []packPhoto{}
	for i := range paper.Photos {
		ph := &paper.Photos[i]
		sum, size := sent(ph)
		all = append(all, packPhoto{ph.ID, ph.Question, sum, size, true})
	}
	for _, ph := range paper.Coming() {
		all = append(all, packPhoto{ph.ID, ph.Question, ph.SHA256, ph.Size, false})
	}
	slices.SortFunc(all, func(a, b packPhoto) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// sent names the bytes as the phone sent them; a plain page's photo was never on a phone's list.
func sent(ph *evidence.Photo) (sha256 string, size int64) {
	if ph.SentSHA256 == "" {
		return ph.SHA256, ph.Size
	}
	return ph.SentSHA256, ph.SentSize
}

// pagesOf are the pages of a visit that work without signal.
func pagesOf(paper *visit.Paper, sections []programme.PhoneSection) []string {
	root := "/visits/" + paper.Visit.ID
	pages := []string{root, root + "/list", root + "/check", "/visits"}
	for _, s := range sections {
		pages = append(pages, root+"/s/"+s.ID)
	}
	return pages
}

// assetNames are the files that the pages of a visit need.
var assetNames = sync.OnceValue(func() []string {
	names := []string{"css/app.css", "icons.svg", "favicon.svg"}
	scripts, err := fs.Glob(static.Files, "js/*.js")
	if err != nil {
		panic("pocket: " + err.Error()) // only for a pattern that is none
	}
	return append(names, slices.DeleteFunc(scripts, func(name string) bool { return name == "js/sw.js" })...)
})

// assetsIn are their addresses in a language.
func assetsIn(lang string) []string {
	var out []string
	for _, name := range assetNames() {
		at, err := kit.AssetIn(lang, name)
		if err != nil {
			panic("pocket: " + err.Error()) // the names come from the same folder
		}
		out = append(out, at)
	}
	return out
}

// receiptKey is a public key as phones and programs get it.
type receiptKey struct {
	ID     string `json:"id"`
	Alg    string `json:"alg"`
	Public string `json:"public"` // base64url of the 32 bytes, without padding
	From   string `json:"from"`
	Until  string `json:"until,omitempty"`
}

func keysOf(all []visit.ReceiptKey) []receiptKey {
	out := []receiptKey{}
	for _, k := range all {
		r := receiptKey{ID: k.ID, Alg: "Ed25519", Public: base64.RawURLEncoding.EncodeToString(k.Public), From: k.From.UTC().Format(time.RFC3339)}
		if !k.Until.IsZero() {
			r.Until = k.Until.UTC().Format(time.RFC3339)
		}
		out = append(out, r)
	}
	return out
}
