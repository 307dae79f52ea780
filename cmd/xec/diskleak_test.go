package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"
)

// sought is a text that must not lie on a disk in any form, and how a message calls it.
type sought struct{ what, text string }

// forms are the bytes that each form of a text contains, however it is cut and whatever
// stands around it. The text is letters and digits, which a URL, JSON and quotes leave as
// they are; an upper-case text is looked for in lower case too, and the other way round.
func forms(text string) map[string][]byte {
	all := map[string][]byte{
		"lower case": []byte(strings.ToLower(text)),
		"upper case": []byte(strings.ToUpper(text)),
		"UTF-16LE":   utf16Bytes(text, binary.LittleEndian),
		"UTF-16BE":   utf16Bytes(text, binary.BigEndian),
		"hex":        hex.AppendEncode(nil, []byte(text)),
		"HEX":        bytes.ToUpper(hex.AppendEncode(nil, []byte(text))),
	}
	for shift := range 3 {
		// The base64 of what lies between whole groups is the same whatever stands around it.
		inner := []byte(text[shift : shift+(len(text)-shift)/3*3])
		all[fmt.Sprintf("base64, %d", shift)] = base64.RawStdEncoding.AppendEncode(nil, inner)
		all[fmt.Sprintf("base64 of URLs, %d", shift)] = base64.RawURLEncoding.AppendEncode(nil, inner)
	}
	return all
}

