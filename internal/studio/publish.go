package studio

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
)

// maxNote is the longest note of a version, in characters.
const maxNote = 500

// Publish makes the draft the next version. Nobody can change it afterwards. note says why; rowVersion is that of the
// draft that the owner looked at; effectiveOn is the date ("2026-11-21") from which visits are taken with it and
// targets are judged by it, "" for today. Only a first version may begin in the past: a later one would change what
// past windows were judged by.
func (s *Service) Publish(ctx context.Context, a auth.Actor, programme, note string, rowVersion int, effectiveOn string) (v Version, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return v, err
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		c, err := s.editable(ctx, tx, a, programme, rowVersion)
		if err != nil {
			return err
		}
		if err := s.release(ctx, tx, a, &c, tidy(note), strings.TrimSpace(effectiveOn)); err != nil {
			return err
		}
		v = c.Version
		v.Document = nil
		return s.rename(ctx, tx, a, &c)
	})
	return v, wrap("publish", err)
}

// release turns the draft into a published version.
func (s *Service) release(ctx context.Context, tx Tx, a auth.Actor, c *Contents, note, effectiveOn string) error {
	if err := c.Finished(); err != nil {
		return err
	}
	versions, err := tx.Versions(ctx, a.Org, c.Version.Programme)
	if err != nil {
		return err
	}
	last, had := newest(versions)
	if had && last.Hash == c.Version.Hash {
		return fault.Newf(fault.Conflict, "The draft says what version %d says. There is nothing to publish.", last.Number)
	}
	today, err := s.today(ctx, tx, a.Org)
	if err != nil {
		return err
	}
	if effectiveOn == "" {
		effectiveOn = max(today, last.EffectiveOn)
	}
	if err := checkRelease(note, effectiveOn, today, last, had); err != nil {
		return err
	}
	v := &c.Version
	v.State, v.Note, v.EffectiveOn = Published, note, effectiveOn
	v.Published, v.PublishedBy = s.clock(), a.Member
	if err := update(ctx, tx, v); err != nil {
		return err
	}
	if err := tx.DeleteSteps(ctx, a.Org, v.ID); err != nil {
		return err
	}
	body := versionBody(*v)
	body["effective_on"], body["note"] = effectiveOn, note
	return s.note(ctx, tx, a, "standards.published", v.ID, body)
}

// checkRelease says everything that is wrong with the note and the date.
func checkRelease(note, effectiveOn, today string, last Version, had bool) error {
	var bad fault.Fields
	switch {
	case note == "":
		bad.Add("note", "Say in a sentence what changed and why. Everyone who reads the history will see it.")
	case utf8.RuneCountInString(note) > maxNote:
		bad.Addf("note", "Keep the note within %d characters.", maxNote)
	}
	_, err := time.Parse(time.DateOnly, effectiveOn)
	switch {
	case err != nil:
		bad.Add("effective_on", "Give the date as year, month and day, for example 2026-11-21.")
	case had && effectiveOn < today:
		bad.Add("effective_on", "A new version cannot begin in the past. Choose today or a later day.")
	case had && effectiveOn < last.EffectiveOn:
		bad.Addf("effective_on", "Version %d begins on %s. A later version cannot begin before it.", last.Number, last.EffectiveOn)
	}
	return bad.Err()
}

// rename gives the programme the name that its newest version has.
func (s *Service) rename(ctx context.Context, tx Tx, a auth.Actor, c *Contents) error {
	p, err := tx.Programme(ctx, a.Org, c.Version.Programme)
	if err != nil || p.Name == c.Programme.Name {
		return err
	}
	p.Name = c.Programme.Name
	return tx.UpdateProgramme(ctx, a.Org, p)
}

// today is the date in the organisation's zone.
func (s *Service) today(ctx context.Context, tx Reading, org string) (string, error) {
	o, err := tx.Organisation(ctx, org)
	return Today(s.now(), o.Zone), err
}
