package app

import (
	"errors"

	"plainclothes/internal/evidence"
	"plainclothes/internal/studio"
)

// picturesAtOnce is how many pictures of standards are listed at a time.
const picturesAtOnce = 200

// pictures checks that the bytes of the pictures of standards are those that were kept, and gives how many were read.
func (v *verifier) pictures() (n int, err error) {
	after := ""
	for !v.SkipPhotos {
		var page []studio.Picture
		err := v.x.store.Studio().View(v.p.ctx, v.o.ID, func(tx studio.Tx) (err error) {
			page, err = tx.PicturesAfter(v.p.ctx, v.o.ID, after, picturesAtOnce)
			return err
		})
		if err != nil || len(page) == 0 {
			return n, err
		}
		for _, x := range page {
			if err := v.picture(x); err != nil {
				return n, err
			}
			n, after = n+1, x.SHA256
		}
	}
	return n, nil
}

// picture checks one.
func (v *verifier) picture(x studio.Picture) error {
	_, err := photoBytes(v.p.ctx, v.x.blobs, evidence.Photo{Org: x.Org, SHA256: x.SHA256, Size: x.Size})
	if errors.Is(err, errWrongPhoto) {
		return v.findf("photo of a standard, %s: %v", x.SHA256, err)
	}
	return err
}
