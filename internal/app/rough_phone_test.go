package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// handset is a phone that speaks the protocol and nothing else: written from its description, to be tried against the
// server on any line. It keeps its whole log and every photo until a receipt that it has verified.
type handset struct {
	base    string
	client  *http.Client
	session string
	luck    *rand.Rand

	visit, submission, device string
	checklist, grant          string
	keys                      map[string]ed25519.PublicKey

	ops    []written
	acked  int // how many of them the server has said to have
	head   string
	photos []*snap
	others []*snap // of the same visit's other phone
	tries  int     // requests so far
}

// written is an op in the log, with the text that its hash is about.
type written struct {
	Seq   int
	ID    string
	Field string
	Value json.RawMessage
	Body  string // JSON without h
	Hash  string
}

// snap is a photo.
type snap struct {
	id, question, sha string
	data              []byte
	done, removed     bool
}

// enough is how many requests a handset may make before it is called stuck.
const enough = 3000

var errStuck = errors.New("stuck: too many requests without an end")

// finalError is an answer that says that trying again is useless.
type finalError struct {
	status int
	text   string
}

func (e *finalError) Error() string { return fmt.Sprintf("%d: %s", e.status, e.text) }

func newHandset(base, session, visit string, luck *rand.Rand, line http.RoundTripper) *handset {
	return &handset{
		base: base, session: session, visit: visit, luck: luck, client: &http.Client{Transport: line, Timeout: 20 * time.Second},
		submission: newID(), device: newID(),
	}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// reply is an answer that was not lost.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// request sends one request once; a lost answer gives an error.
func (h *handset) request(ctx context.Context, method, path string, header http.Header, body []byte) (reply, error) {
	h.tries++
	if h.tries > enough {
		return reply{}, errStuck
	}
	r, err := http.NewRequestWithContext(ctx, method, h.base+path, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	for k, v := range header {
		r.Header[k] = v
	}
	if h.grant != "" {
		r.Header.Set("Authorization", "Grant "+h.grant)
	} else {
		r.AddCookie(&http.Cookie{Name: "plainclothes", Value: h.session})
	}
	res, err := h.client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, b}, err
}

// again are the answers after which the same may be tried once more.
var again = []int{
	http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInsufficientStorage, http.StatusBadGateway, http.StatusGatewayTimeout,
}

// insist asks until there is an answer that is not "try again".
func (h *handset) insist(ctx context.Context, method, path string, header http.Header, body []byte) (reply, error) {
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		res, err := h.request(ctx, method, path, header, body)
		if errors.Is(err, errStuck) || ctx.Err() != nil {
			return res, cmp.Or(err, ctx.Err())
		}
		if err == nil && !slices.Contains(again, res.status) {
			return res, nil
		}
		time.Sleep(wait + time.Duration(h.luck.Int64N(int64(wait))))
	}
}

var asJSON = http.Header{"Content-Type": {"application/json"}}

// call insists on an answer and reads it; answers other than 200 and ok are final errors.
func (h *handset) call(ctx context.Context, method, path string, body []byte, out any, ok ...int) (int, error) {
	res, err := h.insist(ctx, method, path, asJSON, body)
	if err != nil {
		return 0, err
	}
	if res.status/100 != 2 && !slices.Contains(ok, res.status) {
		return res.status, &finalError{res.status, method + " " + path + ": " + string(res.body)}
	}
	if err := json.Unmarshal(res.body, out); err != nil {
		return res.status, fmt.Errorf("%s %s answers %d %q: %w", method, path, res.status, res.body, err)
	}
	return res.status, nil
}

// packed is what the handset reads of a pack.
type packed struct {
	Checklist string `json:"checklist"`
	Fields    map[string][]struct {
		Op    string          `json:"op"`
		Value json.RawMessage `json:"value"`
	} `json:"fields"`
	Keys []struct {
		ID, Alg, Public string
	} `json:"keys"`
}

