package studio

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// Translation is one text in another language, as typed. Was is what its writer had before him: words that somebody else
// wrote meanwhile are never overwritten unseen.
type Translation struct {
	ID         string // the text's address
	Was, Words string
	Fine       bool // the words are right although their text has changed
}

// Languages is what there is of a programme to translate: its draft, or the newest version while there is none.
type Languages struct {
	Contents
	Draft bool // may be changed
}

// Languages opens a programme for translating.
func (s *Service) Languages(ctx context.Context, a auth.Actor, id string) (out Languages, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return out, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		versions, err := tx.Versions(ctx, a.Org, id)
		if err != nil {
			return err
		}
		v, ok := draftOf(versions)
		if out.Draft = ok; !ok {
			if v, ok = newest(versions); !ok {
				return fault.Missing("programme")
			}
		}
		full, err := tx.Version(ctx, a.Org, v.ID)
		if err != nil {
			return err
		}
		out.Version = full
		out.Programme, out.Problems, err = programme.FromDraft(full.Document)
		return err
	})
	return out, wrap("languages", err)
}

// Translate writes texts of the draft in one language, all of them or none. A text that somebody else wrote otherwise
// meanwhile is a wrong field, named by its address, that says what stands there now.
func (s *Service) Translate(ctx context.Context, a auth.Actor, id, lang string, texts []Translation) error {
	return s.inDraft(ctx, a, id, func(p *programme.Programme) (string, []string, error) {
		if p.Language == lang || !hasLanguage(p, lang) {
			return "", nil, fault.Missing("language of this programme")
		}
		touched, err := translate(p, lang, texts)
		return fmt.Sprintf("Translated %s into %s.", catalogue.Count(len(touched), "text", "texts"), programme.LanguageName(lang)), touched, err
	})
}

func hasLanguage(p *programme.Programme, lang string) bool {
	for _, have := range p.Languages() {
		if have == lang {
			return true
		}
	}
	return false
}

// translate writes the texts that changed and gives what it touched.
func translate(p *programme.Programme, lang string, texts []Translation) (touched []string, err error) {
	known := map[string]programme.Wording{}
	for _, w := range p.Texts() {
		known[w.ID] = w
	}
	var bad fault.Fields
	for _, t := range texts {
		w, ok := known[t.ID]
		now, words := p.Translated(lang, t.ID), tidy(t.Words)
		switch {
		case ok && t.Fine && words == now && p.IsOutdated(lang, t.ID):
			p.Confirm(lang, t.ID)
			touched = append(touched, "translation/"+lang+"/"+t.ID)
		case !ok && (words == "" || words == t.Was):
		case !ok:
			bad.Add(t.ID, "This text is not in the draft any more.")
		case words == now:
		case words == t.Was: // not touched by this writer: what somebody else wrote stays
		case now != t.Was:
			bad.Add(t.ID, fmt.Sprintf("Somebody else has changed this meanwhile. It reads “%s” now. Save again to put yours in its place.", now))
		default:
			if problem := unfitText(w, words); problem != "" {
				bad.Add(t.ID, problem)
				continue
			}
			p.SetText(lang, t.ID, words)
			touched = append(touched, "translation/"+lang+"/"+t.ID)
		}
	}
	return touched, bad.Err()
}

// unfitText says why a programme file would not hold these words, "" when it does.
func unfitText(w programme.Wording, words string) string {
	switch {
	case utf8.RuneCountInString(words) > w.Limit:
		return fmt.Sprintf("This is longer than %d characters. Shorten it.", w.Limit)
	case !w.Lines() && strings.Contains(words, "\n"):
		return "This stands on one line. Take the line break out."
	case !utf8.ValidString(words) || strings.ContainsFunc(words, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' || r == 0x2028 || r == 0x2029 || r == 0xFEFF
	}):
		return "There is a character in it that cannot be seen. Write it again."
	}
	return ""
}

// AddLanguage begins a translation of the draft. own names the language of the programme's own texts, where it is not known
// yet.
func (s *Service) AddLanguage(ctx context.Context, a auth.Actor, id, own, lang string) error {
	return s.inDraft(ctx, a, id, func(p *programme.Programme) (string, []string, error) {
		var bad fault.Fields
		if p.Language == "" {
			if !programme.IsLanguage(own) {
				bad.Add("own", "Choose the language in which the texts are now.")
			}
			p.Language = own
		}
		switch {
		case !programme.IsLanguage(lang):
			bad.Add("add", "Choose a language, or write its short name, such as de, pt-BR or zh-Hant.")
		case hasLanguage(p, lang):
			bad.Add("add", "The programme is in "+programme.LanguageName(lang)+" already.")
		case len(p.Translations) >= maxLanguages:
			bad.Add("add", fmt.Sprintf("A programme has at most %d languages beside its own.", maxLanguages))
		}
		if err := bad.Err(); err != nil {
			return "", nil, err
		}
		p.AddLanguage(lang)
		return "Began a translation into " + programme.LanguageName(lang) + ".", []string{"translation/" + lang}, nil
	})
}

// maxLanguages is what a programme file holds beside its own language.
const maxLanguages = 20

// DropLanguage takes a translation out of the draft, with every text of it.
func (s *Service) DropLanguage(ctx context.Context, a auth.Actor, id, lang string) error {
	return s.inDraft(ctx, a, id, func(p *programme.Programme) (string, []string, error) {
		if lang == p.Language || !hasLanguage(p, lang) {
			return "", nil, fault.Missing("language of this programme")
		}
		p.DropLanguage(lang)
		if len(p.Translations) == 0 {
			p.Language = "" // it is as it was before the first translation
		}
		return "Took the translation into " + programme.LanguageName(lang) + " out.", []string{"translation/" + lang}, nil
	})
}

// inDraft changes a copy of the draft and keeps it with the step by which it changed; nothing is kept when nothing changed.
func (s *Service) inDraft(ctx context.Context, a auth.Actor, id string, change func(*programme.Programme) (sentence string, touched []string, err error)) error {
	if err := may(a, auth.StandardsEdit); err != nil {
		return err
	}
	return wrap("translate", s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		v, err := draftIn(ctx, tx, a, id)
		if err != nil {
			return err
		}
		p, _, err := programme.FromDraft(v.Document)
		if err != nil {
			return err
		}
		sentence, touched, err := change(p)
		if err != nil || p.Hash() == v.Hash {
			return err
		}
		if _, _, err := programme.Redraft(p); err != nil {
			return err
		}
		steps, err := tx.Steps(ctx, a.Org, v.ID, recent)
		if err != nil {
			return err
		}
		c := Contents{Version: v, Programme: p}
		if _, err := s.record(ctx, tx, a, &c, v.Document, Step{Kind: StepEdit, Sentence: sentence, Touches: touched}, steps); err != nil {
			return err
		}
		return s.noteSitting(ctx, tx, a, c.Version, steps)
	}))
}
