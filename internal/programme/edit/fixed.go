package edit

import "plainclothes/internal/programme"

// Fixed are the ids that published versions have used. History is joined on them, so they are neither changed nor given to
// anything else. The zero value fixes nothing.
type Fixed struct{ used map[string]bool }

// FixedBy collects the ids of published versions.
func FixedBy(published ...*programme.Programme) Fixed {
	f := Fixed{used: map[string]bool{}}
	for _, p := range published {
		f.add(p)
	}
	return f
}

// add notes the ids of one version.
func (f Fixed) add(p *programme.Programme) {
	for _, k := range []PartKind{Section, Question, Standard, Scenario, Stage, Daypart, Feature} {
		for _, id := range idsOf(p, k) {
			f.used[Ref{Kind: k, ID: id}.String()] = true
		}
	}
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			q := &p.Sections[i].Questions[j]
			for _, o := range q.Options {
				f.used[Ref{Kind: Option, ID: o.Code, Of: q.ID}.String()] = true
			}
		}
	}
}

// Has reports whether a published version has used the id.
func (f Fixed) Has(r Ref) bool { return f.used[r.String()] }

// Any reports whether anything was published.
func (f Fixed) Any() bool { return len(f.used) > 0 }
