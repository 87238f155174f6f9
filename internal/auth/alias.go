package auth

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"

	"plainclothes/internal/fault"
)

// Words of generated aliases: a colour and a bird tell nothing of a person.
var (
	aliasColours = []string{
		"Amber", "Ash", "Azure", "Bronze", "Cedar", "Cobalt", "Copper", "Coral", "Crimson", "Ebony", "Flint", "Ginger",
		"Golden", "Hazel", "Indigo", "Ivory", "Jade", "Lilac", "Maple", "Olive", "Pearl", "Plum", "Russet", "Saffron",
		"Scarlet", "Silver", "Slate", "Teal", "Umber", "Violet",
	}
	aliasBirds = []string{
		"Avocet", "Bittern", "Bunting", "Curlew", "Dipper", "Dunlin", "Egret", "Fieldfare", "Finch", "Gannet", "Godwit",
		"Goldcrest", "Grebe", "Heron", "Jackdaw", "Kestrel", "Kingfisher", "Lapwing", "Linnet", "Martin", "Nuthatch",
		"Osprey", "Petrel", "Pipit", "Plover", "Puffin", "Redstart", "Sandpiper", "Siskin", "Skylark", "Snipe", "Starling",
		"Swift", "Teal", "Tern", "Treecreeper", "Wagtail", "Warbler", "Whimbrel", "Wren",
	}
)

// maxAliasTries is far more than are needed: each try after the first has a number of four digits.
const maxAliasTries = 50

// freeAlias makes a pseudonym that nobody in the organisation has.
func freeAlias(ctx context.Context, r Repo, orgID string) (string, error) {
	for try := range maxAliasTries {
		alias := pick(aliasColours) + " " + pick(aliasBirds)
		if try > 0 {
			alias = fmt.Sprintf("%s %d", alias, 1000+number(9000))
		}
		holder, err := r.AliasHolder(ctx, orgID, alias)
		if err != nil || holder == "" {
			return alias, err
		}
	}
	return "", fault.New(fault.Busy, "No free alias was found. Please try again.")
}

func pick(words []string) string { return words[number(len(words))] }

// number is from 0 to n-1, from a source that nobody can foresee: an alias must not tell who joined when.
func number(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0
	}
	return int(i.Int64())
}
