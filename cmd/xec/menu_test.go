package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFinderPutsFirstWhatIsMeant(t *testing.T) {
	items := []string{"generate", "aws.secret.get", "GET_IT", "big_gap_e_t", "get", "zzz"}
	for part, want := range map[string]string{
		"":     "generate aws.secret.get GET_IT big_gap_e_t get zzz",
		"get":  "GET_IT get aws.secret.get generate big_gap_e_t",
		"G T":  "aws.secret.get GET_IT get generate big_gap_e_t",
		"nope": "",
	} {
		var got []string
		for _, i := range newFinder(items).find(part) {
			got = append(got, items[i])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q finds %s, want %s", part, strings.Join(got, " "), want)
		}
	}
}

// BenchmarkFinder is one more character in the search through 100,000 keys.
func BenchmarkFinder(b *testing.B) {
	items := make([]string, 100_000)
	for i := range items {
		items[i] = fmt.Sprintf("SERVICE_%06d_PASSWORD", i)
	}
	f := newFinder(items)
	for b.Loop() {
		f.find("srv99word")
	}
}

func TestFirstKey(t *testing.T) {
	for sent, want := range map[string]struct {
		key
		n int
	}{
		"a":          {'a', 1},
		"éb":         {'é', 2},
		"\x1b":       {keyEsc, 1},
		"\x1b[A":     {keyUp, 3},
		"\x1bOBx":    {keyDown, 3},
		"\x1b[6~x":   {keyPageDown, 4},
		"\x1b[1;5Cx": {keyUnknown, 6},
		"\x1b[12":    {keyUnknown, 4},
		"\x1bx":      {keyUnknown, 2},
		"\xff":       {key(utf8.RuneError), 1},
	} {
		if k, n := firstKey([]byte(sent)); k != want.key || n != want.n {
			t.Errorf("%q: key %d of %d bytes, want %d of %d", sent, k, n, want.key, want.n)
		}
	}
}

// FuzzKeys: whatever is sent, keys are found to its end, and what they edit stays one line of
// what can be shown.
func FuzzKeys(f *testing.F) {
	f.Add([]byte("abc\x7f\x1b[A\x1b\xc3"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		line := ""
		for len(sent) > 0 {
			k, n := firstKey(sent)
			if n < 1 || n > len(sent) {
				t.Fatalf("a key of %d bytes in %d", n, len(sent))
			}
			sent, line = sent[n:], edited(line, k)
		}
		if visible([]byte(line)) != line || strings.ContainsAny(line, "\n\t") {
			t.Errorf("%q can be typed", line)
		}
	})
}

// FuzzBroken: the rows of a value are all of it, and each fits.
func FuzzBroken(f *testing.F) {
	f.Add([]byte("one\n\nzwei 漢字\t.\n"), uint8(7))
	f.Fuzz(func(t *testing.T, text []byte, w uint8) {
		width := int(w)%100 + 1
		text = []byte(visible(text))
		var lines [][]byte
		for _, row := range broken(text, width) {
			if columns(row) > width && utf8.RuneCount(row) > 1 {
				t.Fatalf("a row of %d columns, of %d", columns(row), width)
			}
			lines = append(lines, row)
		}
		if got := slices.Concat(lines...); string(got) != strings.ReplaceAll(string(text), "\n", "") {
			t.Errorf("%d of %d bytes are shown", len(got), len(text))
		}
	})
}

// TestMenuDrawsWhatFits: in every size no page is higher than the screen, and each of many
// keys can be reached.
func TestMenuDrawsWhatFits(t *testing.T) {
	keys := make([]string, 100_000)
	for i := range keys {
		keys[i] = fmt.Sprintf("SERVICE_%06d_%s", i, strings.Repeat("LONG_", i%50))
	}
	l := newList(choice{notes: []string{"xec: " + strings.Repeat("a word ", 10)}, question: "Which secret?", label: "Search", items: keys})
	for _, size := range [][2]int{{80, 24}, {40, 20}, {20, 12}} {
		l.press(keyHome)
		for last := -1; l.at > last; l.press(keyPageDown) {
			last = l.at
			p := l.page(size[0], size[1])
			if len(p.rows) >= size[1] {
				t.Fatalf("%v: %d rows, and one for help", size, len(p.rows))
			}
			if at := l.at - l.top; at < 0 || at >= l.shown {
				t.Fatalf("%v: what is pointed at is row %d of %d", size, at, l.shown)
			}
		}
		if l.chosen() != len(keys)-1 {
			t.Errorf("%v: the end is %d", size, l.chosen())
		}
	}
}
