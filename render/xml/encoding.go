package xml

import (
	"bytes"
	"strings"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// checkBytes looks at what the document is written in.
func (d *document) checkBytes() error {
	encoding := declaredEncoding(d.Source)
	d.ascii = encoding != "" && encoding != "utf-8"
	if d.ascii && !hasASCII(encoding) {
		return withHint(0, "not XML: a declared encoding that is neither UTF-8 nor has ASCII in it", toUTF8)
	}
	if at := badChar(d.Source); at >= 0 {
		return withHint(at, "not XML: expected UTF-8, without control characters", toUTF8)
	}
	if at := bytes.IndexFunc(d.Source, func(c rune) bool { return c > 0x7f }); d.ascii && at >= 0 {
		return withHint(at, "a character that is not ASCII, where another encoding than UTF-8 is declared", toUTF8)
	}
	return nil
}

const toUTF8 = `write the document in UTF-8, and nothing else behind encoding= in its first line`

func withHint(offset int, what, hint string) error {
	return &render.PlacedError{Offset: offset, Err: secret.WithHint(secret.Errorf(secret.General, "%s", what), "%s", hint)}
}

// declaredEncoding is what the XML declaration says, in lower case.
func declaredEncoding(source []byte) string {
	rest, ok := bytes.CutPrefix(bytes.TrimPrefix(source, []byte("\ufeff")), []byte("<?xml"))
	declaration, _, found := bytes.Cut(rest, []byte("?>"))
	if !ok || !found || len(rest) == 0 || !isBlank(rest[0]) {
		return ""
	}
	_, behind, ok := bytes.Cut(declaration, []byte("encoding"))
	behind = bytes.TrimLeft(behind, " \t\r\n=")
	if !ok || len(behind) == 0 {
		return ""
	}
	name, _, _ := bytes.Cut(behind[1:], behind[:1])
	return strings.ToLower(string(name))
}

// hasASCII reports whether the bytes of ASCII are its characters in an encoding.
func hasASCII(encoding string) bool {
	for _, family := range []string{"us-ascii", "ascii", "iso-8859-", "windows-125", "koi8-"} {
		if strings.HasPrefix(encoding, family) {
			return true
		}
	}
	return false
}
