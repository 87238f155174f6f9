package shopper

import (
	"plainclothes/internal/programme"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// readingsOf lists the languages in which a checklist can be read, nil when there is only one.
func readingsOf(paper visit.Paper) []kit.LanguageChoice {
	if paper.Reading == nil || paper.List == nil {
		return nil
	}
	all := paper.List.Programme.Languages()
	if len(all) < 2 {
		return nil
	}
	var out []kit.LanguageChoice
	for _, tag := range all {
		out = append(out, kit.LanguageChoice{Tag: tag, Name: programme.OwnName(tag), Chosen: tag == paper.Reading.Tag})
	}
	return out
}

// InWords puts the words that are ours into the reader's language: the answers that every checklist has, and what is said
// around them. What the programme wrote stays.
func (v *sectionView) InWords(say func(string) string) {
	for i := range v.Questions {
		q := &v.Questions[i]
		for k := range q.Extra {
			q.Extra[k].Label = say(q.Extra[k].Label)
		}
		for k := range q.Options {
			o := &q.Options[k]
			if reserved(o.Value) || q.Shape == "segments" {
				o.Label = say(o.Label)
			}
		}
		if i < len(v.Section.Questions) && v.Section.Questions[i].Hint == "" {
			q.Hint = say(q.Hint)
		}
		q.Comment.Label, q.Comment.Hint = say(q.Comment.Label), say(q.Comment.Hint)
	}
}
