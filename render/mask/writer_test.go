package mask_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/xec-sh/xec-go/render/mask"
	"github.com/xec-sh/xec-go/store/secret"
)

func set(pairs ...string) *mask.Set {
	var s mask.Set
	for i := 0; i < len(pairs); i += 2 {
		s.Add(pairs[i], secret.Text(pairs[i+1]))
	}
	return &s
}

// TestNames: which key a mask has, whatever the order in which the values came.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		name, stream, want string
		pairs              []string
	}{
		{"one in another", "<0123456789abcdef>", "<[secret:B]>", []string{"A", "456789ab", "B", "0123456789abcdef"}},
		{"overlapping", "<01234567890abcdefgh>", "<[secret:B]>", []string{"A", "890abcdefgh", "B", "01234567890abc"}},
		{"the same beginning", "<0123456789abcdef>", "<[secret:B]>", []string{"A", "01234567", "B", "0123456789abcdef"}},
		{"the same beginning, not complete", "<0123456789abcde->", "<[secret:A]89abcde->", []string{"A", "01234567", "B", "0123456789abcdef"}},
		{"the same", "<0123456789>", "<[secret:A]>", []string{"B", "0123456789", "A", "0123456789"}},
		{"touching", "<01234567abcdefgh>", "<[secret:A][secret:B]>", []string{"A", "01234567", "B", "abcdefgh"}},
		{"a chain", "<0123456789abcdefghijkl>", "<[secret:C]>", []string{"A", "89abcdefgh", "B", "efghijkl", "C", "0123456789"}},
		{"short and long", "<pw12-3456789>", "<[secret:A]>", []string{"A", "pw12", "B", "12-3456789"}},
		{"short beside a letter", "<pw12x pw12>", "<pw12x [secret:A]>", []string{"A", "pw12"}},
		{"short behind a shorter one's neighbour", "<a1.pw12>", "<a1.[secret:A]>", []string{"A", "pw12", "B", "1.pw12"}},
		{"two values of a key", "<01234567> <abcdefgh>", "<[secret:A]> <[secret:A]>", []string{"A", "01234567", "A", "abcdefgh"}},
	} {
		for range 2 {
			if got := masked(t, set(c.pairs...), c.stream, nil); string(got) != c.want {
				t.Errorf("%s: %q", c.name, got)
			}
			// The other order, with the keys still before their values.
			slices.Reverse(c.pairs)
			for i := 0; i < len(c.pairs); i += 2 {
				c.pairs[i], c.pairs[i+1] = c.pairs[i+1], c.pairs[i]
			}
		}
	}
}

// TestLettingGo shows what a person sees of a value that is typed slowly.
func TestLettingGo(t *testing.T) {
	const pause = "\x00"
	for _, c := range []struct{ name, writes, want string }{
		{"a prompt", "Password: " + pause, "Password: "},
		{"one byte each", "a" + pause + "b" + pause + "c" + pause + "d" + pause + "efgh" + pause + "ijkl", "abc[secret:LONG]"},
		{"three bytes, and others", "abc" + pause + "xyz", "abcxyz"},
		{"four bytes are kept", "abcd" + pause, ""},
		{"four bytes, and others", "abcd" + pause + "xyz", "abcdxyz"},
		{"a value at the end", "<abcdefghijkl" + pause, "<[secret:LONG]"},
		{"a value that a longer one begins with", "12345678" + pause + "9" + pause + "0!", "[secret:NUMBER]"},
		{"a longer one that does not come", "12345678" + pause + "9" + pause + "x", "[secret:NUMBER]9x"},
		{"a value that overlaps", "12345678" + pause + "78-56-34", "[secret:NUMBER]78-56-34"},
		{"a value that overlaps and goes on", "90-12345678" + pause + "9" + pause + "0!", "[secret:OTHER]"},
		{"a short value at the end", "(pw12" + pause + ")", "([secret:SHORT])"},
		{"a short value and a letter", "(pw12" + pause + "x)", "([secret:SHORT]x)"},
		{"a short value in parts", "(pw" + pause + "1" + pause + "2" + pause + ")", "(pw1[secret:SHORT])"},
		{"a short value behind a letter", "xpw1" + pause, "xpw1"},
	} {
		s := set("LONG", "abcdefghijkl", "NUMBER", "12345678", "LONGER", "1234567890!", "OTHER", "90-123456", "SHORT", "pw12")
		var out bytes.Buffer
		clock := new(pauses)
		w := s.Writer(&out)
		w.AfterFunc = clock.AfterFunc
		writes := strings.Split(c.writes, pause)
		for i, p := range writes {
			io.WriteString(w, p)
			if i < len(writes)-1 {
				clock.pass()
			}
		}
		if strings.HasSuffix(c.writes, pause) {
			if out.String() != c.want {
				t.Errorf("%s: %q before the end", c.name, out.String())
			}
			continue
		}
		w.Close()
		if out.String() != c.want {
			t.Errorf("%s: %q", c.name, out.String())
		}
	}
}

