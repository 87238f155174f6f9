package visit_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// phone is a world with a begun visit and the submission that its photos belong to.
type phone struct {
	*world
	id, sub string
	seq     int
	late    bool // what is told comes after the report was sent
	blobs   *memory
}

func newPhone(t *testing.T, s *store.Store) *phone {
	t.Helper()
	w := newWorld(t, s, "coffee-kiosks")
	p := &phone{world: w, blobs: &memory{kept: map[string][]byte{}}, seq: 100}
	w.svc = visit.NewService(s.Visits(), p.blobs, func() time.Time { return w.now })
	p.id = w.taken("buyer")
	w.save(p.id, "A3=yes")
	p.sub = uuid.NewSHA1(uuid.MustParse(p.id), []byte("form")).String()
	return p
}

// noise is a JPEG of about a megabyte, another one for each seed.
func noise(t testing.TB, seed uint64) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, 1200, 900))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.Uint32())
	}
	img.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (p *phone) upload(b []byte) visit.Upload {
	return visit.Upload{
		ID: uuid.NewString(), Submission: p.sub, Question: "O3", SHA256: hash(b), Type: "image/jpeg", Length: int64(len(b)), Metadata: "id eA==",
	}
}

// announce starts an upload that must be taken.
func (p *phone) announce(u visit.Upload) visit.Upload {
	p.t.Helper()
	out, made, err := p.svc.StartUpload(p.t.Context(), p.shopper, u)
	if err != nil || !made {
		p.t.Fatalf("made %v, %v", made, err)
	}
	return out
}