// accepts gets the pack and the grant, by the session.
func (h *handset) accepts(ctx context.Context) error {
	p, err := h.pack(ctx)
	if err != nil {
		return err
	}
	h.checklist, h.keys = p.Checklist, map[string]ed25519.PublicKey{}
	for _, k := range p.Keys {
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.Public, "="))
		if err != nil || len(raw) != ed25519.PublicKeySize || k.Alg != "Ed25519" {
			return fmt.Errorf("the key %+v is none: %w", k, err)
		}
		h.keys[k.ID] = raw
	}
	var g struct{ Grant, Until string }
	if _, err := h.call(ctx, http.MethodPost, "/api/v1/visits/"+h.visit+"/grant", []byte(`{"device":"`+h.device+`"}`), &g); err != nil {
		return err
	}
	h.grant = g.Grant
	return nil
}

func (h *handset) pack(ctx context.Context) (p packed, err error) {
	grant := h.grant
	h.grant = "" // a grant does not read answers
	defer func() { h.grant = grant }()
	_, err = h.call(ctx, http.MethodGet, "/api/v1/visits/"+h.visit+"/pack", nil, &p)
	return p, err
}

// put adds an op to the log. Members stand in any order: the server keeps what it is sent.
func (h *handset) put(field string, value json.RawMessage, base any) written {
	id, now := newID(), time.Now()
	members := []string{
		`"seq":` + strconv.Itoa(len(h.ops)+1), `"id":"` + id + `"`, `"q":` + mustJSON(field), `"v":` + string(value), `"base":` + mustJSON(base),
		`"at":` + mustJSON(now.UTC().Format(time.RFC3339Nano)), `"mono":` + strconv.FormatInt(now.UnixMilli()%1e9, 10),
	}
	h.luck.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	body := "{" + strings.Join(members, []string{",", ", "}[h.luck.IntN(2)]) + "}"
	sum := sha256.Sum256([]byte(h.head + body))
	h.head = hex.EncodeToString(sum[:])
	op := written{Seq: len(h.ops) + 1, ID: id, Field: field, Value: value, Body: body, Hash: h.head}
	h.ops = append(h.ops, op)
	return op
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only texts and lists of them
	}
	return string(b)
}

// sent is the op as it travels: its text with the hash behind.
func (w written) sent() string { return strings.TrimSuffix(w.Body, "}") + `,"h":"` + w.Hash + `"}` }

// takes keeps a photo and puts it into the log.
func (h *handset) takes(question string) {
	s := &snap{id: newID(), question: question, data: photoOf(h.luck)}
	sum := sha256.Sum256(s.data)
	s.sha = hex.EncodeToString(sum[:])
	h.photos = append(h.photos, s)
	h.put("photo."+s.id, json.RawMessage(fmt.Sprintf(`{"q":%q,"sha256":%q,"size":%d,"type":"image/jpeg"}`, question, s.sha, len(s.data))), nil)
}

// drops takes a photo back.
func (h *handset) drops(s *snap) {
	s.removed = true
	h.put("photo."+s.id, json.RawMessage("null"), nil)
}

// photoOf is a picture that does not compress well.
func photoOf(luck *rand.Rand) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 160+luck.IntN(200), 120+luck.IntN(100)))
	for i := range m.Pix {
		m.Pix[i] = byte(luck.Uint32())
	}
	m.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 60 + luck.IntN(35)}); err != nil {
		panic(err) // not into memory
	}
	return b.Bytes()
}

// standing is what the server says of a log.
type standing struct {
	Acked     int      `json:"acked"`
	Head      string   `json:"head"`
	Conflicts []string `json:"conflicts"`
	Want      []string `json:"want"`
	State     string   `json:"state"`
	Missing   []struct {
		Q       string `json:"q"`
		Message string `json:"message"`
	} `json:"missing"`
}

// sendsOps sends the next few ops and learns how far the server is.
func (h *handset) sendsOps(ctx context.Context) error {
	from := h.acked
	if from > 0 && h.luck.IntN(5) == 0 {
		from -= h.luck.IntN(min(from, 5)) // once more what is there already
	}
	to := min(from+1+h.luck.IntN(12), len(h.ops))
	var texts []string // as they were hashed: an encoder would write them anew
	for _, op := range h.ops[from:to] {
		texts = append(texts, op.sent())
	}
	message := fmt.Sprintf(`{"device":%q,"visit":%q,"checklist":%q,"ops":[%s]}`, h.device, h.visit, h.checklist, strings.Join(texts, ","))
	var s standing
	status, err := h.call(ctx, http.MethodPost, h.path("/ops"), []byte(message), &s, http.StatusConflict)
	if err != nil {
		return err
	}
	if status == http.StatusOK && s.Acked < to {
		return fmt.Errorf("ops up to %d were accepted, and acked is %d", to, s.Acked)
	}
	if status == http.StatusConflict && s.Acked >= from {
		return fmt.Errorf("a gap is said to be after %d, but ops from %d were sent", s.Acked, from+1)
	}
	return h.learns(s)
}

