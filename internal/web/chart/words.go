package chart

import (
	"strconv"
	"strings"
)

func visits(n int) string {
	if n == 1 {
		return "1 visit"
	}
	return strconv.Itoa(n) + " visits"
}

// letters is how wide a text is, in letters: those of East Asia take the room of two.
func letters(text string) int {
	n := 0
	for _, r := range text {
		n += widthOf(r)
	}
	return n
}

func widthOf(r rune) int {
	switch {
	case r >= 0x2E80 && r <= 0xD7FF, r >= 0xF900 && r <= 0xFAFF, r >= 0xFE30 && r <= 0xFE6F, r >= 0xFF00 && r <= 0xFF60, r >= 0x1F000:
		return 2
	}
	return 1
}

// cut shortens a text to so many letters, with three dots for what is missing.
func cut(text string, most int) string {
	if letters(text) <= most {
		return text
	}
	n := 0
	for i, r := range text {
		if n += widthOf(r); n >= most {
			return strings.TrimRight(text[:i], " ,.–-(") + "…"
		}
	}
	return text
}
