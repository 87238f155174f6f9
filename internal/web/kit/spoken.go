package kit

import (
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"

	"plainclothes/templates"
)

// spoken are the expressions in templates that print words of ours, made while the program runs: a state, a deadline, what
// is wrong with a field. All others print what people wrote, which nobody translates. A name before the expression keeps it
// to the pages whose path begins so.
var spoken = []string{
	".Notice", ".Error", ".DueIn $now", ".Wait", ".State.Words", "$v.State.Words", ".Paper.Visit.State.Words", ".Photos.Error",
	"error .Heading", "error .Text", "error .Way", "error .Message", "part/errors .Message", "shopper/check .Message",
	"layout/desk .Label", "part/field .Label", "part/field .Hint", "auth/account .Label", "auth/account .Hint",
	"shopper/brief .When", "shopper/cover .", "layout/shopper .Test", "shopper/section .Summary", "part/question .Unit",
	"auth/join .Dead", `auth/join join .Place.Roles ", "`, `auth/account join .Roles ", "`, `auth/organisations join .Roles ", "`,
	"part/why .Policy", "part/why .Earned", "part/why .Possible", "part/why .WowEarned", "part/why .Total.Base", "part/why .Total.Counted", "part/why .Total.Exact", "part/why .Total.Final", "part/why .Total.Of", "part/why .Effect", "part/why .Level", "part/why .Total.Limited", "part/why .Note", "part/why .Says", "part/why .Total.Shown",
	"editor/queue .Label", "editor/queue .Empty", "editor/queue $r.StateChip", "editor/queue $r.LevelName", "editor/queue $r.Age $now",
	"editor/report .Timing", "editor/report .Score", "editor/report .Before", "editor/report .Complete", "editor/why .Why.Score", "editor/queue $r.Score", "editor/report .Level", "editor/report .Problem",
	"editor/why .Why.Level", "editor/leniency .Nothing", "editor/leniency .Points", "editor/leniency .Lo", "editor/leniency .Hi", "editor/leniency .SD", "editor/copy $.Says",
	"manager/overview .Filters.Months", "manager/overview .NextSays", "manager/overview .NoChange", "manager/overview .Luck", "manager/overview $s", "manager/overview .",
	"manager/branches .Filters.Months", "manager/branches $s", "manager/branches .", "manager/branches .Verdict", "manager/branches .Settle",
	"manager/branches .Around.Text", "manager/branches .Words", "manager/branches $w.Words", "manager/branches .Network",
	"manager/branch .Filters.Months", "manager/branch .Sentence", "manager/branch .Points", "manager/branch .Sum", "manager/branch .Verdict", "manager/branch .Worth", "manager/branch .", "manager/branch .Head", "manager/branch $s",
	"manager/branch .Year.Words", "manager/branch .Network", "manager/branch .Month", "manager/branch .Why", "manager/branch $d", "manager/branch .Day",
	"manager/branch .State", "manager/branch .Rule", "manager/branch .Miss", "manager/branch .Met", "manager/branch .Nearby", "manager/branch .Word", "manager/branch .Counts",
	"manager/branch .Text", "manager/branch .Plausible", "manager/branch .Pooled", "manager/branch .Wow", "manager/branch .Critical", "manager/branch .Gap", "manager/branch .Label",
	"manager/change .Title", "manager/change .Change", "manager/change .Says", "manager/change $s", "manager/change .Declined", "manager/change .Words", "manager/change .",
	"manager/drivers .Heading", "manager/drivers .Priority", "manager/drivers .Says", "manager/drivers .Declined", "manager/drivers .Visits", "manager/drivers .", "manager/drivers .Filters.Months",
	"manager/list .Empty", "manager/list .Nothing", "manager/list .Filters.Months",
	"manager/sales .Declined", "manager/sales .", "manager/sales index . 0", "manager/sales index . 1",
	"manager/standards .Filters.Months", "manager/standards .Word", "manager/standards .Text", "manager/standards .Counts", "manager/standards .Gap", "manager/standards .Words", "manager/standards .",
	"manager/sure .Filters.Months", "manager/sure .Sentence", "manager/sure .Declined", "manager/sure .", "manager/sure .Reach", "manager/sure .Clean", "manager/sure .In", "manager/sure .Visits", "manager/sure .Worth",
	"manager/pair .Filters.Months", "manager/pair .Verdict", "manager/pair .Declined", "manager/pair .", "manager/pair .Counts", "manager/pair .Word",
	"manager/picture .Heading", "manager/visit .Level", "manager/visit .Score", "manager/visit .Before", "manager/why .Why.Score", "manager/visit .Day", "manager/visit .Daypart",
	"manager/why .Why.Level", "manager/why .Day",
	"part/file .Message", "part/visit-line .Level", "part/visit-line .Score", "part/visit-line .Day", "part/filters .Text", "part/filters .Months",
	"part/compare .Nothing", "part/compare .Title", "part/compare .Text", "part/compare .", "part/compare .What", "part/compare .Why",
	"part/chart-bar .Title", "part/chart-funnel .Title", "part/chart-funnel .Middle.Text", "part/chart-gaps .Title", "part/chart-parts .Rest", "part/chart-parts .Words", "part/chart-parts .Value", "part/chart-bar .Text", "part/chart-gaps .Text", "part/chart-funnel .Text",
	"part/chart-sums .Title", "part/chart-trend .Title", "part/chart-trend .Label", "part/chart-trend .Text", "part/chart-restated .Title", "part/chart-restated .Label", "part/chart-restated .Text",
	"part/sheet .", "part/sheet .Points", "part/sheet .Score", "part/sheet .Wow", "part/sheet .Critical", "part/sheet .Effect", "part/sheet .Word",
	"editor/leniency .Months", "editor/leniency .Label", "editor/leniency .", "editor/leniency $s",
	"scheduler/next .Nothing", "scheduler/next .", "scheduler/next .Times",
	"owner/branch .From", "owner/branch .To", "owner/branch .Problem", "owner/branches $trait", "owner/member $role.Label", "owner/member .Hint",
	"owner/member .", "owner/member .Problem", "owner/people .RoleWords", "owner/region .Problem", "owner/log .Did", "owner/log .Name", "owner/log .Words",
	"owner/standard .Problem", "owner/standard .Asks", "owner/standard .", `owner/standard .Errors.For "id"`, "owner/standard_gone .Label", "owner/standard_gone .NowWords", "owner/standard_gone .Did",
	"owner/draft .Problem", "owner/draft .Message", "owner/draft .Where", "owner/draft .", "owner/draft .Window",
	"owner/programmes .Message", "owner/programmes .What", "owner/programmes .Why", "owner/programmes .Place",
	"owner/standards .Critical", "owner/standards .Waiting", "owner/standards .Since", "owner/standards .Targets",
	"owner/tokens .Label", "owner/tokens .", "owner/versions .Since", "owner/versions .Earlier", "owner/versions .Newer",
	"owner/whatif .Far", "owner/whatif .Problem",
	"owner/health .Nothing", "owner/health .", "owner/health .Months", "owner/health .Words", "owner/health .Why", "owner/health .Label",
	"owner/health .Value", "owner/health .Of",
	"owner/languages .What", "owner/languages .Own", "owner/languages .Called", "owner/languages $l.Name", "owner/languages .Here.Name",
	"part/owner .Label", "part/owner .NowWords", "part/owner .TypedWords", "part/owner .", "part/owner $s", "part/owner .Words", "part/owner .How", "part/owner .Mean", "part/owner .Was", "part/owner .Is",
	"part/owner $because", "part/owner .From", "part/owner .To", "part/owner .Of", "part/owner .Month",
	"builder/checklist .Saved", "builder/checklist .Problem", "builder/checklist .Undo", "builder/checklist .Redo", "builder/checklist .When",
	"builder/steps .Did", "part/builder .Message",
	"gallery/new .Holds", "gallery/new .Standards", "gallery/sections .Holds",
	"tryout/overview .Lacks", "tryout/overview .", "tryout/overview .Head", "tryout/overview .State", "tryout/result .Why.Level",
	"editor/published .Why", "editor/report .What", "editor/report .Changes", "editor/report .", "editor/report $.Review.Said.Words", "editor/send_back .",
	"scheduler/new .", "scheduler/list $errs.For \"reason\"",
	"scheduler/list .Problem", "scheduler/list .Empty", "scheduler/new .Problem", "scheduler/new .Lacks",
}

