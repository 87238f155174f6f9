package studio

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
)

// StandardInput is what an owner writes about a standard, as typed; percentages as in "85" or "87.5".
type StandardInput struct {
	Title, Good, Wow, Why string
	GoodTarget            string // percent of visits
	WowTarget             string // percent of visits, "" for none
	Criticality           string // normal, major, zero_tolerance
	Weight                string // whole number, "" is 1
	MetShare              string // percent of the points, "" is 100
	PartialShare          string // percent of the points, "" is any
	WowShare              string // percent of the WOW points, "" is 50
	Photo                 string // as KeepPicture names it, "" for none
	ID                    string // what files call it from now on, "" for as it is; only before it is published
}

// InputOf fills a form with a standard as it is.
func InputOf(s *programme.Standard) StandardInput {
	return StandardInput{
		Title: s.Title, Good: s.Good, Wow: s.Wow, Why: s.Why,
		GoodTarget: number(s.GoodTargetBP), WowTarget: unlessZero(s.WowTargetBP), Criticality: string(criticality(s)),
		Weight: strconv.Itoa(s.Weight), MetShare: number(s.MetShareBP), PartialShare: unlessZero(s.PartialShareBP), WowShare: number(s.WowShareBP),
		Photo: s.Photo,
	}
}

func unlessZero(bp int) string {
	if bp == 0 {
		return ""
	}
	return number(bp)
}

// criticality is Normal unless something else was said.
func criticality(s *programme.Standard) programme.Criticality {
	if s.Criticality == "" {
		return programme.Normal
	}
	return s.Criticality
}

// ChangeStandard writes one standard of the draft. rowVersion is that of the draft that the owner looked at; the
// whole programme is checked again before anything is kept. It gives the draft as it is now.
func (s *Service) ChangeStandard(ctx context.Context, a auth.Actor, programme, standard string, in StandardInput, rowVersion int) (c Contents, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return c, err
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		if c, err = s.editable(ctx, tx, a, programme, rowVersion); err != nil {
			return err
		}
		target, ok := c.Programme.Standard(standard)
		if !ok {
			return fault.Missing("standard")
		}
		if err := in.apply(ctx, tx, target, a.Org); err != nil {
			return err
		}
		was, err := s.renameStandard(ctx, tx, &c, standard, strings.TrimSpace(in.ID))
		if err != nil {
			return err
		}
		return s.keep(ctx, tx, a, &c, was)
	})
	return c, wrap("change standard", err)
}

// PublishedIDs gives the ids that published versions of a programme have used, which stay as they are.
func (s *Service) PublishedIDs(ctx context.Context, a auth.Actor, programme string) (f edit.Fixed, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return f, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		versions, err := tx.Versions(ctx, a.Org, programme)
		if err != nil {
			return err
		}
		last, _ := newest(versions)
		f, err = s.fixed(ctx, tx, Version{Org: a.Org, Programme: programme, Number: last.Number + 1})
		return err
	})
	return f, wrap("published ids", err)
}

// renaming is a standard of a draft before and after it was changed.
type renaming struct{ was, is edit.Ref }

// touches are the keys of what the change touches.
func (r renaming) touches() []string {
	if r.was == r.is {
		return []string{r.is.String()}
	}
	return []string{r.was.String(), r.is.String()}
}

// renameStandard gives a standard another id, and everything in the draft that names it follows.
func (s *Service) renameStandard(ctx context.Context, tx Tx, c *Contents, from, to string) (renaming, error) {
	r := renaming{was: edit.Ref{Kind: edit.Standard, ID: from}, is: edit.Ref{Kind: edit.Standard, ID: from}}
	if to == "" || to == from {
		return r, nil
	}
	fixed, err := s.fixed(ctx, tx, c.Version)
	if err != nil {
		return r, err
	}
	before, _, err := s.ids.drafts.read(c.Version)
	if err != nil {
		return r, err
	}
	c.Programme.Outdate(before) // while the texts still have the names that they had
	done, err := edit.Apply(c.Programme, edit.Set{Part: r.was, Fields: []edit.Field{edit.F("id", to)}}, fixed)
	if err != nil {
		return r, err
	}
	c.Programme, r.is.ID = done.Programme, to
	return r, nil
}

// editable opens the draft that somebody looked at and wants to change.
func (s *Service) editable(ctx context.Context, tx Tx, a auth.Actor, programme string, rowVersion int) (Contents, error) {
	versions, err := tx.Versions(ctx, a.Org, programme)
	if err != nil {
		return Contents{}, err
	}
	v, ok := draftOf(versions)
	if !ok {
		return Contents{}, noDraft()
	}
	if v.RowVersion != rowVersion {
		return Contents{}, fault.New(fault.Conflict, "Somebody else has changed this draft meanwhile. Look at it again, then repeat your change.")
	}
	return open(ctx, tx, a, v.ID)
}

