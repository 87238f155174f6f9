package visit

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
)

// Sealed is what the shopper gets for a sealed report or stage.
type Sealed struct {
	Visit   Visit
	Code    string // of the receipt, "BKMM-GYJJ-YX9F"; "" while later stages are to come
	Receipt Receipt
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
		if err := p.unfinished(); err != nil {
			return err
		}
		if err := s.dropHidden(ctx, tx, a, &p); err != nil {
			return err
		}
		sub, err := s.sealer(ctx, tx, &p, s.now().UTC())
		if err != nil {
			return err
		}
		sealed, err = s.sealStage(ctx, tx, a, &p, sub)
		return err
	})
	return sealed, wrap("seal visit", err)
}

// unfinished turns all that keeps a report from being sealed into field errors.
func (p *Paper) unfinished() error {
	var bad fault.Fields
	for _, m := range p.missing() {
		bad.Add(m.Question, m.Message)
	}
	for _, c := range p.Conflicts {
		bad.Add(c.Question, "You answered this twice. Which is right?")
	}
	for _, q := range slices.Compact(slices.Sorted(slices.Values(p.coming()))) {
		bad.Add(q, "A photo of this is still on a phone. Open this visit there with signal, or remove the photo here.")
	}
	return bad.Err()
}

// dropHidden clears answers whose question is hidden now: what was typed before is not part of the report.
func (s *Service) dropHidden(ctx context.Context, tx Tx, a auth.Actor, p *Paper) error {
	var edits []edit
	for _, id := range slices.Sorted(maps.Keys(p.Report.Answers)) {
		if !p.Shown.Question(id) {
			edits = append(edits, edit{id, json.RawMessage("null"), p.Report.Heads.ids(id)})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(p.Report.Comments)) {
		if !p.Shown.Question(id) {
			edits = append(edits, edit{CommentField(id), json.RawMessage(`""`), p.Report.Heads.ids(CommentField(id))})
		}
	}
	if len(edits) == 0 {
		return nil
	}
	return s.write(ctx, tx, a, p, edits)
}

// sealStage seals the present stage; the last one, or a checklist without stages, completes the report. The receipt is
// for the submission's log.
func (s *Service) sealStage(ctx context.Context, tx Tx, a auth.Actor, p *Paper, sub *Submission) (Sealed, error) {
	now := s.now().UTC()
	if early := p.Early(now); early != "" {
		return Sealed{}, fault.New(fault.Conflict, early)
	}
	out := Sealed{Stage: p.Stage, Answers: len(p.Report.Answers), Photos: len(p.Photos), At: now, Zone: p.Place.Zone}
	key, err := s.key()
	if err != nil {
		return out, err
	}
	if out.Receipt, err = p.confirm(sub, p.Stage, false, p.Photos, now, key); err != nil {
		return out, err
	}
	p.Report.Receipt = out.Receipt.Code
	if err := tx.AddReceipts(ctx, a.Org, []Receipt{out.Receipt}); err != nil {
		return out, err
	}
	if p.Visit.VisitedOn == "" {
		p.Visit.Started = now
		p.Visit.on(p.Place.Today(now))
	}
	if p.Stage != "" {
		if err := s.stageSealed(ctx, tx, p, now); err != nil {
			return out, err
		}
		p.Visit.Stages = append(slices.Clone(p.Visit.Stages), p.Stage)
		if next := nextStage(p.Stages, p.Visit.Stages); next != "" {
			out.Next = p.Stages[slices.IndexFunc(p.Stages, func(st programme.Stage) bool { return st.ID == next })].Title
			return s.keepStage(ctx, tx, a, p, out)
		}
	}
	return s.finishReport(ctx, tx, a, p, out, now)
}

// keepStage stores that a stage was sealed and more are to come.
func (s *Service) keepStage(ctx context.Context, tx Tx, a auth.Actor, p *Paper, out Sealed) (Sealed, error) {
	if p.Visit.State == Taken {
		p.Visit.State = InProgress
	}
	out.Visit = p.Visit
	return out, s.keep(ctx, tx, a, p.Visit, "visit.stage_sealed", map[string]string{"stage": out.Stage, "receipt": out.Receipt.Code})
}

// finishReport scores and stores a complete report.
func (s *Service) finishReport(ctx context.Context, tx Tx, a auth.Actor, p *Paper, out Sealed, now time.Time) (Sealed, error) {
	res, err := p.score(now)
	if err != nil {
		return out, err
	}
	if err := tx.SaveReport(ctx, p.Visit.Org, p.Report); err != nil {
		return out, err
	}
	if err := tx.SaveOutcomes(ctx, a.Org, p.Visit.ID, outcomesOf(p.List, &res)); err != nil {
		return out, err
	}
	out.Visit, out.Code = p.Visit, out.Receipt.Code
	return out, s.keep(ctx, tx, a, p.Visit, "visit.received", receivedBody(p, res))
}

// score makes the result and moves the visit to Received, in memory.
func (p *Paper) score(now time.Time) (scoring.Result, error) {
	p.pin()
	res := p.List.Scoring.Score(p.input())
	stored, err := json.Marshal(res)
	if err != nil {
		return res, err
	}
	p.Report.Result, p.Report.Engine, p.Report.Complete = stored, res.Engine, res.CompletenessBP
	p.Report.Sealed, p.Report.Updated = now, p.next(now)
	p.Report.Revision++
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

// receivedBody is what the event of a received report says: hashes and scores, nothing personal.
func receivedBody(p *Paper, res scoring.Result) map[string]string {
	b := map[string]string{"receipt": p.Report.Receipt, "head": p.Report.Head, "level": string(res.Level)}
	return b
}

// change is event.New for bodies of strings.
func change(a auth.Actor, verb string, v Visit, body map[string]string) (event.Change, error) {
	return event.New(a.Member, verb, "visit", v.ID, changed(v, body))
}
