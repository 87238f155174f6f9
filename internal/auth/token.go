package auth

import (
	"context"
	"slices"
	"strings"
	"time"

	"plainclothes/internal/fault"
)

// tokenPrefix lets scanners of source code and people know a secret for what it is.
const tokenPrefix = "pc_"

// errToken is the one answer to a token that is unknown, malformed or revoked.
func errToken() error { return fault.New(fault.SignIn, "This token is not good here.") }

// CreateToken lets a program act in the actor's organisation. The secret is shown once and kept only as a hash.
func (s *Service) CreateToken(ctx context.Context, a Actor, name string, scopes []Scope) (Token, string, error) {
	if err := Can(a, TokensEdit, Thing{Org: a.Org}); err != nil {
		return Token{}, "", err
	}
	name, scopes = strings.TrimSpace(name), tidy(scopes)
	if err := checkToken(name, scopes); err != nil {
		return Token{}, "", err
	}
	id, err := newID()
	if err != nil {
		return Token{}, "", err
	}
	secret := tokenPrefix + longSecret()
	t := Token{Org: a.Org, ID: id, Name: name, Scopes: scopes, Created: s.now()}
	err = s.repo.InTx(ctx, a.Org, func(r Repo) error {
		if err := r.CreateToken(ctx, t, HashOf(secret)); err != nil {
			return err
		}
		return s.log(ctx, r, a.Org, a.Member, "token.created", "token", id, map[string][]Scope{"scopes": scopes})
	})
	if err != nil {
		return Token{}, "", err
	}
	return t, secret, nil
}

func checkToken(name string, scopes []Scope) error {
	var bad fault.Fields
	if name == "" || len(name) > 100 || !printable(name) {
		bad.Add("name", "Give the token a name of up to 100 characters, such as the program that will use it.")
	}
	if len(scopes) == 0 {
		bad.Add("scopes", "Choose what the program may do.")
	}
	for _, x := range scopes {
		if !slices.Contains(Scopes(), x) {
			bad.Addf("scopes", "There is no scope “%s”.", x)
		}
	}
	return bad.Err()
}

// Tokens lists the organisation's tokens, the newest first, at most 200.
func (s *Service) Tokens(ctx context.Context, a Actor) ([]Token, error) {
	if err := Can(a, TokensEdit, Thing{Org: a.Org}); err != nil {
		return nil, err
	}
	return s.repo.Tokens(ctx, a.Org)
}

// RevokeToken ends a token for good.
func (s *Service) RevokeToken(ctx context.Context, a Actor, id string) error {
	if err := Can(a, TokensEdit, Thing{Org: a.Org}); err != nil {
		return err
	}
	return s.repo.InTx(ctx, a.Org, func(r Repo) error {
		ended, err := r.RevokeToken(ctx, a.Org, id, s.now())
		if err != nil || !ended {
			return err
		}
		return s.log(ctx, r, a.Org, a.Member, "token.revoked", "token", id, struct{}{})
	})
}

// TokenActor gives the program that sent a bearer token.
func (s *Service) TokenActor(ctx context.Context, bearer string) (Actor, error) {
	if !strings.HasPrefix(bearer, tokenPrefix) || len(bearer) > 100 {
		return Actor{}, errToken()
	}
	t, err := s.repo.TokenByHash(ctx, HashOf(bearer))
	if fault.Is(err, fault.NotFound) || err == nil && !t.Revoked.IsZero() {
		return Actor{}, errToken()
	}
	if err != nil {
		return Actor{}, err
	}
	if now := s.now(); now.Sub(t.LastUsed) >= time.Minute {
		if err := s.repo.TouchToken(ctx, t.Org, t.ID, now); err != nil {
			return Actor{}, err
		}
	}
	return Actor{Org: t.Org, Member: t.ID, Scopes: t.Scopes, Program: true}, nil
}
