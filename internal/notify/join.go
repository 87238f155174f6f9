package notify

import "time"

// Join carries the link by which somebody who has an account joins one more organisation. It names none: a shopper's
// mail is read over his shoulder.
func Join(to, link string, ttl time.Duration) Message {
	return write(to, "Your invitation", "You have been invited. Sign in as always and open this link:", link, lasts(ttl))
}
