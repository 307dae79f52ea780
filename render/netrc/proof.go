package netrc

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
)

// prove says where out is not the document with texts in it.
func (d *document) prove(out []byte, texts render.Texts) error {
	ours, err := read(d.Masked)
	if err != nil {
		return err
	}
	theirs, err := read(out)
	if err != nil || len(ours) != len(theirs) {
		return unproved(0)
	}
	at, theirAt, next := 0, 0, 0
	for i, w := range ours {
		isSame := ours[i].kind == theirs[i].kind && bytes.Equal(d.Source[at:w.start], out[theirAt:theirs[i].start])
		if next < len(d.values) && d.values[next].start == w.start {
			isSame = isSame && isRead(theirs[i], out, d.decoded(d.values[next], texts))
			next++
		} else {
			isSame = isSame && bytes.Equal(d.Source[w.start:w.end], out[theirs[i].start:theirs[i].end])
		}
		if !isSame {
			return unproved(w.start)
		}
		at, theirAt = w.end, theirs[i].end
	}
	if !bytes.Equal(d.Source[at:], out[theirAt:]) {
		return unproved(at)
	}
	return nil
}

// isRead reports whether a word of out is text, to a reader that knows escapes only in
// quotes and to one that knows them everywhere.
func isRead(w word, out, text []byte) bool {
	raw := out[w.inner():w.stop()]
	return bytes.Equal(w.decode(raw), text) && bytes.Equal(unescaped(raw), text)
}

// unproved is the error for a place from which on the result would be read as another
// file.
func unproved(offset int) error {
	return render.Refusal(offset, "with the values put in, the file would be read as another one from here on", "put the word into double quotes")
}

// misplaced is the error for a reference that stands where it cannot.
func misplaced(offset int, k kind) error {
	why := "a reference cannot stand where a word like machine or login is meant"
	if k == isMacro {
		why = "a reference cannot stand in a macro, whose text is commands"
	}
	return render.Refusal(offset, why, "it can be a value, or a part of one: password ${secret:KEY}")
}

// ambiguous is the error for a backslash that is itself to some readers and an escape to
// others.
func ambiguous(offset int) error {
	return render.Refusal(offset, "a backslash in a word with a reference, which is itself to some readers and an escape to others",
		`put the word into double quotes, with \\ for a backslash`)
}

// refused is the error for a value that no word holds.
func refused(offset int, why string) error {
	return render.Refusal(offset, why, "${secret:KEY|base64} encodes any bytes; --format text writes the value as it is")
}
