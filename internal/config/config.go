// Package config reads the settings: flags, then PLAINCLOTHES_… variables, then defaults.
//
// The one rule: everything that is wrong is said at once, each by its flag and variable and with what would be right.
// A setting is one field with a setting tag in one of the structs here; flag, variable, help and reading follow from
// it. Secrets (setting:"secret") may also come from a file that PLAINCLOTHES_…_FILE names.
package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"plainclothes/internal/fault"
)

// prefix begins the name of every variable.
const prefix = "PLAINCLOTHES_"

// maxSecret is the longest secret file in bytes, so that a wrong path does not fill the memory.
const maxSecret = 64 << 10

// Environment gives settings to the command line from variables and secret files, and remembers what is wrong.
type Environment struct {
	getenv func(string) string
	bad    fault.Fields
}

// NewEnvironment reads variables through getenv; an empty one counts as not set.
func NewEnvironment(getenv func(string) string) *Environment { return &Environment{getenv: getenv} }

// Variable is the name of the variable behind a flag: smtp-host, PLAINCLOTHES_SMTP_HOST.
func Variable(flag string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// both names a setting in messages.
func both(flag string) string { return "--" + flag + " (" + Variable(flag) + ")" }

// Validate is part of kong.Resolver; there is nothing to check beforehand.
func (e *Environment) Validate(*kong.Application) error { return nil }

// Resolve gives the variable's value for a flag that was not on the command line, nil when it is not set.
func (e *Environment) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !flag.Tag.Has("setting") {
		return nil, nil
	}
	name := Variable(flag.Name)
	value, file := e.getenv(name), ""
	if flag.Tag.Get("setting") == "secret" {
		file = e.getenv(name + "_FILE")
	}
	if value != "" && file != "" {
		e.bad.Addf(name, "Set this or %s_FILE, not both.", name)
	}
	if file != "" {
		value = e.secret(name+"_FILE", file)
	}
	if value == "" {
		return nil, nil
	}
	return value, nil
}

// secret reads a secret from a file, without the line end that editors put behind it.
func (e *Environment) secret(name, path string) string {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		e.bad.Addf(name, "The file cannot be read: %v.", cause(err))
		return ""
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil || len(b) > maxSecret {
		e.bad.Addf(name, "The file %s is no secret: it has more than %d KB or cannot be read.", path, maxSecret>>10)
		return ""
	}
	value := strings.TrimRight(string(b), "\r\n")
	if value == "" {
		e.bad.Addf(name, "The file %s is empty.", path)
	}
	return value
}

// cause leaves out the verb and the path that os puts before an error.
func cause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}

// Help describes a flag with the variables that set it.
func Help(v *kong.Value) string {
	if !v.Tag.Has("setting") {
		return kong.DefaultHelpValueFormatter(v)
	}
	name := Variable(v.Name)
	if v.Tag.Get("setting") == "secret" {
		return v.Help + " [$" + name + " or $" + name + "_FILE]"
	}
	return v.Help + " [$" + name + "]"
}
