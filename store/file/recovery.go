package file

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"slices"

	"github.com/xec-sh/xec-go/store/secret"
)

// A recovery key as text: base32 of the key and a checksum, in groups.
const (
	recoveryChecksum = 3
	recoveryLetters  = (keySize + recoveryChecksum) * 8 / 5
	recoveryGroup    = 4
)

// recoveryText gives the text of a recovery key for a person to write down.
func recoveryText(key []byte) secret.Value {
	raw := slices.Concat(key, recoverySum(key))
	defer clear(raw)
	letters := base32.StdEncoding.AppendEncode(nil, raw)
	defer clear(letters)
	text := make([]byte, 0, recoveryLetters+recoveryLetters/recoveryGroup)
	for group := range slices.Chunk(letters, recoveryGroup) {
		if len(text) > 0 {
			text = append(text, '-')
		}
		text = append(text, group...)
	}
	return secret.New(text)
}

// IsRecoveryKey reports whether a text has the form of a recovery key.
func IsRecoveryKey(text secret.Value) bool {
	key, ok := parseRecovery(text.Reveal())
	clear(key)
	return ok
}

// parseRecovery gives the key that a text holds, if it is that of a recovery key.
func parseRecovery(text []byte) (key []byte, ok bool) {
	letters := make([]byte, 0, recoveryLetters)
	defer func() { clear(letters) }()
	for _, b := range text {
		switch {
		case b == '-' || b == ' ' || b == '\t' || b == '\r':
			continue
		case len(letters) == recoveryLetters:
			return nil, false
		case 'a' <= b && b <= 'z':
			b -= 'a' - 'A'
		case b == '0':
			b = 'O'
		case b == '1':
			b = 'I'
		case b == '8':
			b = 'B'
		}
		letters = append(letters, b)
	}
	raw := make([]byte, keySize+recoveryChecksum)
	if len(letters) != recoveryLetters {
		return nil, false
	}
	if n, err := base32.StdEncoding.Decode(raw, letters); n != len(raw) || err != nil {
		return nil, false
	}
	return raw[:keySize], bytes.Equal(raw[keySize:], recoverySum(raw[:keySize]))
}

func recoverySum(key []byte) []byte {
	sum := sha256.Sum256(slices.Concat([]byte("xec/1 recovery"), key))
	return sum[:recoveryChecksum]
}
