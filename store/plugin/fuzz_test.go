package plugin

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store/memory"
	"github.com/xec-sh/xec-go/store/secret"
)

// FuzzServer: each whole line that a server reads is answered by one line of the protocol,
// and what is no request changes nothing.
func FuzzServer(f *testing.F) {
	for _, seed := range []string{
		`{"op":"hello","protocol":1,"settings":{}}`, `{"op":"get","keys":["A"]}`, `{"op":"list"}`, `{"op":"describe"}`,
		`{"op":"set","key":"A","value":"YQ=="}` + "\n" + `{"op":"rollback","key":"A","version":1}`,
		`{"op":"set-batch","values":{"B":"YQ=="}}`, `{"op":"has","key":"A"}` + "\n", "\n\n", `{"op":"get","keys":[1]}`, "\xff", `{"op":"add"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s := &memory.Store{}
		s.Set(context.Background(), "A", secret.Text("a"))
		var out bytes.Buffer
		err := (&Server{Store: s, MaxLine: 4096}).Serve(context.Background(), bytes.NewReader(b), &out)
		lines := bytes.Split(out.Bytes(), []byte("\n"))
		lines = lines[:len(lines)-1]
		if whole := bytes.Count(b, []byte("\n")); len(lines) != whole && !errors.Is(err, errLong) {
			t.Fatalf("%d answers to %d lines", len(lines), whole)
		}
		for _, line := range lines {
			var said answer
			if json.Unmarshal(line, &said) != nil {
				t.Fatal("an answer that is not of the protocol")
			}
		}
	})
}

// scripted is a connection whose other side has said everything before it is asked.
type scripted struct{ io.Reader }

func (scripted) Write(b []byte) (int, error) { return len(b), nil }
func (scripted) Close() error                { return nil }
func (scripted) Explain() error              { return nil }

// FuzzClient: whatever the other side says, a client gives what may be given, or an error.
func FuzzClient(f *testing.F) {
	for _, seed := range []string{
		`{"values":{"A":"YQ=="}}`, `{"keys":["B","A","A"]}`, `{"found":true}`, `{"error":{"kind":"permission","message":"no"}}`,
		`{"secrets":[{"key":"A","size":1}]}`, `{"versions":[{"number":1}]}`, `{`, "null", `{"error":{}}`,
	} {
		f.Add([]byte(seed + "\n"))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		ctx := context.Background()
		client := func() *Client {
			return &Client{name: "x", conn: scripted{}, in: bufio.NewReader(bytes.NewReader(b)), patience: time.Minute}
		}
		if v, err := client().Get(ctx, "A"); err == nil && v.Check("A") != nil {
			t.Error("a value that cannot be")
		}
		keys, _ := client().List(ctx)
		for i, key := range keys {
			if secret.CheckKey(key) != nil || i > 0 && keys[i-1] >= key {
				t.Error("keys that cannot be")
			}
		}
		client().Has(ctx, "A")
		client().Describe(ctx)
		client().Versions(ctx, "A")
	})
}
