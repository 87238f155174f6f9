package shopper_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/visit"
)

// salon is a visit whose first part is sent and whose second opens a day later.
func (r *rig) salon(t *testing.T) string {
	t.Helper()
	id, entries := r.taken(t, "accessory"), map[string]visit.Entry{}
	for q, a := range map[string]string{
		"A1": "10:00", "A2": "yes", "A3": "all_three", "A4": "yes", "B1": "0:40", "B2": "good", "B3": "Jo", "B6": "no", "B7": "yes", "D2": "yes", "D3": "no",
		"D4": "accepted_gladly_next_step", "D5": "yes", "E1": "yes", "E2": "yes", "E3": "good", "E4": "10:40",
	} {
		entries[q] = visit.Entry{Values: []string{a}}
	}
	if _, err := r.svc.Save(t.Context(), r.shopper, id, entries); err != nil {
		t.Fatal(err)
	}
	if _, err := r.svc.Seal(t.Context(), r.shopper, id); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestTheNextPartOfAVisitSaysWhenItOpens(t *testing.T) {
	r := newRig(t, "luxury-electronics")
	fresh, id := r.taken(t, "accessory"), r.salon(t)
	r.site.Get(r.shopper, "/visits").Says("Opens tomorrow 12:00")
	r.site.Get(r.shopper, "/visits/"+id).Says("In the salon sent", "What came afterwards Opens tomorrow 12:00").Silent("Go on", "now")
	r.site.Get(r.shopper, "/visits/"+id+"?pack=1").Says("What came afterwards").Silent("tomorrow")
	r.site.Get(r.shopper, "/visits/"+id+"/check").Says("“What came afterwards” cannot be sent yet. Opens tomorrow 12:00. What you answered is kept.")
	r.site.Get(r.shopper, "/visits/"+id+"/check?pack=1").Silent("tomorrow")
	r.site.Get(r.shopper, "/visits/"+fresh+"/check").Silent("cannot be sent yet")
	r.site.Get(r.shopper, "/visits/"+fresh).Says("In the salon now To be sent by today 18:00", "Opens 24 hours after your first answer", "Start")
}

func TestAShopperSaysThatTheParcelCame(t *testing.T) {
	r := newRig(t, "online-store")
	id := r.taken(t, "gift")
	path := "/visits/" + id
	r.site.Get(r.shopper, path).Says("Opens when you have said that this happened: parcel", "This happened: parcel", "Opens when “Delivery and unpacking” is sent")
	r.site.Post(r.shopper, path+"/happened", form("event=birthday")).Status(http.StatusUnprocessableEntity)
	r.site.Post(r.other, path+"/happened", form("event=parcel")).Status(http.StatusNotFound)
	r.site.Post(r.shopper, path+"/happened", form("event=parcel")).To(path)
	r.site.Get(r.shopper, path).Says("To be sent by 5 December 12:00").Silent("This happened")
}

func TestAVisitIsNotedAsOpenedByItsSectionsOnly(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	id := r.taken(t, "buyer")
	opened := func() int64 {
		return r.Number(`SELECT count(*) FROM visits WHERE org_id = $1 AND id = $2 AND opened_at IS NOT NULL`, r.Org, id)
	}
	for _, page := range []string{"", "?pack=1", "/list", "/s/A?pack=1"} {
		r.site.Get(r.shopper, "/visits/"+id+page).Status(http.StatusOK)
		if opened() != 0 {
			t.Fatalf("by %q", page)
		}
	}
	r.site.Get(r.shopper, "/visits/"+id+"/s/A").Status(http.StatusOK)
	if opened() != 1 {
		t.Error("not by a section")
	}
}

func TestAPictureThatCannotBeShownIsAFileForTheEditorAlone(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	id := r.taken(t, "buyer")
	if _, err := r.svc.Save(t.Context(), r.shopper, id, map[string]visit.Entry{"A3": {Values: []string{"yes"}}}); err != nil {
		t.Fatal(err)
	}
	heic := append([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic<script>"), make([]byte, 500)...)
	sum := sha256.Sum256(heic)
	u := visit.Upload{
		ID: uuid.NewString(), Submission: uuid.NewSHA1(uuid.MustParse(id), []byte("form")).String(), Question: "O3", SHA256: hex.EncodeToString(sum[:]),
		Length: int64(len(heic)),
	}
	if _, _, err := r.svc.StartUpload(t.Context(), r.shopper, u); err != nil {
		t.Fatal(err)
	}
	if _, err := r.svc.WriteUpload(t.Context(), r.shopper, u.ID, 0, bytes.NewReader(heic)); err != nil {
		t.Fatal(err)
	}
	r.Exec(`UPDATE photos SET removed_at = NULL WHERE org_id = $1 AND id = $2`, r.Org, u.ID)
	w := r.site.Get(r.Actors[auth.Editor], "/photos/"+u.ID).Status(http.StatusOK)
	h := w.Header()
	if h.Get("Content-Disposition") != `attachment; filename="photo.heic"` || h.Get("Content-Type") != "application/octet-stream" ||
		h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || !bytes.Equal(w.Body.Bytes(), heic) {
		t.Errorf("%v", h)
	}
	r.site.Get(r.shopper, "/photos/"+u.ID).Status(http.StatusNotFound)
	r.site.Get(r.shopper, "/visits/"+id+"/photos/O3").Says("Photo 1 is here, but it cannot be shown.").Silent("<img")
	r.site.Get(r.shopper, "/visits/"+id+"/s/O").Has(`data-id="`+u.ID+`"`, `<span class="fine">sent</span>`).Silent("<img")
}
