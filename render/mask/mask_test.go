package mask_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/render/mask"
	"github.com/xec-sh/xec-go/store/secret"
)

const pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n"

// pool are values that are hard to find, or to tell from each other.
var pool = map[string]string{
	"word": "hunter2hunter2", "nested": "hunter2h", "nested short": "ter2", "DSN": "postgresql://u:p%40ss@db:5432/x?a=b&c='d'",
	"prefix": "password", "longer": "password1", "longest": "password1password", "long prefix": "password1passwordpassword1",
	"periodic": "abababababab", "period": "abab", "other period": "babababa", "border": "abcabcabcxabcabcabc",
	"as": "aaaaaaaa", "many as": "aaaaaaaaaaaaaaaaaaaaaaab", "short as": "aaaa",
	"the mask": "[secret:A]", "the mask's start": "[secret:", "key": "secret", "short mask": "[sec",
	"PEM": pem, "PEM line": "BKcwggSjAgEAAoIBAQC7", "lines": "first line\nsecond\n\nthird line\r\nfourth 4\n", "blank lines": "\n\n\n\n\n\n\n\n",
	"short lines": "a\nb\nc\nd\ne", "newline": "trailing1\n", "eight with newline": "1234567\n", "CRLF": "one two\r\nthree\r\n",
	"quotes": `it's "quoted" \ and $HOME`, "only quotes": `'''''"""""`, "backslashes": `\\\\\\\\\n\t`, "begins with quote": `'#~=~:~ !`,
	"JSON": `{"type":"service","key":"a/b<c>&d"}`, "markup": `<a href="x">'&'</a>` + "`=", "blanks": "  two  blanks  ", "tilde": "~user/#path:~",
	"binary": "\x00\x01\xff\xfe\x80\b\f\x1b\x7f\v\a\r\n\t\xc3", "more binary": "\xed\xa0\x80\xf0\x9f\x98\x00\x00\x00\x00", "zeros": "\x00\x00\x00\x00\x00\x00\x00\x00",
	"Unicode": "pässwörd-日本\U0001F511\u2028\u2029é", "replacement": "x\ufffdy\ufffdz.", "no character": "\u0085\u200b\ufeff\u00ad!",
	"printable": " !\"#$%&'()*+,-./0189:;<=>?@AZ[\\]^_`az{|}~", "url safe": "a-b_c.d~e*f(g)", "plus": "a+b/c==+b/c", "percent": "%41%42%43",
	"base64 of a value": "aHVudGVyMmh1bnRlcjI", "hex of a value": "68756e74657232", "hexadecimal": "DEADBEEFdeadbeef", "long for lines": strings.Repeat("0123456789 ", 17),
	"short": "pw12", "short with signs": "-pw-", "short in short": "w12.", "seven": "a.b.c.d", "long short": "hunter2", "joins": ".pw12.x", "ends short": "1.pw12", "signs": "!@#$%^&", "three": "abc", "one": "x",
}

