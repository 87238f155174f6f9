package visit

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
)

// Sealed is what the shopper gets for a sealed report or stage.
type Sealed struct {
	Visit   Visit
	Code    string // receipt code, "BKMM-GYJJ-YX9F"; "" while later stages are to come
	Stage   string // the stage that was sealed, "" without stages
	Next    string // title of the stage to come, "" when the report is complete
	Answers int
	Photos  int
	At      time.Time
	Zone    string // of the branch
}

// Seal freezes the report, or its present stage, and sends it: nothing may be missing. The last stage scores it.
func (s *Service) Seal(ctx context.Context, a auth.Actor, id string) (sealed Sealed, err error) {
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		j, err := s.own(ctx, tx, a, id, true)
		if err != nil {
			return err
		}
		if !j.State.Writable() {
			return fault.Newf(fault.Conflict, "This visit is already %s.", j.State.Words())
		}
		p, err := s.paper(ctx, tx, j)
		if err != nil {
			return err
		}
		if err := missing(p.Gaps); err != nil {
			return err
		}
		if err := s.dropHidden(ctx, tx, a, &p); err != nil {
			return err
		}
		sealed, err = s.sealStage(ctx, tx, a, &p)
		return err
	})
	return sealed, wrap("seal visit", err)
}

// missing turns gaps into field errors.
func missing(gaps []programme.Gap) error {
	var bad fault.Fields
	for _, g := range gaps {
		bad.Add(g.Question, g.Message)
	}
	return bad.Err()
}

