package app

import "runtime/debug"

type versionCmd struct{}

// Run prints the version that the build knows.
func (versionCmd) Run(p *program) error {
	version, revision := "development", ""
	if b, ok := debug.ReadBuildInfo(); ok {
		if b.Main.Version != "" && b.Main.Version != "(devel)" {
			version = b.Main.Version
		}
		for _, s := range b.Settings {
			if s.Key == "vcs.revision" {
				revision = " " + s.Value
			}
		}
	}
	return p.printf("%s %s%s\n", progname, version, revision)
}
