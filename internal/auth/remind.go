package auth

import (
	"context"

	"plainclothes/internal/fault"
)

// Channel is how a person is reminded of what his phone may not have sent.
type Channel string

// The channels.
const (
	ByMail     Channel = "mail"
	NoReminder Channel = "none"
)

// reminders belong to a person, not to his place in an organisation.
type reminders interface {
	Reminders(ctx context.Context, person string) (Channel, error)
	SetReminders(ctx context.Context, person string, c Channel) error
}

// Reminders says how a person is reminded.
func (s *Service) Reminders(ctx context.Context, person string) (Channel, error) {
	return s.repo.Reminders(ctx, person)
}

// SetReminders keeps how a person wants to be reminded.
func (s *Service) SetReminders(ctx context.Context, person string, c Channel) error {
	if c != ByMail && c != NoReminder {
		var bad fault.Fields
		bad.Add("reminders", "Choose mail, or no reminders.")
		return bad.Err()
	}
	return s.repo.SetReminders(ctx, person, c)
}
