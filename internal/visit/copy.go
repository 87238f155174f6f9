package visit

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"regexp"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
)

// Limits of a copy that somebody brings.
const (
	maxCopyEntries = 2 + 2*evidence.MaxPerVisit
	maxCopyList    = 1 << 20  // bytes of its list
	maxCopyOps     = 16 << 20 // bytes of its log
)

// What is in a copy.
const (
	copyList   = "copy.json"
	copyFormat = "plainclothes-copy"
)

// copyPhotoName is what a photo in a copy is called: names are compared, never used.
var copyPhotoName = regexp.MustCompile(`^photos/[0-9a-f-]{36}\.[a-z]{3,4}$`)

// ImportedCopy says what a copy had that was not here.
type ImportedCopy struct {
	Visit     string // id
	Ops, New  int    // in the copy, and of them new
	Photos    int    // in the copy
	NewPhotos int
	Late      bool // the report was sent before: what is new was kept beside it
}

// copyDocument is the list of a copy.
type copyDocument struct {
	Format     string      `json:"format"`
	Version    int         `json:"version"`
	Made       string      `json:"made"`
	Visit      string      `json:"visit"`
	Submission string      `json:"submission"`
	Device     string      `json:"device"`
	Checklist  string      `json:"checklist"`
	Seq        int         `json:"seq"`
	Head       string      `json:"head"`
	Ops        string      `json:"ops"` // name of the log
	Photos     []copyPhoto `json:"photos"`
}

type copyPhoto struct {
	ID       string `json:"id"`
	Question string `json:"q"`
	SHA256   string `json:"sha256"`
	Size     int64  `json:"size"`
	Type     string `json:"type"`
	Taken    string `json:"taken"`
	File     string `json:"file"`
}

// badCopy says what is wrong with a copy.
func badCopy(format string, args ...any) error {
	return oneField("file", fault.Newf(fault.Invalid, format, args...).Message)
}

// copied is a copy that was read: everything but the photos is in memory.
type copied struct {
	copyDocument
	files map[string]*zip.File
	ops   []PhoneOp
}

// ImportCopy stores what a phone's saved copy has and is not here, as if the phone had sent it. It never seals. A copy
// may be brought again: what is here already stays as it is. Nothing is believed of the copy but what its hashes prove.
func (s *Service) ImportCopy(ctx context.Context, a auth.Actor, r io.ReaderAt, size int64) (out ImportedCopy, err error) {
	c, err := readCopy(r, size)
	if err != nil {
		return out, err
	}
	phone, err := s.phoneOf(ctx, a, c.Visit)
	if err != nil {
		return out, wrap("import copy", err)
	}
	out = ImportedCopy{Visit: c.Visit, Ops: len(c.ops), Photos: len(c.Photos)}
	if err := s.importOps(ctx, phone, c, &out); err != nil {
		return out, wrap("import copy", err)
	}
	for i := range c.Photos {
		made, err := s.importPhoto(ctx, phone, c, &c.Photos[i])
		if err != nil {
			return out, wrap("import copy", err)
		}
		if made {
			out.NewPhotos++
		}
	}
	return out, wrap("import copy", s.noteCopy(ctx, a, out))
}

// phoneOf gives the shopper of a visit, narrowed to it, to an editor who brings what that shopper's phone has.
func (s *Service) phoneOf(ctx context.Context, a auth.Actor, visit string) (auth.Actor, error) {
	var v Visit
	err := s.repo.View(ctx, a.Org, func(tx Tx) error {
		j, err := s.load(ctx, tx, a, auth.ReportReview, visit, false)
		v = j.Visit
		return err
	})
	switch {
	case fault.Is(err, fault.NotFound):
		return auth.Actor{}, badCopy("This copy is of a visit that is not here.")
	case err != nil:
		return auth.Actor{}, err
	case v.Shopper == "":
		return auth.Actor{}, badCopy("Nobody has the visit of this copy any more: it was handed back. Keep the file.")
	case v.State == Cancelled:
		return auth.Actor{}, badCopy("The visit of this copy was cancelled, so it takes no answers any more. Keep the file.")
	}
	return auth.Actor{Org: v.Org, Member: v.Shopper, Roles: []auth.Role{auth.Shopper}, Only: v.ID}, nil
}

// importOps sends the log on, a message at a time.
func (s *Service) importOps(ctx context.Context, phone auth.Actor, c *copied, out *ImportedCopy) error {
	b := Batch{Submission: c.Submission, Device: c.Device, Visit: c.Visit, Checklist: c.Checklist}
	at, err := s.AppendOps(ctx, phone, b) // no ops: how far is it here?
	if err != nil {
		return copyRefused(err)
	}
	before := at.Acked
	for rest := c.ops; len(rest) > 0; {
		n := min(len(rest), MaxBatch)
		b.Ops, rest = rest[:n], rest[n:]
		if at, err = s.AppendOps(ctx, phone, b); err != nil {
			return copyRefused(err)
		}
	}
	out.New, out.Late = max(0, at.Acked-before), !at.State.Writable()
	return nil
}

// copyRefused puts what a phone would be told into words about the file.
func copyRefused(err error) error {
	var r *Refused
	if errors.As(err, &r) {
		return badCopy("The log in this copy cannot be stored. %s", r.Message)
	}
	return err
}

