package owner

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/alphabet"
	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/web/kit"
)

// memberForm is what an owner types about a person. Branches are codes: an organisation may have thousands.
type memberForm struct {
	Email    string   `form:"email" label:"the e-mail address"`
	Name     string   `form:"name" label:"the name"`
	Alias    string   `form:"alias" label:"the alias"`
	Roles    []string `form:"roles"`
	Regions  []string `form:"regions"`
	Branches string   `form:"branches" label:"the branches"`
	Version  int      `form:"version"`
}

// memberView is the form of one person, or of an invitation.
type memberView struct {
	kit.Chrome
	ID      string // "" for an invitation
	Name    string
	Email   string
	Active  bool
	Joining bool // invited, and not in yet
	Form    memberForm
	Roles   []choice
	Regions []choice
	Stored  []stored
	Problem string
	Mail    bool
}

// choice is one box to tick.
type choice struct {
	Value, Label, Hint string
	On                 bool
}

var memberPage = kit.NewPage[memberView]("owner/member")

// roleHints say what a role is for.
var roleHints = map[auth.Role]string{
	auth.Owner:           "everything, standards and people included",
	auth.RegionalManager: "compares the branches of some regions",
	auth.BranchManager:   "reads published visits of some branches",
	auth.Editor:          "checks and publishes reports",
	auth.Scheduler:       "plans visits",
	auth.Shopper:         "visits branches",
}

func (p *Pages) inviteForm(c echo.Context, a auth.Actor) error {
	return p.showMember(c, a, http.StatusOK, memberView{Chrome: chrome("Invite somebody")})
}

// showMember completes the boxes and renders.
func (p *Pages) showMember(c echo.Context, a auth.Actor, status int, v memberView) error {
	all, err := p.places.Regions(c.Request().Context(), a)
	if err != nil {
		return err
	}
	for _, o := range regionOptions(all) {
		v.Regions = append(v.Regions, choice{Value: o.Value, Label: o.Label, On: slices.Contains(v.Form.Regions, o.Value)})
	}
	for _, r := range auth.Roles() {
		v.Roles = append(v.Roles, choice{Value: string(r), Label: roleName(r), Hint: roleHints[r], On: slices.Contains(v.Form.Roles, string(r))})
	}
	v.Mail = p.opt.Mail
	return memberPage.Render(c, status, v)
}

// regionOptions lists regions as a tree, each with its path.
func regionOptions(all []org.Region) []kit.Option {
	t := org.NewTree(all)
	var out []kit.Option
	t.Walk(func(r org.Region, _ int) {
		out = append(out, kit.Option{Value: r.ID, Label: strings.ReplaceAll(t.Path(r.ID), "/", " / "), Theirs: true})
	})
	return out
}

func rolesOf(names []string) []auth.Role {
	out := make([]auth.Role, len(names))
	for i, n := range names {
		out[i] = auth.Role(n)
	}
	return out
}

// maxCodes bounds the branches of one person: each is looked up.
const maxCodes = 200

// branchIDs finds branches by their codes, which are separated by spaces, commas or lines.
func (p *Pages) branchIDs(c echo.Context, a auth.Actor, text string) ([]string, error) {
	codes := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;\n\t", r) })
	var ids []string
	var bad fault.Fields
	if len(codes) > maxCodes {
		bad.Addf("branches", "Name at most %d branches. A regional manager sees a whole region.", maxCodes)
		return nil, bad.Err()
	}
	for _, code := range codes {
		id, err := p.branchID(c, a, code)
		if err != nil {
			return nil, err
		}
		if id == "" {
			bad.Addf("branches", "There is no branch with the code “%s”. The codes stand in the list of branches.", code)
			break
		}
		ids = append(ids, id)
	}
	return ids, bad.Err()
}

func (p *Pages) branchID(c echo.Context, a auth.Actor, code string) (string, error) {
	q := org.BranchQuery{Text: code, Limit: 200}
	for {
		page, err := p.places.Branches(c.Request().Context(), a, q)
		if err != nil {
			return "", err
		}
		for i := range page.Branches {
			if strings.EqualFold(page.Branches[i].Code, code) {
				return page.Branches[i].ID, nil
			}
		}
		if q.After = page.Next; q.After == "" {
			return "", nil
		}
	}
}

