package transfer_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/transfer"
)

// formats is both codecs, for what holds for both.
var formats = []struct {
	name  string
	write func(io.Writer, map[string]secret.Value) error
	read  func([]byte) (map[string]secret.Value, error)
}{
	{"json", transfer.WriteJSON, transfer.ReadJSON},
	{"env", transfer.WriteEnv, transfer.ReadEnv},
}

func TestExportThenImportIsTheIdentity(t *testing.T) {
	secrets, classes := hostileStore()
	for _, f := range formats {
		t.Run(f.name, func(t *testing.T) {
			got, err := f.read(export(t, f.write, secrets))
			if err != nil {
				t.Fatal(err)
			}
			requireEqual(t, got, secrets, classes)
		})
	}
}

func TestExportThenImportIsTheIdentityForAnyBytes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		secrets := randomStore(random)
		for _, f := range formats {
			got, err := f.read(export(t, f.write, secrets))
			if err != nil {
				t.Fatalf("%s: %v", f.name, err)
			}
			requireEqual(t, got, secrets, nil)
		}
	}
}

// randomStore draws values mostly from the bytes that mean something somewhere.
func randomStore(random *rand.Rand) map[string]secret.Value {
	const hot = "\\\"$`'\n\r\t #=!nrt{}\x00\x80\x81\xe2\x82\xac"
	secrets := make(map[string]secret.Value)
	for i := range 20 {
		value := make([]byte, 1+random.IntN(12))
		for j := range value {
			if value[j] = byte(random.UintN(256)); random.IntN(4) > 0 {
				value[j] = hot[random.IntN(len(hot))]
			}
		}
		key := string(rune('a'+i)) + []string{"", ".x", "-y", "_Z", "Z"}[random.IntN(5)]
		secrets[key] = secret.New(value)
	}
	return secrets
}

func TestAnyKeySurvives(t *testing.T) {
	long := "k" + string(bytes.Repeat([]byte("-"), secret.MaxKey-1))
	secrets := set("a", "1", "A.b", "2", "SECRET_X", "3", "secret-y", "4", "x-", "5", "Z..9", "6", "export", "7",
		"xec", "8", "key", "9", "base64", "10", "SECRET_", "11", "secret_SECRET_", "12", long, "13", "PATH", "14")
	for _, f := range formats {
		got, err := f.read(export(t, f.write, secrets))
		if err != nil {
			t.Fatal(err)
		}
		requireEqual(t, got, secrets, nil)
	}
}

func TestAnEmptyStoreSurvives(t *testing.T) {
	for _, f := range formats {
		got, err := f.read(export(t, f.write, nil))
		if err != nil || len(got) != 0 {
			t.Errorf("%s: got %d secrets, %v", f.name, len(got), err)
		}
	}
	if n := len(export(t, transfer.WriteEnv, nil)); n != 0 {
		t.Errorf("an empty store is %d bytes of env", n)
	}
}

func TestExportIsTheGoldenFile(t *testing.T) {
	secrets := set(
		"API_KEY", "sk-1234567890abcdef",
		"DATABASE_PASSWORD", "secret123",
		"JWT_PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----\nMIIEvQ==\n-----END PRIVATE KEY-----\n",
		"database.host", "it's <b> & \"c\"",
		"jwt-secret", "\\ \" $HOME ${x} $(id) `id` !! # \\n \t é \u2028",
		"latin-1", "caf\xe9",
		"nul.byte", "a\x00\xff",
	)
	for _, f := range formats {
		want, err := os.ReadFile("../../golden/export." + f.name)
		if err != nil {
			t.Fatal(err)
		}
		got := export(t, f.write, secrets)
		if !bytes.Equal(got, want) {
			t.Errorf("%s: differs from line %d on", f.name, differs(got, want))
		}
		read, err := f.read(want)
		if err != nil {
			t.Fatal(err)
		}
		requireEqual(t, read, secrets, nil)
	}
}

// differs is the number of the first line that differs.
func differs(a, b []byte) int {
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	return 1 + bytes.Count(a[:same], []byte("\n"))
}

func TestAWriterRefusesWhatAReaderWould(t *testing.T) {
	big := string(make([]byte, secret.MaxValue+1))
	for _, f := range formats {
		var out bytes.Buffer
		err := f.write(&out, set("good", "v", "x; touch pwn", "v", "empty", "", "big", big))
		if out.Len() > 0 {
			t.Errorf("%s: wrote %d bytes", f.name, out.Len())
		}
		if !errors.Is(err, secret.Invalid) || secret.KindOf(err) != secret.Invalid {
			t.Errorf("%s: the error is of kind %v", f.name, secret.KindOf(err))
		}
		requireLines(t, err,
			`big: the value is longer than 65536 bytes (64 KiB)`,
			`empty: the value is empty`,
			`byte 2 of the key, ';', is not allowed in one`)
	}
}

func TestAWritersErrorIsPassedOn(t *testing.T) {
	secrets, _ := hostileStore()
	full := errors.New("full")
	for _, f := range formats {
		if err := f.write(failing{full}, secrets); !errors.Is(err, full) {
			t.Errorf("%s: got %v", f.name, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestImportedValuesOwnTheirBytes(t *testing.T) {
	for _, f := range formats {
		src := export(t, f.write, set("A", "value", "B", "other"))
		got, err := f.read(src)
		if err != nil {
			t.Fatal(err)
		}
		clear(src)
		got["A"].Clear()
		if string(got["B"].Reveal()) != "other" {
			t.Errorf("%s: a value shares memory with the file", f.name)
		}
	}
}

func export(t testing.TB, write func(io.Writer, map[string]secret.Value) error, secrets map[string]secret.Value) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out, secrets); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
