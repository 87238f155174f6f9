package edit

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"plainclothes/internal/programme"
)

// Finding is one thing that is missing, wrong or unwise, told of the part that it is about.
type Finding struct {
	Part     Ref
	Field    string // as in Set, "show_if", or "" for the part as a whole
	Severity programme.Severity
	Message  string // whole sentences
}

// Findings tells everything about a programme: first what is missing or does not fit together (errors), then advice, then
// points and photos that nobody can reach.
func Findings(p *programme.Programme, problems programme.Problems) []Finding {
	all := append(placed(p, problems), placed(p, programme.Advice(p))...)
	for _, u := range NeverShown(p) {
		part := Ref{Kind: Question, ID: u.Question}
		if sum := u.Points + u.Wow; sum > 0 {
			all = append(all, Finding{part, fieldShowIf, programme.Warning, fmt.Sprintf("Nobody can earn the points of this question (%s): no visit ever sees it.", sum)})
		}
		if u.Photo {
			all = append(all, Finding{part, fieldShowIf, programme.Warning, "The photo that this question requires is never taken: no visit ever sees it."})
		}
	}
	return all
}

// ByPart groups findings by the part whose card they stand at; those of an option stand at its question.
func ByPart(all []Finding) map[Ref][]Finding {
	by := map[Ref][]Finding{}
	for _, f := range all {
		part := openOf(f.Part)
		by[part] = append(by[part], f)
	}
	return by
}

// placed turns paths into parts.
func placed(p *programme.Programme, problems programme.Problems) []Finding {
	all := make([]Finding, len(problems))
	for i, x := range problems {
		part, field := partOf(p, x.Path)
		all[i] = Finding{Part: part, Field: field, Severity: x.Severity, Message: x.Message}
	}
	return all
}

var (
	inSection  = regexp.MustCompile(`^sections\[(\d+)\](?:\.questions\[(\d+)\](?:\.options\[(\d+)\])?)?\.?(.*)$`)
	inGroup    = regexp.MustCompile(`^(standards|scenarios|stages|dayparts)\.([^.\[]+)\.?(.*)$`)
	inFeatures = regexp.MustCompile(`^features\[(\d+)\]`)
	indexes    = regexp.MustCompile(`\[\d+\]`)
)

// groups of ids in the file.
var groups = map[string]PartKind{"standards": Standard, "scenarios": Scenario, "stages": Stage, "dayparts": Daypart}

// partOf finds the part and the field that a path leads to.
func partOf(p *programme.Programme, path string) (Ref, string) {
	if m := inSection.FindStringSubmatch(path); m != nil {
		return partInSection(p, m)
	}
	if m := inGroup.FindStringSubmatch(path); m != nil {
		return Ref{Kind: groups[m[1]], ID: m[2]}, m[3]
	}
	if m := inFeatures.FindStringSubmatch(path); m != nil {
		if i, _ := strconv.Atoi(m[1]); i < len(p.Features) {
			return Ref{Kind: Feature, ID: p.Features[i]}, "id"
		}
	}
	field := strings.TrimPrefix(path, "scoring.section_weights")
	if field != path {
		field = strings.TrimSuffix(weightPrefix, ".") + field
	}
	return Ref{Kind: Whole}, field
}

// partInSection finds a section, question or option by the numbers in its path.
func partInSection(p *programme.Programme, m []string) (Ref, string) {
	i, _ := strconv.Atoi(m[1])
	if i >= len(p.Sections) {
		return Ref{Kind: Whole}, ""
	}
	s := &p.Sections[i]
	if m[2] == "" {
		return Ref{Kind: Section, ID: s.ID}, indexes.ReplaceAllString(m[4], "")
	}
	j, _ := strconv.Atoi(m[2])
	if j >= len(s.Questions) {
		return Ref{Kind: Section, ID: s.ID}, "questions"
	}
	q, field := &s.Questions[j], indexes.ReplaceAllString(m[4], "")
	if k, err := strconv.Atoi(m[3]); err == nil && k < len(q.Options) {
		return Ref{Kind: Option, ID: q.Options[k].Code, Of: q.ID}, field
	}
	return Ref{Kind: Question, ID: q.ID}, field
}

// PointsOf adds what a section offers, whoever may see it.
func PointsOf(s *programme.Section) (good, wow programme.Points) {
	for i := range s.Questions {
		good, wow = good+s.Questions[i].PossibleGood(), wow+s.Questions[i].PossibleWow()
	}
	return good, wow
}
