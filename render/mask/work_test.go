package mask

import (
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store/secret"
)

// hostile are streams that are like the values all along, and never one of them.
var hostile = []struct {
	name   string
	values []string
	unit   string // the stream is made of
}{
	{"a run", []string{strings.Repeat("a", 5000) + "b"}, "a"},
	{"runs of all lengths", []string{"aaaaaaaab", strings.Repeat("a", 20) + "b", strings.Repeat("a", 300) + "b", strings.Repeat("a", 4000) + "b"}, "a"},
	{"a beginning again and again", []string{strings.Repeat("0123456789", 400) + "!"}, strings.Repeat("0123456789", 399) + "?"},
	{"a period", []string{strings.Repeat("ab", 3000) + "c"}, "ab"},
	{"a block of the filter", []string{"0123456789abcdef+"}, "0123456789abcdef-"},
	{"the second block", []string{"0123456789abcdef+"}, "-123456789abcdef-"},
	{"a short value", []string{"aaaa", "aaaab", "aaaaaaa"}, "aaaaaa.b"},
	{"all is a value", []string{"aaaaaaaa", "aaaaaaaaaaaaaaaa"}, "a"},
	{"Fibonacci", []string{fibonacci(17) + "!"}, fibonacci(16)},
}

func fibonacci(n int) string {
	a, b := "a", "b"
	for range n {
		a, b = b, b+a
	}
	return b
}

func setOf(values []string) *Set {
	var s Set
	for i, v := range values {
		s.Add(fmt.Sprint("K", i), secret.Text(v))
	}
	return &s
}

// TestWorkIsLinear counts the steps of the search: a few for each byte, whatever the stream,
// and however it is cut.
func TestWorkIsLinear(t *testing.T) {
	for _, h := range hostile {
		for _, cut := range []int{1, 3, 100, 1 << 20} {
			var steps [2]float64
			for i, n := range []int{20_000, 80_000} {
				w := setOf(h.values).Writer(io.Discard)
				w.AfterFunc = func(time.Duration, func()) Timer { return never{} }
				stream := bytes.Repeat([]byte(h.unit), n/len(h.unit)+1)[:n]
				for rest := stream; len(rest) > 0; rest = rest[min(cut, len(rest)):] {
					w.Write(rest[:min(cut, len(rest))])
				}
				for _, c := range w.stream.cursors {
					steps[i] += float64(c.work) / float64(n)
				}
			}
			if most := 16.0; steps[0] > most || steps[1] > 1.1*steps[0]+0.1 {
				t.Errorf("%s, cut at %d: %.2f steps a byte, and %.2f in four times as many", h.name, cut, steps[0], steps[1])
			}
		}
	}
}

// TestAddingIsCheap: of values that come one by one each is built a few times.
func TestAddingIsCheap(t *testing.T) {
	const n = 1000
	var s Set
	w := s.Writer(io.Discard)
	if s.Add("K", secret.Text("never asked for")); s.inside().built > 0 {
		t.Error("something was built before it was needed")
	}
	for i := range n {
		s.Add("K", secret.Text(fmt.Sprintf("value number %d", i)))
		w.Write([]byte("x"))
		if most := 15; len(w.stream.matchers) > most {
			t.Fatalf("%d matchers for %d values", len(w.stream.matchers), i)
		}
	}
	if built := s.inside().built; built > 20*n {
		t.Errorf("%d values were built for %d", built, n)
	}
}

type never struct{}

func (never) Stop() bool               { return true }
func (never) Reset(time.Duration) bool { return true }

// TestMemory: what is kept for 1,000 values of 32 bytes, and for a stream that is one long
// value after another.
func TestMemory(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for _, kind := range []string{"letters and digits", "printable", "binary"} {
		before := heap()
		s := random(r, kind, 1000, 32)
		w := s.Writer(io.Discard)
		w.Write([]byte("x"))
		if used := heap() - before; used > 32<<20 {
			t.Errorf("%s: %d KiB", kind, used>>10)
		} else {
			t.Logf("%s: %d KiB", kind, used>>10)
		}
		runtime.KeepAlive(w)
	}
	long := strings.Repeat("0123456789abcdef", 4<<10)
	w := setOf([]string{long}).Writer(io.Discard)
	w.AfterFunc = func(time.Duration, func()) Timer { return never{} }
	for range 100 {
		for i := 0; i < len(long)-1; i += 501 {
			w.Write([]byte(long[i:min(i+501, len(long)-1)]))
		}
	}
	if n := cap(w.stream.memory.bytes); n > 4*len(long) {
		t.Errorf("%d bytes are kept for a value of %d", n, len(long))
	}
}

func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// random is a Set of values of one kind.
func random(r *rand.Rand, kind string, n, length int) *Set {
	var s Set
	for i := range n {
		v := make([]byte, length)
		for j := range v {
			switch kind {
			case "printable":
				v[j] = byte('!' + r.Intn(94))
			case "binary":
				v[j] = byte(r.Intn(256))
			default:
				v[j] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[r.Intn(62)]
			}
		}
		s.Add(fmt.Sprintf("KEY_%d", i), secret.New(v))
	}
	return &s
}
