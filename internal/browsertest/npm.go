package browsertest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// errNoModules says that the tests' own npm packages are not there.
var errNoModules = errors.New("the tests' npm packages are missing: npm ci --ignore-scripts --prefix .ci/npm")

// Module gives the path of a file of the tests' npm packages, such as
// "axe-core/axe.min.js". Where they are not installed the test is skipped, or
// fails with PLAINCLOTHES_TEST_ALL=1.
func Module(t testing.TB, file string) string {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatalf("browsertest: %v", err)
	}
	path := filepath.Join(root, ".ci", "npm", "node_modules", filepath.FromSlash(file))
	if _, err := os.Stat(path); err != nil {
		giveUp(t, errNoModules)
	}
	return path
}

// Node gives the path of Node.js, for the tests' npm packages that need it.
func Node(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		giveUp(t, errNoModules)
	}
	return path
}

// moduleRoot is the folder of go.mod: tests run in their package's folder.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod above the test's folder")
		}
		dir = up
	}
	return "", err
}

// Chromium gives the path of the browser, for programs that start one themselves.
func Chromium(t testing.TB) string {
	t.Helper()
	path, err := find(os.Getenv(envChromium))
	if err != nil {
		giveUp(t, err)
	}
	return path
}
