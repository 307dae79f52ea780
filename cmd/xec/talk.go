package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/store/secret"
)

// say writes one line to standard error. What it is told may quote names out of a project,
// which must not act on a terminal.
func (a *app) say(format string, args ...any) {
	defer a.pauseProgress()()
	fmt.Fprintf(a.err, "xec: %s\n", a.shown(fmt.Sprintf(format, args...)))
}

// done says what a command has done, where a person is watching.
func (a *app) done(format string, args ...any) {
	if a.errTerminal {
		a.say(format, args...)
	}
}

// shown gives a text on one line, on which nothing acts on a terminal, with ~ for the home
// folder.
func (a *app) shown(text string) string {
	text = onOneLine(text)
	if home := a.getenv("HOME"); len(home) > 1 && filepath.IsAbs(home) {
		text = withTilde(text, filepath.Clean(home)+string(filepath.Separator))
	}
	return text
}

// withTilde writes ~ for the home folder where a path begins with it.
func withTilde(text, home string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, home)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		if before == "" && out.Len() == 0 || strings.HasSuffix(before, " ") || strings.HasSuffix(before, "=") {
			out.WriteString("~" + string(filepath.Separator))
		} else {
			out.WriteString(home)
		}
		text = after
	}
}

// debug gives the trace of an area, or nil when XEC_DEBUG does not name it.
func (a *app) debug(area string) func(string) {
	for _, name := range strings.Split(a.getenv("XEC_DEBUG"), ",") {
		if name == area || name == "*" || name == "1" || name == "true" {
			return func(text string) { a.say("debug: %s", text) }
		}
	}
	return nil
}

// report tells the person what went wrong: each of several errors on a line of
// its own, with its hint below it.
func (a *app) report(err error) {
	var exit *child.ExitError
	if errors.As(err, &exit) && exit.Err == nil {
		return
	}
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) {
		for _, each := range several.Unwrap() {
			a.report(each)
		}
		return
	}
	a.say("%s", message(err))
	if hint := secret.Hint(err); hint != "" {
		a.say("hint: %s", hint)
	}
}

// message is the text of an error. What the operating system refused begins with
// the path, not with the name of a system call.
func message(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return strings.Replace(err.Error(), path.Error(), path.Path+": "+path.Err.Error(), 1)
	}
	return err.Error()
}

// prefixed puts the name of a file before each of the errors that were found in
// it.
func prefixed(name string, err error) error {
	var several interface{ Unwrap() []error }
	if !errors.As(err, &several) {
		return secret.WithHint(secret.Errorf(secret.KindOf(err), "%s: %w", name, err), "%s", secret.Hint(err))
	}
	var all []error
	for _, each := range several.Unwrap() {
		all = append(all, prefixed(name, each))
	}
	return errors.Join(all...)
}

// confirm asks the person on the terminal; without one it refuses and names the
// flag that stands for a yes. A no is an error too: the command has not been done.
func (a *app) confirm(question, flag string) error {
	t, err := a.terminal()
	if err != nil {
		return secret.WithHint(secret.Errorf(secret.Invalid, "%w: %s", err, question), "%s answers yes", flag)
	}
	defer t.close()
	yes, err := t.confirm(question)
	if err == nil && !yes {
		return secret.Errorf(secret.General, "nothing was done")
	}
	return err
}

// count gives a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// visible escapes what a terminal would act on or not show: control and format
// characters other than newline and tab, and bytes that are not UTF-8.
func visible(b []byte) string { return string(appendVisible(nil, b)) }

// mostVisible is by how much visible lengthens a text at most.
const mostVisible = len(`\x00`)

// appendVisible is visible for memory that can be cleared.
func appendVisible(out, b []byte) []byte {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			out = fmt.Appendf(out, `\x%02x`, b[0])
		case r == '\n' || r == '\t' || unicode.IsGraphic(r):
			out = utf8.AppendRune(out, r)
		case r < 0x80:
			out = fmt.Appendf(out, `\x%02x`, r)
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = fmt.Appendf(out, `\U%08x`, r)
		}
		b = b[n:]
	}
	return out
}

// onOneLine is visible for a text that has one line.
func onOneLine(text string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(visible([]byte(text)))
}