// spokenIn gives the expressions of one file of templates.
func spokenIn(file string) func(expression string) bool {
	set := map[string]bool{}
	for _, s := range spoken {
		where, expression, bound := strings.Cut(s, " ")
		switch {
		case !bound || strings.HasPrefix(where, ".") || strings.HasPrefix(where, "$"):
			set[s] = true
		case where == file:
			set[expression] = true
		}
	}
	return func(expression string) bool { return set[expression] }
}

// partFiles says in which file each shared template is defined.
var partFiles = sync.OnceValue(func() map[string]string {
	files, err := fs.Glob(templates.Files, "part/*.html")
	if err != nil {
		panic(err) // only for a pattern that is none
	}
	out := map[string]string{}
	for _, file := range append(files, "layout/base.html") {
		for _, t := range template.Must(template.New("").Funcs(funcs()).ParseFS(templates.Files, file)).Templates() {
			if path.Ext(t.Name()) != ".html" { // a file's own name is no part
				out[t.Name()] = strings.TrimSuffix(file, ".html")
			}
		}
	}
	return out
})

// fileOf says from which file a template of a page comes: the page's own, its layout, or a shared part.
func fileOf(t *template.Template, name, frame string) string {
	switch {
	case t.Tree == nil:
		return ""
	case t.Tree.ParseName == path.Base(name)+".html" && (partFiles()[t.Name()] == "" || path.Base(partFiles()[t.Name()]) != path.Base(name)):
		return name
	case partFiles()[t.Name()] != "":
		return partFiles()[t.Name()]
	}
	return frame
}
