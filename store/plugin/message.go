package plugin

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// protocol is the version of the protocol.
const protocol = 1

// MaxLine is the longest line, in bytes.
const MaxLine = 64 << 20

// maxKeys is how many keys a request may ask for.
const maxKeys = 100

// request is what one side asks.
type request struct {
	Op       string             `json:"op"`
	Protocol int                `json:"protocol,omitempty"`
	Settings json.RawMessage    `json:"settings,omitempty"`
	Key      string             `json:"key,omitempty"`
	Keys     []string           `json:"keys,omitempty"`
	Value    payload            `json:"value,omitempty"`
	Values   map[string]payload `json:"values,omitempty"`
	Version  uint64             `json:"version,omitempty"`
}

// answer is what the other side says to it.
type answer struct {
	Error    *failure           `json:"error,omitempty"`
	Protocol int                `json:"protocol,omitempty"`
	Values   map[string]payload `json:"values,omitempty"`
	Found    bool               `json:"found,omitempty"`
	Keys     []string           `json:"keys,omitempty"`
	Version  uint64             `json:"version,omitempty"`
	Versions []version          `json:"versions,omitempty"`
	Secrets  []info             `json:"secrets,omitempty"`
}

// payload is the bytes of a value on their way: base64 in JSON, and hidden wherever they
// are printed.
type payload []byte

// Format hides the bytes.
func (payload) Format(s fmt.State, _ rune) { io.WriteString(s, "[secret]") }

type version struct {
	Number  uint64    `json:"number"`
	Changed time.Time `json:"changed"`
	Size    int       `json:"size"`
}

type info struct {
	Key      string    `json:"key"`
	Created  time.Time `json:"created"`
	Changed  time.Time `json:"changed"`
	Size     int       `json:"size"`
	Versions int       `json:"versions"`
}

// failure is an error on its way.
type failure struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// kinds are the names of errors, of which one that is several has the first.
var kinds = []struct {
	name string
	err  error
}{
	{"exists", store.ErrExists},
	{"unsupported", errors.ErrUnsupported},
	{"not-found", secret.NotFound},
	{"invalid", secret.Invalid},
	{"permission", secret.Permission},
	{"encryption", secret.Encryption},
}

// failureOf writes an error.
func failureOf(err error) *failure {
	f := failure{"general", err.Error(), secret.Hint(err)}
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			f.Kind = k.name
			break
		}
	}
	return &f
}

// maxText is how much of a message is believed, in bytes.
const maxText = 1 << 10

// err reads an error back. A kind that is not known is secret.General.
func (f *failure) err() error {
	message := cmp.Or(f.Message[:min(len(f.Message), maxText)], "it failed, and does not say why")
	var err error
	switch f.Kind {
	case "exists":
		return store.ErrExists
	case "unsupported":
		return fmt.Errorf("%s: %w", message, errors.ErrUnsupported)
	case "not-found":
		err = secret.Errorf(secret.NotFound, "%s", message)
	case "invalid":
		err = secret.Errorf(secret.Invalid, "%s", message)
	case "permission":
		err = secret.Errorf(secret.Permission, "%s", message)
	case "encryption":
		err = secret.Errorf(secret.Encryption, "%s", message)
	default:
		err = secret.Errorf(secret.General, "%s", message)
	}
	if f.Hint != "" {
		err = secret.WithHint(err, "%s", f.Hint[:min(len(f.Hint), maxText)])
	}
	return err
}
