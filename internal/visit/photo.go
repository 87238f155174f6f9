package visit

import (
	"context"
	"encoding/json"
	"io"
	"slices"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// AddPhoto cleans a photo, keeps its bytes and adds it to a question. The bytes are durable before the row names them.
func (s *Service) AddPhoto(ctx context.Context, a auth.Actor, id, question string, body io.Reader) (evidence.Photo, error) {
	if err := s.takesPhoto(ctx, a, id, question); err != nil {
		return evidence.Photo{}, wrap("add photo", err)
	}
	clean, err := evidence.CleanPhoto(body, evidence.MaxUpload) //nolint:contextcheck // it reads bytes that are here already
	if err != nil {
		return evidence.Photo{}, err
	}
	if err := s.blobs.Put(ctx, evidence.Key(a.Org, clean.SHA256), clean.Bytes); err != nil {
		return evidence.Photo{}, wrap("keep photo", err)
	}
	photo := evidence.Photo{
		Org: a.Org, ID: uuid.NewString(), Visit: id, Question: question, SHA256: clean.SHA256, Size: int64(len(clean.Bytes)),
		Type: clean.Type, Width: clean.Width, Height: clean.Height, Added: s.now().UTC(),
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		p, err := s.writable(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := p.RoomFor(question); err != nil {
			return err
		}
		if i := slices.IndexFunc(p.Photos, func(o evidence.Photo) bool { return o.Question == question && o.SHA256 == photo.SHA256 }); i >= 0 {
			photo = p.Photos[i] // the same picture sent again
			return nil
		}
		if err := tx.AddPhoto(ctx, a.Org, photo); err != nil {
			return err
		}
		return s.write(ctx, tx, a, &p, []edit{photoEdit(photo)})
	})
	return photo, wrap("add photo", err)
}

// takesPhoto refuses early, before bytes are decoded.
func (s *Service) takesPhoto(ctx context.Context, a auth.Actor, id, question string) error {
	return s.repo.View(ctx, a.Org, func(tx Tx) error {
		p, err := s.writable(ctx, tx, a, id)
		if err != nil {
			return err
		}
		return p.RoomFor(question)
	})
}

// writable loads a visit whose answers the shopper may still change.
func (s *Service) writable(ctx context.Context, tx Tx, a auth.Actor, id string) (Paper, error) {
	j, err := s.own(ctx, tx, a, id, true)
	if err != nil {
		return Paper{}, err
	}
	if !j.State.Writable() {
		return Paper{}, fault.Newf(fault.Conflict, "This visit is %s, so its photos stay as they are.", j.State.Words())
	}
	return s.paper(ctx, tx, j)
}

// RoomFor says whether a question takes one more photo.
func (p *Paper) RoomFor(question string) error {
	q, sec, ok := p.List.Programme.Question(question)
	if !ok || !p.ofStage(sec) {
		return fault.Missing("question in this visit")
	}
	if !TakesPhoto(q) {
		return fault.New(fault.Conflict, "No photos are wanted for this question.")
	}
	if len(p.Photos) >= evidence.MaxPerVisit {
		return fault.Newf(fault.Conflict, "A visit holds at most %d photos. Remove one first.", evidence.MaxPerVisit)
	}
	return nil
}

// TakesPhoto reports whether photos can be added to a question.
func TakesPhoto(q *programme.Question) bool {
	switch q.Evidence {
	case programme.PhotoNever:
		return false
	case programme.PhotoOptional, programme.PhotoOnFail, programme.PhotoRequired:
		return true
	case programme.PhotoNone:
	}
	return q.Kind == programme.Photo || q.Kind == programme.Receipt
}

// photoEdit is the op that tells of a photo.
func photoEdit(p evidence.Photo) edit {
	v, err := json.Marshal(map[string]any{"q": p.Question, "sha256": p.SHA256, "size": p.Size})
	if err != nil {
		v = json.RawMessage("null") // two strings and a number always marshal
	}
	return edit{field: PhotoField(p.ID), value: v}
}

// RemovePhoto takes a photo out of the report; its row and bytes stay for the log's sake.
func (s *Service) RemovePhoto(ctx context.Context, a auth.Actor, id, photo string) error {
	return wrap("remove photo", s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		p, err := s.writable(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(p.Photos, func(o evidence.Photo) bool { return o.ID == photo }) {
			return fault.Missing("photo in this visit")
		}
		if err := tx.RemovePhoto(ctx, a.Org, photo, s.now().UTC()); err != nil {
			return err
		}
		p.Photos = slices.DeleteFunc(p.Photos, func(o evidence.Photo) bool { return o.ID == photo })
		return s.write(ctx, tx, a, &p, []edit{{PhotoField(photo), json.RawMessage("null"), p.Report.Heads.ids(PhotoField(photo))}})
	}))
}

// PhotoFile opens a photo for somebody who may see its visit: its shopper, an editor, or, once it is published, those
// who read published reports.
func (s *Service) PhotoFile(ctx context.Context, a auth.Actor, id string) (photo evidence.Photo, body io.ReadCloser, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		if photo, err = tx.Photo(ctx, a.Org, id); err != nil {
			return err
		}
		v, err := tx.Visit(ctx, a.Org, photo.Visit, false)
		if err != nil {
			return err
		}
		place, err := tx.Place(ctx, a.Org, v.Branch)
		if err != nil {
			return err
		}
		if err := seesPhoto(a, &v, v.Thing(place.Region), photo); err != nil || auth.Can(a, auth.ReportReview, v.Thing(place.Region)) == nil {
			return err
		}
		list, err := s.lists.Get(ctx, tx, a.Org, v.Version)
		if err != nil {
			return err
		}
		return unmasks(list, &v, photo.Question)
	})
	if err != nil {
		return photo, nil, wrap("open photo", err)
	}
	body, err = s.blobs.Get(ctx, evidence.Key(a.Org, photo.SHA256))
	return photo, body, wrap("open photo", err)
}

// unmasks keeps from managers what tells them when somebody was there, or who: receipts print the minute.
func unmasks(list *Checklist, v *Visit, question string) error {
	q, _, ok := list.Programme.Question(question)
	if v.State == Published && ok && (q.Kind == programme.Receipt || q.Vault) {
		return fault.Missing("photo")
	}
	return nil
}

func seesPhoto(a auth.Actor, v *Visit, t auth.Thing, photo evidence.Photo) error {
	if !photo.Removed.IsZero() {
		return fault.Missing("photo")
	}
	if (photo.Late || !photo.Shown()) && auth.Can(a, auth.ReportReview, t) != nil { // for the editor only
		return fault.Missing("photo")
	}
	if auth.Can(a, auth.VisitDo, t) == nil && v.State.Writable() { // nothing of a sealed report stays with the shopper
		return nil
	}
	if auth.Can(a, auth.ReportReview, t) == nil {
		return nil
	}
	if v.State == Published && auth.Can(a, auth.ReportRead, t) == nil {
		return nil
	}
	return fault.Missing("photo")
}