func utf16Bytes(text string, order binary.AppendByteOrder) (b []byte) {
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

// record is all that has ever lain on a disk, as far as it was looked at in time: bytes
// that are freed may soon be written over.
type record struct {
	disk
	last []byte
	seen bytes.Buffer
}

// look takes down what has changed since the last look, with its surroundings.
func (r *record) look() error {
	now, err := os.ReadFile(r.image)
	if err != nil {
		return err
	}
	const page = 4096
	zeros := make([]byte, page)
	for at := 0; at < len(now); at += page {
		this := now[at : at+page]
		if r.last != nil && bytes.Equal(this, r.last[at:at+page]) || bytes.Equal(this, zeros) {
			continue
		}
		r.seen.Write(now[max(0, at-page):min(len(now), at+2*page)])
	}
	r.last = now
	return nil
}

// search unmounts the disk and lists what of all has lain on it, and in which form.
func (r *record) search(all []sought) (found []string, err error) {
	if err := errors.Join(r.unmount(), r.look()); err != nil {
		return nil, err
	}
	type needle struct {
		what string
		text []byte
	}
	needles := map[[8]byte][]needle{} // by how they begin
	for _, s := range all {
		for form, text := range forms(s.text) {
			start := [8]byte(text)
			needles[start] = append(needles[start], needle{s.what + " as " + form, text})
		}
	}
	text := r.seen.Bytes()
	for i := range len(text) - 8 {
		for _, n := range needles[[8]byte(text[i:])] {
			if bytes.HasPrefix(text[i:], n.text) && !slices.Contains(found, n.what) {
				found = append(found, n.what)
			}
		}
	}
	slices.Sort(found)
	return found, nil
}

// eagerDisk are mount options by which whatever is written gets to the disk at once, so
// that also a file that lives for a moment leaves its bytes there.
const eagerDisk = "loop,sync"

// life is a store on a disk, from the first secret on. Only what is typed and piped in,
// and files that lie elsewhere, hold a value.
type life struct {
	t         *testing.T
	disk      *record
	home      string
	elsewhere string
	env       []string
	commands  int
	all       []sought
}

// secret makes a key and a value to be sought.
func (l *life) secret() (key, value string) {
	key = newKey()
	l.all = append(l.all, sought{"a key", key})
	return key, l.value()
}

// value makes a value to be sought, which has around it what encodings change.
func (l *life) value() string {
	value := newValue()
	l.all = append(l.all, sought{"a value", value})
	return "\"é\\\n/" + value + "+&<\x01\r\n."
}

// file puts a text elsewhere and gives its path.
func (l *life) file(text string) string {
	path := filepath.Join(l.elsewhere, newKey())
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// run runs a command that must succeed.
func (l *life) run(stdin string, argv ...string) string {
	l.t.Helper()
	e := runXec(l.home, stdin, l.env, argv...)
	l.look()
	if e.status != 0 {
		l.t.Fatalf("command %d: status %d: %s", l.commands, e.status, e.stderr)
	}
	return string(e.stdout)
}

// look counts a command and looks at what it has left on the disk.
func (l *life) look() {
	l.t.Helper()
	l.commands++
	if err := l.disk.look(); err != nil {
		l.t.Fatal(err)
	}
}

// useful does all that a person does with a store.
func (l *life) useful() {
	key, value := l.secret()
	l.run(value, "secrets", "set", key, "--file", "-") // makes the store
	for range 3 {
		other, text := l.secret()
		l.run(text, "secrets", "set", other)
		l.run("", "secrets", "delete", other, "--force")
	}
	other, text := l.secret()
	l.run("", "secrets", "set", other, "--file", l.file(text))
	_, argument := l.secret()
	l.run("", "secrets", "set", other, "--value", strings.ReplaceAll(argument, "\x01", ""))
	l.run("", "secrets", "rollback", other)
	l.run(l.many(50).json(), "secrets", "import")
	dotenv := ""
	for key, value := range l.many(5) {
		dotenv += "SECRET_" + key + "=" + value + "\n"
	}
	l.run(dotenv, "secrets", "import", "--format", "env")
	l.run(strings.Repeat(value, 1000), "secrets", "set", other)
	l.run("", "secrets", "generate", other, "--force")
	l.read(key, value)
	l.run("", "secrets", "delete", key, "--force")
}

func (l *life) many(n int) values {
	v := manyValues(n)
	for key, value := range v {
		l.all = append(l.all, sought{"an imported key", key}, sought{"an imported value", value})
	}
	return v
}

// read reads in every way.
func (l *life) read(key, value string) {
	l.t.Helper()
	if l.run("", "secrets", "get", key) != value {
		l.t.Error("get gives another value")
	}
	template := "A: ${secret:" + key + "}\n"
	if got := l.run("", "render", l.file(template)); got != "A: "+value+"\n" {
		l.t.Error("render gives another text")
	}
	l.piped()
	l.run("", "secrets", "list")
	l.run("", "secrets", "history", key)
	l.run("", "secrets", "export", "--force")
	l.run("", "secrets", "export", "-f", "env", "--force")
	l.run("", "render", "--check", l.file(template))
	l.run("", "exec", "--only", key, "--", "true")
	l.run("", "exec", "--env-file", l.file("A=${secret:"+key+"}\n"), "--", "true")
	l.run("", "exec", "--all", "--", "sh", "-c", "test $# -eq 0")
	if e := runXec(l.home, "", append(l.env, "XEC_DEBUG=*"), "secrets", "get", key+"X"); e.status != 3 {
		l.t.Errorf("a missing key: status %d", e.status)
	}
}

// piped renders a template that is piped in. It is spooled among the temporary files,
// because it is read twice: the key that it names may lie on the disk, and no value.
func (l *life) piped() {
	l.t.Helper()
	key, value := newKey(), l.value()
	l.run(value, "secrets", "set", key, "--file", "-")
	if got := l.run("A: ${secret:"+key+"}\n", "render", "-"); got != "A: "+value+"\n" {
		l.t.Error("render gives another text")
	}
}

// harmed interrupts a write, and lets it find the disk full, at some of its points.
func (l *life) harmed(path []point) {
	l.t.Helper()
	trace := filepath.Join(l.elsewhere, "trace")
	for i := 0; i < len(path); i += 3 {
		for _, b := range []blow{kill, noRoom} {
			key, value := l.secret()
			w := writing{argv: words("secrets set", key), stdin: value, open: l.env}
			point{b, path[i].call, path[i].k}.strike(w, l.home, trace)
			l.look()
		}
	}
}

// full fills the disk and sets a secret that finds no room.
func (l *life) full(folder string) {
	l.t.Helper()
	filler := filepath.Join(folder, "filler")
	if err := fill(filler); err != nil {
		l.t.Fatal(err)
	}
	key, value := l.secret()
	if e := runXec(l.home, strings.Repeat(value, 1000), l.env, "secrets", "set", key); e.status != 1 || !e.says("nothing was changed") {
		l.t.Errorf("set on a full disk: status %d: %s", e.status, e.stderr)
	}
	l.look()
	if err := os.Remove(filler); err != nil {
		l.t.Fatal(err)
	}
	l.run(value, "secrets", "set", key)
}

// fill writes a file until there is no room left for the smallest piece.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err = f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("the disk is not full: %w", err)
	}
	return nil
}

