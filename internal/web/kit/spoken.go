package kit

import "strings"

// spoken are the expressions in templates that print words of ours, made while the program runs: a state, a deadline, what
// is wrong with a field. All others print what people wrote, which nobody translates. A name before the expression keeps it
// to the pages whose path begins so.
var spoken = []string{
	".Notice", ".Error", ".DueIn $now", ".Wait", ".State.Words", "$v.State.Words", ".Paper.Visit.State.Words", ".Photos.Error",
	"error .Heading", "error .Text", "error .Way", "error .Message", "part/errors .Message", "shopper/check .Message",
	"layout/desk .Label", "part/field .Label", "part/field .Hint", "auth/account .Label", "auth/account .Hint",
	"shopper/brief .When", "shopper/cover .", "layout/shopper .Test", "shopper/section .Summary", "part/question .Unit",
	"auth/join .Dead", `auth/join join .Place.Roles ", "`, `auth/account join .Roles ", "`, `auth/organisations join .Roles ", "`,
	"part/why .Policy", "part/why .Note", "part/why .Effect", "part/why .Level", "part/why .Text", "part/why .Total.Limited", "part/sheet .Word",
	"editor/queue .Label", "editor/queue .Empty", "editor/queue $r.StateChip", "editor/queue $r.LevelName", "editor/queue $r.Age $now",
	"editor/report .Label", "editor/report .What", "editor/report .Timing", "editor/report .Level", "editor/report .Problem", "editor/report .Words",
	"editor/why .Why.Level", "editor/leniency .Nothing", "editor/leniency $s", "editor/leniency .Label", "editor/published .Why", "editor/copy $.Says",
	"manager/overview .NextSays", "manager/overview .NoChange", "manager/overview .Luck", `manager/overview join .Further " "`, `manager/overview join .Lead " "`,
	`manager/branches join .Further " "`, `manager/branches join .Lead " "`, "manager/branches .Level", "manager/branches .Verdict", "manager/branches .Words",
	"manager/branches $w.Words", "manager/branch .Sentence", "manager/branch .Verdict", "manager/branch .Level", "manager/branch .Word", "manager/branch .Gap",
	"manager/branch .Year.Words", "manager/change .Says", `manager/change join .Says " "`, "manager/change .Declined", "manager/drivers .Says",
	"manager/drivers .Declined", "manager/drivers .Priority", "manager/list .Empty", "manager/list .Nothing", "manager/list .Only", "manager/sales .Message",
	"manager/sales .Declined", "manager/standards .Gap", "manager/sure .Sentence", "manager/sure .Declined", "manager/visit .Level", "manager/visit .Heading",
	"manager/why .Why.Level", "manager/picture .Heading", "part/visit-line .Level", "part/compare .Nothing", "part/compare .What", "part/compare .Why",
	"owner/branch .When", "owner/branch .Problem", "owner/member .Hint", "owner/member .Label", "owner/member .Problem", "owner/people .RoleWords",
	"owner/people .Scope", "owner/region .Problem", "owner/standard .Problem", "owner/draft .Problem", "owner/draft .Message", "owner/draft $s",
	"owner/draft .Beside", "owner/versions .Between", "owner/log .Did", "owner/import .Message", "owner/programmes .Message", "owner/programmes .Why",
	"owner/standards .Why", "owner/standards .Critical", "owner/standard .Title", "owner/tokens .May", "owner/tokens .Label",
	"scheduler/list .Problem", "scheduler/list .Empty", "scheduler/list .Label", "scheduler/new .Problem", "scheduler/new .Lacks",
}

// spokenOn gives the expressions of a page and of the parts that it may hold.
func spokenOn(page, layout string) func(expression string) bool {
	set := map[string]bool{}
	for _, s := range spoken {
		where, expression, bound := strings.Cut(s, " ")
		if !bound || strings.HasPrefix(where, ".") || strings.HasPrefix(where, "$") {
			set[s] = true
			continue
		}
		if where == page || where == layout || strings.HasPrefix(where, "part/") {
			set[expression] = true
		}
	}
	return func(expression string) bool { return set[expression] }
}
