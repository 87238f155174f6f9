package app

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"plainclothes/internal/store"
)

// The ends of the chains of events leave the database once a day: whoever could rewrite a whole chain would also have
// to rewrite this file, and could not sign it without the key.
const (
	headsFile = "chain-heads.jsonl"
	headsKey  = "chain-heads.key"
)

// headLine is one line of the file: where an organisation's chain ended, signed.
type headLine struct {
	At   time.Time `json:"at"`
	Org  string    `json:"organisation"`
	Seq  int64     `json:"seq"`
	Hash string    `json:"hash"`
	Key  string    `json:"key"` // public key, hex
	Sig  string    `json:"signature"`
}

// signed is what the signature is over.
func (h headLine) signed() []byte {
	return fmt.Appendf(nil, "%s %s %d %s", h.At.Format(time.RFC3339), h.Org, h.Seq, h.Hash)
}

// readHead reads a line; ok is false for one that is not of our making.
func readHead(line []byte) (h headLine, ok bool) {
	err := json.Unmarshal(line, &h)
	return h, err == nil
}

// genuine reports whether the signature is that of the key that the line names.
func (h headLine) genuine() bool {
	sig, err := hex.DecodeString(h.Sig)
	pub, err2 := hex.DecodeString(h.Key)
	return err == nil && err2 == nil && len(pub) == ed25519.PublicKeySize && ed25519.Verify(pub, h.signed(), sig)
}

// writeHeads appends the end of every organisation's chain to the file in the folder of data, and says it in the log.
func writeHeads(ctx context.Context, dir string, s *store.Store, now time.Time, log *slog.Logger) error {
	key, err := headKey(dir)
	if err != nil {
		return err
	}
	orgs, err := s.Organisations(ctx)
	if err != nil {
		return err
	}
	var lines bytes.Buffer
	for _, o := range orgs {
		last, err := s.Events(ctx, o.ID, store.EventQuery{Limit: 1})
		if err != nil {
			return err
		}
		if len(last) == 0 {
			continue
		}
		h := headLine{At: now.UTC().Truncate(time.Second), Org: o.ID, Seq: last[0].Seq, Hash: last[0].Hash, Key: publicHex(key)}
		h.Sig = hex.EncodeToString(ed25519.Sign(key, h.signed()))
		if err := json.NewEncoder(&lines).Encode(h); err != nil {
			return err
		}
		log.LogAttrs(ctx, slog.LevelInfo, "end of chain", slog.String("organisation", h.Org), slog.Int64("seq", h.Seq), slog.String("hash", h.Hash))
	}
	return appendFile(filepath.Join(dir, headsFile), lines.Bytes())
}

func publicHex(key ed25519.PrivateKey) string {
	public, _ := key.Public().(ed25519.PublicKey) // an Ed25519 key's public half is always one
	return hex.EncodeToString(public)
}

// appendFile adds bytes to a file and has them on disk before it returns.
func appendFile(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600) //nolint:gosec // in the operator's folder
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// headKey reads the key, or makes one on the first day.
func headKey(dir string) (ed25519.PrivateKey, error) {
	path := filepath.Join(dir, headsKey)
	b, err := os.ReadFile(path) //nolint:gosec // in the operator's folder
	if errors.Is(err, os.ErrNotExist) {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		return key, appendFile(path, []byte(hex.EncodeToString(key.Seed())+"\n"))
	}
	if err != nil {
		return nil, err
	}
	seed, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%s is no key; move it away to have a new one made", path)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// keepHeads writes the ends of the chains at start and once a day.
func (p *program) keepHeads(ctx context.Context, x *parts, log *slog.Logger) {
	tick := time.NewTicker(24 * time.Hour)
	defer tick.Stop()
	for {
		if err := writeHeads(ctx, x.data.Dir, x.store, p.now(), log); err != nil && ctx.Err() == nil {
			log.LogAttrs(ctx, slog.LevelWarn, "write the ends of the chains", slog.Any("err", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// checkHeads compares the file with the chains: a line that is signed but no longer in its chain means that the chain
// was rewritten. wrong is called with each finding.
func checkHeads(ctx context.Context, dir string, s *store.Store, wrong func(string) error) (lines int, err error) {
	b, err := os.ReadFile(filepath.Join(dir, headsFile)) //nolint:gosec // in the operator's folder
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	key, err := headKey(dir)
	if err != nil {
		return 0, err
	}
	r := bufio.NewReader(bytes.NewReader(b))
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return lines, nil // a line without its end was cut off by a crash, and says nothing
		}
		lines++
		what, err := checkHead(ctx, line, publicHex(key), s)
		if err != nil {
			return lines, err
		}
		if what != "" {
			if err := wrong(fmt.Sprintf("%s, line %d: %s", headsFile, lines, what)); err != nil {
				return lines, err
			}
		}
	}
}

// checkHead says what is wrong with one line, "" when nothing is.
func checkHead(ctx context.Context, line []byte, public string, s *store.Store) (string, error) {
	h, ok := readHead(line)
	if !ok || h.Key != public || !h.genuine() {
		return "the signature does not fit", nil
	}
	at, err := s.Events(ctx, h.Org, store.EventQuery{Before: h.Seq + 1, Limit: 1})
	if err != nil {
		return "", err
	}
	if len(at) == 0 || at[0].Seq != h.Seq || at[0].Hash != h.Hash {
		return fmt.Sprintf("entry %d of the log of changes is not the one that was there on %s: the log was rewritten", h.Seq, h.At.Format(time.DateOnly)), nil
	}
	return "", nil
}
