package mask_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// tools print a value in forms of their own. They get it as $V and as the standard input;
// those that are slow to start get all values there, with a NUL between them, and write one
// behind each.
var tools = []struct {
	program string
	args    []string
	names   []string // what each part between form feeds is
}{
	{"bash", []string{"-c", `
		printf '%q\f' "$V"; LC_ALL=C; printf '%q\f' "$V"; LC_ALL=C.UTF-8; printf '%q\f' "$V"
		printf '%s\f' "${V@Q}"; LC_ALL=C; printf '%s\f' "${V@Q}"
		declare -p V; printf '\f'; export -p | sed -n '/ V=/,$p'; printf '\f'
		alias v="$V"; alias v; printf '\f'
		set -x; : "$V"; set +x; printf '\f'; (exec 2>&1; set -x; : "$V") | head -c 4000`},
		[]string{"printf %q", "printf %q in C", "printf %q in UTF-8", "@Q", "@Q in C", "declare", "export", "alias", "xtrace", "xtrace to a pipe"}},
	{"dash", []string{"-c", `export -p | sed -n '/^export V=/,$p'; printf '\f'; set | sed -n '/^V=/,$p'`}, []string{"export", "set"}},
	{"zsh", []string{"-c", `print -rn -- "${(q)V}"; printf '\f'; print -rn -- "${(qq)V}"; printf '\f'; print -rn -- "${(qqq)V}"; printf '\f'; print -rn -- "${(qqqq)V}"`}, []string{"q", "qq", "qqq", "qqqq"}},
	{"python3", []string{"-c", `
import base64, html, json, os, shlex, sys, urllib.parse, xml.sax.saxutils
def out(x): sys.stdout.buffer.write((x if isinstance(x, bytes) else x.encode("utf-8", "surrogateescape")) + b"\f")
for b in sys.stdin.buffer.read().split(b"\0"):
 s = b.decode("utf-8", "surrogateescape")
 out(json.dumps(s)); out(json.dumps({"k": s})); out(json.dumps(json.dumps(s)) if s.isascii() else b""); out(json.dumps(s, ensure_ascii=False))
 for safe in ["", "/", "~"]: out(urllib.parse.quote(b, safe=safe)); out(urllib.parse.quote_plus(b, safe=safe))
 out(urllib.parse.urlencode({"k": b}))
 for pad in range(3): out(base64.b64encode(b"x" * pad + b + b"yz")); out(base64.urlsafe_b64encode(b"x" * pad + b + b"yz"))
 out(base64.encodebytes(b)); out(b.hex()); out(b.hex().upper()); out(base64.b16encode(b))
 out(shlex.quote(s)); out(html.escape(s)); out(html.escape(s, quote=False)); out(xml.sax.saxutils.escape(s)); out(xml.sax.saxutils.quoteattr(s))
 out(repr(b)); out(repr(s)); out(ascii(s))
 sys.stdout.buffer.write(b"\0")
`}, []string{"json", "json object", "json twice", "json without ASCII",
		"quote", "quote_plus", "quote /", "quote_plus /", "quote ~", "quote_plus ~", "urlencode",
		"base64 0", "base64url 0", "base64 1", "base64url 1", "base64 2", "base64url 2", "encodebytes", "hex", "hex upper", "b16",
		"shlex", "html", "html without quotes", "saxutils", "quoteattr", "repr of bytes", "repr", "ascii"}},
	{"jq", []string{"-nrj", `env.V | (@json, "\f", ({a: .} | tojson | tojson), "\f", @uri, "\f", @html, "\f", @sh, "\f", @csv "\([.])", "\f", @base64)`}, []string{"json", "json twice", "uri", "html", "sh", "csv", "base64"}},
	{"jq", []string{"-na", `env.V`}, []string{"json in ASCII"}},
	{"base64", nil, []string{"lines of 76"}},
	{"openssl", []string{"base64"}, []string{"lines of 64"}},
	{"xxd", []string{"-p", "-c", "1000"}, []string{"hexadecimal"}},
	{"node", []string{"-e", `for (const b of require("fs").readFileSync(0, "latin1").split("\0")) { const v = Buffer.from(b, "latin1").toString(); process.stdout.write([JSON.stringify(v), JSON.stringify({m: JSON.stringify({v})}), encodeURIComponent(v), new URLSearchParams({v}).toString(), Buffer.from(v).toString("base64"), Buffer.from(v).toString("hex")].join("\f") + "\0") }`}, []string{"json", "json twice", "encodeURIComponent", "URLSearchParams", "base64", "hex"}},
	{"php", []string{"-r", `$v = getenv("V"); echo implode("\f", [json_encode($v), json_encode($v, JSON_UNESCAPED_SLASHES), json_encode($v, JSON_UNESCAPED_UNICODE), urlencode($v), rawurlencode($v), htmlspecialchars($v), htmlspecialchars($v, ENT_NOQUOTES)]);`}, []string{"json", "json without slashes", "json in Unicode", "urlencode", "rawurlencode", "htmlspecialchars", "htmlspecialchars without quotes"}},
	{"perl", []string{"-MMIME::Base64", "-e", `print encode_base64($ENV{V}), "\f", unpack("H*", $ENV{V})`}, []string{"base64", "hexadecimal"}},
	{"ruby", []string{"-rjson", "-rcgi", "-ruri", "-rshellwords", "-e", `v = ENV["V"]; print [JSON.generate(v), CGI.escape(v), URI.encode_www_form_component(v), CGI.escapeHTML(v), [v].pack("m")].join("\f")`}, []string{"json", "cgi", "uri", "html", "base64"}},
}

