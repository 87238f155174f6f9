package app

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
	"plainclothes/internal/visit"
)

// The size of the bench's checklist.
const (
	benchQuestions = 40
	benchStandards = 8
)

// benchWorld is who and what reports are about.
type benchWorld struct {
	owner     auth.Actor
	shopper   auth.Actor
	manager   string // a session token
	token     string // of a program
	program   auth.Actor
	programme string
	branches  []string
	answers   map[string]json.RawMessage
}

// prepare makes the organisation, its programme of 40 questions, branches, a shopper and a token.
func (b *bench) prepare() error {
	w := &b.world
	person, o, err := b.x.auth.Found(b.p.ctx, auth.SetUpInput{
		Organisation: "Bench", Zone: "Europe/London", Currency: "GBP", Name: "Bench Owner", Email: "owner@bench.example.com",
	})
	if err != nil {
		return err
	}
	if w.owner, err = b.x.auth.ActorFor(b.p.ctx, person.ID, o.ID); err != nil {
		return err
	}
	if w.manager, _, err = b.x.auth.NewSession(b.p.ctx, person.ID, "bench", false); err != nil {
		return err
	}
	if err := b.prepareProgramme(); err != nil {
		return err
	}
	if err := b.prepareBranches(); err != nil {
		return err
	}
	m, _, err := b.x.auth.Invite(b.p.ctx, w.owner, auth.InviteInput{Email: "shopper@bench.example.com", Name: "Bench Shopper", Roles: []auth.Role{auth.Shopper}})
	if err != nil {
		return err
	}
	if w.shopper, err = b.x.auth.ActorFor(b.p.ctx, m.Person, o.ID); err != nil {
		return err
	}
	token, secret, err := b.x.auth.CreateToken(b.p.ctx, w.owner, "bench", auth.Scopes())
	w.token = secret
	w.program = auth.Actor{Org: o.ID, Member: token.ID, Program: true, Scopes: auth.Scopes()}
	return err
}

func (b *bench) prepareProgramme() error {
	in, err := b.x.studio.Import(b.p.ctx, b.world.owner, []byte(benchProgramme("bench", benchStandards)))
	if err != nil {
		return err
	}
	b.world.programme = in.Programme.ID
	_, err = b.x.studio.Publish(b.p.ctx, b.world.owner, in.Programme.ID, "bench", in.Draft.RowVersion, "")
	b.world.answers = map[string]json.RawMessage{}
	for i := range benchQuestions {
		b.world.answers[fmt.Sprintf("Q%d", i+1)] = json.RawMessage(map[bool]string{true: `"no"`, false: `"yes"`}[i%9 == 0])
	}
	return err
}

// benchProgramme is a programme file with 40 scored questions in 4 sections and some standards.
func benchProgramme(key string, standards int) string {
	var f strings.Builder
	f.WriteString("format: plainclothes/programme/v1\nprogramme: " + key + "\nname: Bench\ntrade: any\n" +
		"visit: {minutes: 20, report_due_hours: 24, fee: 10, rotation_days: 0, visits_per_branch: 3, wave: monthly}\n" +
		"scenarios: {buyer: {title: Buyer, share: 100, brief: Buy something.}}\n" +
		"scoring: {wow_policy: separate, min_completeness: 80}\nlevels: {good: {min_score: 80}, wow: {min_score: 90, min_wow_share: 50}}\nstandards:\n")
	for i := range standards {
		fmt.Fprintf(&f, "  S%d: {title: Standard %d, good: As it should be, good_target: 85}\n", i+1, i+1)
	}
	f.WriteString("sections:\n")
	for i := range benchQuestions {
		if i%10 == 0 {
			fmt.Fprintf(&f, "- id: P%d\n  title: Part %d\n  questions:\n", i/10+1, i/10+1)
		}
		fmt.Fprintf(&f, "  - {id: Q%d, kind: yes_no, text: Was thing number %d as it should be?, standard: S%d, points: %d}\n", i+1, i+1, i%standards+1, 1+i%4)
	}
	return f.String()
}

func (b *bench) prepareBranches() error {
	for i := range b.cmd.Branches {
		made, err := b.x.org.CreateBranch(b.p.ctx, b.world.owner, org.Branch{
			Code: fmt.Sprintf("B%03d", i+1), Name: fmt.Sprintf("Branch %03d", i+1), Format: "shop", Channel: org.Store, Kind: org.Own,
			Zone: "Europe/London", Active: true,
		})
		if err != nil {
			return err
		}
		b.world.branches = append(b.world.branches, made.ID)
	}
	return nil
}

// plan makes n visits that wait for their report and gives their ids.
func (b *bench) plan(n int) (<-chan string, error) {
	ids := make(chan string, n+b.cmd.Branches)
	for planned := 0; planned < n; planned += b.cmd.Branches {
		made, err := b.x.visits.Plan(b.p.ctx, b.world.owner, visit.PlanInput{
			Programme: b.world.programme, Branches: b.world.branches, Scenario: "buyer", Shopper: b.world.shopper.Member,
			Due: b.p.now().Add(48 * time.Hour), IgnoreRotation: true,
		})
		if err != nil {
			return nil, err
		}
		for _, v := range made {
			ids <- v.ID
		}
	}
	close(ids)
	return ids, nil
}

// report is what one client sends.
func (b *bench) report() visit.SubmitInput {
	return visit.SubmitInput{ID: uuid.NewString(), Answers: b.world.answers, Publish: true}
}
