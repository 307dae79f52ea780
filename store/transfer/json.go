package transfer

import (
	"encoding/json"
	"io"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/store/secret"
)

// encoded is how JSON shows a value that is not UTF-8: encoding/json writes
// bytes as padded base64.
type encoded struct {
	Base64 []byte `json:"base64"`
}

// WriteJSON writes secrets as a JSON object. If a key or a value is not one, it
// writes nothing and the error is of kind secret.Invalid; other errors are w's.
func WriteJSON(w io.Writer, secrets map[string]secret.Value) error {
	keys, err := sortedKeys(secrets)
	if err != nil {
		return err
	}
	object := make(map[string]any, len(keys))
	for _, key := range keys {
		object[key] = jsonValue(secrets[key].Reveal())
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(object)
}

// jsonValue is the value as encoding/json is to see it.
func jsonValue(value []byte) any {
	if utf8.Valid(value) {
		return string(value)
	}
	return encoded{value}
}
