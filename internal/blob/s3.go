package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"plainclothes/internal/fault"
)

// s3Timeout bounds one transfer of a photo, retries included.
const s3Timeout = 30 * time.Second

// retryStore is when a phone tries again after the object store did not answer.
const retryStore = 15 * time.Second

// S3Options say where the object store is. The address is the operator's own word and may be inside his network.
type S3Options struct {
	Endpoint  string // https://HOST[:PORT]; http:// is for a store on the same machine or a private network
	Bucket    string // must exist
	Region    string
	Prefix    string // before every key, "" or "photos/"
	AccessKey string
	SecretKey string
}

// S3 keeps blobs in a bucket.
type S3 struct {
	client *minio.Client
	bucket string
	prefix string
}

// OpenS3 makes a client; nothing is asked of the store yet.
func OpenS3(o S3Options) (*S3, error) {
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("the address of the object store must look like https://s3.example.org")
	}
	c, err := minio.New(u.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""),
		Secure: u.Scheme == "https", Region: o.Region, BucketLookup: minio.BucketLookupPath, MaxRetries: 3,
	})
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}
	return &S3{client: c, bucket: o.Bucket, prefix: o.Prefix}, nil
}

// Check asks whether the bucket is there and may be used.
func (s *S3) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s3Timeout)
	defer cancel()
	found, err := s.client.BucketExists(ctx, s.bucket)
	if err != nil {
		return fmt.Errorf("object store: %w", err)
	}
	if !found {
		return fmt.Errorf("object store: there is no bucket %q", s.bucket)
	}
	return nil
}

// Put sends b with its checksum, which the store compares; when it says yes, the object is durable.
func (s *S3) Put(ctx context.Context, key string, b []byte) error {
	if err := checkKey(key); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s3Timeout)
	defer cancel()
	_, err := s.client.PutObject(ctx, s.bucket, s.prefix+key, bytes.NewReader(b), int64(len(b)),
		minio.PutObjectOptions{ContentType: "application/octet-stream", SendContentMd5: true, DisableMultipart: true})
	if err != nil {
		return unreachable("keep "+key, err)
	}
	return nil
}

// Get opens what Put stored.
func (s *S3) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	o, err := s.client.GetObject(ctx, s.bucket, s.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, unreachable("open "+key, err)
	}
	if _, err := o.Stat(); err != nil { // GetObject itself asks nothing
		_ = o.Close()
		if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound {
			return nil, missing(err)
		}
		return nil, unreachable("open "+key, err)
	}
	return o, nil
}

// Delete removes what Put stored; nothing there is fine.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s3Timeout)
	defer cancel()
	if err := s.client.RemoveObject(ctx, s.bucket, s.prefix+key, minio.RemoveObjectOptions{}); err != nil {
		return unreachable("remove "+key, err)
	}
	return nil
}

// Sweep removes what was stored under a first part of keys before a time.
func (s *S3) Sweep(ctx context.Context, first string, before time.Time) error {
	if err := checkKey(first); err != nil {
		return err
	}
	if err := checkKey(first); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx) // ends the listing when something goes wrong half way
	defer cancel()
	for o := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix + first + "/", Recursive: true}) {
		if o.Err != nil {
			return unreachable("sweep "+first, o.Err)
		}
		if !o.LastModified.Before(before) {
			continue
		}
		if err := s.Delete(ctx, strings.TrimPrefix(o.Key, s.prefix)); err != nil {
			return err
		}
	}
	return nil
}

// unreachable is the answer when the store does not do its part: nothing is lost, the phone tries again.
func unreachable(what string, cause error) error {
	return &fault.Fault{
		Kind: fault.Busy, Message: "Photos cannot be kept or shown at the moment. Nothing is lost; try again in a moment.",
		RetryAfter: retryStore, Cause: fmt.Errorf("%s: %w", what, cause),
	}
}