// keep checks the changed programme as a whole and stores it in its draft.
func (s *Service) keep(ctx context.Context, tx Tx, a auth.Actor, c *Contents, r renaming) error {
	was := c.Version.Document
	changed, problems, err := programme.FromDraft(c.Programme.Canonical())
	if err != nil {
		return asFields(err, r.is.ID)
	}
	if changed.Hash() == c.Version.Hash {
		return nil
	}
	steps, err := tx.Steps(ctx, a.Org, c.Version.ID, recent)
	if err != nil {
		return err
	}
	step := Step{Kind: StepEdit, Sentence: "Changed " + edit.Label(changed, r.is) + ".", Touches: r.touches()}
	if r.was != r.is {
		step.Sentence = "Changed " + edit.Label(changed, r.is) + ", which was " + r.was.ID + "."
	}
	c.Programme, c.Problems = changed, problems
	if _, err := s.record(ctx, tx, a, c, was, step, steps); err != nil {
		return err
	}
	body := versionBody(c.Version)
	body["standard"] = r.is.ID
	return s.note(ctx, tx, a, "standards.changed", c.Version.ID, body)
}

// asFields turns the paths of a standard's problems into the names of the form's fields.
func asFields(err error, standard string) error {
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid {
		return err
	}
	var bad fault.Fields
	for _, x := range f.Fields {
		bad.Add(strings.TrimPrefix(x.Name, "standards."+standard+"."), x.Message)
	}
	return bad.Err()
}

// maxText is the longest text of a standard, in characters.
const maxText = 2000

// maxTitle is the longest title of a standard, in characters.
const maxTitle = 120

// maxWeight is the highest weight of a standard.
const maxWeight = 10_000

// apply writes the input into a standard, or says everything that is wrong with it.
func (in StandardInput) apply(ctx context.Context, tx Tx, s *programme.Standard, org string) error {
	var bad fault.Fields
	in.words(s, &bad)
	in.targets(s, &bad)
	in.shares(s, &bad)
	if err := in.picture(ctx, tx, org, s, &bad); err != nil {
		return err
	}
	return bad.Err()
}

// words takes the texts.
func (in StandardInput) words(s *programme.Standard, bad *fault.Fields) {
	s.Title, s.Good = tidy(in.Title), tidy(in.Good)
	s.Wow, s.Why = tidy(in.Wow), tidy(in.Why)
	if s.Title == "" {
		bad.Add("title", "Give the standard a title.")
	}
	if s.Good == "" {
		bad.Add("good", "Say what staff do when they meet this standard.")
	}
	if utf8.RuneCountInString(s.Title) > maxTitle {
		bad.Addf("title", "Keep the title within %d characters.", maxTitle)
	}
	for _, f := range []struct{ name, label, text string }{{"good", "Good", s.Good}, {"wow", "WOW", s.Wow}, {"why", "Why", s.Why}} {
		if utf8.RuneCountInString(f.text) > maxText {
			bad.Addf(f.name, "Keep “%s” within %d characters.", f.label, maxText)
		}
	}
}

// targets takes what the owner asks for.
func (in StandardInput) targets(s *programme.Standard, bad *fault.Fields) {
	s.GoodTargetBP = share(in.GoodTarget, 0, "good_target", "Give the target for Good as a percentage of visits, for example 85 or 87.5.", bad)
	s.WowTargetBP = share(orZero(in.WowTarget), 0, "wow_target", "Give the target for WOW as a percentage of visits, for example 20, or leave it empty.", bad)
	if s.WowTargetBP > 0 && s.Wow == "" {
		bad.Add("wow", "There is a target for WOW. Say what WOW is, or leave the target empty.")
	}
	s.Criticality = programme.Criticality(strings.TrimSpace(in.Criticality))
	switch s.Criticality {
	case programme.Normal, programme.Major, programme.ZeroTolerance:
	case "":
		s.Criticality = programme.Normal
	default:
		bad.Add("criticality", "Choose normal, major or zero tolerance.")
	}
	weight, ok := 1, true
	if text := strings.TrimSpace(in.Weight); text != "" {
		weight, ok = digits(text, 5)
	}
	if s.Weight = weight; !ok || weight > maxWeight {
		bad.Addf("weight", "Give the weight as a whole number from 0 to %d.", maxWeight)
	}
}

// shares takes the rules by which an answer counts as met. Zero as share for met or WOW would make everything met.
func (in StandardInput) shares(s *programme.Standard, bad *fault.Fields) {
	s.MetShareBP = share(or(in.MetShare, "100"), 1, "met_share", "Give the share of points that counts as met as a percentage, for example 100.", bad)
	s.PartialShareBP = share(orZero(in.PartialShare), 0, "partial_share", "Give the share of points that counts as partly met as a percentage, or leave it empty.", bad)
	s.WowShareBP = share(or(in.WowShare, "50"), 1, "wow_share", "Give the share of WOW points that counts as WOW as a percentage, for example 50.", bad)
	if s.MetShareBP > 0 && s.PartialShareBP > s.MetShareBP {
		bad.Add("partial_share", "Partly met cannot ask for more than met.")
	}
}

// share reads one percentage of at least a minimum.
func share(text string, least int, field, message string, bad *fault.Fields) int {
	bp, ok := basisPoints(text)
	if !ok || bp < least {
		bad.Add(field, message)
	}
	return bp
}

func orZero(text string) string { return or(text, "0") }

func or(text, otherwise string) string {
	if strings.TrimSpace(text) == "" {
		return otherwise
	}
	return text
}

// tidy takes the spaces around a text away and evens line ends.
func tidy(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }
