package builder

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/web/kit"
)

// stepsView is the list of what was done to the draft.
type stepsView struct {
	kit.Chrome
	Base, Path, Name, Zone string
	Number, Revision       int
	Steps                  []stepLine
}

// stepLine is one step.
type stepLine struct {
	Seq      int
	At       time.Time
	Who, Did string
}

var stepsPage = kit.NewPage[stepsView]("builder/steps")

func (p *Pages) steps(c echo.Context, a auth.Actor) error {
	ctx, id := c.Request().Context(), c.Param("programme")
	b, err := p.studio.Building(ctx, a, id)
	if err != nil {
		return err
	}
	all, err := p.studio.Steps(ctx, a, id)
	if err != nil {
		return err
	}
	o, err := p.places.Organisation(ctx, a)
	if err != nil {
		return err
	}
	base := "/standards/" + id
	lines := make([]stepLine, len(all))
	for i := range all {
		lines[i] = stepLine{Seq: all[i].Seq, At: all[i].At, Who: all[i].ByName, Did: all[i].Words()}
	}
	return stepsPage.Render(c, http.StatusOK, stepsView{
		Chrome: kit.Chrome{Title: "Steps of the draft", Styles: []string{"css/owner.css", "css/builder.css"}}, Base: base, Path: base + "/checklist", Name: b.Programme.Name,
		Zone: o.Zone, Number: b.Version.Number, Revision: b.Version.RowVersion, Steps: lines,
	})
}