// tell puts an op on a photo into the log, as a phone's ops do.
func (p *phone) tell(photo, value string) {
	p.t.Helper()
	p.seq++
	p.now = p.now.Add(time.Second)
	body := fmt.Sprintf(`{"seq":%d,"id":%q,"q":"photo.%s","v":%s,"at":%q}`, p.seq, uuid.NewString(), photo, value, p.now.Format(time.RFC3339))
	op := visit.Op{Submission: p.sub, Seq: p.seq, ID: uuid.NewString(), Body: []byte(body), Hash: strings.Repeat("0", 64), Received: p.now, Late: p.late}
	err := p.Store.Visits().InTx(p.t.Context(), p.Org, func(tx visit.Tx) error {
		return tx.AppendOps(p.t.Context(), p.Org, p.id, []visit.Op{op})
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *phone) write(id string, offset int64, b []byte) (visit.Upload, error) {
	return p.svc.WriteUpload(p.t.Context(), p.shopper, id, offset, bytes.NewReader(b))
}

// photos lists what is part of the report, and what came late.
func (p *phone) photos() (now, late []evidence.Photo) {
	p.t.Helper()
	err := p.Store.Visits().View(p.t.Context(), p.Org, func(tx visit.Tx) (err error) {
		if now, err = tx.Photos(p.t.Context(), p.Org, p.id); err != nil {
			return err
		}
		late, err = tx.LatePhotos(p.t.Context(), p.Org, p.id)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return now, late
}

// partsKept counts pieces in the blob store.
func (p *phone) partsKept() int {
	n := 0
	for key := range p.blobs.kept {
		if strings.HasPrefix(key, evidence.Parts+"/") {
			n++
		}
	}
	return n
}

// named is what an op says of a photo.
func named(u visit.Upload) string {
	return fmt.Sprintf(`{"q":%q,"sha256":%q,"size":%d,"type":"image/jpeg"}`, u.Question, u.SHA256, u.Length)
}

func TestAPhotoInPiecesIsKeptWhenItIsWholeAndWhatWasAnnounced(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		p, b := newPhone(t, s), noise(t, 1)
		u := p.announce(p.upload(b))
		p.tell(u.ID, named(u))
		for u.Received < u.Length {
			end := min(u.Received+100_000, u.Length)
			out, err := p.write(u.ID, u.Received, b[u.Received:end])
			if err != nil || out.Received != end {
				t.Fatalf("at %d: %+v %v", u.Received, out, err)
			}
			if u = out; u.Received < u.Length && len(must2(p.photos())) > 0 {
				t.Fatal("a photo is there before it is whole")
			}
		}
		now, late := p.photos()
		if len(now) != 1 || len(late) != 0 || now[0].ID != u.ID || now[0].SentSHA256 != hash(b) || now[0].SentSize != int64(len(b)) || now[0].Submission != p.sub {
			t.Fatalf("%+v %+v", now, late)
		}
		kept := p.blobs.kept[evidence.Key(p.Org, now[0].SHA256)]
		if hash(kept) != now[0].SHA256 || bytes.Equal(kept, b) || now[0].Size != int64(len(kept)) || now[0].Width != 1200 {
			t.Errorf("not the cleaned picture: %+v", now[0])
		}
		if n := p.partsKept(); n != 0 {
			t.Errorf("%d pieces stayed behind", n)
		}
		again := must(p.svc.Upload(t.Context(), p.shopper, u.ID))(t)
		if again.Received != again.Length || again.Done.IsZero() || again.Metadata != "id eA==" {
			t.Errorf("%+v", again)
		}
	})
}

func must2(now, _ []evidence.Photo) []evidence.Photo { return now }

func TestALongBodyIsKeptInPiecesAndABrokenOneUpToWhereItBroke(t *testing.T) {
	p := newPhone(t, storetest.SQLite(t))
	b := bytes.Repeat(noise(t, 2), 3)
	if len(b) < 2*evidence.Piece {
		t.Fatalf("only %d bytes", len(b))
	}
	u := p.announce(p.upload(b))
	broke := io.MultiReader(bytes.NewReader(b[:evidence.Piece+5]), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := p.svc.WriteUpload(t.Context(), p.shopper, u.ID, 0, broke); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("got %v", err)
	}
	u = must(p.svc.Upload(t.Context(), p.shopper, u.ID))(t)
	if u.Received != evidence.Piece+5 || p.partsKept() != 2 {
		t.Fatalf("%d bytes in %d pieces", u.Received, p.partsKept())
	}
	u = must(p.write(u.ID, u.Received, b[u.Received:]))(t)
	if u.Done.IsZero() {
		t.Errorf("%+v", u)
	}
}

func TestBytesThatEndWithTheConnectionAreKeptAlthoughTheRequestIsOver(t *testing.T) {
	p, b := newPhone(t, storetest.SQLite(t)), noise(t, 3)
	u := p.announce(p.upload(b))
	ctx, cancel := context.WithCancel(t.Context())
	body := io.MultiReader(bytes.NewReader(b[:1000]), readerFunc(func([]byte) (int, error) { cancel(); return 0, context.Canceled }))
	if _, err := p.svc.WriteUpload(ctx, p.shopper, u.ID, 0, body); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if u = must(p.svc.Upload(t.Context(), p.shopper, u.ID))(t); u.Received != 1000 {
		t.Errorf("%d bytes", u.Received)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func TestOtherBytesThanAnnouncedAreDroppedAndThePhotoBeginsAgain(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		p, b := newPhone(t, s), noise(t, 4)
		u := p.announce(p.upload(b))
		p.tell(u.ID, named(u))
		u = must(p.write(u.ID, 0, b[:5000]))(t)
		bad := bytes.Clone(b[5000:])
		bad[77] ^= 1
		out, err := p.write(u.ID, 5000, bad)
		if !errors.Is(err, visit.ErrOtherBytes) || out.Received != 0 {
			t.Fatalf("%+v %v", out, err)
		}
		if now, _ := p.photos(); len(now) != 0 || p.partsKept() != 0 {
			t.Errorf("%d photos, %d pieces", len(now), p.partsKept())
		}
		if u = must(p.write(u.ID, 0, b))(t); u.Done.IsZero() {
			t.Errorf("%+v", u)
		}
	})
}

func TestAPieceThatWasLostWithTheDiskMeansToBeginAgain(t *testing.T) {
	p, b := newPhone(t, storetest.SQLite(t)), noise(t, 5)
	u := p.announce(p.upload(b))
	u = must(p.write(u.ID, 0, b[:9000]))(t)
	for key := range p.blobs.kept {
		delete(p.blobs.kept, key)
	}
	if out, err := p.write(u.ID, u.Received, b[u.Received:]); !errors.Is(err, visit.ErrOtherBytes) || out.Received != 0 {
		t.Fatalf("%+v %v", out, err)
	}
	if u = must(p.write(u.ID, 0, b))(t); u.Done.IsZero() {
		t.Errorf("%+v", u)
	}
}

func TestAnAnnouncementThatIsRepeatedAnswersWithHowMuchIsHere(t *testing.T) {
	p, b := newPhone(t, storetest.SQLite(t)), noise(t, 6)
	first := p.announce(p.upload(b))
	must(p.write(first.ID, 0, b[:1234]))(t)
	again, made, err := p.svc.StartUpload(t.Context(), p.shopper, first)
	if err != nil || made || again.Received != 1234 {
		t.Fatalf("%+v %v %v", again, made, err)
	}
	must(p.write(first.ID, 1234, b[1234:]))(t)
	if again, made, err = p.svc.StartUpload(t.Context(), p.shopper, first); err != nil || made || again.Received != again.Length {
		t.Fatalf("when it is whole: %+v %v %v", again, made, err)
	}
	for name, change := range map[string]func(u *visit.Upload){
		"length": func(u *visit.Upload) { u.Length++ }, "sha256": func(u *visit.Upload) { u.SHA256 = hash(nil) },
		"question": func(u *visit.Upload) { u.Question = "A3" }, "type": func(u *visit.Upload) { u.Type = "image/png" },
	} {
		other := first
		change(&other)
		_, _, err := p.svc.StartUpload(t.Context(), p.shopper, other)
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("another %s: %v", name, err)
		}
	}
}

func TestPiecesThatDoNotFitAreRefused(t *testing.T) {
	p, b := newPhone(t, storetest.SQLite(t)), noise(t, 7)
	u := p.announce(p.upload(b))
	must(p.write(u.ID, 0, b[:100]))(t)
	for _, offset := range []int64{0, 99, 101, u.Length} {
		if out, err := p.write(u.ID, offset, b[offset:]); !fault.Is(err, fault.Conflict) || out.Received != 100 {
			t.Errorf("at %d: %+v %v", offset, out, err)
		}
	}
	_, err := p.svc.WriteUpload(t.Context(), p.shopper, u.ID, 100, io.MultiReader(bytes.NewReader(b[100:]), strings.NewReader("x")))
	wantKind(t, err, fault.TooLarge)
	if u = must(p.svc.Upload(t.Context(), p.shopper, u.ID))(t); !u.Done.IsZero() {
		t.Error("more bytes than announced were taken")
	}
	must(p.write(u.ID, u.Received, b[u.Received:]))(t)
	_, err = p.write(u.ID, u.Length, []byte("x"))
	wantKind(t, err, fault.TooLarge)
	if now := must(p.write(u.ID, u.Length, nil))(t); now.Received != now.Length {
		t.Errorf("%+v", now)
	}
}

func TestManyWhoSendTheSamePhotoAtOnceLeaveItOnce(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		p, b := newPhone(t, s), noise(t, 8)
		locked := &lockedBlobs{Blobs: p.blobs}
		p.svc = visit.NewService(s.Visits(), locked, func() time.Time { return noon })
		u := p.upload(b)
		p.tell(u.ID, named(u))
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				for range 200 {
					known, _, err := p.svc.StartUpload(t.Context(), p.shopper, u)
					if err != nil {
						continue
					}
					if known.Received == known.Length {
						return
					}
					_, _ = p.write(u.ID, known.Received, b[known.Received:min(known.Received+150_000, known.Length)])
				}
				t.Error("never whole")
			})
		}
		all.Wait()
		if now, _ := p.photos(); len(now) != 1 || p.partsKept() != 0 {
			t.Errorf("%d photos, %d pieces", len(now), p.partsKept())
		}
	})
}

