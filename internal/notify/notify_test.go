package notify_test

import (
	"strings"
	"testing"
	"time"

	"plainclothes/internal/notify"
)

const link = "https://lists.example.com/link/abc"

// toShoppers are all messages that a shopper may get.
func toShoppers() []notify.Message {
	return []notify.Message{
		notify.SignIn("a@example.com", link, 15*time.Minute),
		notify.NewPassword("a@example.com", link, 15*time.Minute),
		notify.Invitation("a@example.com", "", link, 7*24*time.Hour),
		notify.SentBack("a@example.com", link),
		notify.Unsent("a@example.com", link),
	}
}

func TestMessagesToShoppersTellABystanderNothing(t *testing.T) {
	for _, m := range toShoppers() {
		text := strings.ToLower(m.Subject + "\n" + m.Text)
		for _, bad := range []string{"mystery", "shop", "visit", "branch", "store", "inspect", "audit", "checklist", "oops", "submit", "invalid"} {
			if strings.Contains(text, bad) {
				t.Errorf("%q says %q", m.Subject, bad)
			}
		}
	}
}

func TestEveryMessageHasItsLinkOnALineOfItsOwn(t *testing.T) {
	all := append(toShoppers(), notify.ReviewDue("e@example.com", link, 3, 2), notify.Invitation("o@example.com", "Copper Kettle", link, time.Hour))
	for _, m := range all {
		if m.To == "" || m.Subject == "" || strings.ContainsAny(m.Subject, "\r\n") || !strings.Contains(m.Text, "\n"+link+"\n") {
			t.Errorf("%+v", m)
		}
		if !strings.HasSuffix(m.Text, "without the link.\n") {
			t.Errorf("%q does not say why it came", m.Subject)
		}
	}
}

func TestLinksSayHowLongTheyWork(t *testing.T) {
	for d, want := range map[time.Duration]string{
		15 * time.Minute: "for 15 minutes.", time.Minute: "for 1 minute.", 24 * time.Hour: "for 24 hours.", 7 * 24 * time.Hour: "for 7 days.", 90 * time.Minute: "for 90 minutes.",
	} {
		if m := notify.SignIn("a@example.com", link, d); !strings.Contains(m.Text, "The link works once, "+want) {
			t.Errorf("%v: %s", d, m.Text)
		}
	}
}

func TestAReminderCountsAsPeopleDo(t *testing.T) {
	for _, c := range []struct {
		waiting, days int
		want          string
	}{{1, 0, "One report waits to be checked, the oldest since today:"}, {2, 1, "2 reports wait to be checked, the oldest since yesterday:"}, {7, 3, "7 reports wait to be checked, the oldest for 3 days:"}} {
		if m := notify.ReviewDue("e@example.com", link, c.waiting, c.days); !strings.Contains(m.Text, c.want) {
			t.Errorf("got %s", m.Text)
		}
	}
}

func TestAnInvitationNamesTheOrganisationOnlyToThoseWhoMayKnow(t *testing.T) {
	if m := notify.Invitation("o@example.com", "Copper Kettle", link, time.Hour); !strings.Contains(m.Subject, "Copper Kettle") || !strings.Contains(m.Text, "Copper Kettle") {
		t.Errorf("%+v", m)
	}
}
