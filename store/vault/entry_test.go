package vault

import (
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
)

// FuzzEntry: what is written into an entry is read out of it, whatever else is there.
func FuzzEntry(f *testing.F) {
	f.Add([]byte("text"), "owner", "team")
	f.Add([]byte{0xff, 0}, "encoding", "base64")
	f.Add([]byte("YQ=="), "value", "x")
	f.Fuzz(func(t *testing.T, value []byte, name, text string) {
		v := secret.New(value)
		if v.Check("K") != nil {
			t.Skip("no value")
		}
		e := entry{state: live, fields: map[string]any{name: text}}
		e.fields = e.with(v)
		if got, err := e.value("K"); err != nil || string(got.Reveal()) != string(value) {
			t.Errorf("%d bytes are not what was written, error %v", len(value), err)
		}
		if name != valueField && name != encodingField && e.fields[name] != text {
			t.Error("another field was changed")
		}
	})
}
