package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"plainclothes/internal/store"
	"plainclothes/internal/studio"
)

// versions checks that every version of every programme still is what was kept and, where it is published, what the log
// of changes says was published. Visits are scored again with these documents, so nothing else would find a change that
// was made to a text.
func (v *verifier) versions() error {
	var all []studio.Programme
	var listed []studio.Version
	err := v.x.store.Studio().View(v.p.ctx, v.o.ID, func(tx studio.Tx) (err error) {
		if all, err = tx.Programmes(v.p.ctx, v.o.ID); err != nil {
			return err
		}
		for i := range all {
			of, err := tx.Versions(v.p.ctx, v.o.ID, all[i].ID)
			if err != nil {
				return err
			}
			listed = append(listed, of...)
		}
		return nil
	})
	for i := range listed {
		if err == nil {
			err = v.version(listed[i].ID)
		}
	}
	return err
}

// version checks one.
func (v *verifier) version(id string) error {
	var x studio.Version
	err := v.x.store.Studio().View(v.p.ctx, v.o.ID, func(tx studio.Tx) (err error) {
		x, err = tx.Version(v.p.ctx, v.o.ID, id)
		return err
	})
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(x.Document); hex.EncodeToString(sum[:]) != x.Hash {
		return v.findf("version %d, %s, was changed after it was stored", x.Number, x.ID)
	}
	if x.State != studio.Published {
		return nil
	}
	told, err := v.toldHash(id)
	if err == nil && told != x.Hash {
		err = v.findf("version %d, %s, is not the one that the log of changes says was published", x.Number, x.ID)
	}
	return err
}

// toldHash is the hash of a version as the log of changes has it from its publication, "" where it has none.
func (v *verifier) toldHash(id string) (string, error) {
	entries, err := v.x.store.Events(v.p.ctx, v.o.ID, store.EventQuery{Kind: "version", Thing: id, Limit: 200})
	for _, e := range entries {
		if e.Verb == "standards.published" {
			var body struct {
				Hash string `json:"hash"`
			}
			err = json.Unmarshal(e.Body, &body)
			return body.Hash, err
		}
	}
	return "", err
}
