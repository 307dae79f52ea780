package shell

import (
	"strconv"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// refsIn gives the references of a command. Each is a secret; one whose key begins with L
// is a list of as many elements as the digit behind it says.
func refsIn(command string) (refs []Ref) {
	for i, span := range rendertest.Find(command) {
		ref := Ref{Span: span, Name: nameOf(i), Secret: true}
		if body := command[span.Start:span.End]; strings.Contains(body, "secret:L") {
			ref.List, ref.Len = true, int(body[len("${secret:L")]-'0')
		}
		refs = append(refs, ref)
	}
	return refs
}

func splice(command string, d Dialect) (Script, error) {
	return Splice([]byte(command), refsIn(command), d)
}

func TestPlaces(t *testing.T) {
	for name, test := range map[string]struct{ command, want string }{
		"a word":        {"echo ${secret:K}", `echo "$XEC_A"`},
		"part of one":   {"echo a${secret:K}b", `echo a"$XEC_A"b`},
		"double quotes": {`echo "a${secret:K}b"`, `echo "a${XEC_A}b"`},
		"single quotes": {`echo 'a${secret:K}b'`, `echo 'a'"$XEC_A"'b'`},
		"a comment":     {"echo # ${secret:K}", "echo # ${secret:K}"},
		"a list":        {"f ${secret:L3} x", `f "$XEC_A_1" "$XEC_A_2" "$XEC_A_3" x`},
	} {
		for _, d := range []Dialect{Sh, Bash, Zsh} {
			t.Run(name+"/"+d.String(), func(t *testing.T) {
				s, err := splice(test.command, d)
				if err != nil {
					t.Fatal(err, secret.Hint(err))
				}
				if string(s.Text) != test.want {
					t.Errorf("got %s, want %s", s.Text, test.want)
				}
			})
		}
	}
}

// nameOf is XEC_A, XEC_B and so on, and then one with a number.
func nameOf(i int) string {
	if i < 26 {
		return "XEC_" + string(rune('A'+i))
	}
	return "XEC_Z" + strconv.Itoa(i)
}