// watched tells when something is written.
type watched chan string

func (w watched) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}

// TestTheRealClock: with no clock given, time itself lets go.
func TestTheRealClock(t *testing.T) {
	shown := make(watched, 10)
	w := set("K", "abcdefghijkl").Writer(shown)
	w.Pause = time.Millisecond
	for range 2 {
		io.WriteString(w, "ab")
		select {
		case got := <-shown:
			if got != "ab" {
				t.Errorf("%q", got)
			}
		case <-time.After(time.Minute):
			t.Fatal("nothing was let go")
		}
	}
}

// TestSettle: it is a pause, and forgets as little.
func TestSettle(t *testing.T) {
	var out bytes.Buffer
	w := set("K", "abcdefghijkl").Writer(&out)
	w.AfterFunc = func(time.Duration, func()) mask.Timer { return new(overtaken) }
	for _, step := range []struct{ write, want string }{
		{"^a", "^a"}, {"bcd", "^a"}, {"efghijkl.", "^a[secret:K]."},
	} {
		io.WriteString(w, step.write)
		w.Settle()
		if out.String() != step.want {
			t.Errorf("behind %q: %q, want %q", step.write, out.String(), step.want)
		}
	}
	w.Close()
	w.Settle()
}

// TestOvertakenPauses: a pause that ends while something is written was none.
func TestOvertakenPauses(t *testing.T) {
	var out bytes.Buffer
	w := set("K", "abcdefghijkl").Writer(&out)
	clock := new(overtaken)
	w.AfterFunc = clock.AfterFunc
	io.WriteString(w, "a")
	io.WriteString(w, "b") // the timer could not be stopped
	clock.f()
	if out.Len() > 0 {
		t.Errorf("%d bytes were let go", out.Len())
	}
	clock.f()
	if out.String() != "ab" {
		t.Errorf("%d bytes were let go by a pause", out.Len())
	}
}

// overtaken is a timer that always was too late to stop.
type overtaken struct{ f func() }

func (o *overtaken) AfterFunc(_ time.Duration, f func()) mask.Timer { o.f = f; return o }
func (*overtaken) Stop() bool                                       { return false }
func (*overtaken) Reset(time.Duration) bool                         { return false }

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestErrorsComeBack(t *testing.T) {
	w := set("K", "abcdefghijkl").Writer(full{})
	if n, err := io.WriteString(w, "abc"); n != 3 || err != nil {
		t.Errorf("%d, %v for bytes that are kept back", n, err)
	}
	for range 2 {
		if n, err := io.WriteString(w, "x"); n != 0 || !errors.Is(err, errFull) {
			t.Errorf("%d, %v", n, err)
		}
	}
	for range 2 {
		if err := w.Close(); !errors.Is(err, errFull) {
			t.Errorf("close: %v", err)
		}
	}
	short := set().Writer(iotest.TruncateWriter(io.Discard, 0))
	io.WriteString(short, "x")
	if err := short.Close(); err != nil {
		t.Errorf("a writer that takes all: %v", err)
	}
	if _, err := set().Writer(half{}).Write([]byte("xy")); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("a writer that takes half: %v", err)
	}
}

type half struct{}

func (half) Write(p []byte) (int, error) { return len(p) / 2, nil }

// TestErrorsOfPauses: what fails at a pause is the next call's error.
func TestErrorsOfPauses(t *testing.T) {
	clock := new(pauses)
	w := set("K", "abcdefghijkl").Writer(full{})
	w.AfterFunc = clock.AfterFunc
	io.WriteString(w, "abc")
	clock.pass()
	if _, err := io.WriteString(w, "abc"); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
}

