package owner

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme/xlsform"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// versionsView is a programme's history, and what differs between two versions of it.
type versionsView struct {
	kit.Chrome
	Base     string
	Name     string
	Zone     string
	Versions []versionRow
	Waiting  int // visits on the job board, which have no version yet
	From, To string
	Choices  []kit.Option
	Shown    bool // a difference was asked for
	Differs  studio.Difference
	Earlier  string // name of the version that is compared with
	Newer    string // the other
}

// versionRow is one version of the history.
type versionRow struct {
	studio.Version
	Since   string
	InForce bool
	Later   bool
	Draft   bool
	Before  int  // the number to compare it with, 0 for the first
	Open    int  // visits under way on it
	Back    bool // its content may come back as a new version
}

var versionsPage = kit.NewPage[versionsView]("owner/versions")

// betweenForm asks for the difference of two versions.
type betweenForm struct {
	From int `form:"from" label:"the earlier version"`
	To   int `form:"to" label:"the later version"`
}

func (p *Pages) versions(c echo.Context, a auth.Actor) error {
	ctx, id := c.Request().Context(), c.Param("programme")
	mine, err := p.studio.Programme(ctx, a, id)
	if err != nil {
		return err
	}
	all, err := p.studio.Versions(ctx, a, id)
	if err != nil {
		return err
	}
	o, err := p.places.Organisation(ctx, a)
	if err != nil {
		return err
	}
	view := versionsView{Chrome: chrome("History"), Base: "/standards/" + id, Name: mine.Name, Zone: o.Zone}
	view.list(all, studio.Today(p.now(), o.Zone))
	open, err := p.studio.OpenVisits(ctx, a, id)
	if err != nil {
		return err
	}
	view.underWay(open, a.May(auth.StandardsEdit))
	var f betweenForm
	err = kit.BindQuery(c, &f)
	if err == nil && f.From+f.To > 0 {
		err = p.between(c, a, &view, all, f)
	}
	if errs, ok := kit.FormErrors(err); ok {
		view.Errors = errs
		return versionsPage.Render(c, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	return versionsPage.Render(c, http.StatusOK, view)
}

// list prepares the rows; versions come newest first.
func (v *versionsView) list(all []studio.Version, today string) {
	force, _ := studio.InForce(all, today)
	for i, x := range all {
		r := versionRow{Version: x, Since: day(x.EffectiveOn), InForce: x.ID == force.ID && x.EffectiveOn <= today, Draft: x.State == studio.Draft}
		r.Later = !r.Draft && x.EffectiveOn > today
		if i+1 < len(all) {
			r.Before = all[i+1].Number
		}
		v.Versions = append(v.Versions, r)
		v.Choices = append(v.Choices, kit.Option{Value: strconv.Itoa(x.Number), Label: versionWord(x)})
	}
	if n := len(all); n > 1 {
		v.From, v.To = v.Choices[1].Value, v.Choices[0].Value
	}
}

// underWay says how many visits are open on which version, and to which the owner may go back.
func (v *versionsView) underWay(open []studio.OnVersion, may bool) {
	on := map[string]int{}
	for _, o := range open {
		on[o.Version] = o.Visits
	}
	v.Waiting = on[""]
	newest := ""
	for i := range v.Versions {
		r := &v.Versions[i]
		if r.Draft {
			continue
		}
		if newest == "" {
			newest = r.Hash
		}
		r.Open, r.Back = on[r.ID], may && r.Hash != newest
	}
}

func versionWord(v studio.Version) string {
	if v.State == studio.Draft {
		return "Draft of version " + strconv.Itoa(v.Number)
	}
	return "Version " + strconv.Itoa(v.Number)
}

// between says what differs from one version to another.
func (p *Pages) between(c echo.Context, a auth.Actor, view *versionsView, all []studio.Version, f betweenForm) error {
	from, ok := numbered(all, f.From)
	to, also := numbered(all, f.To)
	if !ok || !also {
		return fault.Missing("version of this programme")
	}
	view.From, view.To, view.Shown = strconv.Itoa(f.From), strconv.Itoa(f.To), true
	view.Earlier, view.Newer = versionWord(from), versionWord(to)
	var err error
	view.Differs, err = p.studio.Diff(c.Request().Context(), a, from.ID, to.ID)
	return err
}

func numbered(all []studio.Version, number int) (studio.Version, bool) {
	for _, v := range all {
		if v.Number == number {
			return v, true
		}
	}
	return studio.Version{}, false
}

// yaml is the type of programme files.
const yaml = "application/yaml; charset=utf-8"

// workbook is the type of XLSForm files, and asForm the query that asks for one.
const (
	workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	asForm   = "xlsform"
)

// versionFile downloads a version as a programme file, or with ?as=xlsform as a workbook for ODK and Kobo.
func (p *Pages) versionFile(c echo.Context, a auth.Actor) error {
	number, err := strconv.Atoi(c.Param("number"))
	if err != nil || number <= 0 {
		return fault.Missing("version")
	}
	now, err := p.studio.VersionNumbered(c.Request().Context(), a, c.Param("programme"), number)
	if err != nil {
		return err
	}
	name := now.Programme.Key + "-v" + strconv.Itoa(number)
	if now.Version.State == studio.Draft {
		name += "-draft"
	}
	switch as := c.QueryParam("as"); as {
	case "":
	case asForm:
		b, _, err := xlsform.Write(now.Programme)
		if err != nil {
			return err
		}
		return kit.Download(c, name+".xlsx", workbook, b)
	default:
		return fault.Missing("kind of file")
	}
	return kit.Download(c, name+".yaml", yaml, now.Programme.Export())
}
