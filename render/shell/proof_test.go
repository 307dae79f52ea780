package shell

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
)

// TestProofSeesEveryDifference hands wrong results to the proof.
func TestProofSeesEveryDifference(t *testing.T) {
	const command = "X=${secret:A} f \"a${secret:B}b\" 'c${secret:C}d' $'e${secret:D}' ${secret:L2} $(g ${secret:F}) `h ${secret:G}` y=${u:-${secret:H}} <<E && z\nk ${secret:I}\nE\n[[ a == ${secret:J} ]] || a=(${secret:K} ${secret:L1})\n"
	refs := refsIn(command)
	all, err := read([]byte(command), refs, Bash)
	if err != nil {
		t.Fatal(err)
	}
	r := all[0]
	good := string(r.splice([]byte(command)))
	if err := r.prove([]byte(good)); err != nil {
		t.Fatal(err)
	}
	tried := 0
	try := func(what, bad string) {
		if bad == good || sameWords(bad, good) {
			return
		}
		tried++
		if err := r.prove([]byte(bad)); !errors.Is(err, secret.Invalid) {
			t.Errorf("%s: error %v: %s", what, err, bad)
		}
	}
	for i := range len(good) {
		try(fmt.Sprintf("byte %d dropped", i), good[:i]+good[i+1:])
		for _, b := range []byte("x\"'$`{") {
			try(fmt.Sprintf("%q for byte %d", b, i), good[:i]+string(b)+good[i+1:])
			try(fmt.Sprintf("%q before byte %d", b, i), good[:i]+string(b)+good[i:])
		}
	}
	for i := range refs {
		name := `"$` + refs[i].Name + `"`
		try("no quotes", strings.Replace(good, name, "$"+refs[i].Name, 1))
		try("braces", strings.Replace(good, name, `"${`+refs[i].Name+`}"`, 1))
		try("single quotes", strings.Replace(good, name, "'"+name+"'", 1))
		try("nothing", strings.Replace(good, name, "", 1))
	}
	try("nothing at all", "")
	try("another command behind", good+"x\n")
	try("a background", strings.Replace(good, "&& z", "& z", 1))
	if tried < 1000 {
		t.Errorf("only %d were tried", tried)
	}
}

// sameWords reports whether two texts differ in white space alone, which is no difference
// at most of its places.
func sameWords(a, b string) bool {
	return strings.Join(strings.Fields(a), "") == strings.Join(strings.Fields(b), "")
}
