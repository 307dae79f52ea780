package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/resolve"
)

// placesIn gives where all references of a file stand, in their order.
func placesIn(c *Config) (places []string) {
	c.Root.Each("", func(_ string, n *Node) {
		refs, err := n.Refs()
		for _, ref := range refs {
			places = append(places, fmt.Sprintf("%d:%d", ref.Place.Line, ref.Place.Column))
		}
		for _, each := range resolve.Unjoin(err) {
			places = append(places, each.Error())
		}
	})
	return places
}

func TestReferencesHaveTheirPlaces(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"plain":                  {"a: ${secret:A}", "1:4"},
		"plain, behind a text":   {"a: b ${secret:A}", "1:6"},
		"plain, on two lines":    {"a: b\n   ${secret:A} c\n     ${secret:B}", "2:4 3:6"},
		"single quotes":          {"a: 'it''s ${secret:A}'", "1:11"},
		"double quotes":          {`a: "\t\u00e9 ${secret:A}"`, "1:14"},
		"double, on two lines":   {"a: \"b\n  ${secret:A} \\\n  ${secret:B}\"", "2:3 3:3"},
		"a literal block":        {"a: |\n  b\n  ${secret:A}\n\n    ${secret:B}\nc: ${secret:C}", "3:3 5:5 6:4"},
		"a folded block":         {"a: >-\n  b ${secret:A}\n  ${secret:B}", "2:5 3:3"},
		"CRLF":                   {"a: b\r\nc: ${secret:A}\r\nd: |\r\n  ${secret:B}\r\n", "2:4 4:3"},
		"several alike":          {"a: ${secret:A}${secret:A} ${secret:A}", "1:4 1:15 1:27"},
		"alike, on other lines":  {"a: ${secret:A}\nb: ${secret:A}\nc: [\"${secret:A}\", \"${secret:A}\"]", "1:4 2:4 3:6 3:21"},
		"alike, in a block":      {"a: |\n  ${secret:A}\n  ${secret:A} ${secret:A}\n", "2:3 3:3 3:15"},
		"characters":             {"é: \"€ ${secret:A} 😀 ${secret:A}\"", "1:7 1:21"},
		"a key like it":          {"${secret:A}: ${secret:A}", "1:14"},
		"flow":                   {"a: {b: \"${secret:A}\", c: ['${secret:B}']}", "1:9 1:28"},
		"behind an anchor":       {"a: &x !!str ${secret:A}", "1:13"},
		"through an alias":       {"a: &x ${secret:A}\nb: *x", "1:7 1:7"},
		"through a merge key":    {"a: &x {b: \"${secret:A}\"}\nc: {<<: *x}", "1:12 1:12"},
		"decoded":                {`a: "\x24{secret:A} ${secret:B}"`, "1:4 1:4"},
		"decoded, alike in next": {"a: \"\\x24{secret:B}\"\nb: c", "1:4"},
		"escaped":                {`a: '\${secret:A} ${secret:A}'`, "1:6"},
		"deeply indented":        {strings.Repeat(" ", 3000) + "a: |\n" + strings.Repeat(" ", 3010) + "${secret:A}", "2:3011"},
		"a byte order mark":      {"\ufeffa: ${secret:A}\nb: ${secret:B}", "1:4 2:4"},
		"wrong":                  {"a: ${secret:A@}", `f:1:4: '@' behind "A" is kept for a later version`},
		"wrong between others":   {"a: \"${secret:A} ${secret:B@} ${secret:A} ${secret:B@}\"", `1:5 1:30 f:1:17: '@' behind "B" is kept for a later version f:1:42: '@' behind "B" is kept for a later version`},
		"not closed":             {"a: |\n  b\n  ${secret:A\n", "f:3:3: no closing bracket on the line"},
	} {
		if got := strings.Join(placesIn(load(t, test.text)), " "); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// TestPlacesAgreeWithCounting compares with a search from the beginning of the file.
func TestPlacesAgreeWithCounting(t *testing.T) {
	var text strings.Builder
	text.WriteString("a:\n")
	var want []string
	for i := range 500 {
		before := "  - '" + strings.Repeat("é€😀x", i%90)
		fmt.Fprintf(&text, "%s${secret:A}'\n", before)
		want = append(want, fmt.Sprintf("%d:%d", i+2, 1+len([]rune(before))))
	}
	if got := placesIn(load(t, text.String())); !slices.Equal(got, want) {
		t.Errorf("%d places, or others than the %d that were counted", len(got), len(want))
	}
}

// TestPlacesAreFoundFast: whoever can write a file of 2 MiB could else make every command
// count for minutes.
func TestPlacesAreFoundFast(t *testing.T) {
	for name, text := range map[string]string{
		"on one line":           "a: " + strings.Repeat("${secret:A}", 150_000),
		"on lines of their own": "a:\n" + strings.Repeat("  - ${secret:A}\n", 90_000),
		"in a list on one line": "a: [" + strings.Repeat("\"${secret:A}\", ", 90_000) + "]",
		"decoded":               "a:\n" + strings.Repeat("  - \"\\x24{secret:A}\"\n", 80_000),
		"wrong":                 "a: " + strings.Repeat("${a@}", 300_000),
	} {
		c := load(t, text)
		start := time.Now()
		if got := len(placesIn(c)); got < 80_000 && name != "wrong" || got < 1000 {
			t.Errorf("%s: only %d places", name, got)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s: took %v", name, took)
		}
	}
}
