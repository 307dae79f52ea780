package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/store/secret"
)

// ReadJSON reads a JSON object of secrets. Every error is of kind
// secret.Invalid.
func ReadJSON(src []byte) (map[string]secret.Value, error) {
	r := newJSONReader(src)
	if err := r.file(); err != nil {
		r.problem(err)
	}
	return r.result()
}

// jsonReader reads src token by token. The decoder knows the grammar; the
// reader looks at each token's own bytes for what the decoder lets pass.
type jsonReader struct {
	collector
	src     []byte
	decoder *json.Decoder
	raw     []byte // the last token as it is written
	line    int    // that it stands on
	end     int    // of it in src
}

func newJSONReader(src []byte) *jsonReader {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	r := &jsonReader{collector: newCollector(true), src: src, line: 1}
	r.decoder = json.NewDecoder(bytes.NewReader(src))
	r.decoder.UseNumber() // or 1e999 would be an error of syntax
	return r
}

// file reads all of src. An error is one of syntax and ends the reading.
func (r *jsonReader) file() error {
	if err := r.open(); err != nil {
		return err
	}
	for r.decoder.More() {
		if err := r.member(); err != nil {
			return err
		}
	}
	if _, err := r.next(); err != nil {
		return err
	}
	if r.skip(space); r.end < len(r.src) {
		return r.syntaxError("more text behind the object")
	}
	return nil
}

// open reads the brace that the object starts with.
func (r *jsonReader) open() error {
	r.skip(space)
	switch rest := r.src[r.end:]; {
	case len(rest) == 0:
		return r.syntaxError("there is no object")
	case rest[0] == '[':
		return r.syntaxError("an array where an object should stand")
	case rest[0] >= utf8.RuneSelf:
		return r.syntaxError("no object starts here; is the text UTF-16?")
	case rest[0] != '{':
		return secret.WithHint(r.syntaxError("no object starts here"), "for a .env file say --format env")
	}
	_, err := r.next()
	return err
}

// member reads a key and its value.
func (r *jsonReader) member() error {
	token, err := r.next()
	if err != nil {
		return err
	}
	key := token.(string) // the decoder lets nothing else stand here
	line := r.line
	// What is not Unicode in a key has become U+FFFD, which is not of a key.
	if err := secret.CheckKey(key); err != nil {
		r.problem(secret.Errorf(secret.Invalid, "%s: %w", r.at(line, key), err))
	}
	r.claim(line, key)
	value, reason, err := r.value()
	if reason != "" {
		r.problemf(line, key, "%s", reason)
	} else if err == nil {
		r.set(line, key, secret.New(value))
	}
	return err
}

// value reads a value of any shape to its end. Where it is not a secret's, it
// gives the reason.
func (r *jsonReader) value() (value []byte, reason string, err error) {
	token, err := r.next()
	if err != nil {
		return nil, "", err
	}
	switch token {
	case json.Delim('{'), json.Delim('['):
		return r.nested(token)
	}
	text, ok := token.(string)
	if !ok {
		return nil, "the value is not a string", nil
	}
	return []byte(text), notUnicode(r.raw), nil
}

// nested reads what stands behind opening, up to its closing bracket.
func (r *jsonReader) nested(opening json.Token) (value []byte, reason string, err error) {
	tokens := []json.Token{opening}
	for depth := 1; depth > 0; {
		token, err := r.next()
		if err != nil {
			return nil, "", err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if len(tokens) <= len(base64Object) {
			tokens = append(tokens, token)
		}
	}
	value, reason = fromBase64Object(tokens)
	return value, reason, nil
}

// base64Object is the tokens of {"base64": "…"}; nil stands for any string.
var base64Object = [...]json.Token{json.Delim('{'), "base64", nil, json.Delim('}')}

func fromBase64Object(tokens []json.Token) (value []byte, reason string) {
	const shape = `the value is neither a string nor {"base64": "…"}`
	if len(tokens) != len(base64Object) || tokens[0] != base64Object[0] || tokens[1] != base64Object[1] {
		return nil, shape
	}
	text, ok := tokens[2].(string)
	if !ok {
		return nil, shape
	}
	value, ok = decodeBase64(text)
	if !ok {
		return nil, "the value is not padded base64"
	}
	return value, ""
}

// next reads a token.
func (r *jsonReader) next() (json.Token, error) {
	token, err := r.decoder.Token()
	if err != nil {
		return nil, r.tokenError(err)
	}
	r.skip(separators)
	end := int(r.decoder.InputOffset())
	r.raw, r.end = r.src[r.end:end], end
	return token, nil
}

// What may stand between tokens; how many separators may, the decoder knows.
const (
	space      = " \t\r\n"
	separators = space + ",:"
)

// skip moves end over the bytes of set, to where the next token starts.
func (r *jsonReader) skip(set string) {
	rest := bytes.TrimLeft(r.src[r.end:], set)
	start := len(r.src) - len(rest)
	r.line += bytes.Count(r.src[r.end:start], []byte("\n"))
	r.end = start
}

// tokenError says in own words where the next token is wrong: the decoder's may
// quote a character of a value.
func (r *jsonReader) tokenError(err error) error {
	r.skip(separators)
	switch {
	case r.end == len(r.src), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return r.syntaxError("the text ends before the object does")
	case r.src[r.end] == '}', r.src[r.end] == ']':
		return r.syntaxError("a comma before a closing bracket, or a bracket that closes nothing")
	}
	return r.syntaxError("the grammar is broken here, or in the string that starts here")
}

func (r *jsonReader) syntaxError(reason string) error {
	return secret.Errorf(secret.Invalid, "line %d: not valid JSON: %s", r.line, reason)
}
