package edit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// free reports whether an id of a kind may be given to something new.
func (w *work) free(r Ref) bool {
	return r.ID != "" && !Has(w.p, r) && !w.fixed.Has(r) && !programme.Reserved(r.ID)
}

// firstFree tries ids until one is free.
func (w *work) firstFree(kind PartKind, of string, try func(n int) string) string {
	for n := 1; ; n++ {
		if id := try(n); w.free(Ref{Kind: kind, ID: id, Of: of}) {
			return id
		}
	}
}

// alphabet are the ids of the first sections.
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// newSection makes the id of a section: A, B, … Z, S27, S28, …
func (w *work) newSection() string {
	return w.firstFree(Section, "", func(n int) string {
		if n <= len(alphabet) {
			return alphabet[n-1 : n]
		}
		return "S" + strconv.Itoa(n)
	})
}

// newQuestion makes the id of a question: its section's and the number after the highest that was ever used with it.
func (w *work) newQuestion(section string) string {
	prefix := strings.ReplaceAll(section, "-", "_")
	if prefix == "" || prefix[0] >= '0' && prefix[0] <= '9' {
		prefix = "Q" + prefix
	}
	if last := prefix[len(prefix)-1]; last >= '0' && last <= '9' {
		prefix += "_"
	}
	from := max(highest(idsOf(w.p, Question), prefix), highest(w.fixed.ids(Question), prefix))
	return w.firstFree(Question, "", func(n int) string { return prefix + strconv.Itoa(from+n) })
}

// ids lists the fixed ids of a kind.
func (f Fixed) ids(k PartKind) []string {
	var ids []string
	for key := range f.used {
		if id, ok := strings.CutPrefix(key, string(k)+"/"); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// highest gives the highest number behind a prefix, 0 when there is none.
func highest(ids []string, prefix string) int {
	top := 0
	for _, id := range ids {
		if n, err := strconv.Atoi(strings.TrimPrefix(id, prefix)); err == nil && strings.HasPrefix(id, prefix) && n < 1_000_000 {
			top = max(top, n)
		}
	}
	return top
}

// newStandard makes the id of a standard after the pattern of those that are there: K1, K2, … or K01, K02, …
func (w *work) newStandard() string {
	prefix, width := "K", 1
	if ids := idsOf(w.p, Standard); len(ids) > 0 {
		last := ids[len(ids)-1]
		bare := strings.TrimRight(last, "0123456789")
		if bare != "" && bare != last {
			prefix = bare
			if digits := last[len(bare):]; digits[0] == '0' {
				width = len(digits)
			}
		}
	}
	from := max(highest(idsOf(w.p, Standard), prefix), highest(w.fixed.ids(Standard), prefix))
	return w.firstFree(Standard, "", func(n int) string { return fmt.Sprintf("%s%0*d", prefix, width, from+n) })
}

// newWord makes an id out of a text, or out of a fallback when the text has no letters that an id may have.
func (w *work) newWord(kind PartKind, of, text, fallback string) string {
	word := Slug(text)
	if word == "" || kind == Feature && !programme.Identifier(word) {
		word = strings.TrimRight(fallback+"_"+word, "_")
	}
	return w.firstFree(kind, of, func(n int) string {
		if n == 1 && word != programme.CodeNA && word != programme.CodeNotObserved && word != programme.LastStage && word != fallback {
			return word
		}
		return word + "_" + strconv.Itoa(n)
	})
}

// maxSlug is the length of a made id.
const maxSlug = 30

// letters that people write and ids cannot hold, in letters that they can.
var plainLetters = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ê", "e", "à", "a", "â", "a", "á", "a", "ç", "c", "ñ", "n",
	"í", "i", "ó", "o", "ú", "u", "ø", "o", "å", "a", "æ", "ae", "ł", "l", "ś", "s", "ż", "z", "ő", "o", "ű", "u", "č", "c", "š", "s", "ž", "z", "ř", "r", "ý", "y", "ă", "a", "ț", "t", "ș", "s")

// Slug makes a word of small letters, digits and _ out of a text.
func Slug(text string) string {
	var b strings.Builder
	for _, c := range []byte(plainLetters.Replace(strings.ToLower(text))) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteByte(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
		if b.Len() >= maxSlug {
			break
		}
	}
	return strings.Trim(b.String(), "_")
}

// checkID says what is wrong with an id that somebody wrote for a part.
func (w *work) checkID(r Ref) string {
	switch {
	case r.ID == "":
		return "Give it a short name of letters and digits; it stands in conditions and exports."
	case !programme.Word(r.ID):
		return fmt.Sprintf("%q cannot be used here. Use letters, digits, _ and -, at most 64.", short(r.ID))
	case (r.Kind == Question || r.Kind == Feature) && !programme.Identifier(r.ID):
		return fmt.Sprintf("Conditions could not tell %q from something else. Use letters, digits and _, a letter first.", r.ID)
	case r.Kind == Option && (r.ID == programme.CodeNA || r.ID == programme.CodeNotObserved), r.Kind == Stage && r.ID == programme.LastStage:
		return fmt.Sprintf("%q has a meaning of its own. Choose another.", r.ID)
	case Has(w.p, r):
		return fmt.Sprintf("%q is taken already. Choose another.", r.ID)
	case w.fixed.Has(r):
		return fmt.Sprintf("%q stands for something else in a published version. Choose another, so that history is not mixed up.", r.ID)
	}
	return ""
}

// givenID takes the id that a new part is to have out of its fields, "" when none is given; hands back the other fields.
func (w *work) givenID(r Ref, name string, fields []Field) (string, []Field, error) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 || fields[i].last() == "" {
		if i >= 0 {
			fields = slices.Delete(slices.Clone(fields), i, i+1)
		}
		return "", fields, nil
	}
	r.ID = fields[i].last()
	var bad fault.Fields
	if wrong := w.checkID(r); wrong != "" {
		bad.Add(name, wrong)
	}
	return r.ID, slices.Delete(slices.Clone(fields), i, i+1), bad.Err()
}
