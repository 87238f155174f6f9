package scheduler

import (
	"context"
	"strings"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/programme"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// offer is one scenario of a programme that can be planned today.
type offer struct {
	programme studio.Programme
	contents  *programme.Programme
	scenario  programme.Scenario
}

// key is the offer as the form names it.
func (o *offer) key() string { return o.programme.ID + "|" + o.scenario.ID }

// fee is what the programme pays, in minor units.
func (o *offer) fee() int64 { return int64(o.contents.Visit.Fee) }

// offers lists the scenarios of all programmes that are in effect today.
func (p *Pages) offers(ctx context.Context, a auth.Actor) ([]offer, error) {
	all, err := p.programmes.Programmes(ctx, a)
	if err != nil {
		return nil, err
	}
	var list []offer
	for _, pr := range all {
		c, ok, err := p.inEffect(ctx, a, pr)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		for _, sc := range c.Scenarios {
			list = append(list, offer{programme: pr, contents: c, scenario: sc})
		}
	}
	return list, nil
}

// inEffect opens the version that visits are taken with today; false when there is none.
func (p *Pages) inEffect(ctx context.Context, a auth.Actor, pr studio.Programme) (*programme.Programme, bool, error) {
	if !pr.Archived.IsZero() {
		return nil, false, nil
	}
	versions, err := p.programmes.Versions(ctx, a, pr.ID)
	if err != nil {
		return nil, false, err
	}
	today := p.now().UTC().Format(time.DateOnly)
	v, ok := studio.InForce(versions, today)
	if !ok || v.EffectiveOn > today {
		return nil, false, nil
	}
	c, err := p.programmes.Version(ctx, a, v.ID)
	return c.Programme, err == nil, err
}

func chosenOffer(offers []offer, what string) (offer, bool) {
	for _, o := range offers {
		if o.key() == what {
			return o, true
		}
	}
	return offer{}, false
}

// knownProgramme reports whether the programme that a form names is one of the organisation's.
func knownProgramme(offers []offer, what string) bool {
	id, _, _ := strings.Cut(what, "|")
	for _, o := range offers {
		if o.programme.ID == id {
			return true
		}
	}
	return false
}

// groups lists the offers by programme, each with what it pays.
func groups(offers []offer, currency string) []whatGroup {
	var all []whatGroup
	for i := range offers {
		o := &offers[i]
		if i == 0 || offers[i-1].programme.ID != o.programme.ID {
			all = append(all, whatGroup{Label: o.programme.Name})
		}
		g := &all[len(all)-1]
		g.Options = append(g.Options, kit.Option{Value: o.key(), Label: o.scenario.Title + " · " + kit.Money(o.fee(), currency)})
	}
	return all
}
