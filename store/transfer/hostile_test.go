package transfer_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
)

// hostile is values that something on the way has got wrong: a shell, JSON,
// YAML, a .env reader, a terminal. Each class is one that could fail alone.
var hostile = []struct{ class, value string }{
	{"one letter", "x"},
	{"one zero", "0"},
	{"only a space", " "},
	{"only a tab", "\t"},
	{"only a newline", "\n"},
	{"only newlines", "\n\n\n"},
	{"only a CR", "\r"},
	{"only a double quote", `"`},
	{"only a single quote", `'`},
	{"only a backtick", "`"},
	{"only a backslash", `\`},
	{"only a dollar", `$`},
	{"only a hash", `#`},
	{"only an equals sign", `=`},
	{"double quotes", `say "hi" twice`},
	{"single quotes", `it's 'here'`},
	{"all quotes", "\"'`\"'`"},
	{"single quote dance", `'"'"'`},
	{"wholly double-quoted", `"quoted"`},
	{"wholly single-quoted", `'quoted'`},
	{"wholly backtick-quoted", "`id`"},
	{"quote and semicolon", `"; touch pwn; "`},
	{"single quote and semicolon", `'; touch pwn; '`},
	{"leading blanks", "  \tx"},
	{"trailing blanks", "x \t "},
	{"leading newline", "\nx"},
	{"trailing newline", "x\n"},
	{"trailing newlines", "x\n\n\n"},
	{"inner newline", "a\nb"},
	{"blank lines", "a\n\n\nb"},
	{"tabs", "a\tb\t\tc"},
	{"CR", "a\rb"},
	{"trailing CR", "a\r"},
	{"CRLF", "a\r\nb\r\n"},
	{"backslash at the end", `x\`},
	{"two backslashes at the end", `x\\`},
	{"three backslashes at the end", `x\\\`},
	{"backslash newline", "a\\\nb"},
	{"backslash newline at the end", "a\\\n"},
	{"backslash CRLF", "a\\\r\nb"},
	{"backslash n", `a\nb`},
	{"backslash r t", `\r\t`},
	{"backslash quote", `\"`},
	{"backslash backtick", "\\`"},
	{"backslash dollar", `\$HOME`},
	{"octal and hex escapes", `\101\x41\u0041\0`},
	{"dollar name", `$HOME`},
	{"dollar braces", `${HOME}`},
	{"dollar default", `${x:-$(touch pwn)}`},
	{"dollar digits", `$1$0$$`},
	{"dollar quote", `$'a\nb'`},
	{"command substitution", `$(touch pwn)`},
	{"nested substitution", "$(echo `touch pwn`)"},
	{"backtick substitution", "`touch pwn`"},
	{"arithmetic", `$((1+1))`},
	{"process substitution", `<(touch pwn)`},
	{"history", `!! !$ wow!`},
	{"history in quotes", `"!x"`},
	{"tilde", `~`},
	{"tilde paths", `~root:~/x`},
	{"glob", `* ? [a-z] **/*`},
	{"braces", `{a,b}{1..3}`},
	{"operators", `;rm -rf x & | && || > < >> 2>&1`},
	{"parentheses", `(x) )( {}`},
	{"comment", `a # b`},
	{"leading comment", `# b`},
	{"comment line", "a\n# xec:key=OTHER\nb"},
	{"assignment line", "a\"\nexport SECRET_OTHER=\"b"},
	{"key and value", `NAME=value`},
	{"export", `export A=b`},
	{"heredoc", "<<EOF\n$x\nEOF\n"},
	{"quoted heredoc", "cat <<'EOF'\nEOF"},
	{"option n", `-n`},
	{"option e", `-e`},
	{"two dashes", `--`},
	{"printf verbs", `%s%n%d%%`},
	{"colon blank", `a: b`},
	{"trailing colon", `a:`},
	{"YAML true", `true`},
	{"YAML yes", `yes`},
	{"YAML null", `~null`},
	{"YAML document", "---\na: b\n...\n"},
	{"YAML anchor", `&a *a !!str`},
	{"leading zero", `0123`},
	{"exponent", `1e999`},
	{"sexagesimal", `12:30:45`},
	{"JSON object", `{"a": "b\n", "base64": "eA=="}`},
	{"JSON base64 object", `{"base64": "eA=="}`},
	{"JSON array", `["a", null]`},
	{"JSON string", `"a\u0000\ud800"`},
	{"HTML", `<a href="x">&amp;</a><script>`},
	{"URL", `postgres://u:p%40ss@h/d?a=b&c=d#e`},
	{"base64 text", "AP/+/w=="},
	{"PEM", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0=\n-----END PRIVATE KEY-----\n"},
	{"reference", `${secret:OTHER}`},
	{"other reference", `$<secret:OTHER>`},
	{"escaped reference", `\${secret:OTHER}`},
	{"NUL", "a\x00b"},
	{"only a NUL", "\x00"},
	{"NULs at both ends", "\x00a\x00"},
	{"all bytes", allBytes(0)},
	{"all bytes but NUL", allBytes(1)},
	{"all bytes downwards", reversed(allBytes(1))},
	{"control bytes", allBytes(1)[:31]},
	{"DEL", "a\x7fb"},
	{"invalid UTF-8", "a\xff\xfeb"},
	{"cut UTF-8", "a\xe2\x82"},
	{"overlong UTF-8", "\xc0\xaf"},
	{"encoded surrogate", "\xed\xa0\x80"},
	{"beyond Unicode", "\xf4\x90\x80\x80"},
	{"Latin-1", "caf\xe9"},
	{"Latin-1 and quote", "caf\xe9\""},
	{"UTF-8 and escapes", "é\"é\\é$é`"},
	{"UTF-16", "\xff\xfea\x01b\x01"},
	{"replacement character", "a\ufffdb"},
	{"line separators", "a\u2028b\u2029c"},
	{"NEL", "a\u0085b"},
	{"no-break space", "\u00a0x\u00a0"},
	{"BOM", "\ufeffx"},
	{"zero width", "a\u200bb\u200d"},
	{"RTL override", "a\u202eb\u202c"},
	{"combining", "e\u0301 is not é"},
	{"emoji", "👩‍👩‍👧‍👦🔑"},
	{"noncharacter", "\uffff\U0010ffff"},
	{"ANSI escapes", "\x1b[31mred\x1b[0m\x1b]0;t\a"},
	{"backspaces", "abc\b\b\b"},
	// The bytes that dash marks places in a word with, one by one.
	{"byte 0x80", "a\x80\"\x80"},
	{"byte 0x81", "a\x81\"\x81"},
	{"byte 0x82", "a\x82\"\x82"},
	{"byte 0x83", "a\x83\"\x83"},
	{"byte 0x84", "a\x84\"\x84"},
	{"byte 0x85", "a\x85\"\x85"},
	{"byte 0x86", "a\x86\"\x86"},
	{"byte 0x87", "a\x87\"\x87"},
	{"byte 0x88", "a\x88\"\x88"},
	{"byte 0x89", "a\x89\"\x89"},
	{"byte 0x8a", "a\x8a\"\x8a"},
	{"byte 0x8b", "a\x8b\"\x8b"},
	{"byte 0x8c", "a\x8c\"\x8c"},
	{"byte 0x8d", "a\x8d\"\x8d"},
	{"byte 0x8e", "a\x8e\"\x8e"},
	{"byte 0x8f", "a\x8f\"\x8f"},
	{"largest", strings.Repeat("x", secret.MaxValue)},
	{"largest, escaped", strings.Repeat(`"\$`+"`", secret.MaxValue/4)},
	{"largest, lines", strings.Repeat("\n", secret.MaxValue)},
	{"largest, binary", strings.Repeat("\xff", secret.MaxValue)},
}

func allBytes(from int) string {
	var b []byte
	for i := from; i < 256; i++ {
		b = append(b, byte(i))
	}
	return string(b)
}

func reversed(s string) string {
	b := make([]byte, len(s))
	for i := range len(s) {
		b[len(s)-1-i] = s[i]
	}
	return string(b)
}

// hostileStore has every hostile value under a key of its own; classes gives
// the class of a key.
func hostileStore() (secrets map[string]secret.Value, classes map[string]string) {
	secrets, classes = make(map[string]secret.Value), make(map[string]string)
	for i, h := range hostile {
		key := fmt.Sprintf([]string{"KEY_%d", "key.%d", "Key-%d"}[i%3], i)
		secrets[key], classes[key] = secret.Text(h.value), h.class
	}
	return secrets, classes
}

// requireEqual fails where got is not want. Values are shown as digests.
func requireEqual(t *testing.T, got, want map[string]secret.Value, classes map[string]string) {
	t.Helper()
	for key, value := range want {
		if g, ok := got[key]; !ok {
			t.Errorf("%s (%s) is missing", key, classes[key])
		} else if string(g.Reveal()) != string(value.Reveal()) {
			t.Errorf("%s (%s): got %s, want %s", key, classes[key], digest(g.Reveal()), digest(value.Reveal()))
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			t.Errorf("%s is there and should not be", key)
		}
	}
}

func digest(b []byte) string {
	return fmt.Sprintf("%d bytes, SHA-256 %.4x…", len(b), sha256.Sum256(b))
}

// set makes secrets of pairs of key and value.
func set(pairs ...string) map[string]secret.Value {
	secrets := make(map[string]secret.Value)
	for i := 0; i < len(pairs); i += 2 {
		secrets[pairs[i]] = secret.Text(pairs[i+1])
	}
	return secrets
}
