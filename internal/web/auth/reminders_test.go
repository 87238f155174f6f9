package authweb_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
)

// reminders are kept by the fake service for one person.
type reminders struct{ channel auth.Channel }

func (r *reminders) Reminders(context.Context, string) (auth.Channel, error) {
	if r.channel == "" {
		return auth.ByMail, nil
	}
	return r.channel, nil
}

func (r *reminders) SetReminders(_ context.Context, person string, c auth.Channel) error {
	if person != "sam" || c != auth.ByMail && c != auth.NoReminder {
		var bad fault.Fields
		bad.Add("reminders", "Choose mail, or no reminders.")
		return bad.Err()
	}
	r.channel = c
	return nil
}

func TestAShopperChoosesWhetherHeIsReminded(t *testing.T) {
	r := newRig(t, true)
	body := r.get("/account", "s").Body.String()
	if !strings.Contains(body, `name="reminders" value="mail" checked`) {
		t.Fatal(body)
	}
	if w := r.post("/account/reminders", "s", url.Values{"reminders": {"none"}}); w.Code != http.StatusSeeOther || r.channel != auth.NoReminder {
		t.Fatalf("%d, kept %q", w.Code, r.channel)
	}
	if body := r.get("/account", "s").Body.String(); !strings.Contains(body, `name="reminders" value="none" checked`) {
		t.Error(body)
	}
	if w := r.post("/account/reminders", "s", url.Values{"reminders": {"pigeon"}}); w.Code != http.StatusUnprocessableEntity || r.channel != auth.NoReminder {
		t.Errorf("%d, kept %q", w.Code, r.channel)
	}
	if w := r.post("/account/reminders", "", url.Values{"reminders": {"none"}}); w.Code != http.StatusSeeOther && w.Code != http.StatusUnauthorized {
		t.Errorf("nobody gets %d", w.Code)
	}
}

func TestRemindersAreOfferedOnlyWhereMailsCanBeSentAndToShoppers(t *testing.T) {
	if body := newRig(t, false).get("/account", "s").Body.String(); strings.Contains(body, `name="reminders"`) {
		t.Error("without a mail server")
	}
	r := newRig(t, true)
	r.members["olga"] = []auth.Membership{member("a", "olga", auth.Owner)}
	if body := r.get("/account", "o").Body.String(); strings.Contains(body, `name="reminders"`) {
		t.Error("to an owner")
	}
}
