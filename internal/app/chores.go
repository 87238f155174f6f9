package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/notify"
	"plainclothes/internal/visit"
)

// chores do what the clock asks for in each organisation: visits end whose time is over, photos are given up that nobody
// sends any more, and those of standards that nothing names, test runs go after their days, and shoppers are reminded of
// what may wait on their phones. What goes wrong in one organisation does not keep the others from theirs.
func (o *post) chores(ctx context.Context) ([]notify.Message, error) {
	all, err := o.parts.store.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	var out []notify.Message
	bad := []error{o.parts.visits.SweepParts(ctx)}
	for _, org := range all {
		_, ended := o.parts.visits.ExpireDue(ctx, operator(org.ID))
		swept := o.parts.visits.SweepUploads(ctx, org.ID)
		_, tried := o.parts.tryouts.Sweep(ctx, org.ID)
		_, pictured := o.parts.studio.SweepPictures(ctx, org.ID)
		added := o.parts.visits.AddUpQuestions(ctx, org.ID)
		messages, reminded := o.unsent(ctx, org.ID)
		if err := errors.Join(ended, swept, tried, pictured, added, reminded); err != nil {
			bad = append(bad, fmt.Errorf("chores of %s: %w", org.ID, err))
		}
		out = append(out, messages...)
	}
	return out, o.said(ctx, out, errors.Join(bad...))
}

// said queues what was found before an error ends the task: those who are reminded were noted already.
func (o *post) said(ctx context.Context, messages []notify.Message, err error) error {
	if err == nil {
		return nil
	}
	for _, m := range messages {
		err = errors.Join(err, o.queue.Send(ctx, m, o.now().Add(unsentFor)))
	}
	return err
}

// unsentFor is how long such a reminder is worth sending.
const unsentFor = 12 * time.Hour

// unsent makes the reminders of one organisation. Without a mail server nobody is noted as reminded.
func (o *post) unsent(ctx context.Context, org string) ([]notify.Message, error) {
	if !o.mails {
		return nil, nil
	}
	silent, err := o.parts.visits.RemindSilent(ctx, org)
	var out []notify.Message
	told := map[string]bool{} // one mail for all visits of a person
	for _, x := range silent {
		m, ok, err2 := o.unsentMail(ctx, org, x)
		if err = errors.Join(err, err2); ok && !told[m.To] {
			out, told[m.To] = append(out, m), true
		}
	}
	return out, err
}

// unsentMail is the reminder for one visit; ok is false for who is not here any more or wants none.
func (o *post) unsentMail(ctx context.Context, org string, x visit.Silence) (m notify.Message, ok bool, err error) {
	member, err := o.parts.auth.Member(ctx, operator(org), x.Shopper)
	if fault.Is(err, fault.NotFound) || err == nil && !member.Active {
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	channel, err := o.parts.auth.Reminders(ctx, member.Person)
	return notify.Unsent(member.Email, o.url+"/phone"), err == nil && channel == auth.ByMail, err
}

// fits find out anew about the branches of each organisation, where that is due.
func (o *post) fits(ctx context.Context) error {
	all, err := o.parts.store.Organisations(ctx)
	if err != nil {
		return err
	}
	var bad []error
	for _, org := range all {
		if _, err := o.parts.reports.Refit(ctx, org.ID); err != nil {
			bad = append(bad, fmt.Errorf("fits of %s: %w", org.ID, err))
		}
	}
	return errors.Join(bad...)
}