// printable are values that can be in an environment; others have no tool but those that
// read the standard input.
func printable() (texts []string) {
	for _, name := range poolNames() {
		if v := pool[name]; len(v) >= 8 && !strings.Contains(v, "\x00") && !strings.ContainsAny(v, "\f") {
			texts = append(texts, name)
		}
	}
	return texts
}

// TestToolsPrintNothing asks the programs themselves how they write a value.
func TestToolsPrintNothing(t *testing.T) {
	for _, tool := range tools {
		t.Run(tool.program+" "+tool.names[0], func(t *testing.T) {
			rendertest.Program(t, tool.program)
			names := printable()
			if tool.program == "python3" || tool.program == "node" {
				var all []string
				for _, name := range names {
					all = append(all, pool[name])
				}
				out := run(t, tool.program, tool.args, strings.Join(all, "\x00"), "")
				printed := bytes.Split(out, []byte("\x00"))
				if len(printed) != len(names)+1 {
					t.Fatalf("%d answers for %d values", len(printed), len(names))
				}
				for i, name := range names {
					hidden(t, name, tool.names, printed[i])
				}
				return
			}
			for _, name := range names {
				hidden(t, name, tool.names, run(t, tool.program, tool.args, pool[name], pool[name]))
			}
		})
	}
}

func run(t *testing.T, program string, args []string, input, env string) []byte {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "V="+env, "LC_ALL=C.UTF-8")
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %v", program, err)
	}
	return out
}

// hidden checks each part of what a tool printed.
func hidden(t *testing.T, name string, parts []string, out []byte) {
	t.Helper()
	s := setOf([]known{{key: "K", value: pool[name]}})
	printed := bytes.Split(out, []byte("\f"))
	if len(printed) < len(parts) {
		t.Errorf("%s: %d parts, want %d", name, len(printed), len(parts))
		return
	}
	for i, part := range parts {
		if got := masked(t, s, string(printed[i]), nil); len(printed[i]) >= 8 && !bytes.Contains(got, []byte("[secret:K]")) {
			t.Errorf("%s of %s is not hidden", part, name)
		}
	}
}
