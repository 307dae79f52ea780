package resolve

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"strings"
	"testing"
	"testing/iotest"
)

// scanAll gives the text that a scanner makes, references shown as by show.
func scanAll(s *Scanner) (string, error) {
	var b strings.Builder
	for {
		t, err := s.Next()
		if err == io.EOF {
			return b.String(), s.Err()
		}
		if err != nil {
			return b.String(), err
		}
		b.WriteString(show([]Token{t}))
	}
}

// naive is a second reading of the Text dialect, as simple as can be: line by line,
// the first closing bracket, backslashes counted by hand. It parses no body.
func naive(text string) string {
	var out strings.Builder
	for _, line := range strings.SplitAfter(text, "\n") {
		for line != "" {
			n := len(line) - len(strings.TrimLeft(line, `\`))
			rest := line[n:]
			end := -1
			for _, form := range []struct{ open, close string }{{"${secret:", "}"}, {"$<secret:", ">"}} {
				if strings.HasPrefix(rest, form.open) && len(rest) > 9 && strings.ContainsAny(rest[9:10], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
					end = strings.Index(rest, form.close)
				}
			}
			switch {
			case end < 0 && n == 0:
				out.WriteString(line[:1])
				line = line[1:]
			case end < 0:
				out.WriteString(line[:n])
				line = rest
			default:
				out.WriteString(line[:n/2])
				if n%2 == 1 {
					out.WriteString(rest[:end+1])
				} else {
					out.WriteString("‹" + rest[:end+1] + "›")
				}
				line = rest[end+1:]
			}
		}
	}
	return out.String()
}

// raw shows what a scanner found in the same way as naive.
func raw(s *Scanner) string {
	var b strings.Builder
	for {
		t, err := s.Next()
		if err != nil {
			return b.String()
		}
		b.Write(t.Literal)
		if t.Ref != nil {
			b.WriteString("‹" + t.Ref.Raw + "›")
		}
	}
}

// pieces are what random texts are made of.
var pieces = []string{
	"${secret:K}", "$<secret:K>", "${secret:", "$<secret:", "${", "$<", "}", ">", `\`, `\\`, "\n", "\r\n", "a", "é", "secret:", "$", "{", "${secret:0}",
	"${secret:A:-x}", "${vars.x}", "K", "|url", " ", "\x00", "\xff",
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.Intn(40) {
		b.WriteString(pieces[r.Intn(len(pieces))])
	}
	return b.String()
}

// clean reports whether a text has no errors, which naive does not find.
func clean(text string) bool { return parseErr(text) == nil }

func TestScannerAgreesWithANaiveReading(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	compared := 0
	buf := make([]byte, 0, window)
	for range 50_000 {
		text := randomText(r)
		if !clean(text) {
			continue
		}
		compared++
		if got, want := raw(newScanner(strings.NewReader(text), buf[:0])), naive(text); got != want {
			t.Fatalf("%q:\n got %q\nwant %q", text, got, want)
		}
	}
	if compared < 5000 {
		t.Errorf("only %d texts were compared", compared)
	}
}

// cutter gives a text in pieces of random length.
type cutter struct {
	r    io.Reader
	rand *rand.Rand
}

func (c cutter) Read(b []byte) (int, error) { return c.r.Read(b[:min(len(b), 1+c.rand.Intn(20))]) }

func TestCutsDoNotMatter(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	buf := make([]byte, 0, window)
	for range 10_000 {
		text := randomText(r)
		tokens, wantErr := Parse(text, Text, nil)
		want := show(tokens)
		for name, reader := range map[string]io.Reader{
			"one byte":          iotest.OneByteReader(strings.NewReader(text)),
			"random":            cutter{strings.NewReader(text), r},
			"data with the end": iotest.DataErrReader(strings.NewReader(text)),
		} {
			got, err := scanAll(newScanner(reader, buf[:0]))
			if got != want || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Fatalf("%s: %q:\n got %q, %v\nwant %q, %v", name, text, got, err, want, wantErr)
			}
		}
	}
}

// TestLongLinesNeedNoMemory: whatever is opened and not closed, the window does not
// grow, and what comes behind is still found.
func TestLongLinesNeedNoMemory(t *testing.T) {
	long := strings.Repeat("${secret:a $<secret:b ", 200_000)
	for tail, want := range map[string]string{
		"":                "",
		"\n${secret:K}":   "",
		"}":               "1:1: a reference longer than 65536 bytes",
		">":               "1:12: a reference longer than 65536 bytes",
		"> ${secret:K}":   "1:1: a reference longer than 65536 bytes\n1:12: a reference longer than",
		"\n${secret:K@x}": "2:1: '@'",
	} {
		s := NewScanner(strings.NewReader(long + tail))
		got, err := scanAll(s)
		first := fmt.Sprint(err)
		if want == "" && err != nil || want != "" && !strings.HasPrefix(first, want) {
			t.Errorf("tail %q: error %v, want %q", tail, first, want)
		}
		if !strings.HasPrefix(got, long) {
			t.Errorf("tail %q: what is not closed was changed", tail)
		}
		if strings.HasSuffix(tail, "{secret:K}") && want == "" && !strings.HasSuffix(got, "‹secret K›") {
			t.Errorf("tail %q: the reference behind was not found", tail)
		}
		if cap(s.buf) != window {
			t.Errorf("the window has grown to %d bytes", cap(s.buf))
		}
	}
}

func TestReaderErrorsAreGiven(t *testing.T) {
	broken := errors.New("broken")
	s := NewScanner(io.MultiReader(strings.NewReader("a${secret:K}"), iotest.ErrReader(broken)))
	got, err := scanAll(s)
	if got != "a‹secret K›" || !errors.Is(err, broken) {
		t.Errorf("got %q, error %v", got, err)
	}
}

func FuzzScanner(f *testing.F) {
	f.Add("a${secret:K}\\${secret:L}\n", int64(1))
	f.Add("${secret:A $<secret:B>\n", int64(2))
	f.Fuzz(func(t *testing.T, text string, seed int64) {
		tokens, wantErr := Parse(text, Text, nil)
		got, err := scanAll(NewScanner(cutter{strings.NewReader(text), rand.New(rand.NewSource(seed))}))
		if got != show(tokens) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("cut up: %q, %v", got, err)
		}
		if wantErr == nil && raw(NewScanner(strings.NewReader(text))) != naive(text) {
			t.Fatalf("%q: not as a naive reading has it", text)
		}
	})
}

// BenchmarkScanner scans 100 MB with 100,000 references; the floor is a search for
// the same bytes.
func BenchmarkScanner(b *testing.B) {
	line := strings.Repeat("some text of a configuration file, of the usual kind\n", 18) + "password=${secret:DATABASE_PASSWORD}\n"
	text := []byte(strings.Repeat(line, 100_000))
	b.Run("floor", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			bytes.Count(text, []byte("secret:"))
		}
	})
	b.Run("scan", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			s := NewScanner(bytes.NewReader(text))
			refs := 0
			for t, err := s.Next(); err == nil; t, err = s.Next() {
				if t.Ref != nil {
					refs++
				}
			}
			if refs != 100_000 {
				b.Fatal(refs)
			}
		}
	})
}

// BenchmarkLinear scans texts that would be quadratic to a careless scanner, at two
// sizes; the ratio of their times is the ratio of their sizes, 8, or less.
func BenchmarkLinear(b *testing.B) {
	for name, unit := range map[string]string{"unclosed": "${secret:a", "angle": "$<secret:a ${secret:b", "backslashes": `\`, "dollars": "$", "foreign": "${HOME} $<x> ", "needles": "secret:"} {
		took := map[int]float64{}
		for _, size := range []int{1 << 20, 8 << 20} {
			text := strings.Repeat(unit, size/len(unit))
			b.Run(fmt.Sprintf("%s/%dMiB", name, size>>20), func(b *testing.B) {
				b.SetBytes(int64(size))
				for b.Loop() {
					s := NewScanner(strings.NewReader(text))
					for _, err := s.Next(); err == nil; _, err = s.Next() {
					}
				}
				took[size] = float64(b.Elapsed()) / float64(b.N)
				if size > 1<<20 {
					b.ReportMetric(took[size]/took[1<<20], "×1MiB")
				}
			})
		}
	}
}
