// Package pocket answers phones: answers and photos as they arrive, seals, grants, packs, and the receipts that anybody
// may check.
//
// The one rule: a phone is told one of three things. Accepted: it is stored for good. Try again: nothing is lost, the
// same request may be repeated (retry is true, with Retry-After). Final: a person has to look at it, and says why.
//
// # How a log is hashed
//
// The text of an op is hashed as it was sent, with the member h cut out: with the comma before it and the white space in
// front of that comma; when h comes first, with the comma after it and the white space behind that. An op's hash is the
// SHA-256, as 64 lower-case hexadecimal digits, of the hash of the op before (its 64 digits; nothing for the first) and
// that text.
package pocket
