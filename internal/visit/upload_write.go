package visit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// ErrOtherBytes says that what arrived is not what was announced: nothing of it is kept, and the phone begins again.
var ErrOtherBytes = errors.New("the bytes of this photo are not those that were announced")

// maxAssembling bounds the memory of photos that are put together at the same time, in bytes.
const maxAssembling = 64 << 20

// errElsewhere is the answer to bytes that do not begin where the upload ends: HEAD tells where that is.
func errElsewhere() error {
	return fault.New(fault.Conflict, "The photo does not go on from here. Ask how much of it is here, then go on from there.")
}

// WriteUpload adds bytes to a photo on its way, from offset on, and gives the upload as it is then. Bytes count as
// soon as they are durable, also when the connection breaks in the middle. The last ones count when the sha256 of the
// whole is right and the picture is kept; before that nobody is told that they are here. Errors: Conflict when the
// upload ends elsewhere, ErrOtherBytes, TooLarge for more than was announced, Invalid for what is no picture.
func (s *Service) WriteUpload(ctx context.Context, a auth.Actor, id string, offset int64, body io.Reader) (Upload, error) {
	u, err := s.Upload(ctx, a, id)
	if err != nil {
		return u, err
	}
	if offset != u.Received {
		return u, errElsewhere()
	}
	if u.Received == u.Length && !atEnd(body) {
		return u, errMore()
	}
	for u.Received < u.Length {
		piece, readErr := io.ReadAll(io.LimitReader(body, min(evidence.Piece, u.Length-u.Received)))
		if len(piece) > 0 {
			kept := context.WithoutCancel(ctx) // a phone that hung up meanwhile finds its bytes here
			if u, err = s.addPiece(kept, u, piece, body); err != nil {
				return u, wrap("write photo", err)
			}
		}
		if readErr != nil {
			return u, broke(readErr)
		}
		if len(piece) == 0 {
			return u, nil
		}
	}
	return u, nil
}

// broke is the answer to a body that ended too early, if there is still somebody to hear it.
func broke(cause error) error {
	if errors.Is(cause, context.Canceled) {
		return cause
	}
	return &fault.Fault{Kind: fault.Busy, Message: "The photo stopped half way. What came is kept, and it goes on from there.", Cause: cause}
}

// addPiece keeps a piece, or finishes the photo with its last one.
func (s *Service) addPiece(ctx context.Context, u Upload, piece []byte, rest io.Reader) (Upload, error) {
	if u.Received+int64(len(piece)) < u.Length {
		return s.storePiece(ctx, u, piece)
	}
	if !atEnd(rest) {
		return u, errMore()
	}
	return s.finishUpload(ctx, u, piece)
}

// atEnd reports whether nothing more comes.
func atEnd(body io.Reader) bool {
	n, _ := io.ReadFull(body, make([]byte, 1)) // a connection that breaks here has brought everything
	return n == 0
}

// errMore is the answer to bytes that nobody announced.
func errMore() error { return fault.New(fault.TooLarge, "More bytes came than this photo has.") }

// storePiece makes a piece durable, then notes it.
func (s *Service) storePiece(ctx context.Context, u Upload, piece []byte) (Upload, error) {
	now := s.now().UTC()
	p := Part{Start: u.Received, Size: int64(len(piece)), Blob: evidence.PartKey(u.Org, uuid.NewString())}
	if err := s.blobs.Put(ctx, p.Blob, piece); err != nil {
		return u, err
	}
	ours := false
	err := s.repo.InTx(ctx, u.Org, func(tx Tx) (err error) {
		ours, err = tx.AddPart(ctx, u.Org, u.ID, p, now)
		return err
	})
	if err != nil || !ours {
		s.forget(ctx, []Part{p})
		return u, orElse(err, errElsewhere())
	}
	u.Received, u.Updated = u.Received+p.Size, now
	return u, nil
}

// finishUpload puts the photo together, checks it, keeps the picture and only then counts the last piece.
func (s *Service) finishUpload(ctx context.Context, u Upload, last []byte) (Upload, error) {
	if err := s.assembling.Acquire(ctx, u.Length); err != nil {
		return u, err
	}
	defer s.assembling.Release(u.Length)
	var parts []Part
	err := s.repo.View(ctx, u.Org, func(tx Tx) (err error) {
		parts, err = tx.Parts(ctx, u.Org, u.ID)
		return err
	})
	if err != nil {
		return u, err
	}
	whole, err := s.assemble(ctx, &u, parts, last)
	if errors.Is(err, ErrOtherBytes) {
		return s.restart(ctx, u, parts)
	}
	if err != nil {
		return u, err
	}
	clean, err := evidence.Keep(whole) //nolint:contextcheck // it reads bytes that are here already
	if fault.Is(err, fault.Invalid) {
		return u, orElse(s.refuse(ctx, u, parts), err)
	}
	if err != nil {
		return u, err
	}
	if err := s.blobs.Put(ctx, evidence.Key(u.Org, clean.SHA256), clean.Bytes); err != nil {
		return u, err
	}
	return s.keepUpload(ctx, u, parts, clean)
}

