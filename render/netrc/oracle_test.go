package netrc

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// place is a word with a value in it, and what it stands for around it.
type place struct{ name, scalar, prefix, suffix string }

var places = []place{
	{"alone", "${secret:K}", "", ""},
	{"the other brackets", "$<secret:K>", "", ""},
	{"text around", "me'-${secret:K}@x", "me'-", "@x"},
	{"a quote around", `"${secret:K}"`, "", ""},
	{"in quotes", `"a \"b\\ ${secret:K} c"`, `a "b\ `, " c"},
	{"behind backslashes in quotes", `"\\\\${secret:K}"`, `\`, ""},
}

func kinds() []hostile.Kind {
	return append(hostile.Kinds(), []hostile.Kind{
		{Name: "empty", Value: ""},
		{Name: "keyword", Value: "machine"},
		{Name: "keywords", Value: "x login y"},
		{Name: "comma", Value: "a,b"},
		{Name: "quote first", Value: `"a`},
		{Name: "quote last", Value: `a"`},
	}...)
}

// carried calls do with every file that there is for a value in a place, and logs how many.
func carried(t *testing.T, document string, do func(p place, k hostile.Kind, out string)) {
	t.Helper()
	all, refused := 0, 0
	for _, p := range places {
		for _, k := range kinds() {
			before, behind, _ := strings.Cut(document, "\x00")
			out, _, err := rendertest.Render(Format, before+p.scalar+behind, k.Value)
			if err != nil {
				if check([]byte(k.Value), render.Splice{}) == nil && k.Value != "" || !errors.Is(err, secret.Invalid) {
					t.Errorf("%s: %s: %v", p.name, k.Name, err)
				}
				refused++
				continue
			}
			if !strings.HasPrefix(out, before) || !strings.HasSuffix(out, behind) {
				t.Errorf("%s: %s: more than the word has changed", p.name, k.Name)
			}
			do(p, k, out)
			all++
		}
	}
	t.Logf("%d kinds of value in %d places: %d carried, %d refused", len(kinds()), len(places), all, refused)
}

const readPython = `
import netrc, os, sys, tempfile

for line in sys.stdin:
    text, want = (bytes.fromhex(part) for part in line.split(","))
    with tempfile.NamedTemporaryFile(delete=False) as f:
        f.write(text)
    try:
        login, account, password = netrc.netrc(f.name).authenticators("h")
        print("same" if (login, account, password) == ("u", "x", want.decode()) else "other")
    except netrc.NetrcParseError:
        print("refused")
    os.unlink(f.name)
`

func TestPythonReadsEveryValueInEveryPlace(t *testing.T) {
	var q rendertest.Questions
	carried(t, "# ${secret:C}\nmachine g password y\nmachine h\n\tlogin u\n\tpassword \x00\n\taccount x\nmacdef m\n get #\n\ndefault login z\n", func(p place, k hostile.Kind, out string) {
		q.Add(p.name+": "+k.Name, out, p.prefix+k.Value+p.suffix)
	})
	cmd := exec.Command(rendertest.Program(t, "python3"), "-c", readPython)
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	q.RequireSame(t, cmd)
}

// TestCurlLogsInWithEveryValueInEveryPlace has one file with a machine for each value, and
// a server that looks at what curl sends.
func TestCurlLogsInWithEveryValueInEveryPlace(t *testing.T) {
	curl := rendertest.Program(t, "curl")
	var file, urls bytes.Buffer
	want := map[string]string{}
	carried(t, "password \x00 login u\n", func(p place, k hostile.Kind, out string) {
		if len(k.Value) > 1000 { // curl's words had 255 bytes once, its lines 4095
			return
		}
		host := fmt.Sprintf("h%d.test", len(want))
		want[host] = p.prefix + k.Value + p.suffix
		fmt.Fprintf(&file, "machine %s %s", host, out)
		fmt.Fprintf(&urls, "url = http://%s/%x\noutput = /dev/null\n", host, p.name+": "+k.Name)
	})
	seen := 0
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen++
		user, password, ok := r.BasicAuth()
		if !ok || user != "u" || password != want[r.Host] {
			t.Errorf("host %s: curl sends another password, of %d bytes", r.Host, len(password))
		}
	}))
	defer server.Close()
	netrc := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(netrc, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(curl, "-sS", "--noproxy", "*", "--netrc-file", netrc, "--connect-to", "::"+strings.TrimPrefix(server.URL, "http://"), "-K", "-")
	cmd.Stdin = &urls
	if out, err := cmd.CombinedOutput(); err != nil || seen != len(want) {
		t.Errorf("%d of %d asked, error %v, %d bytes", seen, len(want), err, len(out))
	}
}

