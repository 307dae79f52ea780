package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// place is where a value can stand in a format: the document is before, scalar and behind.
type place struct {
	format string
	name   string // as the README writes it
	before string
	scalar string
	behind string
}

var places = []place{
	{"yaml", "…", "k: ", "${secret:K}", "\n"},
	{"yaml", "'…'", "k: ", "'${secret:K}'", "\n"},
	{"yaml", `"…"`, "k: ", `"${secret:K}"`, "\n"},
	{"yaml", "| …", "k: ", "|-\n  ${secret:K}", "\n"},
	{"yaml", "> …", "k: ", ">-\n  ${secret:K}", "\n"},
	{"json", `"…"`, `{"k": `, `"${secret:K}"`, "}\n"},
	{"json", "…", `{"k": `, "${secret:K}", "}\n"},
	{"toml", "…", "k = ", "${secret:K}", "\n"},
	{"toml", `"…"`, "k = ", `"${secret:K}"`, "\n"},
	{"toml", "'…'", "k = ", "'${secret:K}'", "\n"},
	{"toml", `"""…"""`, "k = ", `"""${secret:K}"""`, "\n"},
	{"toml", "'''…'''", "k = ", "'''${secret:K}'''", "\n"},
	{"hcl", "…", "k = ", "${secret:K}", "\n"},
	{"hcl", `"…"`, "k = ", `"${secret:K}"`, "\n"},
	{"hcl", "<<E …", "k = ", "<<E\n${secret:K}\nE", "\n"},
	{"hcl", "<<-E …", "k = ", "<<-E\n  ${secret:K}\n  E", "\n"},
	{"ini", "…", "k = ", "${secret:K}", "\n"},
	{"ini", `"…"`, "k = ", `"${secret:K}"`, "\n"},
	{"ini-raw", "…", "k = ", "${secret:K}", "\n"},
	{"netrc", "…", "default password ", "${secret:K}", "\n"},
	{"netrc", `"…"`, "default password ", `"${secret:K}"`, "\n"},
	{"properties", "…", "k=", "${secret:K}", "\n"},
	{"xml", "<a>…", "<a>", "${secret:K}", "</a>\n"},
	{"xml", `<a b="…"`, "<a b=", `"${secret:K}"`, "/>\n"},
	{"xml", "<a b='…'", "<a b=", "'${secret:K}'", "/>\n"},
	{"xml", "<![CDATA[…", "<a>", "<![CDATA[${secret:K}]]>", "</a>\n"},
	{"html", "<a>…", "<a>", "${secret:K}", "</a>\n"},
	{"html", `<a b="…"`, "<a b=", `"${secret:K}"`, ">\n"},
	{"html", "<a b=…", "<a b=", "${secret:K}", ">\n"},
	{"dotenv", "…", "K=", "${secret:K}", "\n"},
	{"dotenv", "'…'", "K=", "'${secret:K}'", "\n"},
	{"dotenv", `"…"`, "K=", `"${secret:K}"`, "\n"},
	{"dotenv", "`…`", "K=", "`${secret:K}`", "\n"},
}

// shown are values as they are, and as the README names them.
var shown = []struct{ name, value string }{
	{"`p@ss \"w'ord`", `p@ss "w'ord`},
	{"a PEM key", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0=\n-----END PRIVATE KEY-----\n"},
	{"`yes`", "yes"},
}

// rendered gives what stands in a place with a value in it, "" for a value that it cannot
// carry.
func (p place) rendered(t *testing.T, value string) string {
	t.Helper()
	source := []byte(p.before + p.scalar + p.behind)
	var spans []render.Span
	for _, f := range resolve.Find(source) {
		spans = append(spans, render.Span{Start: int(f.Offset), End: int(f.Offset) + f.Length})
	}
	d, err := formats[p.format].whole(source, spans)
	if err != nil {
		t.Fatalf("%s %s: %v", p.format, p.name, err)
	}
	out, err := d.Render(func(int) secret.Value { return secret.Text(value) })
	if errors.Is(err, secret.Invalid) {
		return ""
	}
	if err != nil {
		t.Fatalf("%s %s: %v", p.format, p.name, err)
	}
	scalar, ok := strings.CutPrefix(string(out), p.before)
	scalar, ok2 := strings.CutSuffix(scalar, p.behind)
	if !ok || !ok2 {
		t.Errorf("%s %s: more than the scalar has changed", p.format, p.name)
	}
	return scalar
}

// code writes a text as code on one line of a Markdown table, a key of PEM abridged.
func code(text string) string {
	text = strings.NewReplacer(
		"-----BEGIN PRIVATE KEY-----", "-BEGIN-", "MIIEvQIBADANBgkqhkiG9w0=", "MII", "-----END PRIVATE KEY-----", "-END-",
		"\n", "⏎", "|", `\|`,
	).Replace(text)
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}

// tableOfPlaces is the table of the README.
func tableOfPlaces(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| | place |")
	for _, s := range shown {
		b.WriteString(" " + s.name + " |")
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(shown)) + "\n")
	last := ""
	for _, p := range places {
		name := ""
		if p.format != last {
			name, last = " "+p.format, p.format
		}
		fmt.Fprintf(&b, "|%s | %s |", name, code(p.name))
		for _, s := range shown {
			cell := "refused"
			if text := p.rendered(t, s.value); text != "" {
				cell = code(text)
			}
			b.WriteString(" " + cell + " |")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestReadmeTellsWhatBecomesOfAValue compares the table of the README with what the formats
// do. XEC_UPDATE_GOLDEN=1 writes it anew; read the difference before you keep it.
func TestReadmeTellsWhatBecomesOfAValue(t *testing.T) {
	const readme = "../../README.md"
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	want := tableOfPlaces(t)
	header, _, _ := strings.Cut(want, "\n")
	before, rest, found := strings.Cut(string(text), header+"\n")
	_, behind, ended := strings.Cut(rest, "\n\n")
	if !found || !ended {
		t.Fatalf("README.md has no table that begins with %s", header)
	}
	got := header + "\n" + strings.TrimSuffix(rest, "\n\n"+behind) + "\n"
	if os.Getenv("XEC_UPDATE_GOLDEN") != "" {
		got = want
		if err := os.WriteFile(readme, []byte(before+want+"\n"+behind), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got != want {
		t.Errorf("the table of README.md is not what the formats do:\n%s\nwant\n%s", got, want)
	}
}

// TestEveryFormatIsInTheTable, but jsonc, which is the format of json, and text, which has
// no places.
func TestEveryFormatIsInTheTable(t *testing.T) {
	for _, name := range formatNames {
		if !slices.ContainsFunc(places, func(p place) bool { return p.format == name }) && name != "jsonc" && name != "text" {
			t.Errorf("the README does not tell what becomes of a value in %s", name)
		}
	}
}
