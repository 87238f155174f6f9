package org

import (
	"encoding/json"
	"fmt"
)

// Change is what a use case reports to the organisation's log; the store makes it an entry of the chain.
type Change struct {
	Actor string // member or token id, or "system"
	Verb  string // branch.created, member.invited …
	Kind  string // branch, region, member …
	Thing string // id
	Body  []byte // JSON of what changed, without personal data
}

// NewChange makes a Change; body is a struct or a map, whose JSON has stable bytes.
func NewChange(actor, verb, kind, thing string, body any) (Change, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return Change{}, fmt.Errorf("change %s: %w", verb, err)
	}
	return Change{Actor: actor, Verb: verb, Kind: kind, Thing: thing, Body: b}, nil
}
