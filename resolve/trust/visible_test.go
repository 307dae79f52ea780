package trust

import (
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestTextsAreShownSafely(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "",
		"git rev-parse | cut -c7": "git rev-parse | cut -c7",
		`"it's" ` + "`$x`":        `"it's" ` + "`$x`",
		"grüße 日本 🔑 é":            "grüße 日本 🔑 é",
		"a\nb\tc\r":               `a\nb\tc\r`,
		`a\nb`:                    `a\\nb`,
		"\x1b[2J\x1b]0;x\a":       `\x1b[2J\x1b]0;x\a`,
		"\x00\x7f\u0085\u009b":    `\x00\x7f\u0085\u009b`,
		"\u202eabc\u2066":         `\u202eabc\u2066`,
		"a\u200bb\u00adc\ufeff":   `a\u200bb\u00adc\ufeff`,
		"a\u2028b\u2029":          `a\u2028b\u2029`,
		"a\u00a0b\u3000":          `a\u00a0b\u3000`,
		"\u3164\u115f\u034f":      `\u3164\u115f\u034f`,
		"x\ufe0f\U000e0101":       `x\ufe0f\U000e0101`,
		"\U000e0041":              `\U000e0041`,
		"\xff\x80a\xc3":           `\xff\x80a\xc3`,
		"\ufffd":                  "\ufffd",
	} {
		if got := Visible(text); got != want {
			t.Errorf("%+q is shown as %+q, want %+q", text, got, want)
		}
	}
}

func TestLongTextsAreCut(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"500":              {strings.Repeat("x", 500), strings.Repeat("x", 500)},
		"501":              {strings.Repeat("x", 501), strings.Repeat("x", 500) + "…"},
		"500 wide":         {strings.Repeat("é", 500), strings.Repeat("é", 500)},
		"501 wide":         {strings.Repeat("é", 501), strings.Repeat("é", 500) + "…"},
		"through none":     {strings.Repeat("x", 499) + "\n", strings.Repeat("x", 499) + "…"},
		"up to an escape":  {strings.Repeat("x", 498) + "\n", strings.Repeat("x", 498) + `\n`},
		"escapes count":    {strings.Repeat("\n", 251), strings.Repeat(`\n`, 250) + "…"},
		"megabytes":        {strings.Repeat("\x1b", 8<<20), strings.Repeat(`\x1b`, 125) + "…"},
		"an ellipsis last": {strings.Repeat("x", 499) + "…", strings.Repeat("x", 499) + "…"},
	} {
		if got := Visible(test.text); got != test.want {
			t.Errorf("%s: %d characters, want %d", name, utf8.RuneCountInString(got), utf8.RuneCountInString(test.want))
		}
	}
}

// FuzzVisible: what is shown has only characters that print, is not too long, and where
// nothing is cut, Go's own reader of escapes gives the text back.
func FuzzVisible(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Visible(text)
		for _, r := range got {
			if !unicode.IsPrint(r) || unicode.Is(unicode.Cf, r) {
				t.Fatalf("%+q is shown with %+q", text, r)
			}
		}
		n := utf8.RuneCountInString(got)
		if n > 501 || n == 501 && !strings.HasSuffix(got, "…") {
			t.Fatalf("%d characters", n)
		}
		if n > 480 {
			return
		}
		back, err := strconv.Unquote(`"` + strings.ReplaceAll(got, `"`, `\"`) + `"`)
		if err != nil || back != text {
			t.Fatalf("%+q is shown as %+q, which says %+q, error %v", text, got, back, err)
		}
	})
}