// dropHidden clears answers whose question is hidden now: what was typed before is not part of the report.
func (s *Service) dropHidden(ctx context.Context, tx Tx, a auth.Actor, p *Paper) error {
	var edits []edit
	for _, id := range slices.Sorted(maps.Keys(p.Report.Answers)) {
		if !p.Shown.Question(id) {
			edits = append(edits, edit{id, json.RawMessage("null")})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(p.Report.Comments)) {
		if !p.Shown.Question(id) {
			edits = append(edits, edit{CommentField(id), json.RawMessage(`""`)})
		}
	}
	if len(edits) == 0 {
		return nil
	}
	return s.write(ctx, tx, a, p, edits)
}

// sealStage seals the present stage; the last one, or a checklist without stages, completes the report.
func (s *Service) sealStage(ctx context.Context, tx Tx, a auth.Actor, p *Paper) (Sealed, error) {
	now := s.now().UTC()
	out := Sealed{Stage: p.Stage, Answers: len(p.Report.Answers), Photos: len(p.Photos), At: now, Zone: p.Place.Zone}
	if p.Visit.VisitedOn == "" {
		p.Visit.Started = now
		p.Visit.on(p.Place.Today(now))
	}
	if p.Stage != "" {
		p.Visit.Stages = append(slices.Clone(p.Visit.Stages), p.Stage)
		if next := nextStage(p.Stages, p.Visit.Stages); next != "" {
			out.Next = p.Stages[slices.IndexFunc(p.Stages, func(st programme.Stage) bool { return st.ID == next })].Title
			if p.Visit.State == Taken {
				p.Visit.State = InProgress
			}
			out.Visit = p.Visit
			return out, s.keep(ctx, tx, a, p.Visit, "visit.stage_sealed", map[string]string{"stage": p.Stage})
		}
	}
	res, outcomes, err := s.complete(ctx, tx, p, now)
	if err != nil {
		return out, err
	}
	if err := tx.SaveOutcomes(ctx, a.Org, p.Visit.ID, outcomes); err != nil {
		return out, err
	}
	out.Code, out.Visit = p.Report.Receipt, p.Visit
	return out, s.keep(ctx, tx, a, p.Visit, "visit.received", receivedBody(p, res))
}

// complete scores the report and writes it with its receipt; the visit is Received in memory, not yet stored.
func (s *Service) complete(ctx context.Context, tx Tx, p *Paper, now time.Time) (scoring.Result, []Outcome, error) {
	res, err := p.score(now)
	if err != nil {
		return res, nil, err
	}
	if err := tx.SaveReport(ctx, p.Visit.Org, p.Report); err != nil {
		return res, nil, err
	}
	return res, outcomesOf(p.List, &res), nil
}

// score makes the result and the receipt and moves the visit to Received.
func (p *Paper) score(now time.Time) (scoring.Result, error) {
	p.pin()
	res := p.List.Scoring.Score(p.input())
	stored, err := json.Marshal(res)
	if err != nil {
		return res, err
	}
	p.Report.Result, p.Report.Engine, p.Report.Complete = stored, res.Engine, res.CompletenessBP
	p.Report.Sealed, p.Report.Updated = now, now
	p.Report.Revision++
	if err := p.receipt(now); err != nil {
		return res, err
	}
	if err := p.Visit.Move(Received); err != nil {
		return res, err
	}
	p.Visit.Received, p.Visit.Score, p.Visit.Final, p.Visit.Level = now, res.BaseBP, res.FinalBP, res.Level
	return res, nil
}

// input is what the scoring engine gets; every stage that the scenario has counts once the report is complete.
func (p *Paper) input() scoring.Input {
	return scoring.Input{Context: p.Context(), Answers: p.Answers}
}

// outcomesOf joins each outcome with the series of its standard's definition.
func outcomesOf(list *Checklist, res *scoring.Result) []Outcome {
	all := make([]Outcome, 0, len(res.Standards))
	for _, st := range res.Standards {
		all = append(all, Outcome{Series: list.Series[st.Standard], StandardResult: st})
	}
	return all
}

// statement is what a receipt confirms; its SHA-256 makes the code.
type statement struct {
	Visit     string           `json:"visit"`
	Checklist string           `json:"checklist"`
	Head      string           `json:"head"`
	Ops       int              `json:"ops"`
	Revision  int              `json:"revision"`
	Photos    []statementPhoto `json:"photos"`
	Received  time.Time        `json:"received"`
}

type statementPhoto struct {
	ID     string `json:"id"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// receipt writes the statement and its code into the report.
func (p *Paper) receipt(now time.Time) error {
	st := statement{
		Visit: p.Visit.ID, Checklist: p.List.Version.Hash, Head: p.Report.Head, Ops: p.Report.Seq, Revision: p.Report.Revision,
		Photos: photosOf(p.Photos), Received: now,
	}
	b, err := json.Marshal(st)
	if err != nil {
		return err
	}
	p.Report.Statement, p.Report.Receipt = b, receiptCode(b)
	return nil
}

func photosOf(photos []evidence.Photo) []statementPhoto {
	all := make([]statementPhoto, 0, len(photos))
	for _, ph := range photos {
		all = append(all, statementPhoto{ph.ID, ph.SHA256, ph.Size})
	}
	return all
}

// receiptCode is the first 60 bits of the statement's SHA-256 in Crockford's base 32, in three groups of four.
func receiptCode(statement []byte) string {
	sum := sha256.Sum256(statement)
	code := make([]byte, 0, 14)
	var acc, bits uint
	for _, b := range sum {
		acc, bits = acc<<8|uint(b), bits+8
		for bits >= 5 && len(code) < 14 {
			if len(code) == 4 || len(code) == 9 {
				code = append(code, '-')
			}
			bits -= 5
			code = append(code, crockford[acc>>bits&31])
		}
	}
	return string(code)
}

// receivedBody is what the event of a received report says: hashes and scores, nothing personal.
func receivedBody(p *Paper, res scoring.Result) map[string]string {
	b := map[string]string{"receipt": p.Report.Receipt, "head": p.Report.Head, "level": string(res.Level)}
	return b
}

// change is event.New for bodies of strings.
func change(a auth.Actor, verb string, v Visit, body map[string]string) (event.Change, error) {
	return event.New(a.Member, verb, "visit", v.ID, changed(v, body))
}
