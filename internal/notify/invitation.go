package notify

import "time"

// Invitation carries the first link of a new member. organisation is left out ("") for a member who is a shopper.
func Invitation(to, organisation, link string, ttl time.Duration) Message {
	subject, first := "Your invitation", "You have been invited. Open this link to choose a password and begin:"
	if organisation != "" {
		subject = "Your invitation to " + organisation
		first = "You have been invited to work with " + organisation + ". Open this link to choose a password and begin:"
	}
	return write(to, subject, first, link, lasts(ttl))
}
