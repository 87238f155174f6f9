package app

import (
	"os"
	"slices"
	"strings"
	"testing"
)

const someMaps = `00400000-0183a000 r-xp 00000000 08:01 99    /opt/my server/plainclothes
Size:              20712 kB
Rss:               18216 kB
Anonymous:             0 kB
AnonHugePages:         0 kB
0183a000-02c00000 r--p 0143a000 08:01 99    /opt/my server/plainclothes
Anonymous:             0 kB
02c00000-02c10000 r--p 02800000 08:01 99    /opt/my server/plainclothes
Anonymous:            12 kB
02c45000-02d1e000 rw-p 02845000 08:01 99    /opt/my server/plainclothes
Anonymous:             0 kB
02e00000-02e10000 r-xp 02800000 08:01 98    /opt/my server/plainclothes (deleted)
Anonymous:             0 kB
f826d000000-f8270000000 rw-p 00000000 00:00 0
Anonymous:         37296 kB
7f9cec8df000-7f9ceca35000 r-xp 00026000 08:01 55    /usr/lib/libc.so.6
Anonymous:             0 kB
`

func TestOnlyUntouchedPartsOfTheProgramAreLeft(t *testing.T) {
	got, err := partsOf(strings.NewReader(someMaps), "/opt/my server/plainclothes")
	if want := []part{{0x400000, 0x183a000}, {0x183a000, 0x2c00000}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("parts = %x, %v", got, err)
	}
}

func TestTheProgramGoesOnWithoutItsPages(t *testing.T) {
	before := memoryOf(os.Getpid())
	if err := leaveProgram(); err != nil {
		t.Fatal(err)
	}
	after := memoryOf(os.Getpid())
	if file := before.resident - before.own; after.resident-after.own >= file {
		t.Errorf("%.1f MiB of the program were resident, now %.1f", file, after.resident-after.own)
	}
	if _, err := partsOf(strings.NewReader(someMaps), "x"); err != nil { // it still runs
		t.Error(err)
	}
}
