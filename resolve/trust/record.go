package trust

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"time"
	"unicode/utf8"
)

const (
	version    = 1
	maxRecord  = 16 << 20
	timeLayout = "2006-01-02T15:04:05Z"
)

// Record is what a person approved, and when.
type Record struct {
	Path  string
	Time  time.Time
	Parts []Part
}

func (r Record) subject() Subject { return Subject{r.Path, r.Parts} }

// Fits reports whether s is what the person approved.
func (r Record) Fits(s Subject) bool { return r.subject().digest() == s.digest() }

// fileName is the name of the record of a path.
func fileName(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:])
}

// isFileName reports whether a record may lie under name.
func isFileName(name string) bool {
	b, err := hex.DecodeString(name)
	return err == nil && len(b) == sha256.Size && hex.EncodeToString(b) == name
}

// recordFile is the JSON of a record.
type recordFile struct {
	Version  int        `json:"version"`
	Path     exact      `json:"path"`
	Approved string     `json:"approved"`
	Digest   string     `json:"digest"`
	Parts    []partFile `json:"parts"`
}

type partFile struct {
	Kind   exact `json:"kind"`
	Where  exact `json:"where"`
	Text   exact `json:"text"`
	Digest exact `json:"digest,omitempty"`
}

// exact is a string that JSON keeps byte for byte: encoding/json would put U+FFFD in the
// place of what is not UTF-8.
type exact string

type encoded struct {
	Base64 []byte `json:"base64"`
}

func (e exact) MarshalJSON() ([]byte, error) {
	if !utf8.ValidString(string(e)) {
		return json.Marshal(encoded{[]byte(e)})
	}
	return encode(string(e), "")
}

func (e *exact) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '{' {
		return json.Unmarshal(b, (*string)(e))
	}
	var bytes encoded
	err := json.Unmarshal(b, &bytes)
	*e = exact(bytes.Base64)
	return err
}

// encode leaves <, > and & as they are, which commands are full of: a person may want to
// read a record.
func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	err := encoder.Encode(v)
	return b.Bytes(), err
}

// marshal gives the record as parse reads it.
func (r Record) marshal() ([]byte, error) {
	digest := r.subject().digest()
	file := recordFile{
		Version: version, Path: exact(r.Path), Approved: r.Time.Format(timeLayout), Digest: hex.EncodeToString(digest[:]),
	}
	for _, p := range r.Parts {
		file.Parts = append(file.Parts, partFile{exact(p.Kind), exact(p.Where), exact(p.Text), exact(p.Digest)})
	}
	return encode(file, "  ")
}

// parse reads a record. Its errors quote nothing: what is damaged may hold anything.
func parse(b []byte) (Record, error) {
	if len(b) > maxRecord {
		return Record{}, errors.New("damaged: too long")
	}
	file, err := decode(b)
	if err != nil {
		return Record{}, err
	}
	r := Record{Path: string(file.Path)}
	for _, p := range file.Parts {
		r.Parts = append(r.Parts, Part{string(p.Kind), string(p.Where), string(p.Text), string(p.Digest)})
	}
	r.Time, err = time.Parse(timeLayout, file.Approved)
	if err != nil {
		return Record{}, errors.New("damaged: its time is none")
	}
	r.Time = r.Time.Truncate(time.Second)
	if digest := r.subject().digest(); file.Digest != hex.EncodeToString(digest[:]) {
		return Record{}, errors.New("damaged: its digest is not that of its parts")
	}
	return r, nil
}

// decode reads the JSON of a record.
func decode(b []byte) (file recordFile, err error) {
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return file, errors.New("damaged: not the JSON of a record")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return file, errors.New("damaged: more than one record")
	}
	switch {
	case file.Version != version:
		return file, errors.New("a record of another version of xec")
	case len(file.Parts) == 0:
		return file, errors.New("damaged: it approves nothing")
	}
	return file, nil
}
