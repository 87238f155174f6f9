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
	"part/why .Policy", "part/why .Effect", "part/why .Level", "part/why .Total.Limited",
	"editor/queue .Label", "editor/queue .Empty", "editor/queue $r.StateChip", "editor/queue $r.LevelName", "editor/queue $r.Age $now",
	"editor/report .Timing", "editor/report .Level", "editor/report .Problem",
	"editor/why .Why.Level", "editor/leniency .Nothing", "editor/copy $.Says",
	"manager/overview .NextSays", "manager/overview .NoChange", "manager/overview .Luck", `manager/overview join .Further " "`, `manager/overview join .Lead " "`,
	`manager/branches join .Further " "`, `manager/branches join .Lead " "`, "manager/branches .Level", "manager/branches .Verdict",
	"manager/branch .Sentence", "manager/branch .Verdict", "manager/branch .Level",
	"manager/branch .Year.Words", "manager/change .Says", `manager/change join .Says " "`, "manager/change .Declined", "manager/drivers .Says",
	"manager/drivers .Declined", "manager/drivers .Priority", "manager/list .Empty", "manager/list .Nothing", "manager/list .Only", "manager/sales .Message",
	"manager/sales .Declined", "manager/sure .Sentence", "manager/sure .Declined", "manager/visit .Level",
	"manager/why .Why.Level", "part/visit-line .Level", "part/compare .Nothing",
	"owner/branch .From", "owner/branch .To", "owner/branch .Problem", "owner/branches $trait", "owner/member $role.Label", "owner/member .Hint",
	"owner/member .", "owner/member .Problem", "owner/people .RoleWords", "owner/region .Problem", "owner/log .Did", "owner/log .Name", "owner/log .Words",
	"owner/standard .Problem", "owner/standard .Asks", "owner/standard .", `owner/standard .Errors.For "id"`, "owner/standard_gone .Label", "owner/standard_gone .Did",
	"owner/draft .Problem", "owner/draft .Message", "owner/draft .Where", "owner/draft .", "owner/draft .Window",
	"owner/import .Message", "owner/programmes .Message", "owner/programmes .What", "owner/programmes .Why", "owner/programmes .Place",
	"owner/standards .Critical", "owner/standards .Waiting", "owner/standards .Since", "owner/standards .Targets",
	"owner/tokens .May", "owner/tokens .Label", "owner/tokens .", "owner/versions .Since", "owner/versions .Between",
	"owner/whatif .Far", "owner/whatif .Problem",
	"owner/health .Nothing", "owner/health .", "owner/health .Months", "owner/health .Words", "owner/health .Why", "owner/health .Label",
	"owner/health .Value", "owner/health .Of",
	"owner/languages .What", "owner/languages .Own", "owner/languages .Called", "owner/languages $l.Name", "owner/languages .Here.Name",
	"part/owner .Label", "part/owner .NowWords", "part/owner .TypedWords", "part/owner .", "part/owner $s", "part/owner .Words", "part/owner .How",
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
