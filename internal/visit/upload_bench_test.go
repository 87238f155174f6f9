package visit_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/blob"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// BenchmarkAPhotoArrives sends a photo as a phone makes it (1600 pixels, about 200 KB) in four pieces to a disk.
func BenchmarkAPhotoArrives(b *testing.B) {
	w := storetest.NewWorld(b, storetest.SQLite(b), "coffee-kiosks")
	disk, err := blob.OpenDisk(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = disk.Close() })
	photo := phonePicture(b)
	svc := visit.NewService(w.Store.Visits(), disk, func() time.Time { return noon })
	shopper := w.Actors["shopper"]
	plan := func() string {
		vs, err := svc.Plan(b.Context(), w.Actors["scheduler"], visit.PlanInput{
			Programme: w.Programme, Branches: []string{w.Branch}, Scenario: "buyer", Shopper: shopper.Member, Due: noon.Add(time.Hour), IgnoreRotation: true,
		})
		if err == nil {
			_, err = svc.Save(b.Context(), shopper, vs[0].ID, map[string]visit.Entry{"A3": {Values: []string{"yes"}}})
		}
		if err != nil {
			b.Fatal(err)
		}
		return uuid.NewSHA1(uuid.MustParse(vs[0].ID), []byte("form")).String()
	}
	sub, n := plan(), 0
	b.SetBytes(int64(len(photo)))
	b.ReportMetric(float64(len(photo)), "B/photo")
	for b.Loop() {
		if n++; n%50 == 0 {
			sub = plan() // a visit holds sixty
		}
		u := visit.Upload{ID: uuid.NewString(), Submission: sub, Question: "O3", SHA256: hash(photo), Length: int64(len(photo))}
		if _, _, err := svc.StartUpload(b.Context(), shopper, u); err != nil {
			b.Fatal(err)
		}
		step := (len(photo) + 3) / 4
		for at := 0; at < len(photo); at += step {
			piece := photo[at:min(at+step, len(photo))]
			if _, err := svc.WriteUpload(b.Context(), shopper, u.ID, int64(at), bytes.NewReader(piece)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// phonePicture is a JPEG of 1600 × 1200 pixels with as much in it as in a photo.
func phonePicture(b *testing.B) []byte {
	b.Helper()
	r := rand.New(rand.NewPCG(3, 3))
	img := image.NewRGBA(image.Rect(0, 0, 1600, 1200))
	for y := range 1200 {
		for x := range 1600 {
			v := uint8(r.IntN(12))
			img.SetRGBA(x, y, color.RGBA{R: uint8(x/8) + v, G: uint8(y/6) + v, B: uint8((x+y)/14) + v, A: 255})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 80}); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}
