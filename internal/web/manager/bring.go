package manager

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/web/kit"
)

// importSales brings a file of sales in, or shows every line of it that is wrong.
func (p *Pages) importSales(c echo.Context, a auth.Actor) error {
	var f struct {
		Text string `form:"text,raw" label:"the pasted file"`
		Lag  int    `form:"lag" label:"how long sales follow after" validate:"min=0,max=3" say:"Choose 0 to 3 periods of four weeks."`
	}
	err := kit.Bind(c, &f)
	var src []byte
	if err == nil {
		src, err = brought(c, f.Text)
	}
	var done report.Brought
	if err == nil {
		done, err = p.reports.ImportSales(c.Request().Context(), a, f.Lag, bytes.NewReader(src))
	}
	var bad compare.Problems
	switch {
	case errors.As(err, &bad):
		return p.salesWith(c, a, func(v *salesView) { v.mistakes(bad) })
	case fault.Is(err, fault.TooLarge):
		known, _ := fault.As(err)
		return p.salesWith(c, a, func(v *salesView) { v.Errors = kit.Errors{{Name: "file", Message: known.Message}} })
	case err != nil:
		errs, ok := kit.FormErrors(err)
		if !ok {
			return err
		}
		return p.salesWith(c, a, func(v *salesView) { v.Errors, v.Lag = errs, strconv.Itoa(f.Lag) })
	}
	kit.Flash(c, "Sales are in: "+catalogue.Count(done.Lines, "line", "lines")+" of "+catalogue.Count(done.Branches, "branch", "branches")+".")
	return kit.Redirect(c, salesPath)
}

// mostMistakes is how many mistakes of a file a page lists.
const mostMistakes = 50

func (v *salesView) mistakes(bad compare.Problems) {
	for _, b := range bad[:min(len(bad), mostMistakes)] {
		m := mistake{Column: b.Column, Message: b.Message}
		if b.Line > 0 {
			m.Line = "Line " + strconv.Itoa(b.Line)
		}
		v.Mistakes = append(v.Mistakes, m)
	}
	v.Unshown = len(bad) - len(v.Mistakes)
	v.Errors = kit.Errors{{Name: "mistakes", Message: "Nothing was brought in: the file has mistakes, listed below."}}
}

// brought gives the file that was chosen, or else what was pasted.
func brought(c echo.Context, pasted string) ([]byte, error) {
	header, err := c.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) || err == nil && header.Size == 0 {
		if pasted == "" {
			var bad fault.Fields
			bad.Add("file", "Choose a CSV file, or paste one.")
			return nil, bad.Err()
		}
		return []byte(pasted), nil
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "What arrived here could not be read.")
	}
	if header.Size > report.MaxSalesBytes {
		return nil, fault.Newf(fault.TooLarge, "This file is larger than %d MB. Split it by weeks.", report.MaxSalesBytes>>20)
	}
	src, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = src.Close() }()
	return io.ReadAll(io.LimitReader(src, report.MaxSalesBytes))
}

func (p *Pages) removeSales(c echo.Context, a auth.Actor) error {
	if err := p.reports.ForgetSales(c.Request().Context(), a); err != nil {
		return err
	}
	kit.Flash(c, "All sales are removed.")
	return kit.Redirect(c, salesPath)
}
