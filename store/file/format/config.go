package format

import (
	"encoding/hex"
	"fmt"
	"strings"
)

const (
	configHead = "format: 1\nstore: "
	configTail = "\ncipher: AES-256-GCM\nkdf: PBKDF2-HMAC-SHA256\n"
)

// MarshalConfig gives the file config of the store id.
func MarshalConfig(id ID) []byte {
	return []byte(configHead + hex.EncodeToString(id[:]) + configTail)
}

// ParseConfig gives the store id that the file config holds.
func ParseConfig(b []byte) (id ID, err error) {
	text := string(b)
	if v, ok := configVersion(text); ok && v != "1" {
		return id, &Error{ConfigFile, len("format: "), "format " + v + " is newer than this xec", true}
	}
	if len(text) != len(configHead)+2*IDSize+len(configTail) {
		return id, &Error{ConfigFile, 0, fmt.Sprintf("%d bytes are not the length of a config", len(text)), false}
	}
	digits := text[len(configHead) : len(configHead)+2*IDSize]
	if _, err := hex.Decode(id[:], []byte(digits)); err != nil || strings.ToLower(digits) != digits {
		return id, &Error{ConfigFile, len(configHead), "the store id is not 32 lower-case hex digits", false}
	}
	if want := string(MarshalConfig(id)); want != text {
		return id, &Error{ConfigFile, firstDifference(want, text), "not the text of a config", false}
	}
	return id, nil
}

// configVersion is the number in the first line, if it has one.
func configVersion(text string) (string, bool) {
	line, _, _ := strings.Cut(text, "\n")
	v, ok := strings.CutPrefix(line, "format: ")
	if !ok || v == "" || len(v) > 9 || strings.Trim(v, "0123456789") != "" {
		return "", false
	}
	return v, true
}

func firstDifference(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
