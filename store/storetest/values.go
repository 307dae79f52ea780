package storetest

import (
	"bytes"
	"fmt"

	"github.com/xec-sh/xec-go/store/secret"
)

// Values are values that a careless store would change.
func Values() [][]byte {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	values := [][]byte{
		all, {0}, []byte("x"), []byte("a\x00b"), []byte("\xff\xfe"), []byte("\xed\xa0\x80"), // a lone surrogate
		bytes.Repeat([]byte("x"), secret.MaxValue), bytes.Repeat(all, secret.MaxValue/len(all)),
	}
	for _, text := range texts {
		values = append(values, []byte(text))
	}
	return values
}

// texts are values that mean something to a shell, a format, a terminal or a line reader.
var texts = [...]string{
	"\n", " ", " a ", "\ta\t", "a\n", "a\n\n", "a\r", "a\r\n", "a\r\nb", "\n\na",
	"пароль 密码 🔑", "\u00e9", "e\u0301", "\u2028", "\ufeffa", "\u202ea", // two forms of one letter, a mark of order
	"${secret:KEY}", "$<secret:KEY>", "$HOME", "$(id)", "`id`", `"'\`, "a'b", "%s%d%n", "{key}", "*",
	"-n", "--help", "a=b", "#a", "null", "true", "0123", "1e3", "[]", "{}", "YQ==", `{"base64": "YQ=="}`,
	"\x1b[31m", "\b\x7f", "-----BEGIN KEY-----\nYQ==\n-----END KEY-----\n", "0x61", "[secret]", "\x04\x1a",
}

// named gives each of values a key.
func named(values [][]byte) map[string][]byte {
	keyed := make(map[string][]byte, len(values))
	for i, v := range values {
		keyed[fmt.Sprintf("value-%d", i)] = v
	}
	return keyed
}
