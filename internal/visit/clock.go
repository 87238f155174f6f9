package visit

import (
	"slices"
	"strings"
	"time"
)

// Clock is what is known of a device's clock.
type Clock struct {
	Offset time.Duration // the server's time minus the device's
	Flags  []string      // what an editor should know, sorted
}

// The flags of a clock.
const (
	ClockOff    = "off"    // wrong by more than ClockSlack
	ClockJumped = "jumped" // it was set between two answers, or ran while its stopwatch did not
	ClockUnsure = "unsure" // answers came much later than their times, and the device did not tell its own
)

// ClockSlack is how far a clock may be off before it is told to an editor.
const ClockSlack = 5 * time.Minute

// flag adds a flag.
func (c *Clock) flag(f string) {
	if !slices.Contains(c.Flags, f) {
		c.Flags = append(slices.Clone(c.Flags), f)
		slices.Sort(c.Flags)
	}
}

func (c *Clock) unflag(f string) {
	c.Flags = slices.DeleteFunc(slices.Clone(c.Flags), func(x string) bool { return x == f })
}

// Text is how the flags are stored.
func (c Clock) Text() string { return strings.Join(c.Flags, ",") }

// ClockOf is the reverse of Text.
func ClockOf(offset time.Duration, text string) Clock {
	c := Clock{Offset: offset}
	if text != "" {
		c.Flags = strings.Split(text, ",")
	}
	return c
}

// tick is a moment on the two clocks of a device and on ours.
type tick struct {
	at       time.Time
	mono     *float64
	received time.Time
}

func tickOf(b *opBody, received time.Time) tick { return tick{b.At.Time, b.Mono, received} }

// learn takes what the new ops of a message tell of the clock; last is the op before them. A device that says what its
// clock shows is believed about that; of any other only so much is certain that an answer was not given after it arrived.
func (c *Clock) learn(news []PhoneOp, sent time.Time, last *tick, now time.Time) {
	known, newest := last != nil, news[0].At.Time
	for i := range news {
		next := tickOf(&news[i].opBody, now)
		if next.at.After(newest) {
			newest = next.at
		}
		if last != nil && jumped(*last, next, sent.IsZero()) {
			c.flag(ClockJumped)
		}
		last = &next
	}
	c.measure(sent, newest, now, known)
	if c.Offset.Abs() > ClockSlack {
		c.flag(ClockOff)
	}
}

func (c *Clock) measure(sent, newest, now time.Time, known bool) {
	switch ahead := newest.Sub(now); {
	case !sent.IsZero():
		offset := now.Sub(sent).Truncate(time.Millisecond)
		if known && (offset-c.Offset).Abs() > ClockSlack {
			c.flag(ClockJumped)
		}
		c.Offset = offset
		c.unflag(ClockUnsure)
		if newest.Sub(sent) > ClockSlack {
			c.flag(ClockJumped) // an answer from after the sending: the clock was set back between
		}
	case ahead > 0 && -ahead < c.Offset:
		c.Offset = -ahead.Truncate(time.Millisecond)
	case now.Sub(newest.Add(c.Offset)) > ClockSlack:
		c.flag(ClockUnsure)
	}
}

// jumped reports whether the wall clock moved between two answers in a way that the stopwatch does not confirm. A
// stopwatch that shows less than before was started anew with the page, and says nothing; then only a step back is sure.
// One that shows more should have moved as far as the wall clock. It stands still while a phone sleeps, so that a step
// forward is no sign where our own clock went on as far between the two arrivals, nor where the device tells what its
// clock shows: then a wrong one is found out by that.
func jumped(a, b tick, untold bool) bool {
	wall := b.at.Sub(a.at)
	if wall < -ClockSlack {
		return true
	}
	if a.mono == nil || b.mono == nil || *b.mono < *a.mono {
		return false
	}
	beyond := wall - time.Duration((*b.mono-*a.mono)*float64(time.Millisecond))
	if beyond < -ClockSlack {
		return true
	}
	return untold && beyond > ClockSlack && b.received.Sub(a.received) < beyond-ClockSlack
}

// corrected is when an answer was given by our clock, as well as it is known: never after it arrived.
func (c *Clock) corrected(at, received time.Time) time.Time {
	t := at.Add(c.Offset)
	if t.After(received) {
		return received
	}
	return t
}
