package visit

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
)

// Upload is a photo on its way from a phone, under the id that the phone gave it.
type Upload struct {
	Org, ID    string
	Visit      string
	Submission string
	Question   string
	SHA256     string // hex, of the whole
	Type       string // as the phone told it; what the bytes are decides
	Metadata   string // as the phone told it, to be told again
	Length     int64  // bytes of the whole
	Received   int64  // bytes that are here for good; Length only when the whole was checked and kept
	Created    time.Time
	Updated    time.Time
	Done       time.Time // zero: not whole yet
}

// Part is a piece of an upload.
type Part struct {
	Start, Size int64  // bytes
	Blob        string // key of its bytes
}

// uploads are the rows of photos on their way. A change says where the upload ended before it: of several who try at
// once one succeeds, the others get false.
type uploads interface {
	Upload(ctx context.Context, org, id string) (Upload, error)
	AddUpload(ctx context.Context, org string, u Upload) error
	// UploadsUnfinished counts those of a visit, or of all visits for "".
	UploadsUnfinished(ctx context.Context, org, visit string) (int64, error)
	AddPart(ctx context.Context, org, id string, p Part, at time.Time) (bool, error)
	Parts(ctx context.Context, org, id string) ([]Part, error)
	// FinishUpload notes the upload as whole and forgets its pieces.
	FinishUpload(ctx context.Context, org, id string, from int64, at time.Time) (bool, error)
	// RestartUpload forgets the pieces.
	RestartUpload(ctx context.Context, org, id string, from int64, at time.Time) (bool, error)
	// DropUpload forgets an upload that is not whole.
	DropUpload(ctx context.Context, org, id string) error
	// StaleUploads gives unfinished ones to which nothing came since before.
	StaleUploads(ctx context.Context, org string, before time.Time, limit int) ([]string, error)
}

// Limits of photos on their way. They bound the disk; a phone keeps its photos and asks again.
const (
	maxUnfinished      = evidence.MaxPerVisit // of one visit
	maxUnfinishedInAll = 20_000               // of an organisation
	uploadPatience     = 7 * 24 * time.Hour   // without a byte: given up, the phone begins again
	maxUploadType      = 100                  // characters
	answersFirst       = 2 * time.Second      // when a photo may be announced again whose answers are still on their way
)

// StartUpload takes note of a photo that a phone is about to send; made is false when it did so before. The rest of u
// is filled in. Errors: NotFound with RetryAfter while the submission is not known yet, Gone for a visit that was
// withdrawn, Conflict for another photo under the same id.
func (s *Service) StartUpload(ctx context.Context, a auth.Actor, u Upload) (out Upload, made bool, err error) {
	if err := u.check(); err != nil {
		return u, false, err
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		out, made, err = s.startUpload(ctx, tx, a, u)
		return err
	})
	return out, made, wrap("announce photo", err)
}

