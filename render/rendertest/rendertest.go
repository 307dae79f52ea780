// Package rendertest is what the tests of all formats share: where references stand, a
// document with one value in it, programs that are not ours and their answers.
package rendertest

import (
	"errors"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var referenceForm = regexp.MustCompile(`\$\{secret:[A-Za-z][^}\n]*\}|\$<secret:[A-Za-z][^>\n]*>`)

// Find gives the references in source: a second grammar, as simple as one can be.
func Find(source string) (spans []render.Span) {
	for _, at := range referenceForm.FindAllStringIndex(source, -1) {
		spans = append(spans, render.Span{Start: at[0], End: at[1]})
	}
	return spans
}

// Render renders source with value for every reference, and gives their numbers.
func Render(format render.Format, source, value string) (out string, refs []int, err error) {
	d, err := format([]byte(source), Find(source))
	if err != nil {
		return "", nil, err
	}
	b, err := d.Render(func(int) secret.Value { return secret.Text(value) })
	return string(b), d.Refs(), err
}

// AllWords are all that could stand for a reference, each on a line.
func AllWords() string {
	var b strings.Builder
	for _, first := range render.WordLetters {
		for _, other := range render.WordLetters {
			b.WriteString(string(first) + strings.Repeat(string(other), 7) + "\n")
		}
	}
	return b.String()
}

// RequirePlaced fails unless an error has a place in source.
func RequirePlaced(t testing.TB, err error, source string) {
	t.Helper()
	var placed *render.PlacedError
	if !errors.As(err, &placed) || placed.Offset < 0 || placed.Offset > len(source) {
		t.Fatalf("error %v has no place in %d bytes", err, len(source))
	}
	if kind := secret.KindOf(err); kind != secret.General && kind != secret.Invalid {
		t.Fatalf("an error of kind %v", kind)
	}
}

// RequireError fails unless an error is of a kind and at an offset, with a hint where it
// is of the kind secret.Invalid.
func RequireError(t testing.TB, err error, offset int, kind secret.Kind) {
	t.Helper()
	var placed *render.PlacedError
	switch {
	case !errors.As(err, &placed) || placed.Offset != offset || secret.KindOf(err) != kind:
		t.Errorf("error %v, want one of kind %v at %d", err, kind, offset)
	case kind == secret.Invalid && secret.Hint(err) == "":
		t.Errorf("error %v has no hint", err)
	}
}

// components are those that some programs belong to.
var components = map[string]string{"sh": "shells", "bash": "shells", "dash": "shells", "zsh": "shells", "unshare": "root"}

// Program finds a program, and skips the test without it; where XEC_TEST_REQUIRE holds its
// name, or that of its component, the test fails.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if machine.Required(name) || machine.Required(components[name]) {
		t.Fatalf("%s is required and not there", name)
	}
	t.Skipf("%s is not there", name)
	return ""
}
