package secret

import (
	"fmt"
	"strings"
)

// MaxKey is the longest key, in bytes.
const MaxKey = 256

// CheckKey returns an error of kind Invalid unless key is a key. The error does not
// quote it: what is no key may hold a value, as in "KEY=value".
func CheckKey(key string) error {
	n := keyBytes(key)
	switch {
	case key == "":
		return Errorf(Invalid, "the key is empty")
	case len(key) > MaxKey:
		return Errorf(Invalid, "the key has %d bytes, and %d are the most", len(key), MaxKey)
	case n < len(key):
		return WithHint(Errorf(Invalid, "byte %d of the key%s is not allowed in one", n+1, named(key[n])), keyHint)
	case !isLetter(key[0]):
		return WithHint(Errorf(Invalid, "the key does not start with a letter"), keyHint)
	}
	return nil
}

// named shows a byte that can be shown.
func named(b byte) string {
	if b <= ' ' || b >= 0x7f {
		return ""
	}
	return fmt.Sprintf(", %q,", b)
}

// keyBytes is how many bytes at the start of key may stand in a key.
func keyBytes(key string) int {
	for i := range len(key) {
		if !IsKeyByte(key[i]) {
			return i
		}
	}
	return len(key)
}

const keyHint = "a key is a letter, then letters, digits, '.', '_' and '-', like API_KEY, database.password, jwt-secret"

// IsKeyByte reports whether b may stand in a key behind its first letter.
func IsKeyByte(b byte) bool {
	return isLetter(b) || '0' <= b && b <= '9' || b == '.' || b == '_' || b == '-'
}

func isLetter(b byte) bool {
	return 'a' <= b|0x20 && b|0x20 <= 'z'
}

// EnvPrefix stands before the name of a key in an environment that hands secrets over, and
// in an exported file of them.
const EnvPrefix = "SECRET_"

// EnvName is the name that key takes in an environment: upper case, with '.'
// and '-' as '_'. Two keys may share one name.
func EnvName(key string) string {
	return strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))
}
