package browsertest

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/chromedp/chromedp"
)

// axeRules are the sets of rules that every page has to keep: WCAG 2.2 A and AA, and what axe advises besides.
const axeRules = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`

// Axe gives what the judge of accessibility finds wrong with the page as it
// is now, in the looks named ("light", "dark", "discreet"): nothing, for a
// page as it should be. Only colours differ between looks: the first is judged by
// every rule, the others by contrast. The page wears the last look afterwards.
//
// The window is as high as the page meanwhile: a bar that sticks to its edge would else lie over whatever happens to be
// there, which axe takes for a target too small to hit.
func (p *Page) Axe(looks ...string) []string {
	p.t.Helper()
	if !Eval[bool](p, "typeof axe === 'object'") {
		source, err := os.ReadFile(Module(p.t, "axe-core/axe.min.js"))
		if err != nil {
			p.t.Fatalf("browsertest: %v", err)
		}
		Eval[bool](p, string(source)+";true")
	}
	height := Eval[int64](p, "Math.min(Math.max(innerHeight, document.documentElement.scrollHeight), 16000)")
	p.do("make the window as high as the page", func(ctx context.Context) error { return chromedp.Do(ctx, p.look.window(height)) })
	defer p.do("make the window as it was", func(ctx context.Context) error { return chromedp.Do(ctx, p.look.window(p.look.height)) })
	var found []string
	for i, look := range looks {
		rules := `{type: "tag", values: ` + axeRules + `}`
		if i > 0 {
			rules = `{type: "rule", values: ["color-contrast"]}`
		}
		for _, v := range Eval[[]string](p, fmt.Sprintf(axeJS, quote(look), rules)) {
			found = append(found, strings.TrimSpace(look+": "+v))
		}
	}
	return found
}

// axeJS puts a look on, lets the page settle (axe reads the colours of the moment), and judges.
const axeJS = `(async () => {
	document.documentElement.dataset.theme = %s;
	await Promise.all(document.getAnimations().filter(a => a.effect?.getComputedTiming().endTime < 60000).map(a => a.finished.catch(() => 0)));
	const r = await axe.run(document, {runOnly: %s, resultTypes: ["violations"], elementRef: false});
	return r.violations.flatMap(v => v.nodes.slice(0, 3).map(n => v.id + " (" + v.help + ") " + n.html.slice(0, 160) + " " + n.any.concat(n.all).map(x => x.message).join(" ").slice(0, 160)));
})()`
