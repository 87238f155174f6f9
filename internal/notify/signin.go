package notify

import "time"

// SignIn carries a one-time link that signs in. It is the same for everybody.
func SignIn(to, link string, ttl time.Duration) Message {
	return write(to, "Your sign-in link", "Open this link to sign in:", link, lasts(ttl))
}

// NewPassword carries a one-time link that sets a new password. It is the same for everybody.
func NewPassword(to, link string, ttl time.Duration) Message {
	return write(to, "Choose a new password", "Open this link to choose a new password:", link, lasts(ttl))
}
