package studio

import (
	"strconv"
	"strings"
)

// percent writes basis points as people read them: "85 %", "85.5 %", "12.25 %".
func percent(bp int) string { return number(bp) + " %" }

// number is percent without its sign, for forms.
func number(bp int) string {
	sign := ""
	if bp < 0 {
		sign, bp = "−", -bp
	}
	text := strconv.Itoa(bp / 100)
	if rest := bp % 100; rest != 0 {
		text += "." + strings.TrimRight(strconv.Itoa(100 + rest)[1:], "0")
	}
	return sign + text
}

// basisPoints reads a percentage, "85", "85.5", "85,5" or "85 %", with at most two decimals: basis points have no more.
// It is false for anything else and for what is not between 0 and 100.
func basisPoints(text string) (int, bool) {
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	whole, rest, dot := strings.Cut(strings.Replace(text, ",", ".", 1), ".")
	n, ok := digits(whole, 3)
	if !dot || !ok {
		return n * 100, ok && n <= 100
	}
	part, ok := digits((rest + "0")[:min(2, len(rest)+1)], 2)
	bp := n*100 + part
	return bp, ok && len(rest) > 0 && len(rest) <= 2 && bp <= 10_000
}

// digits reads one to most digits and nothing else.
func digits(text string, most int) (int, bool) {
	if text == "" || len(text) > most || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}
