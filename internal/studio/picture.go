package studio

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/xlsform"
)

// Picture is the reference photo of a standard: what Good looks like. The bytes are a JPEG made by us. A programme names
// it by its hash, so that every version keeps the picture of its day, however often it is replaced later.
type Picture struct {
	Org     string
	SHA256  string // hex, of the kept bytes
	Size    int64  // bytes
	Width   int    // pixels
	Height  int
	Added   time.Time
	AddedBy string // member
}

// MaxPictures is how many pictures an organisation keeps: those of older versions too.
const MaxPictures = 2000

// Picturing keeps what is known of pictures.
type Picturing interface {
	// AddPicture inserts a picture; one that is there already counts as added anew.
	AddPicture(ctx context.Context, org string, p Picture) error
	// Picture gives one by its hash, fault.NotFound when the organisation has none. Where something is written, it stays until
	// the transaction ends.
	Picture(ctx context.Context, org, sha256 string) (Picture, error)
	// DropPicture removes a picture unless it was added at a time or later, and reports whether it did.
	DropPicture(ctx context.Context, org, sha256 string, added time.Time) (bool, error)
	// EachDocument shows every document that may name a picture: those of all versions, drafts and test runs, and those of the
	// steps of drafts from a time on. An error of see ends it.
	EachDocument(ctx context.Context, org string, since time.Time, see func(document []byte) error) error
	// IsPhoto reports whether a visit has a photo of the same bytes, which are kept once.
	IsPhoto(ctx context.Context, org, sha256 string) (bool, error)
	// PicturesAfter lists at most limit pictures whose hash is behind a given one, by hash.
	PicturesAfter(ctx context.Context, org, sha256 string, limit int) ([]Picture, error)
	CountPictures(ctx context.Context, org string) (int, error)
}

// pictureScheme begins the name of a picture in a programme.
const pictureScheme = "sha256:"

// PictureOf takes the hash out of what a programme says of a standard's photo. ok is false for other words, such as the
// name of a file: they name nothing that is kept here.
func PictureOf(photo string) (sha256 string, ok bool) {
	sum, ok := strings.CutPrefix(photo, pictureScheme)
	if b, err := hex.DecodeString(sum); !ok || err != nil || len(b) != 32 || strings.ToLower(sum) != sum {
		return "", false
	}
	return sum, true
}

// KeepPicturesIn says where the bytes of pictures are.
func (s *Service) KeepPicturesIn(b evidence.Blobs) { s.blobs = b }

// KeepPicture cleans an uploaded picture, keeps it and gives the words by which a standard names it. Nothing shows it until
// a standard does. Limits are those of evidence; errors are fault.Invalid, fault.TooLarge or fault.Conflict with a sentence
// for the person.
func (s *Service) KeepPicture(ctx context.Context, a auth.Actor, body io.Reader) (string, error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return "", err
	}
	if s.blobs == nil {
		return "", errors.New("keep picture: there is no place for pictures")
	}
	clean, err := evidence.CleanPhoto(body, evidence.MaxUpload) //nolint:contextcheck // it reads bytes that are here already
	if err != nil {
		return "", err
	}
	key := evidence.Key(a.Org, clean.SHA256)
	if err := s.blobs.Put(ctx, key, clean.Bytes); err != nil {
		return "", wrap("keep picture", err)
	}
	p := Picture{
		Org: a.Org, SHA256: clean.SHA256, Size: int64(len(clean.Bytes)), Width: clean.Width, Height: clean.Height, Added: s.clock(), AddedBy: a.Member,
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error { return addPicture(ctx, tx, p) })
	if err == nil {
		err = s.putAgain(ctx, key, clean.Bytes)
	}
	return pictureScheme + p.SHA256, wrap("keep picture", err)
}

// putAgain keeps the bytes of a picture once more where a sweep took them away before the picture was noted. None does so
// afterwards: it counts as added now.
func (s *Service) putAgain(ctx context.Context, key string, b []byte) error {
	body, err := s.blobs.Get(ctx, key)
	if fault.Is(err, fault.NotFound) {
		return s.blobs.Put(ctx, key, b)
	}
	if err != nil {
		return err
	}
	return body.Close()
}

