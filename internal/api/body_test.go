package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestCleanTextIsToldFromDirt(t *testing.T) {
	for text, want := range map[string]bool{
		`{"a":"plain"}`: true, `"\u00e9 \t \n \r \" \\ \/"`: true, `"\ud83d\ude00"`: true, `"\\u0000"`: true, "\"a\tb\"": true,
		`"\u0000"`: false, `"\u001B"`: false, `"\b"`: false, `"\f"`: false, `"\u007f"`: false, `"\u0085"`: false, "\"\x7f\"": false,
		`"\ud83d"`: false, `"\ude00\ud83d"`: false, `"\ud83dx"`: false, `"\ud83d\u0041"`: false, "\"\xff\"": false, "\"\xc2\x85\"": false,
		`"\\\u0000"`: false, `"\`: true, `"\u12`: true, `"\uzzzz"`: true, // not JSON: the decoder says so
	} {
		if got := cleanJSON([]byte(text)); got != want {
			t.Errorf("cleanJSON(%s) = %t", text, got)
		}
	}
}

// FuzzCleanJSON compares with what the decoder makes of the text.
func FuzzCleanJSON(f *testing.F) {
	for _, s := range []string{`{"a":"\u0000"}`, `["\ud83d\ude00","\\\b"]`, `"\u0085"`, `{"\u001f":1}`, `"\ud800"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !json.Valid(b) {
			return
		}
		dirty, doubtful := false, !bytes.Equal(b, bytes.ToValidUTF8(b, nil))
		d := json.NewDecoder(bytes.NewReader(b))
		for {
			tok, err := d.Token()
			if err != nil {
				break
			}
			if s, ok := tok.(string); ok {
				dirty = dirty || strings.ContainsFunc(s, forbidden)
				doubtful = doubtful || strings.ContainsRune(s, '\ufffd')
			}
		}
		if clean := cleanJSON(b); clean && dirty || !clean && !dirty && !doubtful {
			t.Errorf("clean %t, dirty %t, doubtful %t: %q", clean, dirty, doubtful, b)
		}
	})
}
