package studio_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"io"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
)

// bag keeps bytes in memory.
type bag struct {
	kept  map[string][]byte
	after func(key string) // what happens once, right after the first Put
}

func (b *bag) Put(_ context.Context, key string, v []byte) error {
	b.kept[key] = bytes.Clone(v)
	if then := b.after; then != nil {
		b.after = nil
		then(key)
	}
	return nil
}

func (b *bag) Get(_ context.Context, key string) (io.ReadCloser, error) {
	v, ok := b.kept[key]
	if !ok {
		return nil, fault.Missing("photo")
	}
	return io.NopCloser(bytes.NewReader(v)), nil
}

func (b *bag) Delete(_ context.Context, key string) error {
	delete(b.kept, key)
	return nil
}

func (b *bag) Sweep(context.Context, string, time.Time) error { return nil }

// album is a world with a published programme and a place for pictures.
type album struct {
	*worldtest.World
	t *testing.T
	*bag
}

func newAlbum(t *testing.T, s *store.Store) *album {
	t.Helper()
	a := &album{World: worldtest.New(t, s, 2), t: t, bag: &bag{kept: map[string][]byte{}}}
	a.Studio.KeepPicturesIn(a.bag)
	a.Publish(worldtest.Tea(4), "The first version.", "2026-01-01")
	return a
}

// keep uploads a picture in one shade of grey and gives its name.
func (a *album) keep(shade uint8) string {
	a.t.Helper()
	m := image.NewGray(image.Rect(0, 0, 8, 8))
	for i := range m.Pix {
		m.Pix[i] = color.Gray{Y: shade}.Y
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		a.t.Fatal(err)
	}
	name, err := a.Studio.KeepPicture(a.t.Context(), a.Owner, &b)
	if err != nil {
		a.t.Fatal(err)
	}
	return name
}

// change writes one standard of the draft.
func (a *album) change(standard string, write func(*studio.StandardInput)) {
	a.t.Helper()
	draft, err := a.Studio.Draft(a.t.Context(), a.Owner, a.Programme.ID)
	if err != nil {
		a.t.Fatal(err)
	}
	s, _ := draft.Programme.Standard(standard)
	in := studio.InputOf(s)
	write(&in)
	if _, err := a.Studio.ChangeStandard(a.t.Context(), a.Owner, a.Programme.ID, standard, in, draft.Version.RowVersion); err != nil {
		a.t.Fatal(err)
	}
}

func (a *album) show(standard, picture string) {
	a.t.Helper()
	a.change(standard, func(in *studio.StandardInput) { in.Photo = picture })
}

// discard throws the draft away.
func (a *album) discard() {
	a.t.Helper()
	draft, err := a.Studio.Draft(a.t.Context(), a.Owner, a.Programme.ID)
	if err == nil {
		err = a.Studio.DiscardDraft(a.t.Context(), a.Owner, a.Programme.ID, draft.Version.RowVersion)
	}
	if err != nil {
		a.t.Fatal(err)
	}
}

// sweeps lets time go by and wants so many pictures gone.
func (a *album) sweeps(later time.Duration, want int) {
	a.t.Helper()
	a.Now = a.Now.Add(later)
	if n, err := a.Studio.SweepPictures(a.t.Context(), a.Org); err != nil || n != want {
		a.t.Errorf("%d pictures are gone, %v; want %d", n, err, want)
	}
}

// has wants a picture, with its bytes, to be there or not.
func (a *album) has(what, name string, want bool) {
	a.t.Helper()
	sum, _ := studio.PictureOf(name)
	_, bytesThere := a.kept[evidence.Key(a.Org, sum)]
	err := a.Store.Studio().View(a.t.Context(), a.Org, func(tx studio.Tx) error {
		_, err := tx.Picture(a.t.Context(), a.Org, sum)
		return err
	})
	if rowThere := err == nil; rowThere != want || bytesThere != want {
		a.t.Errorf("the picture that %s: noted %v, bytes %v; want %v (%v)", what, rowThere, bytesThere, want, err)
	}
}

const aDay = 24 * time.Hour