// check says what is wrong with an announcement by itself.
func (u *Upload) check() error {
	var bad fault.Fields
	for name, id := range map[string]string{"id": u.ID, "sid": u.Submission} {
		if p, err := uuid.Parse(id); err != nil || p.String() != id {
			bad.Addf(name, "Write %s as a UUID in small letters.", name)
		}
	}
	if sum, err := hex.DecodeString(u.SHA256); err != nil || len(sum) != 32 || strings.ToLower(u.SHA256) != u.SHA256 {
		bad.Add("sha256", "Write sha256 as 64 hex digits in small letters.")
	}
	if len(u.Type) > maxUploadType {
		bad.Addf("type", "Keep the type under %d characters.", maxUploadType)
	}
	if u.Length < 1 {
		bad.Add("length", "The photo is empty.")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if u.Length > evidence.MaxUpload {
		return fault.Newf(fault.TooLarge, "This photo has more than %d MB. Take it again with a lower resolution.", evidence.MaxUpload>>20)
	}
	return nil
}

func (s *Service) startUpload(ctx context.Context, tx Tx, a auth.Actor, u Upload) (Upload, bool, error) {
	sub, err := tx.Submission(ctx, a.Org, u.Submission)
	if fault.Is(err, fault.NotFound) {
		return u, false, fault.Retry(fault.NotFound, "The answers that this photo belongs to are not here yet. Send them first.", answersFirst)
	}
	if err != nil {
		return u, false, err
	}
	j, err := s.phoneJob(ctx, tx, a, sub.Visit)
	if err != nil {
		return u, false, err
	}
	u.Org, u.Visit = a.Org, sub.Visit
	known, err := tx.Upload(ctx, a.Org, u.ID)
	if err == nil {
		return known, false, u.same(known)
	}
	if !fault.Is(err, fault.NotFound) {
		return u, false, err
	}
	if err := s.admit(ctx, tx, &j, &u); err != nil {
		return u, false, err
	}
	u.Created, u.Received = s.now().UTC(), 0
	u.Updated = u.Created
	return u, true, tx.AddUpload(ctx, a.Org, u)
}

// same refuses another photo under an id that is known.
func (u *Upload) same(known Upload) error {
	if u.Visit != known.Visit || u.Submission != known.Submission || u.Question != known.Question || u.SHA256 != known.SHA256 ||
		u.Length != known.Length || u.Type != known.Type {
		return fault.New(fault.Conflict, "Another photo was announced under this id.")
	}
	return nil
}

// admit says whether there is room and reason for a new photo.
func (s *Service) admit(ctx context.Context, tx Tx, j *job, u *Upload) error {
	q, _, ok := j.list.Programme.Question(u.Question)
	if !ok || !TakesPhoto(q) {
		var bad fault.Fields
		bad.Add("q", "No photos are wanted for this question.")
		return bad.Err()
	}
	switch _, err := tx.Photo(ctx, u.Org, u.ID); {
	case err == nil:
		return fault.New(fault.Conflict, "Another photo has this id.")
	case !fault.Is(err, fault.NotFound):
		return err
	}
	ops, err := tx.Ops(ctx, u.Org, u.Visit)
	if err != nil {
		return err
	}
	t, known := photosTold(ops)[u.ID]
	switch {
	case known && !t.there:
		return fault.New(fault.Conflict, "This photo was removed, so it is not needed any more.")
	case known && !t.fits(u.Question, u.SHA256, u.Length):
		return fault.New(fault.Conflict, "The answers tell of another photo under this id.")
	}
	return roomForUpload(ctx, tx, u)
}

// roomForUpload keeps the number of photos within its limits.
func roomForUpload(ctx context.Context, tx Tx, u *Upload) error {
	photos, err := tx.Photos(ctx, u.Org, u.Visit)
	if err != nil {
		return err
	}
	late, err := tx.LatePhotos(ctx, u.Org, u.Visit)
	if err != nil {
		return err
	}
	coming, err := tx.UploadsUnfinished(ctx, u.Org, u.Visit)
	if err != nil {
		return err
	}
	if int64(len(photos)+len(late))+coming >= maxUnfinished {
		return fault.Newf(fault.Conflict, "A visit holds at most %d photos. Remove one first.", evidence.MaxPerVisit)
	}
	all, err := tx.UploadsUnfinished(ctx, u.Org, "")
	if err == nil && all >= maxUnfinishedInAll {
		err = fault.Retry(fault.Busy, "Very many photos are on their way here at once. Nothing is lost; send this one later.", time.Minute)
	}
	return err
}

// Upload gives a photo on its way.
func (s *Service) Upload(ctx context.Context, a auth.Actor, id string) (u Upload, err error) {
	id, ok := properID(id)
	if !ok {
		return u, fault.Missing("photo on its way")
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		if u, err = tx.Upload(ctx, a.Org, id); err != nil {
			return err
		}
		_, err = s.phoneJob(ctx, tx, a, u.Visit)
		if fault.Is(err, fault.NotFound) {
			err = fault.Missing("photo on its way")
		}
		return err
	})
	return u, wrap("find photo", err)
}

// DropUpload gives up a photo on its way. One that is whole is part of the log: it is removed there, by an op.
func (s *Service) DropUpload(ctx context.Context, a auth.Actor, id string) error {
	u, err := s.Upload(ctx, a, id)
	if err != nil {
		return err
	}
	var parts []Part
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		if u, err = tx.Upload(ctx, a.Org, u.ID); err != nil {
			return err
		}
		if !u.Done.IsZero() {
			return fault.New(fault.Conflict, "This photo is here already. Remove it from its question instead.")
		}
		if parts, err = tx.Parts(ctx, a.Org, u.ID); err != nil {
			return err
		}
		return tx.DropUpload(ctx, a.Org, u.ID)
	})
	if err == nil {
		s.forget(ctx, parts)
	}
	return wrap("give up photo", err)
}

