package owner_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"plainclothes/internal/blob"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/webtest"
)

// photographed is a rig whose studio has a place for pictures.
func photographed(t *testing.T) *rig {
	t.Helper()
	r := teaRooms(t)
	disk, err := blob.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	r.Studio.KeepPicturesIn(disk)
	return r
}

// photo is a picture in one colour.
func photo(t *testing.T, c color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range 40 * 30 {
		m.Set(i%40, i/40, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// save posts the form of a standard with a chosen file, as a browser would, after the pairs have replaced its fields.
func (r *rig) save(standard string, file []byte, pairs ...string) webtest.Answer {
	r.t.Helper()
	path := r.base() + "/" + standard + "/edit"
	f := fields(r.t, r.get(path).Status(http.StatusOK), path)
	for _, p := range pairs {
		k, v, _ := strings.Cut(p, "=")
		f.Set(k, v)
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, values := range f {
		for _, v := range values {
			if err := m.WriteField(k, v); err != nil {
				r.t.Fatal(err)
			}
		}
	}
	w, err := m.CreateFormFile("photo", "IMG_0001.png")
	if err == nil {
		_, err = w.Write(file)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return r.site.PostBody(r.Owner, path, m.FormDataContentType(), &b)
}

// shown gives the address of the photo that a page shows for a standard, "" for none.
func shown(a webtest.Answer, standard string) string {
	m := regexp.MustCompile(`<img [^>]*src="([^"]*/` + standard + `/photo/[0-9a-f]{64})"`).FindStringSubmatch(a.Body.String())
	if m == nil {
		return ""
	}
	return m[1]
}

func TestAStandardHasAReferencePhotoThatIsMadeAgainFromItsPixels(t *testing.T) {
	r := photographed(t)
	if got := shown(r.get(r.base()), "K01"); got != "" {
		t.Fatalf("a photo before any was chosen: %s", got)
	}
	r.save("K01", photo(t, color.RGBA{R: 200, A: 255})).To(r.base() + "/draft")
	src := shown(r.get(r.base()+"/K01/edit").Says("Another photo", "Take the photo away"), "K01")
	a := r.get(src).Status(http.StatusOK)
	if kind := a.Header().Get("Content-Type"); kind != "image/jpeg" || !strings.Contains(a.Header().Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("sent as %s, %v", kind, a.Header())
	}
	if m, err := jpeg.Decode(a.Body); err != nil || m.Bounds().Dx() != 40 {
		t.Errorf("no picture: %v", err)
	}
	// the draft's alone so far: readers see neither it nor its bytes
	r.site.Get(r.regional, r.base()).Status(http.StatusOK).Silent("/photo/")
	r.site.Get(r.regional, src).Status(http.StatusNotFound)
	r.PublishDraft("With a photo.", "")
	if got := shown(r.site.Get(r.regional, r.base()), "K01"); got != src {
		t.Errorf("a reader sees %q, want %q", got, src)
	}
	r.site.Get(r.regional, src).Status(http.StatusOK)
	r.site.Get(r.regional, strings.Replace(src, "/K01/", "/K02/", 1)).Status(http.StatusNotFound)
}

func TestAVersionKeepsThePhotoOfItsDay(t *testing.T) {
	r := photographed(t)
	r.save("K01", photo(t, color.RGBA{R: 200, A: 255})).To(r.base() + "/draft")
	r.PublishDraft("Red.", "")
	red := shown(r.get(r.base()), "K01")
	r.save("K01", photo(t, color.RGBA{G: 200, A: 255})).To(r.base() + "/draft")
	r.get(r.base() + "/draft").Says("it has another picture")
	r.PublishDraft("Green.", "")
	green := shown(r.get(r.base()), "K01")
	if red == green || red == "" || green == "" {
		t.Fatalf("red %q, green %q", red, green)
	}
	r.get(red).Status(http.StatusOK)
	r.site.Get(r.regional, red).Status(http.StatusOK)
	r.post(r.base()+"/versions/2/back", nil)
	if got := shown(r.get(r.base()+"/K01/edit"), "K01"); got != red {
		t.Errorf("gone back to version 2 the photo is %q, want %q", got, red)
	}
	r.save("K01", nil, "photo_gone=true").To(r.base() + "/draft")
	r.get(r.base() + "/draft").Says("its picture is gone")
	if got := shown(r.get(r.base()+"/K01/edit").Silent("Take the photo away"), "K01"); got != "" {
		t.Errorf("still shown: %q", got)
	}
}

func TestAPhotoIsChosenOnceThoughSomethingElseNeedsAnotherLook(t *testing.T) {
	r := photographed(t)
	a := r.save("K01", photo(t, color.White), "title=").Status(http.StatusUnprocessableEntity).Says("Give the standard a title.", "Not saved yet")
	src := shown(a, "K01")
	r.get(src).Status(http.StatusOK)
	if got := shown(r.get(r.base()+"/K01/edit"), "K01"); got != "" {
		t.Errorf("a photo was saved with a form that was refused: %s", got)
	}
	path := r.base() + "/K01/edit"
	f := fields(t, a, path)
	f.Set("title", "Welcome")
	r.post(path, f).To(r.base() + "/draft")
	if got := shown(r.get(path), "K01"); got != src {
		t.Errorf("the photo is %q, want %q", got, src)
	}
}

func TestWhatIsNoPhotoIsRefusedBesideItsField(t *testing.T) {
	r := photographed(t)
	for _, file := range []string{"GIF89a and more", "<svg xmlns='http://www.w3.org/2000/svg'/>", "\xff\xd8\xff"} {
		r.save("K01", []byte(file), "good=They say hello.").Status(http.StatusUnprocessableEntity).
			Says("This file is not a photo that we can read", "They say hello.").Has(`id="f-photo-error"`)
	}
	// a hash that was made up, or belongs to nobody here
	path := r.base() + "/K01/edit"
	f := fields(t, r.get(path), path)
	for _, made := range []string{"sha256:" + strings.Repeat("ab", 32), "../../etc/passwd", "sha256:xyz"} {
		f.Set("photo_kept", made)
		r.post(path, f).Status(http.StatusUnprocessableEntity).Says("This photo is not here. Choose it again.")
	}
}

func TestAPhotoOfAnotherOrganisationIsNotFound(t *testing.T) {
	r := photographed(t)
	r.save("K01", photo(t, color.White)).To(r.base() + "/draft")
	src := shown(r.get(r.base()+"/K01/edit"), "K01")
	_, sum, _ := strings.Cut(src, "/photo/")
	other := r.Owner
	other.Org = "00000000-0000-4000-8000-000000000001"
	if _, _, err := r.Studio.PictureFile(t.Context(), other, r.Programme.ID, "K01", sum); err == nil {
		t.Error("another organisation reads it")
	}
}

func TestAFileThatNamesAPhotoWhichIsNotHereSaysSo(t *testing.T) {
	r := photographed(t)
	r.edit("K01", "good", "They say hello.")
	src := r.get(r.base() + "/versions/2/file").Body.String()
	src = strings.Replace(src, "good: They say hello.,", "good: They say hello., photo: photos/hello.jpg,", 1)
	r.post("/programmes/import", form("text="+src)).Status(http.StatusOK).Says("Photo of standard K01: photos/hello.jpg", "does not hold it", "Look at the draft")
	r.get(r.base() + "/K01/edit").Says("The programme file names the photo “photos/hello.jpg”").Has(`value="photos/hello.jpg"`)
	r.edit("K01", "good", "They say good morning.") // the name stays until somebody takes it away
	if p := r.draft(); !strings.Contains(string(p), "photo: photos/hello.jpg") {
		t.Errorf("the draft lost the name:\n%s", p)
	}
}

// draft is the file of the draft.
func (r *rig) draft() []byte {
	r.t.Helper()
	c, err := r.Studio.Draft(r.t.Context(), r.Owner, r.Programme.ID)
	if err != nil {
		r.t.Fatal(err)
	}
	return c.Programme.Export()
}

func TestPictureNamesAreHashesAlone(t *testing.T) {
	sum := strings.Repeat("0f", 32)
	for name, want := range map[string]string{
		"sha256:" + sum: sum, "sha256:" + strings.ToUpper(sum): "", "sha256:" + sum[2:]: "", sum: "", "": "", "a.jpg": "", "sha256:" + sum + "00": "",
	} {
		if got, ok := studio.PictureOf(name); got != want || ok != (want != "") {
			t.Errorf("%q names %q", name, got)
		}
	}
}
