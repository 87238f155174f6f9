package programme

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// QuestionSeries names, for every question, the definition of what it asks and gives. Counts of a question in two versions
// may be added up when it is the same in both.
func QuestionSeries(p *Programme) map[string]string {
	all := map[string]string{}
	for _, d := range definitions(p, func(*Question) bool { return true }) {
		b, err := json.Marshal(d)
		if err != nil { // its parts are plain data
			continue
		}
		sum := sha256.Sum256(b)
		all[d.ID] = hex.EncodeToString(sum[:6])
	}
	return all
}

// AsksTwoThings guesses, for English, whether a question joins two things that can differ.
func AsksTwoThings(q *Question) bool { return q.Kind == YesNo && doubleBarrelled(q.Text) }