func (p *Pages) invite(c echo.Context, a auth.Actor) error {
	var f memberForm
	err := kit.Bind(c, &f)
	var m auth.Member
	var token string
	if err == nil {
		m, token, err = p.sendInvite(c, a, &f)
	}
	if errs, ok := kit.FormErrors(err); ok {
		v := memberView{Chrome: chrome("Invite somebody"), Form: f}
		v.Errors = errs
		return p.showMember(c, a, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return p.showLink(c, m, token, !p.opt.Mail, linkView{Name: f.Name, Email: f.Email})
}

// sendInvite makes the member and gives the token of his link.
func (p *Pages) sendInvite(c echo.Context, a auth.Actor, f *memberForm) (auth.Member, string, error) {
	branches, err := p.branchIDs(c, a, f.Branches)
	if err != nil {
		return auth.Member{}, "", err
	}
	return p.people.Invite(c.Request().Context(), a, auth.InviteInput{
		Email: f.Email, Name: f.Name, Alias: f.Alias, Roles: rolesOf(f.Roles), Regions: f.Regions, Branches: branches,
	})
}

func (p *Pages) member(c echo.Context, a auth.Actor) error {
	return p.memberAgain(c, a, http.StatusOK, nil, nil, "")
}

// memberAgain shows one person: as stored, or with a form as it was typed and what stands against it.
func (p *Pages) memberAgain(c echo.Context, a auth.Actor, status int, typed *memberForm, errs kit.Errors, problem string) error {
	m, err := p.people.Member(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	now, err := p.memberForm(c, a, m.Member)
	if err != nil {
		return err
	}
	v := memberView{Chrome: chrome("Edit a person"), ID: m.ID, Name: m.Name, Email: m.Email, Active: m.Active, Joining: m.Joining(), Form: now, Problem: problem}
	v.Errors = errs
	if typed != nil {
		if typed.Version != now.Version {
			v.Stored = differing(p.memberRows(c, a, &now), p.memberRows(c, a, typed))
		}
		v.Form = *typed
		v.Form.Version = now.Version
	}
	return p.showMember(c, a, status, v)
}

// memberForm fills the form with a member as stored.
func (p *Pages) memberForm(c echo.Context, a auth.Actor, m auth.Member) (memberForm, error) {
	f := memberForm{Alias: m.Alias, Regions: m.Regions, Version: m.RowVersion}
	for _, r := range m.Roles {
		f.Roles = append(f.Roles, string(r))
	}
	n := p.namer(c.Request().Context(), a)
	var codes []string
	for _, id := range m.Branches {
		b, err := n.branch(id)
		if err != nil {
			return f, err
		}
		codes = append(codes, b.Code)
	}
	slices.Sort(codes)
	f.Branches = strings.Join(codes, " ")
	return f, nil
}

// memberRows are the fields of a member in words.
func (p *Pages) memberRows(c echo.Context, a auth.Actor, f *memberForm) []stored {
	n := p.namer(c.Request().Context(), a)
	var names []string
	for _, id := range f.Regions {
		if name, err := n.region(id); err == nil && name != "" {
			names = append(names, name)
		}
	}
	alphabet.Strings(kit.LanguageOf(c), names)
	return []stored{
		{Label: "Alias", Now: f.Alias},
		{Label: "Roles", Now: roleWords(rolesOf(f.Roles)), Ours: true},
		{Label: "Regions", Now: strings.Join(names, ", ")},
		{Label: "Branches", Now: f.Branches},
	}
}

func (p *Pages) saveMember(c echo.Context, a auth.Actor) error {
	var f memberForm
	err := kit.Bind(c, &f)
	if err == nil {
		err = p.keepMember(c, a, &f)
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.memberAgain(c, a, http.StatusUnprocessableEntity, &f, errs, "")
	}
	if known, ok := fault.As(err); ok && known.Kind == fault.Conflict {
		return p.memberAgain(c, a, http.StatusConflict, &f, nil, known.Message)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "Saved. It holds from that person’s next page on.")
	return kit.Redirect(c, "/people")
}

func (p *Pages) keepMember(c echo.Context, a auth.Actor, f *memberForm) error {
	ctx := c.Request().Context()
	if _, err := p.people.Member(ctx, a, c.Param("id")); err != nil {
		return err
	}
	branches, err := p.branchIDs(c, a, f.Branches)
	if err != nil {
		return err
	}
	_, err = p.people.ChangeMember(ctx, a, c.Param("id"), auth.ChangeInput{
		Alias: f.Alias, Roles: rolesOf(f.Roles), Regions: f.Regions, Branches: branches, Version: f.Version,
	})
	return err
}
