package owner

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/alphabet"
	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/web/kit"
)

func (p *Pages) peopleRoutes() []kit.Route {
	edit := auth.PeopleEdit
	return []kit.Route{
		get("/people", "people", auth.PeopleRead, p.members),
		get("/people/invite", "invite somebody", edit, p.inviteForm),
		post("/people/invite", "send an invitation", edit, p.invite),
		get("/people/:id", "a person to edit", edit, p.member),
		post("/people/:id", "save a person", edit, p.saveMember),
		post("/people/:id/link", "make a new link", edit, p.inviteAgain),
		post("/people/:id/deactivate", "deactivate a person", edit, p.deactivate),
		post("/people/:id/activate", "activate a person", edit, p.activate),
	}
}

// peopleView is the list of members.
type peopleView struct {
	kit.Chrome
	Rows   []memberRow
	May    bool
	Filter peopleFilter
	Roles  []kit.Option
	States []kit.Option
	Next   string // address of the next page
	First  string // address of the first page, when this is another
}

// peopleFilter narrows the list.
type peopleFilter struct {
	Text  string `form:"text" label:"the text" validate:"max=100"`
	Role  string `form:"role" label:"the role" validate:"max=40"`
	State string `form:"state" label:"the state" validate:"max=10"`
	After string `form:"after" validate:"max=100"`
}

// memberRow is one member on the list.
type memberRow struct {
	auth.Membership
	RoleWords string
	Scope     string // regions or branches
	Href      string
}

var peoplePage = kit.NewPage[peopleView]("owner/people")

func (p *Pages) members(c echo.Context, a auth.Actor) error {
	view := peopleView{Chrome: chrome("People"), May: a.May(auth.PeopleEdit), Roles: roleOptions(), States: activeOptions}
	if err := kit.BindQuery(c, &view.Filter); err != nil {
		return err
	}
	f := view.Filter
	page, err := p.people.Members(c.Request().Context(), a, auth.MemberQuery{Text: f.Text, Role: auth.Role(f.Role), Active: activeOf(f.State), After: f.After})
	if err != nil {
		return err
	}
	n := p.namer(c.Request().Context(), a)
	for _, m := range page.Members {
		r := memberRow{Membership: m, RoleWords: roleWords(m.Roles), Href: "/people/" + m.ID}
		if r.Scope, err = n.scope(m.Member); err != nil {
			return err
		}
		view.Rows = append(view.Rows, r)
	}
	q := url.Values{"text": {f.Text}, "role": {f.Role}, "state": {f.State}}
	view.Next, view.First = pager("/people", q, page.Next, f.After)
	return peoplePage.Render(c, http.StatusOK, view)
}

// pager gives the addresses of the next and the first page, "" where there is none.
func pager(path string, q url.Values, next, after string) (more, first string) {
	for k, v := range q {
		if v[0] == "" {
			q.Del(k)
		}
	}
	if after != "" {
		first = path + "?" + q.Encode()
	}
	if next != "" {
		q.Set("after", next)
		more = path + "?" + q.Encode()
	}
	return more, first
}

// activeOptions narrow a list to what is in use.
var activeOptions = []kit.Option{{Value: "", Label: "All"}, {Value: "active", Label: "Active"}, {Value: "gone", Label: "Deactivated"}}

// activeOf is a choice of activeOptions as lists ask for it.
func activeOf(state string) *bool {
	yes := state == "active"
	if yes || state == "gone" {
		return &yes
	}
	return nil
}

func roleOptions() []kit.Option {
	all := []kit.Option{{Value: "", Label: "All"}}
	for _, r := range auth.Roles() {
		all = append(all, kit.Option{Value: string(r), Label: roleName(r)})
	}
	return all
}

// namer puts names to ids of regions and branches, each looked up once.
type namer struct {
	ctx      context.Context // lives for one request
	p        *Pages
	a        auth.Actor
	tree     *org.Tree
	branches map[string]org.Branch
}

func (p *Pages) namer(ctx context.Context, a auth.Actor) *namer {
	return &namer{ctx: ctx, p: p, a: a, branches: map[string]org.Branch{}}
}

