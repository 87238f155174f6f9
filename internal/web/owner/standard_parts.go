package owner

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

func (p *Pages) partRoutes() []kit.Route {
	may := auth.StandardsEdit
	return []kit.Route{
		get("/standards/:programme/new", "a new standard", may, p.newStandard),
		post("/standards/:programme/new", "add a standard to the draft", may, p.addStandard),
		post("/standards/:programme/:standard/move", "move a standard in the draft", may, p.moveStandard),
		post("/standards/:programme/:standard/remove", "remove a standard from the draft", may, p.removeStandard),
		post("/standards/:programme/versions/:number/back", "go back to a version", may, p.goBack),
	}
}

// newStandardForm is what a standard needs at least.
type newStandardForm struct {
	Title      string `form:"title"`
	Good       string `form:"good"`
	GoodTarget string `form:"good_target"`
	ID         string `form:"id"` // "" for the next
}

// newStandardView is the form of a new standard.
type newStandardView struct {
	kit.Chrome
	Base      string
	Programme string
	Form      newStandardForm
}

var newStandardPage = kit.NewPage[newStandardView]("owner/new_standard")

func (p *Pages) newStandard(c echo.Context, a auth.Actor) error {
	return p.newStandardWith(c, a, http.StatusOK, newStandardForm{}, nil)
}

func (p *Pages) newStandardWith(c echo.Context, a auth.Actor, status int, f newStandardForm, errs kit.Errors) error {
	now, err := p.working(c, a)
	if err != nil {
		return err
	}
	view := newStandardView{Chrome: chrome("A new standard"), Base: "/standards/" + c.Param("programme"), Programme: now.Programme.Name, Form: f}
	view.Errors = errs
	return newStandardPage.Render(c, status, view)
}

func (p *Pages) addStandard(c echo.Context, a auth.Actor) error {
	var f newStandardForm
	err := kit.Bind(c, &f)
	var out studio.Edited
	if err == nil {
		out, err = p.add(c, a, &f)
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.newStandardWith(c, a, http.StatusUnprocessableEntity, f, errs)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "Added to the draft. Fill in what else it needs, then link the questions that witness it.")
	return kit.Redirect(c, "/standards/"+c.Param("programme")+"/"+out.Open.ID+"/edit")
}

// add puts the standard behind the others.
func (p *Pages) add(c echo.Context, a auth.Actor, f *newStandardForm) (studio.Edited, error) {
	var bad fault.Fields
	if strings.TrimSpace(f.Title) == "" {
		bad.Add("title", "Give the standard a title.")
	}
	if strings.TrimSpace(f.Good) == "" {
		bad.Add("good", "Say what staff do when they meet this standard.")
	}
	if strings.TrimSpace(f.GoodTarget) == "" {
		bad.Add("good_target", "Give the target for Good as a percentage of visits, for example 85 or 87.5.")
	}
	if err := bad.Err(); err != nil {
		return studio.Edited{}, err
	}
	whole := standardForm{Title: f.Title, Good: f.Good, GoodTarget: f.GoodTarget}
	return p.change(c, a, edit.Add{Kind: edit.Standard, Fields: whole.fields(f.ID)})
}

// change does an operation to the draft as it is now, and begins it where there is none.
func (p *Pages) change(c echo.Context, a auth.Actor, op edit.Op) (studio.Edited, error) {
	ctx, id := c.Request().Context(), c.Param("programme")
	draft, err := p.studio.Draft(ctx, a, id)
	if err != nil {
		return studio.Edited{}, err
	}
	return p.studio.Edit(ctx, a, id, draft.Version.RowVersion, op)
}

// moveForm says where a standard goes: its place from 1.
type moveForm struct {
	To int `form:"to"`
}

func (p *Pages) moveStandard(c echo.Context, a auth.Actor) error {
	var f moveForm
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	_, err := p.change(c, a, edit.Move{Part: edit.Ref{Kind: edit.Standard, ID: c.Param("standard")}, To: max(f.To, 1)})
	if err != nil {
		return err
	}
	return kit.Redirect(c, "/standards/"+c.Param("programme")+"/draft#standards")
}

// removeForm says that what stands in the way goes too.
type removeForm struct {
	Drop string `form:"drop"`
}

func (p *Pages) removeStandard(c echo.Context, a auth.Actor) error {
	var f removeForm
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	id := c.Param("standard")
	_, err := p.change(c, a, edit.Remove{Part: edit.Ref{Kind: edit.Standard, ID: id}, Drop: f.Drop == "yes"})
	var asks *edit.InTheWay
	if errors.As(err, &asks) {
		return p.removalAsks(c, a, asks)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "Standard "+id+" is out of the draft. What is published stays as it is.")
	return kit.Redirect(c, "/standards/"+c.Param("programme")+"/draft#standards")
}

// removalAsks shows what else would change, to be decided.
func (p *Pages) removalAsks(c echo.Context, a auth.Actor, asks *edit.InTheWay) error {
	now, err := p.working(c, a)
	if err != nil {
		return err
	}
	s, ok := now.Programme.Standard(c.Param("standard"))
	if !ok {
		return fault.Missing("standard")
	}
	view := standardViewOf(c, &now, formOf(s))
	view.Asks = asks.Message
	for _, d := range asks.By {
		view.Drops = append(view.Drops, d.Sentence)
	}
	return p.renderStandard(c, a, http.StatusConflict, view)
}

// draftStandard is a standard in the list of the draft.
type draftStandard struct {
	ID, Title string
	Place     int
	Last      bool
	Questions int
	Reach     []string
}

// draftStandards lists them.
func draftStandards(p *programme.Programme) []draftStandard {
	var all []draftStandard
	for i := range p.Standards {
		s := &p.Standards[i]
		d := draftStandard{ID: s.ID, Title: s.Title, Place: i + 1, Last: i == len(p.Standards)-1, Reach: studio.Reach(p, s)}
		for j := range p.Sections {
			for k := range p.Sections[j].Questions {
				if p.Sections[j].Questions[k].Standard == s.ID {
					d.Questions++
				}
			}
		}
		all = append(all, d)
	}
	return all
}

func (p *Pages) goBack(c echo.Context, a auth.Actor) error {
	number, err := strconv.Atoi(c.Param("number"))
	if err != nil || number <= 0 {
		return fault.Missing("version")
	}
	_, err = p.studio.RollBack(c.Request().Context(), a, c.Param("programme"), number)
	base := "/standards/" + c.Param("programme")
	if known, ok := fault.As(err); ok && known.Kind == fault.Conflict {
		kit.Flash(c, known.Message)
		return kit.Redirect(c, base+"/versions")
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "The draft says what version "+strconv.Itoa(number)+" says. Look at what changes, then publish it with a note.")
	return kit.Redirect(c, base+"/draft?back="+strconv.Itoa(number))
}
