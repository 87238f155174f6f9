package owner

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/event"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/scoring"
	"plainclothes/internal/web/kit"
)

// logView is one page of the log, newest first.
type logView struct {
	kit.Chrome
	Rows   []logRow
	Filter logFilter
	Kinds  []kit.Option
	Zone   string
	Next   string
	First  string
}

// logFilter narrows the log.
type logFilter struct {
	Kind   string `form:"kind" label:"the kind" validate:"max=40"`
	Before int64  `form:"before" label:"the number" validate:"min=0"`
}

// logRow is one entry in words.
type logRow struct {
	Seq      int64
	At       time.Time
	Who      string // the person, "" for none that is known
	Program  string // the token of a program
	Operator bool   // the command line
	Did      string // "added the branch"
	What     string // name of the thing
	Version  string // of a programme, "" for other things
	Unnamed  bool   // a visit to a branch that the entry does not name
	Href     string // page of the thing, "" without
	Facts    []fact
	Hash     string // short
}

// fact is one value of an entry's body; Words are those of ours.
type fact struct{ Name, Value, Words string }

// Ours reports that the value is in words of ours.
func (f fact) Ours() bool { return f.Words != "" }

// logPageSize is how many entries a page has.
const logPageSize = 50

var logPage = kit.NewPage[logView]("owner/log")

// logKinds are the kinds of thing that the log can be narrowed to.
var logKinds = []kit.Option{
	{Value: "", Label: "Everything"},
	{Value: "version", Label: "Standards"},
	{Value: "visit", Label: "Visits"},
	{Value: "branch", Label: "Branches"},
	{Value: "region", Label: "Regions"},
	{Value: "member", Label: "People"},
	{Value: "token", Label: "Tokens"},
	{Value: "organisation", Label: "Organisation"},
}

// verbWords say what was done, before the name of the thing.
var verbWords = map[string]string{
	"standards.drafted":    "began a draft of",
	"standards.changed":    "changed a standard in the draft of",
	"standards.imported":   "imported a file into the draft of",
	"standards.published":  "published the draft of",
	"standards.discarded":  "threw away the draft of",
	"tryout.started":       "gave a phone a test run of",
	"branch.created":       "added the branch",
	"branch.changed":       "changed the branch",
	"region.created":       "added the region",
	"region.changed":       "changed the region",
	"region.deleted":       "deleted the region",
	"member.invited":       "invited",
	"member.changed":       "changed the roles of",
	"member.deactivated":   "ended the access of",
	"member.activated":     "gave back the access of",
	"token.created":        "made the token",
	"token.revoked":        "revoked the token",
	"organisation.founded": "founded the organisation",
	"organisation.changed": "changed the organisation",
	"sales.imported":       "brought in sales of the organisation",
	"sales.removed":        "removed all sales of the organisation",
	"visit.planned":        "planned a visit to",
	"visit.taken":          "took a visit to",
	"visit.handed_back":    "handed back a visit to",
	"visit.cancelled":      "cancelled a visit to",
	"visit.started":        "began the report of a visit to",
	"visit.stage_sealed":   "sent a part of the report of a visit to",
	"visit.sealed":         "sent the report of a visit to",
	"visit.received":       "sent the report of a visit to",
	"visit.in_review":      "took up the report of a visit to",
	"visit.sent_back":      "sent back the report of a visit to",
	"visit.replied":        "replied about a visit to",
	"visit.noted":          "wrote a note on a visit to",
	"visit.copy_imported":  "brought a copy that a phone had saved of a visit to",
	"visit.accepted":       "accepted the report of a visit to",
	"visit.declined":       "declined the report of a visit to",
	"visit.set_aside":      "set aside the report of a visit to",
	"visit.published":      "published the report of a visit to",
	"visit.expired":        "ended, because its time was over, a visit to",
	"visit.happened":       "said what happened in a visit to",
	"visit.brought_in":     "brought in a past visit to",
}

func (p *Pages) log(c echo.Context, a auth.Actor) error {
	view := logView{Chrome: chrome("Log"), Kinds: logKinds}
	if err := kit.BindQuery(c, &view.Filter); err != nil {
		return err
	}
	ctx, f := c.Request().Context(), view.Filter
	o, err := p.places.Organisation(ctx, a)
	if err != nil {
		return err
	}
	view.Zone = o.Zone
	list, err := p.entries(ctx, a.Org, f.Kind, f.Before, logPageSize+1)
	if err != nil {
		return err
	}
	if len(list) > logPageSize {
		list = list[:logPageSize]
		view.Next = "/log?" + url.Values{"kind": {f.Kind}, "before": {strconv.FormatInt(list[logPageSize-1].Seq, 10)}}.Encode()
	}
	if f.Before > 0 {
		view.First = "/log?" + url.Values{"kind": {f.Kind}}.Encode()
	}
	r := reader{namer: p.namer(ctx, a), members: map[string]string{}}
	for _, e := range list {
		row, err := r.row(e)
		if err != nil {
			return err
		}
		view.Rows = append(view.Rows, row)
	}
	return logPage.Render(c, http.StatusOK, view)
}

// reader puts entries into words; every name is looked up once.
type reader struct {
	*namer
	members    map[string]string
	tokens     map[string]string
	programmes map[string]string
}

