package resolve

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/store/secret"
)

// filters give the filtered bytes, or why they cannot.
var filters = map[string]func([]byte) (out []byte, why string){
	"url":       func(v []byte) ([]byte, string) { return urlEscape(v), "" },
	"base64":    func(v []byte) ([]byte, string) { return base64.StdEncoding.AppendEncode(nil, v), "" },
	"base64url": func(v []byte) ([]byte, string) { return base64.RawURLEncoding.AppendEncode(nil, v), "" },
	"hex":       func(v []byte) ([]byte, string) { return hex.AppendEncode(nil, v), "" },
	"json":      jsonString,
	"sh":        shWord,
	"xml":       xmlText,
	"trim":      func(v []byte) ([]byte, string) { return bytes.Trim(v, " \t\n\v\f\r"), "" },
}

// Apply passes value through the filters of the reference. An error names the key
// and the filter.
func (r *Reference) Apply(value secret.Value) (secret.Value, error) {
	for _, name := range r.Filters {
		out, why := filters[name](value.Reveal())
		if why != "" {
			err := secret.Errorf(secret.Invalid, "%s|%s: %s", r.Name, name, why)
			return secret.Value{}, secret.WithHint(err, "|base64 takes any bytes")
		}
		if len(out) > maxFiltered {
			return secret.Value{}, secret.Errorf(secret.Invalid, "%s|%s: the filters make more than %d bytes of the value", r.Name, name, maxFiltered)
		}
		value = secret.New(out)
	}
	return value, nil
}

// maxFiltered is how large filters may make a value: each can double it, or more.
const maxFiltered = 1 << 20

func unknownFilter(name string) string {
	names := slices.Sorted(maps.Keys(filters))
	if near := Nearest(name, names); near != "" {
		return "unknown filter " + quoted(name) + ", the nearest is " + quoted(near)
	}
	return "unknown filter " + quoted(name) + ", there are " + strings.Join(names, ", ")
}

// urlEscape keeps the unreserved characters of RFC 3986.
func urlEscape(v []byte) []byte {
	const digits = "0123456789ABCDEF"
	out := make([]byte, 0, len(v)+len(v)/2)
	for _, b := range v {
		if secret.IsNameByte(b) || strings.IndexByte("-.~", b) >= 0 {
			out = append(out, b)
		} else {
			out = append(out, '%', digits[b>>4], digits[b&15])
		}
	}
	return out
}

func jsonString(v []byte) ([]byte, string) {
	if !utf8.Valid(v) {
		return nil, "the value is not UTF-8, so no JSON string holds it"
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.Encode(string(v)) // a valid string cannot fail
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), ""
}

func shWord(v []byte) ([]byte, string) {
	if bytes.IndexByte(v, 0) >= 0 {
		return nil, "the value holds a NUL byte, which no word of a shell can"
	}
	return []byte("'" + strings.ReplaceAll(string(v), "'", `'\''`) + "'"), ""
}

var xmlEntities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;", "\t", "&#9;", "\n", "&#10;", "\r", "&#13;")

// xmlText escapes for text and attributes. Tabs and line ends become character
// references, because a parser makes blanks of them in an attribute, and a line feed of
// a carriage return everywhere.
func xmlText(v []byte) ([]byte, string) {
	if !utf8.Valid(v) {
		return nil, "the value is not UTF-8, so no XML document holds it"
	}
	for _, r := range string(v) {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return nil, "the value holds a character that XML 1.0 does not allow"
		}
	}
	return []byte(xmlEntities.Replace(string(v))), ""
}