var poolNames = sync.OnceValue(func() (names []string) {
	for name := range pool {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
})

var formsOf = sync.OnceValue(func() map[string][]written {
	forms := map[string][]written{}
	for name, value := range pool {
		forms[name] = know("", name, value).forms
	}
	return forms
})

// some are a few values of the pool.
func some(r *rand.Rand) (values []known) {
	names := poolNames()
	for range 1 + r.Intn(5) {
		name := names[r.Intn(len(names))]
		values = append(values, known{key: string(rune('A' + r.Intn(5))), name: name, value: pool[name], forms: formsOf()[name]})
	}
	return values
}

// stream is made of forms, of what is left of them, and of other things.
func stream(r *rand.Rand, values []known) string {
	var b []byte
	piece := func() string {
		forms := values[r.Intn(len(values))].forms
		if len(forms) == 0 {
			return ""
		}
		// The value itself as often as all other forms.
		return forms[r.Intn(len(forms))*r.Intn(2)].text
	}
	for range 1 + r.Intn(6) {
		switch p := piece(); r.Intn(8) {
		case 0, 1:
			b = append(b, p...)
		case 2:
			b = append(b, p[:r.Intn(len(p)+1)]...)
		case 3:
			b = append(b, p[r.Intn(len(p)+1):]...)
		case 4: // as much over what is there as fits
			k := len(p)
			for !bytes.HasSuffix(b, []byte(p[:k])) {
				k--
			}
			b = append(b, p[k:]...)
		case 5:
			b = append(b, "ab-.[secret:A]a\n\\"[r.Intn(16):]...)
		case 6:
			b = append(b, ' ')
		default:
			for range r.Intn(12) {
				b = append(b, byte(r.Intn(256)))
			}
		}
	}
	return string(b[:min(len(b), 400)])
}

func setOf(values []known) *mask.Set {
	var s mask.Set
	for _, v := range values {
		s.Add(v.key, secret.Text(v.value))
	}
	return &s
}

func names(values []known) (s []string) {
	for _, v := range values {
		s = append(s, v.key+"="+v.name)
	}
	return s
}

func digest(b []byte) string { return fmt.Sprintf("%d bytes, %x", len(b), sha256.Sum256(b))[:24] }

// pauses is a clock that is told when nothing has come for a time.
type pauses struct {
	f    func()
	runs bool
}

func (p *pauses) AfterFunc(_ time.Duration, f func()) mask.Timer {
	p.f, p.runs = f, true
	return p
}

func (p *pauses) Stop() bool {
	ran := p.runs
	p.runs = false
	return ran
}

func (p *pauses) Reset(time.Duration) bool {
	p.runs = true
	return false
}

func (p *pauses) pass() {
	if p.runs {
		p.runs = false
		p.f()
	}
}

// masked writes a stream that is cut at cuts.
func masked(t testing.TB, s *mask.Set, stream string, cuts []int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := s.Writer(&out)
	w.AfterFunc = new(pauses).AfterFunc
	from := 0
	for _, cut := range append(cuts, len(stream)) {
		p := []byte(stream[from:cut])
		if n, err := w.Write(p); n != len(p) || err != nil {
			t.Fatalf("%d bytes of %d written, error %v", n, len(p), err)
		}
		if string(p) != stream[from:cut] {
			t.Fatal("what was written was modified")
		}
		from = cut
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func randomCuts(r *rand.Rand, n int) (cuts []int) {
	for range r.Intn(8) {
		cuts = append(cuts, r.Intn(n+1))
	}
	slices.Sort(cuts)
	return cuts
}

// waysToCut are all cuts in two of a short stream and some of a long one, all bytes apart,
// and some more.
func waysToCut(r *rand.Rand, n int) (ways [][]int) {
	ways = append(ways, nil)
	for cut := range n {
		if n <= 60 || r.Intn(n) < 30 {
			ways = append(ways, []int{cut})
		}
	}
	each := make([]int, n)
	for i := range each {
		each[i] = i
	}
	ways = append(ways, each)
	for range 4 {
		ways = append(ways, randomCuts(r, n))
	}
	return ways
}

// TestCutsMakeNoDifference: however a stream is cut, it comes out as the naive search says.
func TestCutsMakeNoDifference(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	cases, streams, masks := 0, 0, int64(0)
	for cases < 200_000/slow && !t.Failed() {
		values := some(r)
		set := setOf(values)
		total := map[string]int64{}
		for range 5 {
			text := stream(r, values)
			want, counts := look(values, text).whole()
			for _, cuts := range waysToCut(r, len(text)) {
				cases++
				for key, n := range counts {
					total[key] += n
					masks += n
				}
				if got := masked(t, set, text, cuts); string(got) != want {
					t.Fatalf("case %d: %v, a stream of %s, cut %d times: %s, want %s", cases, names(values), digest([]byte(text)), len(cuts), digest(got), digest([]byte(want)))
				}
			}
			streams++
		}
		for _, c := range set.Counts() {
			if total[c.Key] != c.Masks {
				t.Errorf("case %d: %v: %d masks of %s were counted, want %d", cases, names(values), c.Masks, c.Key, total[c.Key])
			}
			delete(total, c.Key)
		}
		if len(total) > 0 {
			t.Errorf("case %d: %v: %d keys were not counted", cases, names(values), len(total))
		}
	}
	t.Logf("%d cases of %d streams, %d masks", cases, streams, masks)
	if masks < int64(cases) {
		t.Errorf("only %d masks", masks)
	}
}

// TestHolds: as it is, and not what is too short to be hidden.
func TestHolds(t *testing.T) {
	s := set("K", "abcd", "S", "xyz")
	for text, want := range map[string]bool{"abcd": true, "0abcd1": true, "abc": false, "": false, "xyz": false, "YWJjZA==": false} {
		if got := s.Holds([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// TestPauses: with pauses anywhere, what is written at any time is what the naive search
// says, and of no value more than 3 bytes stand.
func TestPauses(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	paused, let := 0, 0
	for i := 0; paused < 60_000/slow && !t.Failed(); i++ {
		values := some(r)
		text := stream(r, values)
		var out bytes.Buffer
		clock := new(pauses)
		w := setOf(values).Writer(&out)
		w.AfterFunc = clock.AfterFunc
		want := look(values, text).replay()
		often := 1 + r.Intn(8)
		for from := 0; from < len(text); {
			to := min(len(text), from+1+r.Intn(often)*r.Intn(often))
			w.Write([]byte(text[from:to]))
			want.write(to)
			from = to
			if r.Intn(often) == 0 {
				before := out.Len()
				clock.pass()
				want.pause(to)
				paused++
				if out.Len() > before {
					let++
				}
			}
			if !bytes.Equal(out.Bytes(), want.out) {
				t.Fatalf("stream %d: %v: %s after %d of %d bytes, want %s", i, names(values), digest(out.Bytes()), to, len(text), digest(want.out))
			}
		}
		w.Close()
		want.release(len(text))
		if !bytes.Equal(out.Bytes(), want.out) {
			t.Fatalf("stream %d: %v: %s in the end, want %s", i, names(values), digest(out.Bytes()), digest(want.out))
		}
		if n := want.leaked(); n > 0 {
			t.Fatalf("stream %d: %v: %d bytes of values stand", i, names(values), n)
		}
	}
	t.Logf("%d pauses, %d of them let something go", paused, let)
	if let < 1000 {
		t.Errorf("only %d pauses let something go", let)
	}
}

// TestEveryFormIsHidden: each form of each value, alone.
func TestEveryFormIsHidden(t *testing.T) {
	encoders := map[string]int{}
	for name, value := range pool {
		for _, f := range formsOf()[name] {
			encoders[f.encoder]++
			var s mask.Set
			s.Add("K", secret.Text(value))
			if got := masked(t, &s, " "+f.text+" ", []int{3}); string(got) != " [secret:K] " {
				t.Errorf("%s of %s: %s", f.encoder, name, digest(got))
			}
		}
	}
	t.Logf("%d encoders; forms that only one has: %v", len(encoders), encoders)
}
