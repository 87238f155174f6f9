package auth

import (
	"context"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// languages are what people and organisations read in.
type languages interface {
	// SetLanguage and SetReading keep a person's languages; "" takes the choice back.
	SetLanguage(ctx context.Context, person, lang string) error
	SetReading(ctx context.Context, person, lang string) error
	// SetOrgLanguage keeps the language for those of an organisation who have not chosen any.
	SetOrgLanguage(ctx context.Context, org, lang string) error
}

// SetLanguage keeps in which language a person has the pages; "" leaves it to the device.
func (s *Service) SetLanguage(ctx context.Context, person, lang string) error {
	if err := checkPages(lang); err != nil {
		return err
	}
	return s.repo.SetLanguage(ctx, person, lang)
}

// SetReading keeps in which language a person likes to read checklists; "" is that of the pages.
func (s *Service) SetReading(ctx context.Context, person, lang string) error {
	if lang != "" && !programme.IsLanguage(lang) {
		return badLanguage("reading")
	}
	return s.repo.SetReading(ctx, person, lang)
}

// SetOrgLanguage keeps the language for those who have not chosen any; the actor must be one who may look after people.
func (s *Service) SetOrgLanguage(ctx context.Context, a Actor, lang string) error {
	if !a.May(PeopleEdit) {
		return fault.New(fault.Forbidden, "Your role here does not include this.")
	}
	if err := checkPages(lang); err != nil {
		return err
	}
	return s.repo.SetOrgLanguage(ctx, a.Org, lang)
}

func checkPages(lang string) error {
	if lang != "" && (lang == catalogue.Mirror || !catalogue.Has(lang)) {
		return badLanguage("language")
	}
	return nil
}

func badLanguage(field string) error {
	var bad fault.Fields
	bad.Add(field, "Choose one of the languages.")
	return bad.Err()
}