func (r *reader) row(e event.Entry) (logRow, error) {
	row := logRow{Seq: e.Seq, At: e.At, Did: verbWords[e.Verb], Hash: e.Hash[:min(12, len(e.Hash))]}
	if row.Did == "" {
		row.Did = strings.NewReplacer(".", " ", "_", " ").Replace(e.Verb)
	}
	body := map[string]json.RawMessage{}
	if err := json.Unmarshal(e.Body, &body); err != nil {
		body = nil // a body is always an object; one that is not is left out, the entry is not
	}
	var err error
	if err = r.who(&row, e.Actor); err == nil {
		err = r.what(&row, e, body)
	}
	row.Facts = r.facts(body)
	return row, err
}

// who names the actor: a person, for a shopper his alias, a program by its token.
func (r *reader) who(row *logRow, id string) (err error) {
	if row.Operator = id == "system"; row.Operator {
		return nil
	}
	if row.Who, err = r.member(id); err == nil && row.Who == "" {
		row.Program, err = r.token(id)
	}
	return err
}

// member names a member, "" when there is none.
func (r *reader) member(id string) (string, error) {
	if name, ok := r.members[id]; ok {
		return name, nil
	}
	m, err := r.p.people.Member(r.ctx, r.a, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	name := m.Name
	if slices.Equal(m.Roles, []auth.Role{auth.Shopper}) {
		name = m.Alias
	}
	r.members[id] = name
	return name, nil
}

func (r *reader) token(id string) (string, error) {
	if r.tokens == nil {
		r.tokens = map[string]string{}
		all, err := r.p.people.Tokens(r.ctx, r.a)
		if err != nil {
			return "", err
		}
		for _, t := range all {
			r.tokens[t.ID] = t.Name
		}
	}
	return r.tokens[id], nil
}

func (r *reader) programme(id string) (string, error) {
	if r.programmes == nil {
		r.programmes = map[string]string{}
		all, err := r.p.studio.Programmes(r.ctx, r.a)
		if err != nil {
			return "", err
		}
		for _, x := range all {
			r.programmes[x.ID] = x.Name
		}
	}
	return r.programmes[id], nil
}

// what names the thing and the page where it is.
func (r *reader) what(row *logRow, e event.Entry, body map[string]json.RawMessage) (err error) {
	switch e.Kind {
	case "branch":
		var b org.Branch
		b, err = r.branch(e.Thing)
		row.What, row.Href = orElse(b.Name, text(body["name"])), "/branches/"+e.Thing
	case "region":
		if row.What, err = r.region(e.Thing); row.What == "" {
			row.What = text(body["name"])
		} else {
			row.Href = "/regions/" + e.Thing
		}
	case "member":
		row.What, err = r.member(e.Thing)
		row.Href = "/people/" + e.Thing
	case "token":
		row.What, err = r.token(e.Thing)
		row.Href = "/tokens"
	case "version":
		row.What, err = r.programme(text(body["programme"]))
		row.Version, row.Href = text(body["number"]), "/standards/"+text(body["programme"])+"/versions"
	case "visit":
		row.What, err = r.visitBranch(body)
		row.Unnamed = row.What == ""
	}
	return err
}

// visitBranch names the branch of a visit's entry, "" when the entry does not say it.
func (r *reader) visitBranch(body map[string]json.RawMessage) (string, error) {
	id := text(body["branch"])
	if id == "" {
		return "", nil
	}
	b, err := r.branch(id)
	return b.Name, err
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// text reads a JSON value as words: a list as its parts, a truth as yes or no.
func text(raw json.RawMessage) string {
	var s string
	var list []string
	var yes bool
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case json.Unmarshal(raw, &s) == nil:
		return s
	case json.Unmarshal(raw, &list) == nil:
		return strings.Join(list, ", ")
	case json.Unmarshal(raw, &yes) == nil:
		if yes {
			return "yes"
		}
		return "no"
	}
	return string(raw)
}

// facts are the values of a body that a person may want to read: ids of what the sentence names already are left out,
// others become names where they can.
func (r *reader) facts(body map[string]json.RawMessage) []fact {
	var all []fact
	for _, key := range slices.Sorted(maps.Keys(body)) {
		value := text(body[key])
		if value == "" || key == "programme" || key == "branch" {
			continue
		}
		f := fact{Name: orElse(factNames[key], strings.ReplaceAll(key, "_", " ")), Value: value}
		switch key {
		case "region", "regions", "parent":
			f.Value = r.regionNames(value)
		case "roles":
			f.Words = roleWords(rolesOf(strings.Split(value, ", ")))
		case "branches":
			f.Words = catalogue.Count(strings.Count(value, ",")+1, "branch", "branches")
		case "active", "channel", "kind":
			f.Words = value
		case "state":
			f.Words = strings.ReplaceAll(value, "_", " ")
		case "level":
			f.Words = scoring.Level(value).Words()
		}
		all = append(all, f)
	}
	return all
}

// factNames are the values whose names are no words.
var factNames = map[string]string{"effective_on": "effective on", "back_to": "back to"}

// regionNames puts paths in place of ids; one that is gone stays as it is.
func (r *reader) regionNames(ids string) string {
	names := strings.Split(ids, ", ")
	for i, id := range names {
		if path, err := r.region(id); err == nil && path != "" {
			names[i] = path
		}
	}
	return strings.Join(names, ", ")
}
