package mask_test

import (
	"bytes"
	"testing"
)

// compose makes a stream of bytes that name forms: 0xf0 to 0xf3 and a number stand for that
// form of a value, with 0xf4 and 0xf5 for the first or the second half of one.
func compose(values []known, script []byte) string {
	var b []byte
	for i := 0; i < len(script) && len(b) < 600; i++ {
		op := script[i]
		if op < 0xf0 || op > 0xf5 || i+1 == len(script) {
			b = append(b, op)
			continue
		}
		i++
		v := values[int(op)%len(values)]
		if len(v.forms) == 0 {
			continue
		}
		text := v.forms[int(script[i])%len(v.forms)].text
		switch op {
		case 0xf4:
			text = text[:len(text)/2]
		case 0xf5:
			text = text[len(text)/2:]
		}
		b = append(b, text...)
	}
	return string(b)
}

// fuzzed are the values of a fuzz target. The second and the third may be cut out of the
// first, so that they have much in common.
func fuzzed(a, b, c string) []known {
	const most = 80 // each form is looked for at each byte
	a, b, c = a[:min(len(a), most)], b[:min(len(b), most)], c[:min(len(c), most)]
	return []known{know("A", "first", a), know("B", "second", b), know("C", "third", c), know("D", "half of the first", a[len(a)/2:])}
}

func seeds(f *testing.F, add func(a, b, c string, script []byte)) {
	add("hunter2hunter2", "pw12", "password", []byte("a hunter2\xf0\x00 pw12 \xf1\x00x\xf2\x01"))
	add("aaaaaaaaaaaab", "aaaa", "aaaaaaaa", []byte("aaaaaaaaaaaaaaaaaaa\xf4\x00\xf5\x00"))
	add(pem, "it's a \"value\"\\", "\x00\xff\x80\x1b1234", []byte("\xf0\x00\xf0\x01\xf0\x02\xf1\x07\xf1\x08\xf2\x03"))
	add("abcabcabcxabcabcabc", "abcabc", "cabcabca", []byte("abcabcabcabcxabcabcabcxabcabcabc"))
	add(pool["printable"], pool["Unicode"], pool["long for lines"], []byte("\xf0\x10\xf1\x12\xf2\x14\xf4\x20\xf5\x20"))
}

// FuzzSearch: what is found is what the naive search finds, in one piece and byte by byte.
func FuzzSearch(f *testing.F) {
	seeds(f, func(a, b, c string, script []byte) { f.Add(a, b, c, script) })
	f.Fuzz(func(t *testing.T, a, b, c string, script []byte) {
		values := fuzzed(a, b, c)
		text := compose(values, script)
		want, _ := look(values, text).whole()
		each := make([]int, len(text))
		for i := range each {
			each[i] = i
		}
		for _, cuts := range [][]int{nil, each} {
			if got := masked(t, setOf(values), text, cuts); string(got) != want {
				t.Fatalf("cut %d times: %s, want %s", len(cuts), digest(got), digest([]byte(want)))
			}
		}
	})
}

// FuzzWriter: cuts and pauses are taken from the last argument, a byte for each write; an odd
// one is followed by a pause.
func FuzzWriter(f *testing.F) {
	seeds(f, func(a, b, c string, script []byte) {
		f.Add(a, b, c, script, []byte("\x07\x02\x03\x08\x11\x05"))
		f.Add(a, b, c, script, []byte{3})
	})
	f.Fuzz(func(t *testing.T, a, b, c string, script, writes []byte) {
		values := fuzzed(a, b, c)
		text := compose(values, script)
		var out bytes.Buffer
		clock := new(pauses)
		w := setOf(values).Writer(&out)
		w.AfterFunc = clock.AfterFunc
		want := look(values, text).replay()
		for from, i := 0, 0; from < len(text) && len(writes) > 0; i++ {
			step := writes[i%len(writes)]
			to := min(len(text), from+1+int(step/2))
			w.Write([]byte(text[from:to]))
			want.write(to)
			if from = to; step%2 == 1 {
				clock.pass()
				want.pause(to)
			}
			if !bytes.Equal(out.Bytes(), want.out) {
				t.Fatalf("%s after %d bytes, want %s", digest(out.Bytes()), to, digest(want.out))
			}
		}
		if len(writes) == 0 {
			return
		}
		w.Close()
		want.release(len(text))
		if !bytes.Equal(out.Bytes(), want.out) {
			t.Fatalf("%s in the end, want %s", digest(out.Bytes()), digest(want.out))
		}
		if n := want.leaked(); n > 0 {
			t.Fatalf("%d bytes of values stand", n)
		}
	})
}