// addPicture notes a picture where there is room for it.
func addPicture(ctx context.Context, tx Tx, p Picture) error {
	switch _, err := tx.Picture(ctx, p.Org, p.SHA256); {
	case err == nil:
		return tx.AddPicture(ctx, p.Org, p)
	case !fault.Is(err, fault.NotFound):
		return err
	}
	n, err := tx.CountPictures(ctx, p.Org)
	if err != nil {
		return err
	}
	if n >= MaxPictures {
		return fault.Newf(fault.Conflict, "An organisation keeps at most %d photos of standards, those of older versions too. Use one of them again.", MaxPictures)
	}
	return tx.AddPicture(ctx, p.Org, p)
}

// PictureFile opens the picture that a standard of a programme has, or had in an earlier version. Whoever may not edit sees
// those of published versions alone.
func (s *Service) PictureFile(ctx context.Context, a auth.Actor, programme, standard, sha256 string) (p Picture, body io.ReadCloser, err error) {
	if err := may(a, auth.StandardsRead); err != nil {
		return p, nil, err
	}
	if s.blobs == nil {
		return p, nil, fault.Missing("photo of this standard")
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		if p, err = tx.Picture(ctx, a.Org, sha256); err != nil {
			return err
		}
		return s.names(ctx, tx, a, programme, standard, sha256)
	})
	if err != nil {
		return p, nil, wrap("open picture", err)
	}
	body, err = s.blobs.Get(ctx, evidence.Key(a.Org, p.SHA256))
	return p, body, wrap("open picture", err)
}

// names finds a version that the actor may know of in which the standard has this picture, looking from the newest on.
// Owners choose a picture before any version names it, so they may see every one of theirs.
func (s *Service) names(ctx context.Context, tx Tx, a auth.Actor, programme, standard, sha256 string) error {
	if _, err := tx.Programme(ctx, a.Org, programme); err != nil || a.May(auth.StandardsEdit) {
		return err
	}
	versions, err := tx.Versions(ctx, a.Org, programme)
	if err != nil {
		return err
	}
	for _, v := range visible(a, versions) {
		p, err := s.published(ctx, tx, v)
		if err != nil {
			return err
		}
		if x, ok := p.Standard(standard); ok && x.Photo == pictureScheme+sha256 {
			return nil
		}
	}
	return fault.Missing("photo of this standard")
}

// Pictured lists the hashes of the pictures that a programme names and the organisation has: a file from elsewhere may name
// others, because a programme file carries words alone.
func (s *Service) Pictured(ctx context.Context, a auth.Actor, list []programme.Standard) (have []string, err error) {
	if err := may(a, auth.StandardsRead); err != nil {
		return nil, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		have, err = pictured(ctx, tx, a.Org, list)
		return err
	})
	return have, wrap("pictures", err)
}

func pictured(ctx context.Context, tx Tx, org string, list []programme.Standard) (have []string, err error) {
	for i := range list {
		sum, ok := PictureOf(list[i].Photo)
		if !ok || slices.Contains(have, sum) {
			continue
		}
		switch _, err := tx.Picture(ctx, org, sum); {
		case err == nil:
			have = append(have, sum)
		case !fault.Is(err, fault.NotFound):
			return nil, err
		}
	}
	return have, nil
}

// unpictured says which photos a file names that are not here: nothing is dropped silently.
func unpictured(ctx context.Context, tx Tx, org string, p *programme.Programme) ([]xlsform.Finding, error) {
	have, err := pictured(ctx, tx, org, p.Standards)
	if err != nil {
		return nil, err
	}
	var out []xlsform.Finding
	for i := range p.Standards {
		x := &p.Standards[i]
		if sum, ok := PictureOf(x.Photo); x.Photo == "" || ok && slices.Contains(have, sum) {
			continue
		}
		out = append(out, xlsform.Finding{
			What: "Photo of standard " + x.ID + ": " + x.Photo,
			Why:  "A file names the photo of a standard and does not hold it, and it is not here. Choose it on the page of the standard.",
		})
	}
	return out, nil
}

// picture takes the photo that an owner chose: none, the one that was there, or one that was kept for this organisation.
func (in StandardInput) picture(ctx context.Context, tx Tx, org string, s *programme.Standard, bad *fault.Fields) error {
	photo := strings.TrimSpace(in.Photo)
	if photo == s.Photo || photo == "" {
		s.Photo = photo
		return nil
	}
	sum, _ := PictureOf(photo)
	_, err := tx.Picture(ctx, org, sum)
	if fault.Is(err, fault.NotFound) {
		bad.Add("photo", "This photo is not here. Choose it again.")
		return nil
	}
	s.Photo = photo
	return err
}
