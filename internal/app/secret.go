package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"plainclothes/internal/config"
)

// secretFile is where the first start keeps the key that it makes.
const secretFile = "secret.key"

// secret gives the key that protects messages waiting to be sent: the setting, else the folder's own, made at first.
func secret(c config.Config) (string, error) {
	if c.Secret != "" {
		return c.Secret, nil
	}
	path := filepath.Join(c.Dir, secretFile)
	b, err := os.ReadFile(path) //nolint:gosec // in the operator's folder
	if errors.Is(err, os.ErrNotExist) {
		return makeSecret(path)
	}
	if err != nil {
		return "", fmt.Errorf("read the key: %w", err)
	}
	key := strings.TrimSpace(string(b))
	if key == "" {
		return "", fmt.Errorf("read the key: %s is empty; delete it to have a new one made", path)
	}
	return key, nil
}

// makeSecret writes a new key, readable for this user only.
func makeSecret(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // in the operator's folder
	if err != nil {
		return "", fmt.Errorf("make the key: %w", err)
	}
	key := rand.Text() + rand.Text()
	_, err = f.WriteString(key + "\n")
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("make the key: %w", err)
	}
	return key, nil
}
