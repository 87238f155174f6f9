package notify

import "fmt"

// SentBack tells a shopper that an editor has a question about what he sent.
func SentBack(to, link string) Message {
	return write(to, "A question about your list", "Somebody has a question about a list that you sent. Open it to see the question and to answer:", link)
}

// ReviewDue tells an editor how many reports wait, and since when the oldest does.
func ReviewDue(to, link string, waiting, oldestDays int) Message {
	are := fmt.Sprintf("%d reports wait", waiting)
	if waiting == 1 {
		are = "One report waits"
	}
	age := "the oldest since today"
	if oldestDays == 1 {
		age = "the oldest since yesterday"
	} else if oldestDays > 1 {
		age = fmt.Sprintf("the oldest for %d days", oldestDays)
	}
	return write(to, are+" to be checked", are+" to be checked, "+age+":", link)
}