// forget removes the bytes of pieces that no row names any more. What stays behind is swept when it is old.
func (s *Service) forget(ctx context.Context, parts []Part) {
	for _, p := range parts {
		_ = s.blobs.Delete(context.WithoutCancel(ctx), p.Blob)
	}
}

// SweepUploads gives up photos of an organisation to which nothing came for a week.
func (s *Service) SweepUploads(ctx context.Context, org string) error {
	var parts []Part
	err := s.repo.InTx(ctx, org, func(tx Tx) error {
		parts = nil
		ids, err := tx.StaleUploads(ctx, org, s.now().Add(-uploadPatience), MaxList)
		if err != nil {
			return err
		}
		for _, id := range ids {
			more, err := tx.Parts(ctx, org, id)
			if err != nil {
				return err
			}
			if err := tx.DropUpload(ctx, org, id); err != nil {
				return err
			}
			parts = append(parts, more...)
		}
		return nil
	})
	if err == nil {
		s.forget(ctx, parts)
	}
	return wrap("give up old photos", err)
}

// SweepParts removes pieces that a crash left without a row; a row's own pieces are never that old.
func (s *Service) SweepParts(ctx context.Context) error {
	return wrap("sweep pieces of photos", s.blobs.Sweep(ctx, evidence.Parts, s.now().Add(-4*uploadPatience)))
}

// photoTold is the last word of the log about a photo.
type photoTold struct {
	told
	there bool // false: it was removed
}

// fits reports whether these are the bytes that the log tells of.
func (t photoTold) fits(question, sha256 string, size int64) bool {
	return t.there && t.Question == question && t.SHA256 == sha256 && t.Size == size
}

// here reports whether a photo is what the log tells of. Those of the plain pages are named by what was kept.
func (t photoTold) here(p *evidence.Photo) bool {
	return t.there && (p.SentSHA256 == "" || t.fits(p.Question, p.SentSHA256, p.SentSize))
}

// toldBy reads what an op says of a photo.
func toldBy(value json.RawMessage) (t photoTold) {
	if string(value) != "null" {
		t.there = json.Unmarshal(value, &t.told) == nil // only checked ones are stored
	}
	return t
}

// photosTold gives the last word of the log about each photo.
func photosTold(ops []Op) map[string]photoTold {
	byArrival := slices.SortedStableFunc(slices.Values(ops), func(a, b Op) int { return a.Received.Compare(b.Received) })
	all := map[string]photoTold{}
	for _, o := range byArrival {
		var b opBody
		if err := json.Unmarshal(o.Body, &b); err != nil {
			continue // only ours and checked ones are stored
		}
		if id, ok := strings.CutPrefix(b.Field, photoPrefix); ok {
			all[id] = toldBy(b.Value)
		}
	}
	return all
}

// Wanted lists the photos, by id, that the log names and whose bytes are not among photos.
func Wanted(ops []Op, photos []evidence.Photo) []string {
	want := []string{}
	for id, t := range photosTold(ops) {
		if t.there && !slices.ContainsFunc(photos, func(p evidence.Photo) bool { return p.ID == id && t.here(&p) }) {
			want = append(want, id)
		}
	}
	slices.Sort(want)
	return want
}

// photoOp does what an op on a photo asks of bytes that came before it: value null hides the photo and gives up one that
// is still on its way, any other shows it if these are its bytes.
func (s *Service) photoOp(ctx context.Context, tx Tx, org, visit, id string, value json.RawMessage, at time.Time) error {
	t := toldBy(value)
	p, err := tx.Photo(ctx, org, id)
	switch {
	case fault.Is(err, fault.NotFound):
		if !t.there {
			return tx.DropUpload(ctx, org, id)
		}
		return nil
	case err != nil || p.Visit != visit:
		return err
	case !t.here(&p) && p.Removed.IsZero():
		return tx.RemovePhoto(ctx, org, id, at)
	case t.here(&p) && !p.Removed.IsZero():
		return tx.RestorePhoto(ctx, org, id)
	}
	return nil
}
