package secret

// IsName reports whether s is what shells call a name, and so may name a variable: a letter
// or '_', then letters, digits and '_'.
func IsName(s string) bool {
	for i := range len(s) {
		if !IsNameByte(s[i]) {
			return false
		}
	}
	return s != "" && !('0' <= s[0] && s[0] <= '9')
}

// IsNameByte reports whether b may stand in a name behind its first byte.
func IsNameByte(b byte) bool { return isLetter(b) || '0' <= b && b <= '9' || b == '_' }