func (h *handset) path(rest string) string { return "/api/v1/submissions/" + h.submission + rest }

// learns takes over how far the server is; it may be behind what it was.
func (h *handset) learns(s standing) error {
	if s.Acked > len(h.ops) {
		return fmt.Errorf("the server has %d ops of %d", s.Acked, len(h.ops))
	}
	if want := h.hashOf(s.Acked); s.Head != "" && s.Head != want {
		return fmt.Errorf("the server's head after %d ops is %s, ours %s", s.Acked, s.Head, want)
	}
	h.acked = s.Acked
	for _, p := range h.photos {
		if slices.Contains(s.Want, p.id) {
			p.done = false
		}
	}
	return nil
}

func (h *handset) hashOf(seq int) string {
	if seq == 0 {
		return ""
	}
	return h.ops[seq-1].Hash
}

// sendsPhoto sends one photo to its end; it is over when the server has checked all of it.
func (h *handset) sendsPhoto(ctx context.Context, p *snap) error {
	offset, err := h.creates(ctx, p)
	for err == nil && offset < len(p.data) {
		offset, err = h.patches(ctx, p, offset)
	}
	if err == nil {
		p.done = true
	}
	return err
}

func tus(more ...string) http.Header {
	h := http.Header{"Tus-Resumable": {"1.0.0"}}
	for i := 0; i < len(more); i += 2 {
		h.Set(more[i], more[i+1])
	}
	return h
}

// creates announces a photo and gives how much of it is there already.
func (h *handset) creates(ctx context.Context, p *snap) (int, error) {
	var meta []string
	for _, kv := range [][2]string{{"id", p.id}, {"sid", h.submission}, {"q", p.question}, {"sha256", p.sha}, {"type", "image/jpeg"}} {
		meta = append(meta, kv[0]+" "+base64.StdEncoding.EncodeToString([]byte(kv[1])))
	}
	res, err := h.insist(ctx, http.MethodPost, "/photos", tus("Upload-Length", strconv.Itoa(len(p.data)), "Upload-Metadata", strings.Join(meta, ",")), nil)
	if err != nil {
		return 0, err
	}
	if res.status != http.StatusCreated && res.status != http.StatusOK {
		return 0, &finalError{res.status, "POST /photos: " + string(res.body)}
	}
	if offset := res.header.Get("Upload-Offset"); offset != "" {
		return strconv.Atoi(offset)
	}
	return h.asks(ctx, p)
}

// asks gives how much of a photo is there.
func (h *handset) asks(ctx context.Context, p *snap) (int, error) {
	res, err := h.insist(ctx, http.MethodHead, "/photos/"+p.id, tus(), nil)
	if err != nil {
		return 0, err
	}
	if res.status == http.StatusNotFound || res.status == http.StatusGone {
		return h.creates(ctx, p)
	}
	if res.status/100 != 2 {
		return 0, &finalError{res.status, "HEAD /photos"}
	}
	return strconv.Atoi(res.header.Get("Upload-Offset"))
}

// patches sends one piece and gives how much is there then. Whatever goes wrong, the server is asked how much it has.
func (h *handset) patches(ctx context.Context, p *snap, offset int) (int, error) {
	end := min(offset+1+h.luck.IntN(30<<10), len(p.data))
	res, err := h.request(ctx, http.MethodPatch, "/photos/"+p.id, tus("Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream"), p.data[offset:end])
	switch {
	case errors.Is(err, errStuck):
		return 0, err
	case err == nil && res.status == http.StatusNoContent:
		return strconv.Atoi(res.header.Get("Upload-Offset"))
	case err == nil && !slices.Contains(append(again, http.StatusConflict, 423, 460, http.StatusNotFound, http.StatusBadRequest), res.status):
		return 0, &finalError{res.status, "PATCH /photos: " + string(res.body)}
	}
	return h.asks(ctx, p)
}

