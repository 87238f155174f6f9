package programme

import "fmt"

// Nearest gives the word that was probably meant, "" when none is near.
func Nearest(typed string, words []string) string {
	best, bestDistance := "", len(typed)/4+2
	if len(typed) > maxWord {
		return ""
	}
	for _, w := range words {
		if d := distance(typed, w); d < bestDistance && d < max(len(w), len(typed)) {
			best, bestDistance = w, d
		}
	}
	return best
}

// didYouMean asks whether the nearest word was meant; "" when none is near.
func didYouMean(typed string, words []string) string {
	if near := Nearest(typed, words); near != "" {
		return fmt.Sprintf(" Did you mean %q?", near)
	}
	return ""
}

// distance counts the letters to insert, drop or change, upper case against lower case counting too (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
