package evidence

// Key is where the bytes of an organisation's photo are kept: content-addressed, so that storing twice is harmless,
// and apart for each organisation, so that nobody learns whether another one has the same picture.
// org is its id; sha256 is lower-case hex.
func Key(org, sha256 string) string {
	return "media/" + org + "/" + sha256[:min(2, len(sha256))] + "/" + sha256
}

// Parts is the first part of the keys of uploads that are not whole yet. What is old there belongs to nobody.
const Parts = "parts"

// PartKey is where a piece of an upload waits for the others. org is an id, name is unique.
func PartKey(org, name string) string { return Parts + "/" + org + "/" + name }
