package notify

// Unsent reminds a shopper of what may still be on his phone.
func Unsent(to, link string) Message {
	return write(to, "Open Lists", "Something on your phone may not be sent yet. Open Lists where there is signal and it sends by itself:", link,
		"If everything is sent, there is nothing to do. In your account you can choose to have no reminders.")
}
