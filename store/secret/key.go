package secret

import "strings"

// MaxKey is the longest key, in bytes.
const MaxKey = 256

// CheckKey returns an error of kind Invalid unless key is a key.
func CheckKey(key string) error {
	switch {
	case key == "":
		return Errorf(Invalid, "the key is empty")
	case len(key) > MaxKey:
		return Errorf(Invalid, "key %.20q…: %d bytes are more than the %d that a key may have", key, len(key), MaxKey)
	case !isLetter(key[0]):
		return WithHint(Errorf(Invalid, "key %q does not start with a letter", key), keyHint)
	}
	for i := range len(key) {
		if !IsKeyByte(key[i]) {
			return WithHint(Errorf(Invalid, "key %q: byte %d is not allowed in a key", key, i+1), keyHint)
		}
	}
	return nil
}

const keyHint = "a key is a letter, then letters, digits, '.', '_' and '-', like API_KEY, database.password, jwt-secret"

// IsKeyByte reports whether b may stand in a key behind its first letter.
func IsKeyByte(b byte) bool {
	return isLetter(b) || '0' <= b && b <= '9' || b == '.' || b == '_' || b == '-'
}

func isLetter(b byte) bool {
	return 'a' <= b|0x20 && b|0x20 <= 'z'
}

// EnvName is the name that key takes in an environment: upper case, with '.'
// and '-' as '_'. Two keys may share one name.
func EnvName(key string) string {
	return strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))
}
