package blob

import (
	"bufio"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"plainclothes/internal/fault"
)

// fakeS3 is as much of an object store as this package uses: one bucket, objects by path, signatures required.
type fakeS3 struct {
	mu      sync.Mutex
	objects map[string][]byte
	broken  bool
}

func (f *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key, isBucket := strings.CutPrefix(r.URL.Path, "/photos/")
	switch {
	case f.broken:
		answerS3(w, http.StatusForbidden, "AccessDenied")
	case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=key/"):
		answerS3(w, http.StatusForbidden, "AccessDenied")
	case !isBucket:
		answerS3(w, http.StatusNotFound, "NoSuchBucket")
	case key == "" && r.URL.Query().Has("list-type"):
		f.list(w, r.URL.Query().Get("prefix"))
	case key == "":
		w.WriteHeader(http.StatusOK)
	case r.Method == http.MethodDelete:
		delete(f.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodPut:
		f.put(w, r, key)
	default:
		f.get(w, key)
	}
}

func (f *fakeS3) put(w http.ResponseWriter, r *http.Request, key string) {
	b, err := unchunk(r.Body)
	sum := md5.Sum(b)
	if err != nil || r.Header.Get("Content-Md5") != base64.StdEncoding.EncodeToString(sum[:]) {
		answerS3(w, http.StatusBadRequest, "BadDigest")
		return
	}
	f.objects[key] = b
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sum))
}

// list names the objects under a prefix. Those whose name holds "old" are from another year.
func (f *fakeS3) list(w http.ResponseWriter, prefix string) {
	w.Header().Set("Content-Type", "application/xml")
	_, _ = fmt.Fprint(w, "<ListBucketResult><IsTruncated>false</IsTruncated>")
	for key := range f.objects {
		year := 2026
		if strings.Contains(key, "old") {
			year = 2020
		}
		if strings.HasPrefix(key, prefix) {
			_, _ = fmt.Fprintf(w, "<Contents><Key>%s</Key><LastModified>%d-11-20T10:00:00.000Z</LastModified><Size>1</Size></Contents>", key, year)
		}
	}
	_, _ = fmt.Fprint(w, "</ListBucketResult>")
}

// unchunk takes the bytes out of signed chunks: "5;chunk-signature=…\r\nbytes\r\n0;…\r\n\r\n".
func unchunk(r io.Reader) (all []byte, err error) {
	in := bufio.NewReader(r)
	for {
		var size int
		var rest string
		if _, err := fmt.Fscanf(in, "%x;%s\r\n", &size, &rest); err != nil {
			return nil, err
		}
		b := make([]byte, size+2)
		if _, err := io.ReadFull(in, b); err != nil {
			return nil, err
		}
		if size == 0 {
			return all, nil
		}
		all = append(all, b[:size]...)
	}
}

func (f *fakeS3) get(w http.ResponseWriter, key string) {
	b, ok := f.objects[key]
	if !ok {
		answerS3(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	w.Header().Set("Last-Modified", "Fri, 20 Nov 2026 10:00:00 GMT")
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, md5.Sum(b)))
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	_, _ = w.Write(b)
}

func answerS3(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
}

func openS3(t *testing.T, bucket string) (*S3, *fakeS3) {
	t.Helper()
	f := &fakeS3{objects: map[string][]byte{}}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	s, err := OpenS3(S3Options{Endpoint: srv.URL, Bucket: bucket, Region: "eu-1", Prefix: "p/", AccessKey: "key", SecretKey: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	return s, f
}

func TestWhatWasPutInABucketIsThereAgain(t *testing.T) {
	s, f := openS3(t, "photos")
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "media/o/ab/abc", []byte("bytes")); err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, "media/o/ab/abc"); got != "bytes" {
		t.Errorf("got %q", got)
	}
	if string(f.objects["p/media/o/ab/abc"]) != "bytes" {
		t.Errorf("objects: %v", f.objects)
	}
}

func TestAnObjectThatIsNotThereIsNotFound(t *testing.T) {
	s, _ := openS3(t, "photos")
	if _, err := s.Get(t.Context(), "media/o/ab/abc"); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
}

func TestAStoreThatRefusesAsksToTryAgain(t *testing.T) {
	s, f := openS3(t, "photos")
	f.broken = true
	if err := s.Put(t.Context(), "media/a", []byte("x")); !fault.Is(err, fault.Busy) {
		t.Errorf("put: %v", err)
	}
	if _, err := s.Get(t.Context(), "media/a"); !fault.Is(err, fault.Busy) {
		t.Errorf("get: %v", err)
	}
	if err := s.Check(t.Context()); err == nil {
		t.Error("check: no error")
	}
}

func TestABucketThatIsNotThereIsSaid(t *testing.T) {
	s, _ := openS3(t, "others")
	if err := s.Check(t.Context()); err == nil || !strings.Contains(err.Error(), `no bucket "others"`) {
		t.Errorf("got %v", err)
	}
}

func TestBucketKeysAreCheckedToo(t *testing.T) {
	s, _ := openS3(t, "photos")
	if err := s.Put(t.Context(), "../x", nil); err == nil {
		t.Error("put was taken")
	}
	if _, err := s.Get(t.Context(), "../x"); err == nil {
		t.Error("get was taken")
	}
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	for _, bad := range []string{"", "s3.example.org", "ftp://x", "https://"} {
		if _, err := OpenS3(S3Options{Endpoint: bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestABucketIsSweptOfWhatIsOldInOnePlaceOnly(t *testing.T) {
	s, f := openS3(t, "photos")
	for _, key := range []string{"parts/o/old", "parts/o/new", "media/o/old"} {
		if err := s.Put(t.Context(), key, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Sweep(t.Context(), "parts", time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	if f.objects["p/parts/o/old"] != nil || f.objects["p/parts/o/new"] == nil || f.objects["p/media/o/old"] == nil {
		t.Errorf("objects: %v", f.objects)
	}
	for range 2 {
		if err := s.Delete(t.Context(), "parts/o/new"); err != nil || f.objects["p/parts/o/new"] != nil {
			t.Errorf("deleted: %v", err)
		}
	}
	f.broken = true
	if err := s.Sweep(t.Context(), "parts", time.Now()); !fault.Is(err, fault.Busy) {
		t.Errorf("a store that refuses: %v", err)
	}
}