// lockedBlobs lets many use one memory.
type lockedBlobs struct {
	evidence.Blobs
	mu sync.Mutex
}

func (l *lockedBlobs) Put(ctx context.Context, key string, b []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Blobs.Put(ctx, key, b)
}

func (l *lockedBlobs) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Blobs.Get(ctx, key)
}

func (l *lockedBlobs) Delete(ctx context.Context, key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Blobs.Delete(ctx, key)
}

func TestAPhotoIsPartOfTheReportOnlyWhileTheLogSaysSo(t *testing.T) {
	p, b := newPhone(t, storetest.SQLite(t)), noise(t, 9)
	early := p.announce(p.upload(b))
	must(p.write(early.ID, 0, b))(t)
	if now, _ := p.photos(); len(now) != 0 {
		t.Error("a photo that no op names is part of the report")
	}
	gone := p.upload(b)
	p.tell(gone.ID, named(gone))
	p.tell(gone.ID, "null")
	_, _, err := p.svc.StartUpload(t.Context(), p.shopper, gone)
	wantKind(t, err, fault.Conflict)

	other := p.upload(b)
	p.tell(other.ID, named(visit.Upload{Question: "O3", SHA256: hash(nil), Length: other.Length}))
	_, _, err = p.svc.StartUpload(t.Context(), p.shopper, other)
	wantKind(t, err, fault.Conflict)
	forged := p.announce(p.upload(b))
	p.tell(forged.ID, named(visit.Upload{Question: "O3", SHA256: forged.SHA256, Length: forged.Length + 1}))
	must(p.write(forged.ID, 0, b))(t)
	if now, _ := p.photos(); len(now) != 0 {
		t.Error("bytes that the log does not tell of are part of the report")
	}

	removed := p.announce(p.upload(b))
	p.tell(removed.ID, named(removed))
	must(p.write(removed.ID, 0, b[:10]))(t)
	p.tell(removed.ID, "null")
	must(p.write(removed.ID, 10, b[10:]))(t)
	if now, late := p.photos(); len(now)+len(late) != 0 {
		t.Error("a photo that was removed on its way is part of the report")
	}
}