// assemble reads the pieces in their order. A piece that is missing or short was lost with a disk or a backup: then the
// bytes are other ones, too.
func (s *Service) assemble(ctx context.Context, u *Upload, parts []Part, last []byte) ([]byte, error) {
	whole := bytes.NewBuffer(make([]byte, 0, u.Length))
	for _, p := range parts {
		if p.Start != int64(whole.Len()) {
			return nil, ErrOtherBytes
		}
		r, err := s.blobs.Get(ctx, p.Blob)
		if fault.Is(err, fault.NotFound) {
			return nil, ErrOtherBytes
		}
		if err != nil {
			return nil, err
		}
		n, err := io.Copy(whole, io.LimitReader(r, p.Size))
		if err := errors.Join(err, r.Close()); err != nil {
			return nil, fmt.Errorf("read a piece: %w", err)
		}
		if n != p.Size {
			return nil, ErrOtherBytes
		}
	}
	whole.Write(last)
	if sum := sha256.Sum256(whole.Bytes()); hex.EncodeToString(sum[:]) != u.SHA256 {
		return nil, ErrOtherBytes
	}
	return whole.Bytes(), nil
}

// restart drops what is here.
func (s *Service) restart(ctx context.Context, u Upload, parts []Part) (Upload, error) {
	ours := false
	err := s.repo.InTx(ctx, u.Org, func(tx Tx) (err error) {
		ours, err = tx.RestartUpload(ctx, u.Org, u.ID, u.Received, s.now().UTC())
		return err
	})
	if err != nil || !ours {
		return u, orElse(err, errElsewhere())
	}
	s.forget(ctx, parts)
	u.Received = 0
	return u, ErrOtherBytes
}

// refuse forgets an upload that turned out to be no picture.
func (s *Service) refuse(ctx context.Context, u Upload, parts []Part) error {
	err := s.repo.InTx(ctx, u.Org, func(tx Tx) error { return tx.DropUpload(ctx, u.Org, u.ID) })
	if err == nil {
		s.forget(ctx, parts)
	}
	return err
}

// keepUpload makes a photo of the report from an upload that is whole.
func (s *Service) keepUpload(ctx context.Context, u Upload, parts []Part, clean evidence.Clean) (Upload, error) {
	now := s.now().UTC()
	photo := evidence.Photo{
		Org: u.Org, ID: u.ID, Visit: u.Visit, Question: u.Question, SHA256: clean.SHA256, Size: int64(len(clean.Bytes)),
		Type: clean.Type, Width: clean.Width, Height: clean.Height, Added: now,
		Submission: u.Submission, SentSHA256: u.SHA256, SentSize: u.Length,
	}
	ours := false
	err := s.repo.InTx(ctx, u.Org, func(tx Tx) (err error) {
		if err := s.place(ctx, tx, &photo); err != nil {
			return err
		}
		ours, err = tx.FinishUpload(ctx, u.Org, u.ID, u.Received, now)
		if err != nil || !ours {
			return err
		}
		return tx.AddPhoto(ctx, u.Org, photo)
	})
	if err != nil || !ours {
		return u, orElse(err, errElsewhere())
	}
	s.forget(ctx, parts)
	u.Received, u.Updated, u.Done = u.Length, now, now
	return u, nil
}

// place works out where a photo stands: it is part of the report when the log names it, and late when its part of the
// report was sent before.
func (s *Service) place(ctx context.Context, tx Tx, photo *evidence.Photo) error {
	v, err := tx.Visit(ctx, photo.Org, photo.Visit, true)
	if err != nil {
		return err
	}
	ops, err := tx.Ops(ctx, photo.Org, photo.Visit)
	if err != nil {
		return err
	}
	if t := photosTold(ops)[photo.ID]; !t.here(photo) {
		photo.Removed = photo.Added
	}
	if photo.Late = !v.State.Writable(); photo.Late || v.Version == "" {
		return nil
	}
	list, err := s.lists.Get(ctx, tx, v.Org, v.Version)
	if err != nil {
		return err
	}
	if _, sec, ok := list.Programme.Question(photo.Question); ok {
		photo.Late = slices.Contains(v.Stages, programme.StageOf(list.Programme, v.Scenario, sec))
	}
	return nil
}
