package resolve

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/store/secret"
)

// values are bytes that a careless encoder would change.
func values() [][]byte {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return [][]byte{
		all, all[1:], []byte("plain"), []byte(`a'b"c\d`), []byte("a b+c/d%e?f&g=h"), []byte("-._~"), []byte("日本 é"), []byte("\u2028\u00a0"),
		[]byte("$(touch x)`y`$z"), []byte("!#*[]{}<>|;"), []byte("\n"), []byte("a\nb\r\nc"), []byte("''"), []byte("--"), []byte("]]>"), []byte("\xff"),
	}
}

func apply(t *testing.T, filters []string, v []byte) ([]byte, error) {
	t.Helper()
	r := &Reference{Name: "K", Filters: filters}
	before := bytes.Clone(v)
	out, err := r.Apply(secret.New(v))
	if !bytes.Equal(v, before) {
		t.Errorf("%v changed the value itself", filters)
	}
	return out.Reveal(), err
}

// decoders are the standard library's readers of what a filter writes.
var decoders = map[string]func(string) ([]byte, error){
	"url":       func(s string) ([]byte, error) { d, err := url.PathUnescape(s); return []byte(d), err },
	"base64":    base64.StdEncoding.Strict().DecodeString,
	"base64url": base64.RawURLEncoding.Strict().DecodeString,
	"json": func(s string) ([]byte, error) {
		var d string
		err := json.Unmarshal([]byte(s), &d)
		return []byte(d), err
	},
	"xml": func(s string) (d []byte, err error) {
		var v struct {
			A string `xml:"a,attr"`
			T string `xml:",chardata"`
		}
		err = xml.Unmarshal([]byte(`<x a="`+s+`">`+s+`</x>`), &v)
		if err == nil && v.A != v.T {
			err = errors.New("attribute and text differ")
		}
		return []byte(v.T), err
	},
}

func TestFiltersAreReadBack(t *testing.T) {
	for name, decode := range decoders {
		read := 0
		for i, v := range values() {
			out, err := apply(t, []string{name}, v)
			if err != nil {
				if !errors.Is(err, secret.Invalid) || !strings.Contains(err.Error(), "K|"+name) || secret.Hint(err) == "" {
					t.Errorf("%s of value %d: error %v", name, i, err)
				}
				continue
			}
			read++
			got, err := decode(string(out))
			if err != nil || !bytes.Equal(got, v) {
				t.Errorf("%s of value %d is not read back: %v", name, i, err)
			}
		}
		if read < 10 {
			t.Errorf("%s took only %d values", name, read)
		}
	}
}

func TestURLKeepsOnlyTheUnreserved(t *testing.T) {
	all := values()[0]
	out, _ := apply(t, []string{"url"}, all)
	for _, b := range out {
		if !secret.IsNameByte(b) && !slices.Contains([]byte("-._~%"), b) {
			t.Errorf("byte %#x is left", b)
		}
	}
	if out, _ := apply(t, []string{"url"}, []byte("aZ09-._~")); string(out) != "aZ09-._~" {
		t.Errorf("unreserved characters became %s", out)
	}
}

func TestTrimHexAndChains(t *testing.T) {
	for _, test := range []struct {
		filters  []string
		in, want string
	}{
		{[]string{"trim"}, " \t\n\v\f\ra b\u00a0 \r\n", "a b\u00a0"},
		{[]string{"trim"}, " \n", ""},
		{[]string{"hex"}, "\x00\xab~", "00ab7e"},
		{[]string{"trim", "base64", "url"}, " >>>?\n", "Pj4%2BPw%3D%3D"},
		{[]string{"sh", "json"}, "a'b", `"'a'\\''b'"`},
		{nil, " x ", " x "},
	} {
		out, err := apply(t, test.filters, []byte(test.in))
		if err != nil || string(out) != test.want {
			t.Errorf("%v: %q, error %v, want %q", test.filters, out, err, test.want)
		}
	}
}

func TestFiltersHaveALimit(t *testing.T) {
	chain := slices.Repeat([]string{"hex"}, 40)
	if out, err := apply(t, chain, []byte("x")); !errors.Is(err, secret.Invalid) || out != nil {
		t.Errorf("%d bytes, error %v", len(out), err)
	}
	if out, err := apply(t, []string{"hex", "base64", "url"}, make([]byte, secret.MaxValue)); err != nil || len(out) < 2*secret.MaxValue {
		t.Errorf("%d bytes, error %v", len(out), err)
	}
}

// TestShellsReadWordsBack asks the real shells.
func TestShellsReadWordsBack(t *testing.T) {
	for _, shell := range []string{"sh", "bash", "dash", "zsh"} {
		if _, err := exec.LookPath(shell); err != nil {
			if machine.Required("shells") {
				t.Fatalf("%s is required: %v", shell, err)
			}
			t.Logf("%s is not here", shell)
			continue
		}
		for i, v := range values() {
			word, err := apply(t, []string{"sh"}, v)
			if bytes.IndexByte(v, 0) >= 0 {
				if !errors.Is(err, secret.Invalid) {
					t.Errorf("a NUL: error %v", err)
				}
				continue
			}
			cmd := exec.Command(shell)
			cmd.Stdin = strings.NewReader("printf %s " + string(word))
			got, err := cmd.Output()
			if err != nil || !bytes.Equal(got, v) {
				t.Errorf("%s reads value %d back as %d other bytes, error %v", shell, i, len(got), err)
			}
		}
	}
}

func FuzzFilters(f *testing.F) {
	for _, v := range values() {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v []byte) {
		for name, decode := range decoders {
			out, err := apply(t, []string{name}, v)
			if err != nil {
				continue
			}
			if got, err := decode(string(out)); err != nil || !bytes.Equal(got, v) {
				t.Fatalf("%s is not read back: %v", name, err)
			}
		}
	})
}