func TestAPhotoThatComesAfterTheReportWasSentIsLate(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		p, b := newPhone(t, s), noise(t, 10)
		u := p.announce(p.upload(b))
		p.buyer(p.id)
		p.photo(p.id, "O3")
		must(p.svc.Seal(t.Context(), p.shopper, p.id))(t)
		p.late = true
		p.tell(u.ID, named(u))
		additions := func() []visit.Addition { return must(p.svc.Review(t.Context(), p.editor, p.id))(t).Logs.Late }
		if got := additions(); len(got) != 1 || got[0].What != visit.LatePhoto || got[0].Photo != nil {
			t.Fatalf("before its bytes are here: %+v", got)
		}
		must(p.write(u.ID, 0, b))(t)
		now, late := p.photos()
		if len(now) != 1 || len(late) != 1 || late[0].ID != u.ID {
			t.Fatalf("%+v %+v", now, late)
		}
		if got := additions(); len(got) != 1 || got[0].Photo == nil || got[0].Photo.ID != u.ID {
			t.Fatalf("%+v", got)
		}
		if _, body, err := p.svc.PhotoFile(t.Context(), p.editor, u.ID); err != nil {
			t.Error(err)
		} else if err := body.Close(); err != nil {
			t.Error(err)
		}
		_, _, err := p.svc.PhotoFile(t.Context(), p.shopper, u.ID)
		wantKind(t, err, fault.NotFound)
	})
}

