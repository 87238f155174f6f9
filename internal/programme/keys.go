package programme

import "slices"

// key is one key of a group in the file.
type key struct {
	name     string
	required bool
}

// shape is a group of the file with fixed keys, in the order in which Export writes them. The JSON Schema has a
// definition of the same name with the same keys; a test holds the two together.
type shape struct {
	name string // the schema's definition, "" for the file itself
	noun string // what a person calls it
	keys []key
}

// need and may make keys of a shape.
func need(names ...string) []key { return keysOf(true, names) }
func may(names ...string) []key  { return keysOf(false, names) }

// keysOf makes keys that are all required or all optional.
func keysOf(required bool, names []string) []key {
	ks := make([]key, len(names))
	for i, n := range names {
		ks[i] = key{name: n, required: required}
	}
	return ks
}

// The shapes of the file.
var (
	shapeProgramme = shape{"", "a programme", slices.Concat(need("format", "programme", "name"), may("trade", "language", "change_note", "features"),
		need("visit"), may("dayparts", "stages"), need("scenarios", "scoring", "levels"), may("standards"), need("sections"), may("translations", "outdated"))}
	shapeVisit = shape{"visit", "visit", slices.Concat(need("minutes", "report_due_hours"), may("fee", "reimburse_up_to", "rotation_days"),
		need("visits_per_branch", "wave"))}
	shapeStage     = shape{"stage", "a stage", need("title", "opens", "closes")}
	shapeScenario  = shape{"scenario", "a scenario", slices.Concat(need("title", "share"), may("brief", "requires"))}
	shapeScoring   = shape{"scoring", "scoring", slices.Concat(need("wow_policy"), may("bonus_cap", "min_completeness", "section_weights"))}
	shapeLevels    = shape{"levels", "levels", need("good", "wow")}
	shapeLevelGood = shape{"level_good", "levels.good", need("min_score")}
	shapeLevelWow  = shape{"level_wow", "levels.wow", need("min_score", "min_wow_share")}
	shapeStandard  = shape{"standard", "a standard", slices.Concat(need("title", "good"), may("wow", "why", "photo"), need("good_target"),
		may("wow_target", "criticality", "weight", "met_share", "partial_share", "wow_share"))}
	shapeSection   = shape{"section", "a section", slices.Concat(need("id", "title"), may("stage", "show_if"), need("questions"))}
	shapeOption    = shape{"option", "an option", slices.Concat(need("code", "label"), may("points", "exclusive", "critical"))}
	shapeBand      = shape{"band", "a band", slices.Concat(may("up_to"), need("points"))}
	shapeLevelText = shape{"level_text", "a level", need("points", "text")}
	shapeWowText   = shape{"wow_text", "wow", slices.Concat(need("points"), may("text"))}
	shapeCritical  = shape{"critical", "critical", slices.Concat(need("when"), may("flag", "cap_visit", "zero_section", "fail_visit"))}
	// An option's critical fires when the option is chosen.
	shapeOptionCritical = shape{"option_critical", "an option's critical", may("flag", "cap_visit", "zero_section", "fail_visit")}
	shapeComment        = shape{"comment", "comment", slices.Concat(need("when"), may("min_chars"))}
	shapeEvidence       = shape{"evidence", "evidence", need("photo")}
)

// Keys that every question may have, before and after those of its kind.
var (
	keysBefore = slices.Concat(need("id", "kind", "text"), may("hint", "standard"))
	keysAfter  = may("critical", "comment", "evidence", "na_allowed", "must_observe", "required", "show_if", "perishable", "privacy", "feeds")
)

// shapeOf gives the shape of a kind's question.
func shapeOf(rule *kindRule) shape {
	return shape{"question_" + string(rule.kind), "a question of kind " + string(rule.kind), slices.Concat(keysBefore, rule.keys, keysAfter)}
}
