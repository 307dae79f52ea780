package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/xec-sh/xec-go/render/output"
	"github.com/xec-sh/xec-go/store/secret"
)

// set asks for a key and its value.
func (m *menu) set(ctx context.Context) error {
	return follow(m.newKey(ctx, "Which key is to be set?"), func(key string) error { return m.setKey(ctx, key) })
}

func (m *menu) setKey(ctx context.Context, key string) error {
	if _, err := m.mayReplace(key); err != nil {
		return err
	}
	return m.lend("set "+key, func() error { return runSet(ctx, m.app, setOptions{key: key}) })
}

// generateNew asks for a key and the length of its value.
func (m *menu) generateNew(ctx context.Context) error {
	return follow(m.newKey(ctx, "Which key is to get a random value?"), func(key string) error { return m.generateKey(ctx, key) })
}

func (m *menu) generateKey(ctx context.Context, key string) error {
	length := func() (int, error) {
		typed, err := m.ask.line("How many characters is the value of "+key+" to have?", "32", checkLength)
		if err != nil {
			return 0, err
		}
		return strconv.Atoi(typed)
	}
	return follow(length, func(n int) error { return m.generateLong(ctx, key, n) })
}

// generateLong sets a key to a random value of a length.
func (m *menu) generateLong(ctx context.Context, key string, length int) (err error) {
	o := generateOptions{key: key, charset: "alnum", length: length}
	if o.force, err = m.mayReplace(key); err != nil {
		return err
	}
	var value secret.Value
	err = m.lend("generate "+key, func() (err error) {
		value, err = m.generate(ctx, o)
		return err
	})
	if err != nil {
		return err
	}
	defer value.Clear()
	m.say("%s is set to %d random characters", key, o.length)
	err = m.yes("Show the value of " + key + "?")
	if errors.Is(err, errBack) || errors.Is(err, errNo) {
		return nil // it is set
	}
	if err != nil {
		return err
	}
	return m.show(key, value)
}

func checkLength(typed string) error {
	if n, err := strconv.Atoi(typed); err != nil || n < 1 || n > maxGenerate {
		return secret.Errorf(secret.Invalid, "a number from 1 to %d", maxGenerate)
	}
	return nil
}

// get shows a value if the person wants to see it.
func (m *menu) get(ctx context.Context) error {
	return follow(m.knownKey(ctx, "Which secret?"), func(key string) error { return m.getKey(ctx, key) })
}

func (m *menu) getKey(ctx context.Context, key string) error {
	if err := m.yes("The value of " + key + " is hidden. Show it?"); err != nil {
		return err
	}
	var value secret.Value
	err := m.lend("get "+key, func() (err error) {
		value, err = m.valueOf(ctx, key)
		return err
	})
	if err != nil {
		return err
	}
	defer value.Clear()
	return m.show(key, value)
}

// show shows a value, as get does on a terminal.
func (m *menu) show(key string, value secret.Value) error {
	b := value.Reveal()
	text := appendVisible(make([]byte, 0, mostVisible*len(b)), b)
	defer clear(text)
	err := m.ask.reveal(key, text)
	if errors.Is(err, errBack) {
		return nil
	}
	return err
}

// list looks through the keys, and does with one what the person wants.
func (m *menu) list(ctx context.Context) error {
	does := []func(context.Context, string) error{m.getKey, m.setKey, m.generateKey, m.deleteKey}
	return follow(m.knownKey(ctx, ""), func(key string) error {
		what := func() (int, error) {
			return m.ask.choose(m.choice(key, "get       show its value", "set       set another value", "generate  set a random value", "delete    delete it"))
		}
		return follow(what, func(i int) error { return does[i](ctx, key) })
	})
}

func (m *menu) delete(ctx context.Context) error {
	return follow(m.knownKey(ctx, "Which secret is to be deleted?"), func(key string) error { return m.deleteKey(ctx, key) })
}

func (m *menu) deleteKey(ctx context.Context, key string) error {
	if err := m.yes("Delete " + key + ", with its older values?"); err != nil {
		return err
	}
	return m.lend("delete "+key, func() error { return runDelete(ctx, m.app, deleteOptions{key: key, force: true}) })
}

// importFile sets what a file holds. That it replaces values is asked first.
func (m *menu) importFile(ctx context.Context) error {
	file := func() (string, error) { return m.ask.line("Import which file?", "", m.checkReadable) }
	return follow(file, func(path string) error {
		return follow(m.format(m.path(path)), func(format string) error { return m.importFrom(ctx, path, format) })
	})
}

