package transfer

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

// The words of the env format.
const (
	notePrefix = "xec:"
	noteKey    = "key="        // KEY
	noteBase64 = "base64 key=" // KEY, noteValue, BASE64
	noteValue  = " value="
)

// WriteEnv writes secrets as shell assignments. If two keys have one name, or a
// key or a value is not one, it writes nothing and the error is of kind
// secret.Invalid; other errors are w's.
func WriteEnv(w io.Writer, secrets map[string]secret.Value) error {
	return WriteEnvWhere(w, secrets, func([]byte) bool { return true })
}

// WriteEnvWhere is WriteEnv for a place that does not take every value: one that is not
// plain stands in a comment, as one with a NUL does.
func WriteEnvWhere(w io.Writer, secrets map[string]secret.Value, plain func(value []byte) bool) error {
	keys, err := sortedKeys(secrets)
	if err != nil {
		return err
	}
	names := envNames(keys, secrets, plain)
	if err := checkNames(keys, names); err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	for _, key := range keys {
		writeSecret(out, key, names[key], secrets[key].Reveal())
	}
	return out.Flush()
}

// envNames gives the name of each key whose value is plain, and can stand in an environment.
func envNames(keys []string, secrets map[string]secret.Value, plain func(value []byte) bool) map[string]string {
	names := make(map[string]string, len(keys))
	for _, key := range keys {
		if value := secrets[key].Reveal(); bytes.IndexByte(value, 0) < 0 && plain(value) {
			names[key] = secret.EnvName(key)
		}
	}
	return names
}

// checkNames refuses keys that have one name: a problem for each such name.
func checkNames(keys []string, names map[string]string) error {
	first := make(map[string]string, len(names)) // name to key
	shared := make(map[string][]string)          // name to the keys after the first
	for _, key := range keys {
		name, ok := names[key]
		if _, taken := first[name]; ok && taken {
			shared[name] = append(shared[name], key)
		} else if ok {
			first[name] = key
		}
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(shared)) {
		problems = append(problems, sharedName(name, first[name], shared[name]))
	}
	return join(problems)
}

func sharedName(name, first string, others []string) error {
	keys := first + ", " + strings.Join(others, ", ")
	err := secret.Errorf(secret.Invalid, "keys %s: one name for all, %s", keys, secret.EnvPrefix+name)
	return secret.WithHint(err, "--format json can hold them")
}

// writeSecret writes the assignment to name, or the comment for a value that no
// name can have. It leaves errors to out, which keeps the first for Flush.
func writeSecret(out *bufio.Writer, key, name string, value []byte) {
	if name == "" {
		text := base64.StdEncoding.EncodeToString(value)
		writeStrings(out, "# ", notePrefix, noteBase64, key, noteValue, text, "\n")
		return
	}
	if name != key {
		writeStrings(out, "# ", notePrefix, noteKey, key, "\n")
	}
	writeStrings(out, "export ", secret.EnvPrefix, name, `="`)
	writeEscaped(out, value)
	out.WriteString("\"\n")
}

func writeStrings(out *bufio.Writer, texts ...string) {
	for _, text := range texts {
		out.WriteString(text)
	}
}

// writeEscaped writes value for double quotes. Four bytes mean something there
// to a shell; an escaped backslash also keeps the \n of a value from being read
// as a line feed by .env readers.
func writeEscaped(out *bufio.Writer, value []byte) {
	for {
		i := bytes.IndexAny(value, "\\\"$`")
		if i < 0 {
			out.Write(value)
			return
		}
		out.Write(value[:i])
		if i > 0 && value[i-1] >= 0x80 {
			out.WriteString(`""`) // see the package doc, "Locales"
		}
		out.WriteByte('\\')
		out.WriteByte(value[i])
		value = value[i+1:]
	}
}