// kept is a document such as people keep.
const kept = "# work\nmachine git.example.com\n  login \"j. doe\"\n  password x#\\y\n\nmachine api.example.com login u password p account a\nmacdef init\n  cd pub\n\ndefault login anonymous password me@\r\n"

// TestAReferenceAtEachByte plants one before each byte of a document. Where it is taken,
// that word changes and nothing else.
func TestAReferenceAtEachByte(t *testing.T) {
	taken, left, refused := 0, 0, 0
	for at := range len(kept) + 1 {
		template := kept[:at] + "${secret:K}" + kept[at:]
		out, refs, err := rendertest.Render(Format, template, "v")
		switch {
		case err != nil:
			rendertest.RequirePlaced(t, err, template)
			refused++
		case refs == nil:
			left++
			if out != template && out != kept[:max(at-1, 0)]+"${secret:K}"+kept[at:] {
				t.Fatalf("at %d: it has changed", at)
			}
		default:
			taken++
			if out != kept[:at]+"v"+kept[at:] {
				t.Fatalf("at %d: more than the word has changed", at)
			}
		}
	}
	if taken < 55 || left < 7 || refused < 100 {
		t.Errorf("only %d, %d and %d", taken, left, refused)
	}
	t.Logf("%d references in values, %d in comments, %d refused", taken, left, refused)
}

// FuzzSplice says: what is rendered has the words of the template with the values put in,
// as a reader finds them that goes byte by byte; what has no reference comes out as it is.
func FuzzSplice(f *testing.F) {
	rendertest.Oracle{Format: Format}.Fuzz(f, []string{
		kept, "machine ${secret:K}", "default password \"${secret:K}\"", `default password \${secret:K}`, `default password "\\\${secret:K}"`,
		"macdef a\n${secret:K}\n\n", "# ${secret:K}\n", "${secret:K}", "default login \"a\\\n${secret:K}\"", "machine \"\\${secret:K} ${secret:L}",
	}, []string{"v", "", " ", "#", `\`, `"`, "a b", "\xff", "\n", "machine"}, requireWords)
}

func requireWords(t *testing.T, source, value string, refs []int, out string) {
	t.Helper()
	if len(refs) == 0 {
		return
	}
	// A value of one letter, which changes no word but by itself, tells the words.
	plain, _, err := rendertest.Render(Format, source, "\U0010fffe")
	if err != nil {
		t.Fatalf("a plain value is refused: %v", err)
	}
	want := strings.ReplaceAll(strings.Join(slowWords(plain), "\x00"), "\U0010fffe", value)
	if !strings.Contains(source, "\U0010fffe") && strings.Join(slowWords(out), "\x00") != want {
		t.Fatal("the words are others")
	}
}

// slowWords reads words one byte after the other: a second reader, without comments and
// macros, whose words it gives too.
func slowWords(text string) (words []string) {
	var word []byte
	inWord, quoted, escaped := false, false, false
	flush := func() {
		if inWord {
			words = append(words, string(word))
		}
		word, inWord, quoted = nil, false, false
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") {
			words = append(words, line)
			continue
		}
		for _, c := range []byte(line) {
			isWhite := strings.IndexByte(" \t\r\n", c) >= 0
			switch {
			case escaped:
				word, escaped = append(word, c), false
			case quoted && c == '\\':
				escaped = true
			case quoted && c == '"':
				flush()
			case isWhite && !quoted:
				flush()
			case !inWord && c == '"':
				inWord, quoted = true, true
			default:
				word, inWord = append(word, c), true
			}
		}
		escaped = false
	}
	flush()
	return words
}