// TestNothingLeaksToTheDisk lets a store live on a disk, with the home folder, the
// working folder and that for temporary files, and searches every byte of the disk.
func TestNothingLeaksToTheDisk(t *testing.T) {
	need(t, "loop")
	need(t, "strace")
	if _, err := pinned(); err != nil {
		t.Fatal(err)
	}
	program(t, "xec")
	start, passphrase := time.Now(), newValue()
	d, elsewhere := &record{disk: newDisk(t, 32, eagerDisk)}, scratch(t)
	all, commands := []sought{{"a passphrase", passphrase}}, 0
	path := writingNamed(t, "set a new key").pathElsewhere(t)
	for name, env := range map[string][]string{
		"keyfile": nil, "passphrase": {"XEC_PASSPHRASE=" + passphrase},
	} {
		home := filepath.Join(d.folder, name)
		l := &life{t: t, disk: d, home: home, elsewhere: elsewhere, env: append(env, "TMPDIR="+home)}
		if err := os.Mkdir(home, 0o700); err != nil {
			t.Fatal(err)
		}
		l.useful()
		l.harmed(path)
		l.full(d.folder)
		l.useful()
		all, commands = append(all, l.all...), commands+l.commands
	}
	found, err := d.search(all)
	if err != nil || len(found) > 0 {
		t.Errorf("on the disk lie %q, error %v", found, err)
	}
	t.Logf("%d commands wrote %d MiB; %d keys, values and passphrases were sought in %d forms each: %v",
		commands, d.seen.Len()>>20, len(all), len(forms(passphrase)), time.Since(start).Round(time.Second))
}

// TestDiskSearchIsNotBlind plants a text in each form, in a file that is removed at once.
func TestDiskSearchIsNotBlind(t *testing.T) {
	need(t, "loop")
	d := &record{disk: newDisk(t, 8, eagerDisk)}
	var all []sought
	plant := func(form string, encode func(text string) []byte) {
		text := newValue()
		all = append(all, sought{form, text})
		path := filepath.Join(d.folder, newKey())
		if err := errors.Join(os.WriteFile(path, encode("é \"\\/"+text+"\n"), 0o600), os.Remove(path), d.look()); err != nil {
			t.Fatal(err)
		}
	}
	plant("plain", func(text string) []byte { return []byte(text) })
	plant("upper case", func(text string) []byte { return []byte(strings.ToUpper(text)) })
	plant("UTF-16LE", func(text string) []byte { return utf16Bytes(text, binary.LittleEndian) })
	plant("UTF-16BE", func(text string) []byte { return utf16Bytes(text, binary.BigEndian) })
	plant("hex", func(text string) []byte { return fmt.Appendf(nil, "%x", text) })
	plant("HEX", func(text string) []byte { return fmt.Appendf(nil, "%X", text) })
	plant("quoted", func(text string) []byte { return fmt.Appendf(nil, "%q", text) })
	plant("URL", func(text string) []byte { return []byte(url.QueryEscape(text)) })
	plant("JSON", func(text string) []byte {
		b, _ := json.Marshal(text)
		return b
	})
	for _, before := range []string{"", "1", "12"} {
		plant("base64", func(text string) []byte { return base64.StdEncoding.AppendEncode(nil, []byte(before+text)) })
		plant("base64 of URLs", func(text string) []byte { return base64.URLEncoding.AppendEncode(nil, []byte(before+text)) })
	}
	found, err := d.search(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if !slices.ContainsFunc(found, func(text string) bool { return strings.HasPrefix(text, s.what+" as ") }) {
			t.Errorf("%s is not found", s.what)
		}
	}
	if again, err := d.search([]sought{{"what was never planted", newValue()}}); err != nil || len(again) > 0 {
		t.Errorf("found %q, error %v", again, err)
	}
	t.Logf("%d texts planted, found as %q", len(all), found)
}