// region is the path of a region, "North / Leeds".
func (n *namer) region(id string) (string, error) {
	if n.tree == nil {
		all, err := n.p.places.Regions(n.ctx, n.a)
		if err != nil {
			return "", err
		}
		t := org.NewTree(all)
		n.tree = &t
	}
	return strings.ReplaceAll(n.tree.Path(id), "/", " / "), nil
}

// branch is a branch; one that cannot be found has no name.
func (n *namer) branch(id string) (org.Branch, error) {
	if b, ok := n.branches[id]; ok {
		return b, nil
	}
	b, err := n.p.places.Branch(n.ctx, n.a, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return b, err
	}
	n.branches[id] = b
	return b, nil
}

// maxNamed is how many regions or branches of one person a list names; the rest is counted.
const maxNamed = 3

// scope says where somebody is manager: "North, South" or "B001 Branch 001".
func (n *namer) scope(m auth.Member) (string, error) {
	var names []string
	for _, id := range m.Regions[:min(maxNamed, len(m.Regions))] {
		name, err := n.region(id)
		if err != nil {
			return "", err
		}
		names = append(names, name)
	}
	for _, id := range m.Branches[:min(maxNamed, len(m.Branches))] {
		b, err := n.branch(id)
		if err != nil {
			return "", err
		}
		names = append(names, b.Name)
	}
	alphabet.Strings("", names)
	text := strings.Join(names, ", ")
	if more := len(m.Regions) + len(m.Branches) - len(names); more > 0 {
		text += " and " + catalogue.Count(more, "other", "others")
	}
	return text, nil
}

func (p *Pages) deactivate(c echo.Context, a auth.Actor) error {
	return p.turn(c, a, p.people.Deactivate, " has no access here any more and is signed out everywhere.")
}

func (p *Pages) activate(c echo.Context, a auth.Actor) error {
	return p.turn(c, a, p.people.Activate, " has access again.")
}

// turn switches somebody's access; what refuses it is said on that person's page.
func (p *Pages) turn(c echo.Context, a auth.Actor, do func(context.Context, auth.Actor, string, int) (auth.Member, error), said string) error {
	var f struct {
		Version int `form:"version"`
	}
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	ctx, id := c.Request().Context(), c.Param("id")
	m, err := p.people.Member(ctx, a, id)
	if err != nil {
		return err
	}
	_, err = do(ctx, a, id, f.Version)
	if known, ok := fault.As(err); ok && known.Kind == fault.Conflict {
		return p.memberAgain(c, a, http.StatusConflict, nil, nil, known.Message)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, m.Name+said)
	return kit.Redirect(c, "/people")
}

// linkView shows a one-time link, once.
type linkView struct {
	kit.Chrome
	Name, Email string
	Link        string // "" when it went out by mail
	Known       bool   // to the installation: joins while signed in
	Minutes     int
	Days        int
}

var linkPage = kit.NewPage[linkView]("owner/link")

func (p *Pages) inviteAgain(c echo.Context, a auth.Actor) error {
	var none struct{}
	if err := kit.Bind(c, &none); err != nil {
		return err
	}
	ctx, id := c.Request().Context(), c.Param("id")
	m, err := p.people.Member(ctx, a, id)
	if err != nil {
		return err
	}
	again, token, err := p.people.InviteAgain(ctx, a, id)
	if known, ok := fault.As(err); ok && known.Kind == fault.Conflict {
		return p.memberAgain(c, a, http.StatusConflict, nil, nil, known.Message)
	}
	if err != nil {
		return err
	}
	return p.showLink(c, again, token, !again.Joining() || !p.opt.Mail, linkView{Name: m.Name, Email: m.Email})
}

// showLink says how the link reaches its person; hand shows it here.
func (p *Pages) showLink(c echo.Context, m auth.Member, token string, hand bool, v linkView) error {
	v.Chrome, v.Minutes, v.Days, v.Known = chrome("Invited"), int(auth.LinkLife.Minutes()), int(auth.JoinLife.Hours()/24), m.Joining()
	if hand && m.Joining() {
		v.Link = p.opt.URL + "/join/" + token
	} else if hand {
		v.Link = p.opt.URL + "/link/" + token
	}
	return linkPage.Render(c, http.StatusOK, v)
}