// importPhoto sends one photo on; false when it is here already or was removed.
func (s *Service) importPhoto(ctx context.Context, phone auth.Actor, c *copied, ph *copyPhoto) (bool, error) {
	b, err := c.photo(ph)
	if err != nil {
		return false, err
	}
	u, _, err := s.StartUpload(ctx, phone, Upload{
		ID: ph.ID, Submission: c.Submission, Question: ph.Question, SHA256: ph.SHA256, Type: ph.Type, Length: ph.Size,
	})
	if fault.Is(err, fault.Conflict) { // the log removed it, or it came with other words around it
		return false, nil
	}
	if err != nil || !u.Done.IsZero() {
		return false, err
	}
	_, err = s.WriteUpload(ctx, phone, ph.ID, u.Received, bytes.NewReader(b[u.Received:]))
	if errors.Is(err, ErrOtherBytes) { // pieces of another sending were here: once more from the beginning
		_, err = s.WriteUpload(ctx, phone, ph.ID, 0, bytes.NewReader(b))
	}
	return err == nil, err
}

// noteCopy writes down who brought a copy.
func (s *Service) noteCopy(ctx context.Context, a auth.Actor, out ImportedCopy) error {
	return s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		j, err := s.load(ctx, tx, a, auth.ReportReview, out.Visit, false)
		if err != nil {
			return err
		}
		c, err := change(a, "visit.copy_imported", j.Visit, nil)
		if err != nil {
			return err
		}
		return tx.Append(ctx, a.Org, s.now(), c)
	})
}

// readCopy reads a copy and checks all that can be checked without the database. Sizes are counted while they are read:
// what a file says of itself is not believed.
func readCopy(r io.ReaderAt, size int64) (*copied, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, badCopy("This is not a copy that a phone has saved: it is no zip file, or it is cut off.")
	}
	if len(z.File) > maxCopyEntries {
		return nil, badCopy("This is not a copy that a phone has saved: it has %d files in it.", len(z.File))
	}
	c := &copied{files: map[string]*zip.File{}}
	for _, f := range z.File {
		if c.files[f.Name] != nil {
			return nil, badCopy("This copy has two files of the same name.")
		}
		c.files[f.Name] = f
	}
	if err := c.readList(); err != nil {
		return nil, err
	}
	return c, c.readOps()
}

// read gives a file of the copy, at most so many bytes.
func (c *copied) read(name string, most int64) ([]byte, error) {
	f := c.files[name]
	if f == nil {
		return nil, badCopy("This copy lacks the file %s.", short(name))
	}
	r, err := f.Open()
	if err != nil {
		return nil, badCopy("The file %s in this copy cannot be read.", short(name))
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, badCopy("The file %s in this copy is damaged.", short(name))
	}
	if int64(len(b)) > most {
		return nil, badCopy("The file %s in this copy is larger than it can be.", short(name))
	}
	return b, nil
}

func (c *copied) readList() error {
	b, err := c.read(copyList, maxCopyList)
	if err != nil {
		return err
	}
	if err := ReadStrict(b, &c.copyDocument); err != nil {
		return badCopy("The list in this copy cannot be read.")
	}
	if c.Format != copyFormat || c.Version != 1 {
		return badCopy("This is not a copy of the kind that is read here.")
	}
	var ok [3]bool
	c.Visit, ok[0] = properID(c.Visit)
	c.Submission, ok[1] = properID(c.Submission)
	c.Device, ok[2] = properID(c.Device)
	if ok != [3]bool{true, true, true} {
		return badCopy("The list in this copy does not say which visit it is of.")
	}
	seen := map[string]bool{}
	for _, ph := range c.Photos {
		if !copyPhotoName.MatchString(ph.File) || seen[ph.ID] {
			return badCopy("The list in this copy has a photo that cannot be one.")
		}
		seen[ph.ID] = true
	}
	return nil
}

// readOps reads the log: a line each, exactly as the phone would have sent it.
func (c *copied) readOps() error {
	b, err := c.read(c.Ops, maxCopyOps)
	if err != nil {
		return err
	}
	if err := CheckText(b); err != nil {
		return badCopy("The log in this copy is damaged.")
	}
	head := ""
	for line := range bytes.Lines(b) {
		op, err := readOp(bytes.TrimSuffix(line, []byte("\n")))
		if err != nil {
			return copyRefused(err)
		}
		if op.Seq != len(c.ops)+1 {
			return badCopy("The log in this copy is not whole: change %d follows change %d.", op.Seq, len(c.ops))
		}
		if head = chain(head, op.Body); head != op.Hash {
			return badCopy("The log in this copy was changed: the hash of change %d does not fit.", op.Seq)
		}
		if c.ops = append(c.ops, op); len(c.ops) > maxOps {
			return badCopy("The log in this copy has more changes than a visit can have.")
		}
	}
	if len(c.ops) != c.Seq || head != c.Head {
		return badCopy("The log in this copy does not end where its list says.")
	}
	return nil
}

// photo reads a photo and checks that its bytes are those of the list.
func (c *copied) photo(ph *copyPhoto) ([]byte, error) {
	b, err := c.read(ph.File, evidence.MaxUpload)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(b); int64(len(b)) != ph.Size || hex.EncodeToString(sum[:]) != ph.SHA256 {
		return nil, badCopy("A photo in this copy has other bytes than its list says. The rest was taken.")
	}
	return b, nil
}
