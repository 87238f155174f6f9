package visit

import "crypto/rand"

// crockford is Crockford's base 32: no I, L, O or U, so that a code can be read out.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// pseudonym is what a branch sees instead of the shopper: random for every visit, so that not even "the same one as in
// May" can be told.
func pseudonym() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // never fails: crypto/rand aborts the program instead
	for i := range b {
		b[i] = crockford[int(b[i])%len(crockford)]
	}
	return "Visitor " + string(b)
}