func TestClose(t *testing.T) {
	var out bytes.Buffer
	clock := new(pauses)
	w := set("K", "abcdefghijkl", "S", "pw12").Writer(&out)
	w.AfterFunc = clock.AfterFunc
	io.WriteString(w, "abcdefg pw12")
	if err := w.Close(); err != nil || out.String() != "abcdefg [secret:S]" {
		t.Errorf("%q, error %v", out.String(), err)
	}
	if clock.runs {
		t.Error("the timer still runs")
	}
	if _, err := io.WriteString(w, "x"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("write after close: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

// TestAddedBeforeClose: a value counts in what is kept back, also if nothing follows.
func TestAddedBeforeClose(t *testing.T) {
	var out bytes.Buffer
	s := set("LONG", "abcdefghijkl")
	w := s.Writer(&out)
	w.AfterFunc = new(pauses).AfterFunc
	io.WriteString(w, "abcdefghij")
	s.Add("K", secret.Text("abcdefgh"))
	if w.Close(); out.String() != "[secret:K]ij" {
		t.Errorf("%q", out.String())
	}
}

func TestShortAndCounts(t *testing.T) {
	s := set("D", "abc", "A", "x", "C", "abcd", "D", "def", "B", "")
	if got := s.Short(); !slices.Equal(got, []string{"A", "B", "D"}) {
		t.Errorf("short: %v", got)
	}
	for range 2 {
		masked(t, s, "abc x abcd x abcd", nil)
	}
	if got := s.Counts(); !slices.Equal(got, []mask.Count{{Key: "C", Masks: 4}}) || s.Total() != 4 {
		t.Errorf("counts: %v, %d in total", got, s.Total())
	}
	var none mask.Set
	if none.Counts() != nil || none.Short() != nil || none.Total() != 0 {
		t.Error("the zero Set has something")
	}
}

// TestNothingIsShown: no way of printing gives a value, nor what is kept back.
func TestNothingIsShown(t *testing.T) {
	const value = "s3cr3t-bytes"
	s := set("K", value)
	w := s.Writer(io.Discard)
	io.WriteString(w, value[:9])
	type holder struct {
		s *mask.Set
		w *mask.Writer
	}
	type plain struct{ S *mask.Set }
	for _, v := range []any{s, w, holder{s, w}, &holder{s, w}, plain{s}, []*mask.Set{s}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			text := fmt.Sprintf(verb, v)
			for _, form := range []string{value[:9], fmt.Sprintf("%x", value[:9]), strings.Trim(fmt.Sprint([]byte(value[:9])), "[]")} {
				if strings.Contains(text, form) {
					t.Errorf("%T with %s shows the value", v, verb)
				}
			}
		}
		if b, err := json.Marshal(v); err == nil && bytes.Contains(b, []byte(value[:9])) {
			t.Errorf("%T as JSON shows the value", v)
		}
	}
	if s.String() != "mask.Set" || s.GoString() != "mask.Set" {
		t.Error("a Set does not show its type")
	}
}

// TestTheCallersBytesStay: Add copies, so that the caller may clear what is his.
func TestTheCallersBytesStay(t *testing.T) {
	v := secret.New([]byte("hunter2hunter2"))
	var s mask.Set
	s.Add("K", v)
	v.Clear()
	if got := masked(t, &s, "hunter2hunter2", nil); string(got) != "[secret:K]" {
		t.Errorf("%q", got)
	}
}

// TestAddedWhileAStreamRuns: a value counts from the next byte on, and in what is kept back;
// what was known before goes on as if nothing had been added.
func TestAddedWhileAStreamRuns(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for i := range 3000 / slow {
		values := some(r)
		text := stream(r, values)
		before := 1 + r.Intn(len(values))
		cut := r.Intn(len(text) + 1)
		s := setOf(values[:before])
		var out bytes.Buffer
		w := s.Writer(&out)
		w.AfterFunc = new(pauses).AfterFunc
		io.WriteString(w, text[:cut])
		for _, v := range values[before:] {
			s.Add(v.key, secret.Text(v.value))
		}
		io.WriteString(w, text[cut:])
		w.Close()
		all, some := look(values, text), look(values[:before], text)
		// All that was kept back, and what follows, is searched for all values.
		kept := some.partial(cut)
		want := some.replay()
		want.write(cut)
		want.places, want.reach = slices.Concat(some.places, slices.DeleteFunc(all.places, func(p place) bool { return p.start < kept })), all.reach
		want.release(len(text))
		if !bytes.Equal(out.Bytes(), want.out) {
			t.Fatalf("stream %d: %v, %d of them first, cut at %d of %d: %s, want %s", i, names(values), before, cut, len(text), digest(out.Bytes()), digest(want.out))
		}
		if n := want.leaked(); n > 0 {
			t.Fatalf("stream %d: %d bytes stand", i, n)
		}
	}
}

// TestOneByOne: many values, each added when the stream is on its way; a value that is
// added again; what was let go of one before the matchers changed is remembered.
func TestOneByOne(t *testing.T) {
	var s mask.Set
	var out, want bytes.Buffer
	clock := new(pauses)
	w := s.Writer(&out)
	w.AfterFunc = clock.AfterFunc
	for i := range 600 {
		key, value := fmt.Sprintf("K%03d", i), fmt.Sprintf("%03d-value", i*7%600)
		s.Add(key, secret.Text(value))
		io.WriteString(w, " "+value[:2])
		clock.pass()
		s.Add(fmt.Sprintf("L%03d", i), secret.Text("another value "+key))
		s.Add(key, secret.Text(value))
		io.WriteString(w, value[2:])
		fmt.Fprintf(&want, " %s[secret:%s]", value[:2], key)
	}
	w.Close()
	if !bytes.Equal(out.Bytes(), want.Bytes()) {
		t.Errorf("%s, want %s", digest(out.Bytes()), digest(want.Bytes()))
	}
}

// TestStreamsAtOnce: two streams of a Set run while values are added, and pauses end at any
// time.
func TestStreamsAtOnce(t *testing.T) {
	s := set("FIRST", "the first value")
	var group sync.WaitGroup
	outs := make([]bytes.Buffer, 2)
	for i := range outs {
		group.Go(func() {
			w := s.Writer(&outs[i])
			w.Pause = time.Microsecond
			for n := range 2000 {
				fmt.Fprintf(w, "the first value, value number %04d.", n)
			}
			w.Close()
		})
	}
	for n := range 200 {
		s.Add(fmt.Sprint("K", n), secret.Text(fmt.Sprintf("value number %04d", n)))
		s.Counts()
		s.Short()
	}
	group.Wait()
	for i := range outs {
		if strings.Contains(outs[i].String(), "first value") || strings.Count(outs[i].String(), "[secret:FIRST]") != 2000 {
			t.Errorf("stream %d shows a value", i)
		}
	}
	if s.Counts()[0] != (mask.Count{Key: "FIRST", Masks: 4000}) {
		t.Errorf("count %d", s.Counts()[0].Masks)
	}
}

// TestOtherBytesPass: nothing is known, or nothing of it is there.
func TestOtherBytesPass(t *testing.T) {
	r := rand.New(rand.NewSource(4))
	random := make([]byte, 3<<20)
	r.Read(random)
	for _, s := range []*mask.Set{set(), set("K", "x"), setOf(some(r)), set("A", "hunter2hunter2", "B", "!#$%&()", "C", "\x00\x01\x02\x03\x04\x05\x06\x07\x08")} {
		var out bytes.Buffer
		w := s.Writer(&out)
		w.AfterFunc = new(pauses).AfterFunc
		for rest := random; len(rest) > 0; {
			n := min(len(rest), r.Intn(1<<(2+r.Intn(18)))+1)
			w.Write(rest[:n])
			rest = rest[n:]
		}
		w.Close()
		if !bytes.Equal(out.Bytes(), random) {
			t.Errorf("%s became %s", digest(random), digest(out.Bytes()))
		}
	}
}

// TestLongStreams: values anywhere in a stream that is longer than what is searched at once.
func TestLongStreams(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	for range 20 {
		values := some(r)
		var stream, want []byte
		for len(stream) < 300<<10 {
			filler := make([]byte, r.Intn(9000)+8)
			for i := range filler {
				filler[i] = "\x02\x03"[r.Intn(2)] // in no value
			}
			v := values[r.Intn(len(values))]
			if len(v.forms) == 0 {
				continue
			}
			f := v.forms[r.Intn(len(v.forms))]
			one, _ := look(values, "\x02"+f.text+"\x02").whole()
			stream = append(append(stream, filler...), f.text...)
			want = append(append(want, filler...), one[1:len(one)-1]...)
		}
		for _, cuts := range [][]int{nil, {r.Intn(len(stream))}, randomCuts(r, len(stream))} {
			if got := masked(t, setOf(values), string(stream), cuts); !bytes.Equal(got, want) {
				t.Fatalf("%v: %s, want %s", names(values), digest(got), digest(want))
			}
		}
	}
}
