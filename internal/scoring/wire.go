package scoring

import (
	"encoding/json"
	"strconv"

	"plainclothes/internal/programme"
)

// AppendWire appends the result in the form that other programs read: one JSON object with the keys always in the same
// order, sections and standards in file order, points as numbers in points.
func (r *Result) AppendWire(dst []byte) []byte { return append(r.appendOpen(dst), '}') }

// Wire gives the result in the form that other programs read.
func (r *Result) Wire() []byte { return r.AppendWire(nil) }

// appendOpen appends the wire form without its last brace.
func (r *Result) appendOpen(dst []byte) []byte {
	dst = appendBP(append(dst, `{"base_bp":`...), r.BaseBP)
	dst = appendBP(append(dst, `,"final_bp":`...), r.FinalBP)
	dst = appendText(append(dst, `,"level":`...), string(r.Level))
	dst = appendBP(append(dst, `,"completeness_bp":`...), r.CompletenessBP)
	dst = appendPoints(append(dst, `,"wow":{"earned":`...), r.Wow.Earned)
	dst = appendPoints(append(dst, `,"available":`...), r.Wow.Available)
	dst = append(dst, `},"sections":{`...)
	for i := range r.Sections {
		dst = appendText(appendComma(dst, i), r.Sections[i].Section)
		dst = strconv.AppendInt(append(dst, ':'), int64(r.Sections[i].BP), 10)
	}
	dst = append(dst, `},"standards":{`...)
	for i := range r.Standards {
		dst = appendText(appendComma(dst, i), r.Standards[i].Standard)
		dst = appendText(append(dst, ':'), string(r.Standards[i].Outcome))
	}
	dst = append(dst, `},"criticals":[`...)
	for i, id := range r.Criticals {
		dst = appendText(appendComma(dst, i), id)
	}
	return append(dst, ']')
}

func appendComma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

func appendBP(dst []byte, bp *int) []byte {
	if bp == nil {
		return append(dst, "null"...)
	}
	return strconv.AppendInt(dst, int64(*bp), 10)
}

// appendPoints writes hundredths as points: 350 is 3.5.
func appendPoints(dst []byte, p programme.Points) []byte {
	dst = strconv.AppendInt(dst, int64(p/100), 10)
	rest := p % 100
	if rest == 0 {
		return dst
	}
	dst = append(dst, '.', byte('0'+rest/10))
	if rest%10 == 0 {
		return dst
	}
	return append(dst, byte('0'+rest%10))
}

// appendText writes a JSON text. Ids and codes are plain; anything else goes the long way.
func appendText(dst []byte, text string) []byte {
	for i := range len(text) {
		if b := text[i]; b < ' ' || b >= 0x7f || b == '"' || b == '\\' {
			long, err := json.Marshal(text)
			if err != nil { // a text always has a JSON form
				return append(dst, `""`...)
			}
			return append(dst, long...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, text...)
	return append(dst, '"')
}