// todo is the next photo that has to go.
func (h *handset) todo() *snap {
	for _, p := range h.photos {
		if !p.done && !p.removed {
			return p
		}
	}
	return nil
}

// drains sends until the server has everything.
func (h *handset) drains(ctx context.Context) error {
	for h.acked < len(h.ops) {
		if err := h.sendsOps(ctx); err != nil {
			return err
		}
	}
	p := h.todo()
	if p == nil {
		return nil
	}
	if err := h.sendsPhoto(ctx, p); err != nil {
		return err
	}
	return h.drains(ctx)
}

// receipt is the proof that a visit was sent.
type proof struct {
	Statement json.RawMessage `json:"statement"`
	Bytes     string          `json:"bytes"`
	Sig       string          `json:"sig"`
	Code      string          `json:"code"`
}

// said is what a receipt states.
type said struct {
	Submission, Visit, Checklist, Head, Key string
	Ops                                     int
	Received                                time.Time
	Photos                                  []struct {
		ID, SHA256 string
		Size       int
	}
}

// seals asks for the receipt; when something is missing it says what.
func (h *handset) seals(ctx context.Context) (p proof, lacks standing, err error) {
	in := map[string]any{"head": h.head, "seq": len(h.ops)}
	body, err := json.Marshal(in)
	if err != nil {
		return p, lacks, err
	}
	res, err := h.insist(ctx, http.MethodPost, h.path("/seal"), asJSON, body)
	if err != nil {
		return p, lacks, err
	}
	switch res.status {
	case http.StatusOK, http.StatusCreated:
		return p, lacks, json.Unmarshal(res.body, &p)
	case http.StatusConflict:
		if err := json.Unmarshal(res.body, &lacks); err != nil {
			return p, lacks, err
		}
		return p, lacks, h.learns(lacks)
	}
	return p, lacks, &finalError{res.status, "seal: " + string(res.body)}
}

// verifies says what is wrong with a receipt.
func (h *handset) verifies(p proof) error {
	raw, err := base64.StdEncoding.DecodeString(p.Bytes)
	if err != nil {
		return fmt.Errorf("bytes: %w", err)
	}
	sig, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(p.Sig, "="))
	if err != nil {
		return fmt.Errorf("sig: %w", err)
	}
	var s said
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	if !ed25519.Verify(h.keys[s.Key], raw, sig) {
		return errors.New("the signature is not by a key of the pack")
	}
	sum := sha256.Sum256(raw)
	code := crockford.EncodeToString(sum[:])[:12]
	if strings.ReplaceAll(p.Code, "-", "") != code {
		return fmt.Errorf("the code is %s, of these bytes %s", p.Code, code)
	}
	return h.fits(s)
}

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// fits says where a receipt differs from what the phone has.
func (h *handset) fits(s said) error {
	if s.Submission != h.submission || s.Visit != h.visit || s.Checklist != h.checklist || s.Head != h.head || s.Ops != len(h.ops) {
		return fmt.Errorf("the receipt is about something else: %+v", s)
	}
	want := map[string]string{}
	for _, p := range slices.Concat(h.photos, h.others) {
		if !p.removed {
			want[p.id] = fmt.Sprintf("%s %d", p.sha, len(p.data))
		}
	}
	for _, p := range s.Photos {
		if want[p.ID] != fmt.Sprintf("%s %d", p.SHA256, p.Size) {
			return fmt.Errorf("the receipt names the photo %+v, ours is %q", p, want[p.ID])
		}
		delete(want, p.ID)
	}
	if len(want) > 0 {
		return fmt.Errorf("the receipt lacks photos: %v", want)
	}
	return nil
}

// page gets a public page without any session.
func (h *handset) page(ctx context.Context, path string) (reply, error) {
	public := &handset{base: h.base, client: h.client, luck: h.luck, grant: "", session: "nobody"}
	return public.insist(ctx, http.MethodGet, path, nil, nil)
}
