package manager

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/web/kit"
)

// bringing is a file of sales that is looked at before it is brought in.
type bringing struct {
	report.SalesPreview
	Lag      int
	Parts    []string // the file, for the button that brings it in
	Unlisted int      // weeks beyond those listed
	pasted   string
}

// previewSales says what a file of sales would do, or shows every line of it that is wrong.
func (p *Pages) previewSales(c echo.Context, a auth.Actor) error {
	var f struct {
		Text string `form:"text,raw" label:"the pasted file"`
		Lag  int    `form:"lag" label:"how long sales follow after" validate:"min=0,max=3" say:"Choose 0 to 3 periods of four weeks."`
	}
	err := kit.Bind(c, &f)
	var src []byte
	if err == nil {
		src, err = kit.ChosenFile(c, f.Text, "Choose a CSV file, or paste one.")
	}
	var done report.SalesPreview
	if err == nil {
		done, err = p.reports.PreviewSales(c.Request().Context(), a, bytes.NewReader(src))
	}
	return p.showSales(c, a, err, &bringing{SalesPreview: done, Lag: f.Lag, pasted: f.Text}, src)
}

// importSales brings in what was looked at. It is worked out again: what has changed meanwhile is shown and not done.
func (p *Pages) importSales(c echo.Context, a auth.Actor) error {
	var f struct {
		Parts []string `form:"part"`
		Seen  string   `form:"seen" label:"what you looked at"`
		Lag   int      `form:"lag" label:"how long sales follow after" validate:"min=0,max=3" say:"Choose 0 to 3 periods of four weeks."`
	}
	err := kit.Bind(c, &f)
	src := strings.Join(f.Parts, "")
	if err == nil && src == "" { // a form that lost its file on the way
		var bad fault.Fields
		bad.Add("file", "Choose a CSV file, or paste one.")
		err = bad.Err()
	}
	var done report.SalesPreview
	if err == nil {
		done, err = p.reports.ImportSales(c.Request().Context(), a, f.Lag, f.Seen, strings.NewReader(src))
	}
	if err != nil {
		return p.showSales(c, a, err, &bringing{SalesPreview: done, Lag: f.Lag}, []byte(src))
	}
	said := "These sales are here already: nothing was changed."
	if done.Adds+done.Changes > 0 {
		said = "Sales are in: " + catalogue.Count(done.Adds, "week", "weeks") + " added, " + strconv.Itoa(done.Changes) + " changed."
	}
	kit.Flash(c, said)
	return kit.Redirect(c, salesPath)
}

// showSales shows what a file would do; one with mistakes, or that is no use at all, is shown the way to mend it.
func (p *Pages) showSales(c echo.Context, a auth.Actor, err error, b *bringing, src []byte) error {
	errs, known := kit.FileErrors(err)
	if err != nil && !known {
		return err
	}
	return p.salesWith(c, a, func(v *salesView) {
		v.Errors, v.Lag, v.Text = errs, strconv.Itoa(b.Lag), b.pasted
		if n := b.ErrorCount; n > 0 {
			v.Mistakes = kit.MistakesOf(b.Errors, n)
			v.Errors = kit.Errors{{Name: "mistakes", Message: "Nothing was brought in: the file has " + catalogue.Count(n, "mistake", "mistakes") + ", listed below."}}
		}
		if b.Seen == "" {
			return
		}
		for i := range v.Errors { // it is about what is shown, and there is no field for a file beside that
			v.Errors[i].Name = "what"
		}
		b.Parts, b.Unlisted = kit.FileParts(src), b.Adds+b.Changes-len(b.Rows)
		v.Bring = b
	})
}

func (p *Pages) removeSales(c echo.Context, a auth.Actor) error {
	if err := p.reports.ForgetSales(c.Request().Context(), a); err != nil {
		return err
	}
	kit.Flash(c, "All sales are removed.")
	return kit.Redirect(c, salesPath)
}
