package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// An Option says what a person's page is like.
type Option func(*settings)

type settings struct {
	width, height int64
	scale         float64 // device pixels per CSS pixel
	touch         bool
	noScript      bool
	media         []*emulation.MediaFeature
}

// Phone is a touch screen of 390 × 844 CSS pixels.
func Phone(s *settings) { s.width, s.height, s.touch = 390, 844, true }

// Desk is a screen of 1280 × 900 CSS pixels with a mouse; it is what a page gets when nothing is said.
func Desk(s *settings) { s.width, s.height, s.touch = 1280, 900, false }

// Window is a screen of the given size in CSS pixels with a mouse.
func Window(width, height int64) Option {
	return func(s *settings) { s.width, s.height, s.touch = width, height, false }
}

// Sharp doubles the pixels of pictures, for looking at and for printing.
func Sharp(s *settings) { s.scale = 2 }

// NoScript runs no script of the page; the test's own expressions still work.
func NoScript(s *settings) { s.noScript = true }

// Dark prefers a dark page.
func Dark(s *settings) { s.prefer("prefers-color-scheme", "dark") }

// ForcedColors replaces the page's colours with the person's own few.
func ForcedColors(s *settings) { s.prefer("forced-colors", "active") }

// MoreContrast prefers stronger contrast.
func MoreContrast(s *settings) { s.prefer("prefers-contrast", "more") }

// LessMotion prefers a page that keeps still.
func LessMotion(s *settings) { s.prefer("prefers-reduced-motion", "reduce") }

func (s *settings) prefer(name, value string) {
	s.media = append(s.media, &emulation.MediaFeature{Name: name, Value: value})
}

func settingsOf(options []Option) settings {
	s := settings{scale: 1}
	Desk(&s)
	for _, o := range options {
		o(&s)
	}
	return s
}

// window gives the page a window of the settings' width, that high.
func (s settings) window(height int64) chromedp.Action[chromedp.Void] {
	view := []chromedp.EmulateViewportOption{chromedp.EmulateScale(s.scale)}
	if s.touch {
		view = append(view, chromedp.EmulatePortrait, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	return chromedp.EmulateViewport(s.width, height, view...)
}

// apply makes the page what the settings say, before it opens anything.
func (s settings) apply() chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		s.window(s.height),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: s.media})
			return err
		}),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: s.noScript})
			return err
		}),
	)
}
