package lint

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
)

// told gives what is said of a text, as rule@offset.
func told(text string) string {
	var all []string
	var r Report
	r.Text("f", []byte(text), nil)
	for _, f := range r.Findings() {
		all = append(all, fmt.Sprintf("%v@%d", f.Rule, f.Offset))
	}
	return strings.Join(all, " ")
}

func TestWhatIsNearlyAReferenceIsTold(t *testing.T) {
	for text, want := range map[string]string{
		"${SECRET:K}":                "misspelt@0",
		"a ${Secret:K} b":            "misspelt@2",
		"${secrets:K}":               "misspelt@0",
		"$<SECRET:K>":                "misspelt@0",
		"${secert:K}":                "misspelt@0",
		"${secre:K}":                 "misspelt@0",
		"${seecret:K}":               "misspelt@0",
		"${secrer:K}":                "misspelt@0",
		"${secret.DB_URL}":           "misspelt@0",
		"$(secret:K)":                "misspelt@0",
		"{{secret:K}}":               "misspelt@0",
		"{{ secret:K }}":             "misspelt@0",
		"${secret: K}":               "misspelt@0",
		"${ secret:K}":               "misspelt@0",
		"${secret :K}":               "misspelt@0",
		"${secret:_K}":               "misspelt@0",
		"${secret:1PASSWORD}":        "misspelt@0",
		"${SECRET:K:-text}":          "misspelt@0",
		"${secret:K":                 "unclosed@0",
		"${secret:K\n}":              "unclosed@0",
		"$<secret:K}":                "unclosed@0",
		"é ${SECRET:K} {{secret:K}}": "misspelt@3 misspelt@15",
		"${secret:K@prod}":           "grammar@0",
		"${secret:K|nope}":           "grammar@0",

		// References, and what others have.
		"${secret:K} $<secret:K|url>":                        "",
		`\${secret:K} \${SECRET:K}`:                          "",
		"${SECRET} ${SECRET:-x} ${SECRET:+x} ${SECRET:?x}":   "",
		"${SECRET:=x} ${secret:0:4} ${secret: -3} ${secret}": "",
		"${secret:-x} ${secret:0} ${#secret} ${secret##*:}":  "",
		"${secret.name} ${secrets.token} ${secret.id()}":     "",
		"${{ secrets.TOKEN }} {{ .Values.secret }}":          "",
		"{{ secret.K }} {{secrets.K}} $(secret K)":           "",
		"${vault:secret:K} secret:K {secret:K} $secret:K":    "",
		"${secretary:K} ${secured:K} ${sacred:K} ${sec:K}":   "",
		"${SECRET:K $(secret:K {{secret:K":                   "",
		"$ ${ $< $( {{ ${secret ${secret: ${secret:":         "",
	} {
		if got := told(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestOneSlip compares with all words that one edit makes of secret.
func TestOneSlip(t *testing.T) {
	const want, letters = "secret", "abcdefghijklmnopqrstuvwxyz"
	near := map[string]bool{"secret": true, "secrets": true}
	for i := range len(want) + 1 {
		for _, l := range letters {
			near[want[:i]+string(l)+want[i:]] = true
			if i < len(want) {
				near[want[:i]+string(l)+want[i+1:]] = true
			}
		}
		if i < len(want) {
			near[want[:i]+want[i+1:]] = true
		}
		if i+1 < len(want) {
			near[want[:i]+string(want[i+1])+string(want[i])+want[i+2:]] = true
		}
	}
	count := 0
	for word := range near {
		if count++; !isNearSecret(word) || !isNearSecret(strings.ToUpper(word)) {
			t.Errorf("%q is one slip away", word)
		}
		for i := range len(word) { // most of which two slips make
			for _, l := range "xqe" {
				two := word[:i] + string(l) + word[i:]
				if isNearSecret(two) != near[two] {
					t.Errorf("%q: %v", two, !near[two])
				}
			}
		}
	}
	if count < 300 {
		t.Errorf("only %d words", count)
	}
}

// TestLongTextsTakeLinearTime: each of these would take minutes if a line were searched for
// each of its references.
func TestLongTextsTakeLinearTime(t *testing.T) {
	for _, part := range []string{"${secret:a", "$<SECRET:a", "{{secret:a ", "${SECRET:a}", "${secret:a}", "# ${secrets:A", "$", "{{"} {
		text := strings.Repeat(part, 2<<20/len(part))
		var r Report
		r.UserPart = func(before, after []byte) bool { return false }
		r.Text("f", []byte(text), nil)
		f := &config.File{Name: "c", Text: []byte(text)}
		r.slipsIn(f)
		if all := r.Findings(); len(all) > 4*maxTold {
			t.Errorf("%q: %d findings", part, len(all))
		}
	}
}

// FuzzText: what is told of any bytes stands in them, and what is said to be left alone is
// no reference.
func FuzzText(f *testing.F) {
	for _, text := range []string{"${SECRET:K}", "{{secret:K}} ${secret:K", "é$<secert:K>\n\x00${secret:A|x}", "$(secret:1a)${secret:K:-d}", "pg://u:${secret:K}@h"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r := Report{UserPart: func(before, _ []byte) bool { return strings.HasSuffix(string(before), ":") }}
		r.Text("f", text, nil)
		r.Keys([]string{"K"})
		references := map[int64]bool{}
		for _, found := range resolve.Find(text) {
			references[found.Offset] = true
		}
		for _, f := range r.Findings() {
			if f.Offset < 0 || f.Length < 0 || f.Offset+int64(f.Length) > int64(len(text)) {
				t.Fatalf("%v: %d bytes at %d, of %d", f.Rule, f.Length, f.Offset, len(text))
			}
			if at := resolve.At(text, int(f.Offset)); at != f.Position {
				t.Fatalf("%v: at %v, which is %v", f.Rule, f.Position, at)
			}
			if (f.Rule == Misspelt || f.Rule == Unclosed) && references[f.Offset] {
				t.Fatalf("%v: a reference", f)
			}
			if f.Message == "" || f.Level == ofRule {
				t.Fatalf("%v: no message, or no level", f.Rule)
			}
		}
	})
}
