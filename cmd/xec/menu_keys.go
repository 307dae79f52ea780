package main

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// key is a character that was typed, or one of these.
type key rune

const (
	keyCtrlC         key = 3
	keyCtrlD         key = 4
	keyBackspace     key = 8
	keyTab           key = 9
	keyEnter         key = 13
	keyCtrlU         key = 21
	keyCtrlZ         key = 26
	keyEsc           key = 27
	keyCtrlBackslash key = 28
	keyDelete        key = 127
)

// Keys that have no character.
const (
	keyUp key = -1 - iota
	keyDown
	keyPageUp
	keyPageDown
	keyHome
	keyEnd
	keyUnknown
)

// sequences are what terminals send behind an Esc.
var sequences = map[string]key{
	"[A": keyUp, "[B": keyDown, "OA": keyUp, "OB": keyDown, "[5~": keyPageUp, "[6~": keyPageDown,
	"[H": keyHome, "[F": keyEnd, "OH": keyHome, "OF": keyEnd, "[1~": keyHome, "[4~": keyEnd,
}

// firstKey gives the first key of what a terminal has sent, and the number of its bytes. An
// Esc that nothing follows is the key.
func firstKey(b []byte) (key, int) {
	if b[0] != byte(keyEsc) || len(b) == 1 {
		r, n := utf8.DecodeRune(b)
		return key(r), n
	}
	n := 2
	if b[1] == '[' || b[1] == 'O' {
		// Parameters, and a final byte.
		n += bytes.IndexFunc(b[2:], func(r rune) bool { return r >= '@' && r <= '~' }) + 1
		if n == 2 {
			n = len(b)
		}
	}
	if k, is := sequences[string(b[1:n])]; is {
		return k, n
	}
	return keyUnknown, n
}

// nextKey waits for a key. A character that has not arrived as a whole is waited for.
func (t *terminal) nextKey() (key, error) {
	for len(t.buf) == 0 || t.buf[0] >= utf8.RuneSelf && !utf8.FullRune(t.buf) {
		if err := t.read(); err != nil {
			return 0, err
		}
	}
	k, n := firstKey(t.buf)
	clear(t.buf[:n])
	t.buf = t.buf[n:]
	return k, nil
}

// edited is a line after a key that edits it.
func edited(line string, k key) string {
	switch {
	case k == keyCtrlU:
		return ""
	case k == keyBackspace || k == keyDelete:
		_, n := utf8.DecodeLastRuneInString(line)
		return line[:len(line)-n]
	case k >= 0 && unicode.IsPrint(rune(k)) && k != utf8.RuneError && len(line) < 4096:
		return line + string(rune(k))
	}
	return line
}
