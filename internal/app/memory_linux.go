package app

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// leaveProgram lets go of the pages of the program's own file. Starting touches nearly all of it (every page template is
// checked, every package set up), work a part, rest next to nothing. They stay in the system's cache: what is needed
// comes back from there at once, and the rest is the first that the system drops when memory is short.
func leaveProgram() error {
	file, err := os.Executable()
	if err != nil {
		return err
	}
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return err
	}
	defer func() { _ = maps.Close() }()
	parts, err := partsOf(maps, file)
	for _, p := range parts {
		if _, _, no := syscall.Syscall(syscall.SYS_MADVISE, p.from, p.to-p.from, syscall.MADV_DONTNEED); no != 0 {
			return fmt.Errorf("let go of the program's pages: %w", no)
		}
	}
	return err
}

// part is one piece of the address space.
type part struct{ from, to uintptr }

// partsOf finds where a file is mapped to be read or run only, and not one byte differs from the file: not what a
// dynamic linker has adjusted, not where a debugger has set a mark.
func partsOf(smaps io.Reader, file string) (parts []part, err error) {
	lines := bufio.NewScanner(smaps)
	var p part
	ours := false
	for lines.Scan() {
		line := lines.Text()
		if from, to, perms, ok := header(line); ok {
			p = part{from, to}
			ours = (perms == "r-xp" || perms == "r--p") && strings.HasSuffix(line, " "+file)
			continue
		}
		if own, ok := strings.CutPrefix(line, "Anonymous:"); ok && ours && strings.TrimSpace(own) == "0 kB" {
			parts = append(parts, p)
		}
	}
	return parts, lines.Err()
}

// header reads the first line of a mapping, "00400000-01839000 r-xp 00000000 08:01 1234 /usr/bin/plainclothes".
func header(line string) (from, to uintptr, perms string, ok bool) {
	span, rest, _ := strings.Cut(line, " ")
	a, b, dash := strings.Cut(span, "-")
	perms, _, _ = strings.Cut(rest, " ")
	f, err := strconv.ParseUint(a, 16, strconv.IntSize)
	t, err2 := strconv.ParseUint(b, 16, strconv.IntSize)
	return uintptr(f), uintptr(t), perms, dash && err == nil && err2 == nil && f < t
}