func TestASweepTakesThePicturesThatNothingNamesAndNoOther(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		a := newAlbum(t, s)
		published, undone, drafted, loose, again := a.keep(10), a.keep(60), a.keep(110), a.keep(160), a.keep(210)
		a.show("K01", published)
		a.PublishDraft("With a photo.", "")
		a.show("K01", "") // only versions before the draft name it now
		for i := range 25 {
			a.change("K03", func(in *studio.StandardInput) { in.Title = "Title " + strconv.Itoa(i) })
		}
		a.show("K02", undone)
		a.show("K02", drafted) // only a step of the draft names the one before
		a.sweeps(5*aDay, 0)
		young := a.keep(240)
		a.Now = a.Now.Add(24 * aDay)
		if a.keep(210) != again {
			t.Fatal("the same picture has two names")
		}
		a.sweeps(2*aDay, 1) // 31 days
		all := func(names map[string]bool) {
			t.Helper()
			for what, name := range map[string]string{
				"a version names": published, "a step names": undone, "the draft names": drafted, "nothing names": loose, "was chosen again": again, "is young": young,
			} {
				a.has(what, name, names[name])
			}
		}
		all(map[string]bool{published: true, undone: true, drafted: true, again: true, young: true})
		a.PublishDraft("Steps are forgotten.", "")
		a.sweeps(time.Hour, 0) // not twice a day
		a.sweeps(aDay, 1)
		all(map[string]bool{published: true, drafted: true, again: true, young: true})
		a.sweeps(60*aDay, 2)
		all(map[string]bool{published: true, drafted: true})
		if a.keep(160) != loose {
			t.Error("a picture that was swept has another name when it comes back")
		}
		a.has("came back", loose, true)
	})
}

func TestASweepLeavesTheBytesThatAVisitHasToo(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		a := newAlbum(t, s)
		a.Season(4, 1, "2026-10")
		sum, _ := studio.PictureOf(a.keep(10))
		a.SQL(`INSERT INTO photos (org_id, id, visit_id, question, sha256, size, type, width, height, added_at)
 SELECT org_id, ?, id, 'Q01', ?, 1, 'image/jpeg', 8, 8, ? FROM visits ORDER BY id LIMIT 1`, uuid.NewString(), sum, a.Now)
		a.sweeps(31*aDay, 1)
		if _, ok := a.kept[evidence.Key(a.Org, sum)]; !ok {
			t.Error("the photo of a visit lost its bytes")
		}
	})
}

func TestASweepOfOneOrganisationLeavesThoseOfOthers(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		a, b := newAlbum(t, s), newAlbum(t, s)
		mine, theirs := a.keep(10), b.keep(10)
		a.sweeps(31*aDay, 1)
		a.has("is mine", mine, false)
		b.has("is theirs", theirs, true)
	})
}

// meddler lets somebody do something between a sweep's look and its removal.
type meddler struct {
	studio.Repo
	before func()
}

func (m *meddler) InTx(ctx context.Context, org string, change func(studio.Tx) error) error {
	if then := m.before; then != nil {
		m.before = nil
		then()
	}
	return m.Repo.InTx(ctx, org, change)
}

func TestAPictureThatIsNamedOrChosenAgainDuringASweepStays(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		a := newAlbum(t, s)
		for what, meanwhile := range map[string]func(string){
			"was named meanwhile":        func(name string) { a.show("K01", name) },
			"was chosen again meanwhile": func(string) { a.keep(99) },
			"was named and undone meanwhile": func(name string) {
				a.show("K01", name)
				a.show("K01", "")
			},
		} {
			name := a.keep(99)
			a.Now = a.Now.Add(31 * aDay)
			sweeping := studio.NewService(&meddler{s.Studio(), func() { meanwhile(name) }}, a.Clock)
			sweeping.KeepPicturesIn(a.bag)
			if n, err := sweeping.SweepPictures(t.Context(), a.Org); n != 0 || err != nil {
				t.Errorf("%s: %d gone, %v", what, n, err)
			}
			a.has(what, name, true)
			a.discard()
		}
	})
}

func TestAPictureWhoseBytesASweepTookWhileItWasUploadedIsWhole(t *testing.T) {
	a := newAlbum(t, storetest.Any(t))
	a.after = func(key string) { delete(a.kept, key) }
	a.has("was swept while it came", a.keep(10), true)
}
