package config

import (
	"encoding/json"
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

// Text is the value that a person means by a text: a number, true or false where it is
// written like one, else a string.
func Text(text string) *Node {
	n := &Node{Text: text, Tag: "!!str"}
	var v any
	if json.Unmarshal([]byte(text), &v) == nil {
		switch v.(type) {
		case bool:
			n.Tag = "!!bool"
		case float64:
			if !strings.ContainsAny(text, "eE") { // in which readers of YAML differ
				n.Tag = plainTag(text)
			}
		}
	}
	return n
}

// JSON is the value that a text of JSON means.
func JSON(text string) (*Node, error) {
	if !json.Valid([]byte(text)) {
		return nil, secret.Errorf(secret.Invalid, "not JSON")
	}
	f := &File{Text: []byte(text)}
	if err := f.parse(); err != nil {
		return nil, secret.Errorf(secret.Invalid, "not JSON that a configuration takes")
	}
	return f.Root, nil
}