func TestOnlyTheShopperOfTheVisitSendsItsPhotos(t *testing.T) {
	p, b := newPhone(t, storetest.SQLite(t)), noise(t, 11)
	u := p.announce(p.upload(b))
	for name, a := range map[string]auth.Actor{"another shopper": p.other, "an editor": p.editor, "a scheduler": p.scheduler} {
		other := p.upload(b)
		if _, _, err := p.svc.StartUpload(t.Context(), a, other); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s announces: %v", name, err)
		}
		if _, err := p.svc.WriteUpload(t.Context(), a, u.ID, 0, bytes.NewReader(b)); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s writes: %v", name, err)
		}
		if err := p.svc.DropUpload(t.Context(), a, u.ID); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s drops: %v", name, err)
		}
	}
	if u = must(p.svc.Upload(t.Context(), p.shopper, u.ID))(t); u.Received != 0 {
		t.Error("somebody wrote")
	}
}

func TestAnnouncementsThatMakeNoSenseAreRefusedInWords(t *testing.T) {
	p, b := newPhone(t, storetest.SQLite(t)), noise(t, 12)
	for name, c := range map[string]struct {
		change func(u *visit.Upload)
		kind   fault.Kind
	}{
		"no id":               {func(u *visit.Upload) { u.ID = "" }, fault.Invalid},
		"id in capitals":      {func(u *visit.Upload) { u.ID = strings.ToUpper("a" + u.ID[1:]) }, fault.Invalid},
		"no submission":       {func(u *visit.Upload) { u.Submission = "x" }, fault.Invalid},
		"unknown submission":  {func(u *visit.Upload) { u.Submission = uuid.NewString() }, fault.NotFound},
		"short hash":          {func(u *visit.Upload) { u.SHA256 = "ab" }, fault.Invalid},
		"no bytes":            {func(u *visit.Upload) { u.Length = 0 }, fault.Invalid},
		"too many bytes":      {func(u *visit.Upload) { u.Length = evidence.MaxUpload + 1 }, fault.TooLarge},
		"unknown question":    {func(u *visit.Upload) { u.Question = "ZZ" }, fault.Invalid},
		"question w/o photos": {func(u *visit.Upload) { u.Question = "O4" }, fault.Invalid},
	} {
		u := p.upload(b)
		c.change(&u)
		_, _, err := p.svc.StartUpload(t.Context(), p.shopper, u)
		f, ok := fault.As(err)
		if !ok || f.Kind != c.kind || f.Message == "" {
			t.Errorf("%s: %v", name, err)
		}
		if name == "unknown submission" && (!ok || f.RetryAfter <= 0) {
			t.Errorf("%s: the phone is not told to try again", name)
		}
	}
}

func TestACancelledVisitTakesNoPhotos(t *testing.T) {
	p, b := newPhone(t, storetest.SQLite(t)), noise(t, 13)
	u := p.announce(p.upload(b))
	if err := p.svc.Cancel(t.Context(), p.scheduler, p.id, "The branch burnt down."); err != nil {
		t.Fatal(err)
	}
	_, err := p.write(u.ID, 0, b)
	wantKind(t, err, fault.Gone)
	_, _, err = p.svc.StartUpload(t.Context(), p.shopper, p.upload(b))
	wantKind(t, err, fault.Gone)
}

func TestAVisitHoldsSoManyPhotosThoseOnTheirWayCounted(t *testing.T) {
	p, b := newPhone(t, storetest.SQLite(t)), noise(t, 14)
	for range evidence.MaxPerVisit {
		p.announce(p.upload(b))
	}
	over := p.upload(b)
	_, _, err := p.svc.StartUpload(t.Context(), p.shopper, over)
	wantKind(t, err, fault.Conflict)
}

func TestWhatIsNoPictureIsRefusedAndWhatCannotBeShownIsKeptForTheEditor(t *testing.T) {
	p := newPhone(t, storetest.SQLite(t))
	text := []byte("<html><script>alert(1)</script>")
	u := p.announce(p.upload(text))
	_, err := p.write(u.ID, 0, text)
	wantKind(t, err, fault.Invalid)
	_, err = p.svc.Upload(t.Context(), p.shopper, u.ID)
	wantKind(t, err, fault.NotFound)

	heic := append([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), make([]byte, 2000)...)
	u = p.announce(p.upload(heic))
	p.tell(u.ID, named(u))
	must(p.write(u.ID, 0, heic))(t)
	now, _ := p.photos()
	if len(now) != 1 || now[0].Shown() || now[0].Type != "image/heic" || now[0].SHA256 != hash(heic) {
		t.Fatalf("%+v", now)
	}
	if !bytes.Equal(p.blobs.kept[evidence.Key(p.Org, hash(heic))], heic) {
		t.Error("its bytes are not kept as they came")
	}
}

