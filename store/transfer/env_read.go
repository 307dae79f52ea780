package transfer

import (
	"bytes"
	"strings"

	"github.com/xec-sh/xec-go/store/dotenv"
	"github.com/xec-sh/xec-go/store/secret"
)

// ReadEnv reads a .env file of secrets. Every error is of kind secret.Invalid.
func ReadEnv(src []byte) (map[string]secret.Value, error) {
	lines, err := dotenv.Parse(src)
	if err != nil {
		return nil, hintJSON(src, err)
	}
	r := envReader{collector: newCollector(false), lines: lines}
	for len(r.lines) > 0 {
		r.secret()
	}
	return r.result()
}

func hintJSON(src []byte, err error) error {
	if text := bytes.TrimLeft(src, "\ufeff \t\r\n"); len(text) > 0 && text[0] == '{' {
		return secret.WithHint(err, "for a JSON file say --format json")
	}
	return err
}

// envReader takes the lines of a file from the front.
type envReader struct {
	collector
	lines []dotenv.Line
}

func (r *envReader) take() dotenv.Line {
	line := r.lines[0]
	r.lines = r.lines[1:]
	return line
}

// secret reads a secret with the comment that belongs to it, or a comment.
func (r *envReader) secret() {
	line := r.take()
	if !line.IsComment() {
		r.assignment(line)
		return
	}
	note, ok := strings.CutPrefix(strings.Trim(string(line.Value), " \t"), notePrefix)
	if !ok {
		return
	}
	if key, ok := strings.CutPrefix(note, noteKey); ok {
		r.keyed(line.Number, key)
	} else if both, ok := strings.CutPrefix(note, noteBase64); ok {
		r.encoded(line.Number, both)
	} else {
		r.problemf(line.Number, "", "neither %q nor %q", "# "+notePrefix+noteKey, "# "+notePrefix+noteBase64)
	}
}

// assignment reads a secret whose name gives the key.
func (r *envReader) assignment(line dotenv.Line) {
	key := strings.TrimPrefix(line.Name, secret.EnvPrefix)
	if r.isKey(line.Number, "name", key) {
		r.put(line.Number, key, value(line))
	}
}

// keyed reads the assignment below a comment that gives its key.
func (r *envReader) keyed(number int, key string) {
	if len(r.lines) == 0 || r.lines[0].Number != number+1 || r.lines[0].IsComment() {
		r.problemf(number, key, "no assignment on the line below this comment")
		return
	}
	line := r.take()
	if !r.isKey(number, "comment", key) {
		return
	}
	if line.Name != secret.EnvPrefix+secret.EnvName(key) {
		r.problemf(number, key, "the line below this comment assigns to another name than the key's")
	}
	r.put(line.Number, key, value(line))
}

// encoded reads a comment that is a secret itself.
func (r *envReader) encoded(number int, note string) {
	key, text, ok := strings.Cut(note, noteValue)
	if !r.isKey(number, "comment", key) {
		return
	}
	decoded, valid := decodeBase64(text)
	if !ok || !valid {
		r.problemf(number, key, "no %q with padded base64", strings.TrimSpace(noteValue))
		return
	}
	r.put(number, key, secret.New(decoded))
}

// isKey reports whether key is one, and if not makes that a problem of what
// gave it. secret.CheckKey would quote it.
func (r *envReader) isKey(number int, giver, key string) bool {
	err := secret.CheckKey(key)
	if err == nil {
		return true
	}
	problem := secret.Errorf(secret.Invalid, "%s: the %s gives no key", r.at(number, key), giver)
	r.problem(secret.WithHint(problem, "%s", secret.Hint(err)))
	return false
}

// value copies, as a secret owns its bytes and a line shares those of the file.
func value(line dotenv.Line) secret.Value {
	return secret.New(bytes.Clone(line.Value))
}
