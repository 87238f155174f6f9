package app

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/config"
	"plainclothes/internal/event"
	"plainclothes/internal/jobs"
	"plainclothes/internal/mail"
	"plainclothes/internal/notify"
	"plainclothes/internal/visit"
)

// stopJobs is how long tasks in hand may go on when the program stops.
const stopJobs = 10 * time.Second

// post joins use cases, the queue and the mail server. Without a mail server links are shown to those who make them and
// no message is queued; what the clock asks for is done all the same.
type post struct {
	url   string
	now   func() time.Time
	mails bool
	parts *parts
	queue *jobs.Queue
	work  jobs.Workers
	halt  func(context.Context) error
}

// options make the use cases of signing in hand their links to the queue.
func (o *post) options(c config.Config) auth.Options {
	if c.SMTP == nil {
		return auth.Options{}
	}
	return auth.Options{Send: o.link}
}

// open makes the queue's tables: tasks may be queued, and wait.
func (o *post) open(p *program, c config.Config, x *parts, log *slog.Logger) error {
	key, err := secret(c)
	if err != nil {
		return err
	}
	o.work = jobs.Workers{Notice: o.notice, Chores: o.chores, Fits: o.fits}
	if o.mails = c.SMTP != nil; o.mails {
		if o.work.Mail, err = mail.New(mail.Options(*c.SMTP), p.now); err != nil {
			return err
		}
		o.work.Daily = o.reminders
	}
	o.parts = x
	if o.queue, err = jobs.Open(x.store.Dialect(), x.store.Pool(), key, p.now, log); err != nil {
		return err
	}
	if err := o.queue.Migrate(p.ctx); err != nil {
		return err
	}
	if o.mails {
		x.store.OnChange(o.changed)
	}
	return nil
}

// begin begins to work on tasks.
func (o *post) begin(ctx context.Context) (err error) {
	o.halt, err = o.queue.Work(ctx, o.parts.data.Database, o.work)
	return err
}

// stop waits for tasks in hand.
func (o *post) stop() error {
	if o.halt == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopJobs)
	defer cancel()
	return o.halt(ctx)
}

// link queues a one-time link. It does not wait for the mail server: the time would tell whether the account exists.
func (o *post) link(ctx context.Context, to auth.Person, purpose auth.LinkPurpose, token string) error {
	link := o.url + "/link/" + token
	m := notify.SignIn(to.Email, link, auth.LinkLife)
	switch purpose {
	case auth.LinkInvite:
		m = notify.Invitation(to.Email, o.organisationOf(ctx, to.ID), link, auth.LinkLife)
	case auth.LinkPassword:
		m = notify.NewPassword(to.Email, link, auth.LinkLife)
	case auth.LinkJoin:
		m = notify.Join(to.Email, o.url+"/join/"+token, auth.JoinLife)
		return o.queue.Send(ctx, m, o.now().Add(auth.JoinLife))
	case auth.LinkSignIn, auth.LinkSetUp:
	}
	return o.queue.Send(ctx, m, o.now().Add(auth.LinkLife))
}

// organisationOf names the organisation that invites, "" for a shopper or when it cannot be told.
func (o *post) organisationOf(ctx context.Context, person string) string {
	all, err := o.parts.auth.Memberships(ctx, person)
	if err != nil || len(all) != 1 {
		return ""
	}
	for _, role := range all[0].Roles {
		if role == auth.Shopper {
			return ""
		}
	}
	return all[0].OrgName
}

// changed queues a notice for the changes that somebody has to be told of.
func (o *post) changed(ctx context.Context, tx *sql.Tx, org string, changes []event.Change) error {
	for _, c := range changes {
		if c.Verb != sentBack {
			continue
		}
		if err := o.queue.Tell(ctx, tx, jobs.Notice{Org: org, Verb: c.Verb, Thing: c.Thing}); err != nil {
			return err
		}
	}
	return nil
}

// sentBack is the event of an editor who asks the shopper something.
const sentBack = "visit.sent_back"

// notice finds the message of a change: the shopper of a visit that was sent back, while it still is.
func (o *post) notice(ctx context.Context, n jobs.Notice) ([]notify.Message, error) {
	var v visit.Visit
	err := o.parts.store.Visits().View(ctx, n.Org, func(tx visit.Tx) error {
		var err error
		v, err = tx.Visit(ctx, n.Org, n.Thing, false)
		return err
	})
	if err != nil || v.State != visit.SentBack || v.Shopper == "" {
		return nil, err
	}
	m, err := o.parts.auth.Member(ctx, operator(n.Org), v.Shopper)
	if err != nil || !m.Active {
		return nil, err
	}
	return []notify.Message{notify.SentBack(m.Email, o.url+"/visits/"+v.ID)}, nil
}

// reminders tell editors of reports that have waited for more than a day.
func (o *post) reminders(ctx context.Context) ([]notify.Message, error) {
	all, err := o.parts.store.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	var out []notify.Message
	for _, org := range all {
		m, err := o.waiting(ctx, org.ID)
		if err != nil {
			return nil, fmt.Errorf("reminders of %s: %w", org.ID, err)
		}
		out = append(out, m...)
	}
	return out, nil
}

// waiting makes the reminders of one organisation, none while nothing is a day old.
func (o *post) waiting(ctx context.Context, org string) ([]notify.Message, error) {
	rows, err := o.parts.visits.Queue(ctx, operator(org), visit.Query{States: []visit.State{visit.Received}, Order: visit.ByReceived, Limit: visit.MaxList})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	days := int(o.now().Sub(rows[0].Received) / (24 * time.Hour))
	if days < 1 {
		return nil, nil
	}
	active := true
	page, err := o.parts.auth.Members(ctx, operator(org), auth.MemberQuery{Role: auth.Editor, Active: &active, Limit: 200})
	var out []notify.Message
	for _, m := range page.Members {
		out = append(out, notify.ReviewDue(m.Email, o.url+"/review", len(rows), days))
	}
	return out, err
}