// importFrom sets what a file holds.
func (m *menu) importFrom(ctx context.Context, path, format string) error {
	if err := m.load(ctx); err != nil {
		return err
	}
	var secrets map[string]secret.Value
	err := m.lend("import "+path, func() (err error) {
		secrets, err = m.readImport(importOptions{file: m.path(path), format: format})
		return err
	})
	if err != nil {
		return err
	}
	defer clearAll(secrets)
	if err := m.mayReplaceAll(secrets); err != nil {
		return err
	}
	return m.lend("import "+path, func() error { return m.setAll(ctx, secrets) })
}

// exportFile writes all secrets into a file, which only the person may read.
func (m *menu) exportFile(ctx context.Context) error {
	file := func() (string, error) { return m.ask.line("Export into which file?", "", m.checkWritable) }
	return follow(file, func(path string) error {
		return follow(m.format(m.path(path)), func(format string) error { return m.exportInto(ctx, path, format) })
	})
}

// exportInto writes all secrets into a file, if the person agrees.
func (m *menu) exportInto(ctx context.Context, path, format string) error {
	file := m.path(path)
	question := "Export all secrets in plain text into " + m.shown(path) + "?"
	if _, err := os.Lstat(file); err == nil {
		question = m.shown(path) + " exists. Replace it by all secrets in plain text?"
	}
	if err := m.yes(question); err != nil {
		return err
	}
	return m.lend("export", func() error { return m.writeExport(ctx, file, format) })
}

func (m *menu) writeExport(ctx context.Context, path, format string) error {
	err := output.Write(path, func(w io.Writer) error {
		to := *m.app
		to.out = w
		return runExport(ctx, &to, exportOptions{format: format, force: true})
	})
	if err == nil {
		m.done("all secrets are in %s, in plain text", path)
	}
	return err
}

// newKey asks for a key that need not exist.
func (m *menu) newKey(ctx context.Context, question string) func() (string, error) {
	return func() (string, error) {
		if err := m.load(ctx); err != nil {
			return "", err
		}
		return m.ask.line(question, "", secret.CheckKey)
	}
}

// knownKey asks for one of the keys of the store.
func (m *menu) knownKey(ctx context.Context, question string) func() (string, error) {
	return func() (string, error) {
		if err := m.load(ctx); err != nil {
			return "", err
		}
		return m.chooseKey(question)
	}
}

// chooseKey has one of the keys chosen that were listed.
func (m *menu) chooseKey(question string) (string, error) {
	if len(m.keys) == 0 {
		m.say("there are no secrets yet")
		return "", errBack
	}
	c := m.choice(question, m.keys...)
	c.label = "Search"
	if question == "" {
		c.question = "Found " + count(len(m.keys), "secret") + "."
	}
	i, err := m.ask.choose(c)
	if err != nil {
		return "", err
	}
	return m.keys[i], nil
}

// mayReplace asks whether the value of a key that exists may be replaced.
func (m *menu) mayReplace(key string) (asked bool, err error) {
	if !slices.Contains(m.keys, key) {
		return false, nil
	}
	return true, m.yes(key + " exists. Replace its value?")
}

// mayReplaceAll asks whether the values of those keys that exist may be replaced.
func (m *menu) mayReplaceAll(secrets map[string]secret.Value) error {
	exist := 0
	for _, key := range m.keys {
		if _, is := secrets[key]; is {
			exist++
		}
	}
	question := fmt.Sprintf("Set %s?", count(len(secrets), "secret"))
	if exist > 0 {
		question = fmt.Sprintf("Set %s, and replace the values of %d that exist?", count(len(secrets), "secret"), exist)
	}
	return m.yes(question)
}

// format asks for that of a file, and offers first what its name tells.
func (m *menu) format(path string) func() (string, error) {
	formats := []string{"json", "env"}
	if !strings.EqualFold(filepath.Ext(path), ".json") && strings.Contains(filepath.Base(path), "env") {
		slices.Reverse(formats)
	}
	return func() (string, error) {
		i, err := m.ask.choose(m.choice("In which format?", formats...))
		if err != nil {
			return "", err
		}
		return formats[i], nil
	}
}

// path is a file as a person names it, for whom no shell reads ~ here.
func (m *menu) path(typed string) string {
	if rest, below := strings.CutPrefix(typed, "~/"); below {
		return filepath.Join(m.getenv("HOME"), rest)
	}
	return typed
}

func (m *menu) checkReadable(typed string) error {
	info, err := os.Stat(m.path(typed))
	switch {
	case err != nil:
		return secret.Errorf(secret.Invalid, "there is no such file")
	case info.IsDir():
		return secret.Errorf(secret.Invalid, "this is a folder")
	case !info.Mode().IsRegular(): // which might keep the menu waiting
		return secret.Errorf(secret.Invalid, "this is no regular file")
	}
	return nil
}

func (m *menu) checkWritable(typed string) error {
	if info, err := os.Stat(filepath.Dir(m.path(typed))); err != nil || !info.IsDir() {
		return secret.Errorf(secret.Invalid, "there is no such folder")
	}
	return output.Check(m.path(typed))
}
