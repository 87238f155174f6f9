package org

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"plainclothes/internal/fault"
)

// Service is the use cases on organisations, regions and branches.
type Service struct {
	repo Repo
	now  func() time.Time
}

// NewService makes the use cases; now is the clock.
func NewService(repo Repo, now func() time.Time) *Service { return &Service{repo: repo, now: now} }

// Organisation gives the actor's organisation; every member and every program may know it.
func (s *Service) Organisation(ctx context.Context, a Actor) (Organisation, error) {
	id := a.OrgAccess(false).Org
	if id == "" {
		return Organisation{}, fault.Missing("organisation")
	}
	return s.repo.Organisation(ctx, id)
}

// ChangeOrganisation changes name, zone and currency; o.RowVersion is the version that was looked at.
func (s *Service) ChangeOrganisation(ctx context.Context, a Actor, o Organisation) (Organisation, error) {
	x, err := changing(a)
	if err != nil {
		return o, err
	}
	o.Name = strings.TrimSpace(o.Name)
	o.Currency = strings.ToUpper(strings.TrimSpace(o.Currency))
	var bad fault.Fields
	CheckOrganisation(o, &bad)
	if err := bad.Err(); err != nil {
		return o, err
	}
	err = s.repo.InTx(ctx, x.Org, func(r Repo) error {
		old, err := r.Organisation(ctx, x.Org)
		if err != nil {
			return err
		}
		old.Name, old.Zone, old.Currency, old.RowVersion = o.Name, o.Zone, o.Currency, o.RowVersion
		if err := r.UpdateOrganisation(ctx, old); err != nil {
			return err
		}
		old.RowVersion++
		o = old
		return s.log(ctx, r, x, "organisation.changed", "organisation", o.ID,
			map[string]string{"name": o.Name, "zone": o.Zone, "currency": o.Currency})
	})
	return o, err
}

// CheckOrganisation says what is wrong with the fields of an organisation.
func CheckOrganisation(o Organisation, bad *fault.Fields) {
	checkName(o.Name, "name", "the organisation", bad)
	if !knownZone(o.Zone) {
		bad.Add("zone", zoneMessage(o.Zone))
	}
	if len(o.Currency) != 3 || strings.Trim(o.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		bad.Add("currency", "Give the currency as three letters, such as EUR or GBP.")
	}
}

// log adds an entry for one change.
func (s *Service) log(ctx context.Context, r Repo, x Access, verb, kind, thing string, body any) error {
	c, err := NewChange(x.Member, verb, kind, thing, body)
	if err != nil {
		return err
	}
	return r.Append(ctx, x.Org, s.now(), c)
}

// newID makes a time-ordered id: rows made together lie together.
func newID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}

// maxName is the longest name, in characters.
const maxName = 120

func checkName(name, field, of string, bad *fault.Fields) {
	switch {
	case strings.TrimSpace(name) == "":
		bad.Addf(field, "Give %s a name.", of)
	case utf8.RuneCountInString(name) > maxName:
		bad.Addf(field, "The name may have at most %d characters.", maxName)
	case !printable(name):
		bad.Add(field, "The name has characters that cannot be shown.")
	}
}

// printable reports that a text is whole UTF-8 without control characters.
func printable(s string) bool {
	return utf8.ValidString(s) && !slices.ContainsFunc([]rune(s), unicode.IsControl)
}

// knownZone reports whether the zone is one of the IANA names. Go also takes "" and "Local", which mean the machine's.
func knownZone(zone string) bool {
	if zone == "" || zone == "Local" {
		return false
	}
	_, err := time.LoadLocation(zone)
	return err == nil
}

func zoneMessage(zone string) string {
	if zone == "" {
		return "Choose a time zone, such as Europe/London."
	}
	return "There is no time zone “" + zone + "”. Write it like Europe/London."
}

// today is the day in the organisation's zone.
func (s *Service) today(o Organisation) string {
	at, err := time.LoadLocation(o.Zone)
	if err != nil {
		at = time.UTC
	}
	return s.now().In(at).Format(time.DateOnly)
}
