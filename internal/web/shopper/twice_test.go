package shopper_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// phoneSays sends one answer from a phone that knows of no other.
func (r *rig) phoneSays(t *testing.T, id, question, value string) {
	t.Helper()
	pack, err := r.svc.Pack(t.Context(), r.shopper, id)
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"seq":1,"id":%q,"q":%q,"v":%s,"base":null,"at":%q,"mono":1}`, uuid.NewString(), question, value, storetest.Noon.Format(time.RFC3339Nano))
	sum := sha256.Sum256([]byte(body))
	text := fmt.Sprintf(`{"device":%q,"visit":%q,"checklist":%q,"ops":[%s,"h":"%s"}]}`,
		uuid.NewString(), id, pack.Paper.List.Version.Hash, body[:len(body)-1], hex.EncodeToString(sum[:]))
	batch, err := visit.ReadBatch(uuid.NewString(), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.svc.AppendOps(t.Context(), r.shopper, batch); err != nil {
		t.Fatal(err)
	}
}

func TestTwoAnswersAreBothShownAndTheShopperSaysWhichIsRight(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	id := r.taken(t, "buyer")
	page := "/visits/" + id + "/s/A"
	r.site.Post(r.shopper, page, form("go=stay", "q=A3", "a.A3=no")).To(page)
	r.phoneSays(t, id, "A3", `"not_observed"`)
	a := r.site.Get(r.shopper, page).Says("You answered this twice. Which is right?").
		Has("<strong>No</strong>", "<strong>Not seen</strong>").Silent(`name="a.A3" value="no" checked`, `name="a.A3" value="not_observed" checked`)
	settles := regexp.MustCompile(`name="settles.A3" value="([^"]+)"`).FindStringSubmatch(a.Body.String())
	if settles == nil {
		t.Fatal("the page does not name what is to be settled")
	}
	r.site.Post(r.shopper, page, form("go=stay", "q=A3", "was.A3=null", "settles.A3="+settles[1])).To(page)
	r.site.Get(r.shopper, page).Says("You answered this twice.") // nothing chosen, nothing settled
	r.site.Post(r.shopper, page, form("go=stay", "q=A3", "was.A3=null", "a.A3=no", "settles.A3="+settles[1])).To(page)
	r.site.Get(r.shopper, page).Status(http.StatusOK).Silent("You answered this twice.").Has(`name="a.A3" value="no" checked`)
}