func TestPhotosToWhichNothingComesForAWeekAreGivenUp(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		p, b := newPhone(t, s), noise(t, 15)
		old, whole := p.announce(p.upload(b)), p.announce(p.upload(b))
		must(p.write(old.ID, 0, b[:500]))(t)
		must(p.write(whole.ID, 0, b))(t)
		p.now = p.now.Add(6 * 24 * time.Hour)
		fresh := p.announce(p.upload(b))
		must(p.write(fresh.ID, 0, b[:500]))(t)
		if err := p.svc.SweepUploads(t.Context(), p.Org); err != nil {
			t.Fatal(err)
		}
		must(p.svc.Upload(t.Context(), p.shopper, old.ID))(t)
		p.now = p.now.Add(25 * time.Hour)
		if err := p.svc.SweepUploads(t.Context(), p.Org); err != nil {
			t.Fatal(err)
		}
		_, err := p.svc.Upload(t.Context(), p.shopper, old.ID)
		wantKind(t, err, fault.NotFound)
		must(p.svc.Upload(t.Context(), p.shopper, whole.ID))(t)
		must(p.svc.Upload(t.Context(), p.shopper, fresh.ID))(t)
		if n := p.partsKept(); n != 1 {
			t.Errorf("%d pieces are left", n)
		}
		if _, made, err := p.svc.StartUpload(t.Context(), p.shopper, old); err != nil || !made {
			t.Errorf("announced again: %v %v", made, err)
		}
	})
}

func TestGivingUpAPhotoFreesItsBytesButNotThoseOfAWholeOne(t *testing.T) {
	p, b := newPhone(t, storetest.SQLite(t)), noise(t, 16)
	u := p.announce(p.upload(b))
	must(p.write(u.ID, 0, b[:500]))(t)
	if err := p.svc.DropUpload(t.Context(), p.shopper, u.ID); err != nil || p.partsKept() != 0 {
		t.Fatalf("%v, %d pieces", err, p.partsKept())
	}
	_, err := p.write(u.ID, 500, b[500:])
	wantKind(t, err, fault.NotFound)
	u = p.announce(u)
	must(p.write(u.ID, 0, b))(t)
	wantKind(t, p.svc.DropUpload(t.Context(), p.shopper, u.ID), fault.Conflict)
}

func TestThePhotosThatAreWantedAreThoseThatTheLogNamesAndThatAreNotHere(t *testing.T) {
	op := func(at int, field, value string) visit.Op {
		return visit.Op{Body: fmt.Appendf(nil, `{"seq":1,"id":"x","q":%q,"v":%s,"at":"2026-11-21T12:00:00Z"}`, field, value), Received: noon.Add(time.Duration(at) * time.Second)}
	}
	x := named(visit.Upload{Question: "A3", SHA256: "x", Length: 1})
	ops := []visit.Op{op(5, "photo.c", "null"), op(1, "photo.b", x), op(2, "photo.c", x), op(3, "photo.a", x), op(4, "A3", `"yes"`), op(6, "photo.d", x), op(7, "photo.e", x), op(8, "photo.f", x)}
	here := []evidence.Photo{
		{ID: "a", Question: "A3", SentSHA256: "x", SentSize: 1},
		{ID: "d", Question: "A3", SentSHA256: "y", SentSize: 1},
		{ID: "e", Question: "A3", SHA256: "z", Size: 9},
		{ID: "f", Question: "A3", SentSHA256: "x", SentSize: 2},
	}
	if got := visit.Wanted(ops, here); strings.Join(got, " ") != "b d f" {
		t.Errorf("got %v", got)
	}
}
