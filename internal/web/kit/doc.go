// Package kit is what every web page stands on: the server, the session, forms, errors and typed templates.
//
// The one rule: a handler reads, parses, acts and answers. It returns its errors; one error handler turns their kind
// into a status and a page. It never writes a header about security, caching or sessions: that is done here, once.
//
// A page is one Go file and one template:
//
//	type overviewView struct {
//		kit.Chrome
//		Rows []row
//	}
//
//	var overviewPage = kit.NewPage[overviewView]("owner/overview")
//
//	func (h *Handlers) overview(c echo.Context, a auth.Actor) error {
//		rows, err := h.branches.List(c.Request().Context(), a)
//		if err != nil {
//			return err
//		}
//		return overviewPage.Render(c, http.StatusOK, overviewView{Chrome: kit.Chrome{Title: "Branches"}, Rows: rows})
//	}
//
// The template defines "main" and, if it wants, "head", "bar" and "dock". A form is read by Bind; when that or the use
// case answers Invalid, the same page is rendered with 422 and the messages:
//
//	if errs, ok := kit.FormErrors(err); ok {
//		return page.Render(c, http.StatusUnprocessableEntity, view{Chrome: kit.Chrome{Title: "…", Errors: errs}, Form: form})
//	}
//	return err
package kit
