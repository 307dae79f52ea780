package transfer

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

// collector gathers the secrets of a file and everything that is wrong with it.
type collector struct {
	// sayKeys is whether messages may name a key.
	sayKeys  bool
	secrets  map[string]secret.Value
	lines    map[string]int // where each key stood first
	problems []error
}

func newCollector(sayKeys bool) collector {
	return collector{
		sayKeys: sayKeys,
		secrets: make(map[string]secret.Value),
		lines:   make(map[string]int),
	}
}

// result is what was read, if nothing was wrong; else the values are cleared.
func (c *collector) result() (map[string]secret.Value, error) {
	if err := join(c.problems); err != nil {
		for _, value := range c.secrets {
			value.Clear()
		}
		return nil, err
	}
	return c.secrets, nil
}

func (c *collector) problem(err error) {
	c.problems = append(c.problems, err)
}

// problemf is a problem of kind Invalid with what stands at key.
func (c *collector) problemf(line int, key, format string, args ...any) {
	c.problem(secret.Errorf(secret.Invalid, "%s: %w", c.at(line, key), fmt.Errorf(format, args...)))
}

// put adds a secret. Whether key is a key is the caller's to say.
func (c *collector) put(line int, key string, value secret.Value) {
	c.claim(line, key)
	c.set(line, key, value)
}

// claim notes that key stands on line, once only.
func (c *collector) claim(line int, key string) {
	if first, ok := c.lines[key]; ok {
		c.problemf(line, key, "the key stands on line %d already", first)
		return
	}
	c.lines[key] = line
}

// set gives key its value. The place, which takes time to make, is made only
// for a message.
func (c *collector) set(line int, key string, value secret.Value) {
	if value.Check(key) != nil {
		c.problem(value.Check(c.at(line, key)))
	}
	c.secrets[key] = value
}

// at is the place of key for a message.
func (c *collector) at(line int, key string) string {
	switch {
	case !c.sayKeys:
		return fmt.Sprintf("line %d", line)
	case len(key) > secret.MaxKey:
		return fmt.Sprintf("line %d: %.20q…", line, key)
	}
	return fmt.Sprintf("line %d: %q", line, key)
}

// decodeBase64 is strict: one text for one value, and no line ends, which the
// decoder would skip.
func decodeBase64(text string) ([]byte, bool) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	value, err := base64.StdEncoding.Strict().DecodeString(text)
	return value, err == nil
}
