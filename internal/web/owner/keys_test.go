package owner_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestEveryKeyOfAStandardHasItsControl fails when standards gain a key that nobody can set by hand.
func TestEveryKeyOfAStandardHasItsControl(t *testing.T) {
	var schema struct {
		Defs map[string]struct {
			Properties map[string]json.RawMessage
		} `json:"$defs"`
	}
	b, err := os.ReadFile("../../../api/programme.schema.json")
	if err == nil {
		err = json.Unmarshal(b, &schema)
	}
	keys := schema.Defs["standard"].Properties
	if err != nil || len(keys) < 10 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	r := teaRooms(t)
	page := r.get(r.base() + "/K01/edit").Body.String()
	for key := range keys {
		if !strings.Contains(page, `name="`+key+`"`) {
			t.Errorf("no control sets %s", key)
		}
	}
}
