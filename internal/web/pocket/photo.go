package pocket

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// Headers and values of tus 1.0, the protocol in which photos arrive (https://tus.io/protocols/resumable-upload): the
// core, creation and termination.
const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,termination"
	tusPiece      = "application/offset+octet-stream"

	headResumable = "Tus-Resumable"
	headVersion   = "Tus-Version"
	headExtension = "Tus-Extension"
	headMaxSize   = "Tus-Max-Size"
	headLength    = "Upload-Length"
	headOffset    = "Upload-Offset"
	headMetadata  = "Upload-Metadata"
	headOverride  = "X-HTTP-Method-Override"

	statusOtherBytes = 460 // tus: checksum mismatch
	maxMetadata      = 2 << 10
)

// Uploads are the use cases of photos on their way.
type Uploads interface {
	StartUpload(ctx context.Context, a auth.Actor, u visit.Upload) (visit.Upload, bool, error)
	Upload(ctx context.Context, a auth.Actor, id string) (visit.Upload, error)
	WriteUpload(ctx context.Context, a auth.Actor, id string, offset int64, body io.Reader) (visit.Upload, error)
	DropUpload(ctx context.Context, a auth.Actor, id string) error
}

// Photos takes photos from phones, bit by bit.
type Photos struct{ uploads Uploads }

// NewPhotos joins the routes with their use cases.
func NewPhotos(u Uploads) *Photos { return &Photos{u} }

// Routes lists the routes. They come after the pages of shoppers: those show a whole photo under the same address, and
// only HEAD is answered here instead of there.
func (p *Photos) Routes() []kit.Route {
	access, body := kit.NeedOrGrant(auth.VisitDo), kit.Limits{Body: evidence.MaxUpload + 1, Class: kit.Uploads}
	return failing([]kit.Route{
		{Method: http.MethodOptions, Path: "/photos", Name: "how photos are sent", Access: kit.Public(), Handle: p.options},
		{Method: http.MethodPost, Path: "/photos", Name: "announce a photo", Access: access, Handle: tus(p.announce)},
		{Method: http.MethodHead, Path: "/photos/:id", Name: "how much of a photo is here", Access: access, Handle: tus(p.head)},
		{Method: http.MethodPatch, Path: "/photos/:id", Name: "send a piece of a photo", Access: access, Handle: tus(p.patch), Limits: body},
		{Method: http.MethodDelete, Path: "/photos/:id", Name: "give up a photo", Access: access, Handle: tus(p.drop)},
		{Method: http.MethodPost, Path: "/photos/:id", Name: "the same for those who can only post", Access: access, Handle: tus(p.override), Limits: body},
	})
}

// tus wraps what all requests of the protocol have in common.
func tus(next kit.Handler) kit.Handler {
	return func(c echo.Context, a auth.Actor) error {
		h := c.Response().Header()
		h.Set(headResumable, tusVersion)
		h.Set(echo.HeaderCacheControl, "no-store")
		if c.Request().Header.Get(headResumable) != tusVersion {
			h.Set(headVersion, tusVersion)
			return c.JSON(http.StatusPreconditionFailed, problemBody{problem{Kind: "version", Message: "Photos are sent here with Tus-Resumable: " + tusVersion + "."}})
		}
		err := next(c, a)
		if errors.Is(err, visit.ErrOtherBytes) {
			h.Set(headOffset, "0")
			return c.JSON(statusOtherBytes, problemBody{problem{
				Kind: "other_bytes", Retry: true, Message: "The photo arrived with other bytes than it has. It is sent again from the beginning.",
			}})
		}
		return answerWith(c, err)
	}
}

func (p *Photos) options(c echo.Context, _ auth.Actor) error {
	h := c.Response().Header()
	h.Set(headResumable, tusVersion)
	h.Set(headVersion, tusVersion)
	h.Set(headExtension, tusExtensions)
	h.Set(headMaxSize, strconv.Itoa(evidence.MaxUpload))
	return c.NoContent(http.StatusNoContent)
}

