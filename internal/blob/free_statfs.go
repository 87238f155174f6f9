//go:build linux || darwin || freebsd

package blob

import "golang.org/x/sys/unix"

// FreeShare gives the part of the disk under dir, from 0 to 1, that is free for this program.
func FreeShare(dir string) (float64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	if s.Blocks == 0 {
		return 1, nil // a file system without a size of its own
	}
	return float64(s.Bavail) / float64(s.Blocks), nil
}