// announce takes note of a photo. One that is known already answers with how much of it is here.
func (p *Photos) announce(c echo.Context, a auth.Actor) error {
	u, err := announced(c.Request().Header)
	if err != nil {
		return err
	}
	u, made, err := p.uploads.StartUpload(c.Request().Context(), a, u)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderLocation, "/photos/"+u.ID)
	c.Response().Header().Set(headOffset, strconv.FormatInt(u.Received, 10))
	if made {
		return c.NoContent(http.StatusCreated)
	}
	return c.NoContent(http.StatusOK)
}

// announced reads the headers of an announcement.
func announced(h http.Header) (visit.Upload, error) {
	var bad fault.Fields
	length, err := strconv.ParseInt(h.Get(headLength), 10, 64)
	if err != nil {
		bad.Add(headLength, "Say how many bytes the photo has in Upload-Length.")
	}
	raw := h.Get(headMetadata)
	meta, problem := metadata(raw)
	if problem != "" {
		bad.Add(headMetadata, problem)
	}
	return visit.Upload{
		ID: meta["id"], Submission: meta["sid"], Question: meta["q"], SHA256: meta["sha256"], Type: meta["type"],
		Length: length, Metadata: raw,
	}, bad.Err()
}

// metadata reads "key base64,key base64", or says what is wrong. A key may stand there once, a value may be left out.
func metadata(raw string) (all map[string]string, bad string) {
	if len(raw) > maxMetadata {
		return nil, "Upload-Metadata is too long."
	}
	all = map[string]string{}
	for pair := range strings.SplitSeq(raw, ",") {
		key, coded, _ := strings.Cut(strings.TrimSpace(pair), " ")
		value, err := base64.StdEncoding.DecodeString(coded)
		if _, twice := all[key]; err != nil || twice || key == "" && raw != "" {
			return nil, "Write Upload-Metadata as pairs of a key and a value in base64, with commas between."
		}
		if !utf8.Valid(value) || strings.ContainsRune(string(value), 0) {
			return nil, "Upload-Metadata holds a value that is no text."
		}
		all[key] = string(value)
	}
	return all, ""
}

// head says how much of a photo is here.
func (p *Photos) head(c echo.Context, a auth.Actor) error {
	u, err := p.uploads.Upload(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(headOffset, strconv.FormatInt(u.Received, 10))
	h.Set(headLength, strconv.FormatInt(u.Length, 10))
	if u.Metadata != "" {
		h.Set(headMetadata, u.Metadata)
	}
	return c.NoContent(http.StatusOK)
}

// patch takes the next piece, of any size up to the rest of the photo.
func (p *Photos) patch(c echo.Context, a auth.Actor) error {
	r := c.Request()
	if r.Header.Get(echo.HeaderContentType) != tusPiece {
		return echo.NewHTTPError(http.StatusUnsupportedMediaType)
	}
	offset, err := strconv.ParseInt(r.Header.Get(headOffset), 10, 64)
	if err != nil || offset < 0 {
		return wrong(headOffset, "Say where the piece begins in Upload-Offset.")
	}
	u, err := p.uploads.WriteUpload(r.Context(), a, c.Param("id"), offset, r.Body)
	if err == nil || fault.Is(err, fault.Conflict) {
		c.Response().Header().Set(headOffset, strconv.FormatInt(u.Received, 10))
	}
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// drop gives up a photo that is not whole.
func (p *Photos) drop(c echo.Context, a auth.Actor) error {
	if err := p.uploads.DropUpload(c.Request().Context(), a, c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// override is for networks that let only GET and POST through.
func (p *Photos) override(c echo.Context, a auth.Actor) error {
	switch c.Request().Header.Get(headOverride) {
	case http.MethodPatch:
		return p.patch(c, a)
	case http.MethodDelete:
		return p.drop(c, a)
	case http.MethodHead:
		return p.head(c, a)
	}
	return echo.ErrMethodNotAllowed
}

// wrong is an Invalid fault of one field.
func wrong(name, message string) error {
	var bad fault.Fields
	bad.Add(name, message)
	return bad.Err()
}
