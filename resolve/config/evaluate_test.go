package config

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/trust"
	"github.com/xec-sh/xec-go/store/secret"
)

var ctx = context.Background()

// world is what a configuration is resolved in.
type world struct {
	secrets, env, params map[string]string
	approved             bool
}

func from(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := values[name]
		return value, ok
	}
}

// evaluator gives an evaluator, and what it says to be wrong.
func (w world) evaluator(c *Config) (e *Evaluator, wrong *[]string) {
	wrong = new([]string)
	say := func(p Place, path string, err error) {
		*wrong = append(*wrong, fmt.Sprintf("%v %s: %v", p, path, err))
	}
	var a trust.Approval
	if w.approved {
		a = trust.Once(c.Subject())
	}
	e = &Evaluator{Config: c, Acting: c.Acting(a), Problem: say, Env: from(w.env), Param: from(w.params)}
	e.Acting.Environ = []string{"PATH=/usr/bin:/bin"}
	e.Secret = func(p Place, path string, ref *resolve.Reference) {
		if _, ok := w.secrets[ref.Name]; !ok && !ref.HasDefault {
			say(p, path, secret.Errorf(secret.NotFound, "secret %q not found", ref.Name))
		}
	}
	e.Value = func(ref *resolve.Reference) (secret.Value, error) {
		if value, ok := w.secrets[ref.Name]; ok {
			return ref.Apply(secret.Text(value))
		}
		return secret.Text(ref.Default), nil
	}
	return e, wrong
}

// resolve resolves a key of a configuration, and tells what is wrong instead.
func (w world) resolve(c *Config, key string) (string, []string) {
	e, wrong := w.evaluator(c)
	n := c.Root.Get(key)
	e.Need(key, n)
	if len(*wrong) > 0 {
		return "", *wrong
	}
	resolved, err := e.Resolve(ctx, key, n)
	if err != nil {
		return "", []string{err.Error()}
	}
	return shown(resolved), nil
}

// evaluateAll resolves all of a configuration, in which every secret exists.
func evaluateAll(c *Config) {
	wrong := false
	e := &Evaluator{
		Config: c, Secret: func(Place, string, *resolve.Reference) {}, Problem: func(Place, string, error) { wrong = true },
		Value: func(*resolve.Reference) (secret.Value, error) { return secret.Text("v"), nil },
	}
	e.Need("", c.Root)
	if !wrong {
		e.Resolve(ctx, "", c.Root)
	}
}

func TestResolving(t *testing.T) {
	w := world{
		secrets: map[string]string{"S": "s3", "NEST": "${secret:S}${vars.n}${cmd:touch x}${env.E}"},
		env:     map[string]string{"E": "${vars.n}", "EMPTY": ""}, params: map[string]string{"p": "param"},
	}
	const vars = `vars: {n: 1, s: "${secret:S}", text: text, list: [a, 2, {k: [x, y]}], map: {deep: {er: "${vars.n}"}}, to: "${vars.map}", toto: "${vars.to}", nothing: ~, "null": null, blank: , f: 1.50, b: True}
`
	for text, want := range map[string]string{
		// Alone it is the thing itself, with its type.
		"${vars.n}":       `"!!int 1"`,
		"${n}":            `"!!int 1"`,
		"${vars.f}":       `"!!float 1.50"`,
		"${vars.b}":       `"!!bool True"`,
		"${vars.nothing}": `"!!null ~"`,
		"${vars.list}":    `["a","!!int 2",{"k":["x","y"]}]`,
		"${vars.map}":     `{"deep":{"er":"!!int 1"}}`,
		"${vars.toto}":    `{"deep":{"er":"!!int 1"}}`,
		"${vars.s}":       `"s3"`,
		// In a longer text it is text.
		"${vars.n} ":                  `"1 "`,
		"${vars.n}${vars.n}":          `"11"`,
		"a${vars.b}${vars.f}":         `"aTrue1.50"`,
		"<${vars.nothing}>":           `"<>"`,
		"<${vars.null}${vars.blank}>": `"<>"`,
		"a-${vars.s}-${secret:S|hex}": `"a-s3-7333"`,
		"${secret.S}${secrets:S}":     `"s3s3"`,
		"$<secret:S>$<vars.n>":        `"s31"`,
		// Paths.
		"${vars.list[0]}":      `"a"`,
		"${vars.list.1}":       `"!!int 2"`,
		"${vars.list[2].k[1]}": `"y"`,
		"${vars.list.2.k.0}":   `"x"`,
		"${vars.map.deep.er}":  `"!!int 1"`,
		"${vars.toto.deep.er}": `"!!int 1"`,
		"${map.deep}":          `{"er":"!!int 1"}`,
		// Defaults.
		"${vars.none:-d}":      `"d"`,
		"${vars.none:d}":       `"d"`,
		"${vars.none:-}":       `""`,
		"${vars.none.more:-d}": `"d"`,
		"${vars.text.more:-d}": `"d"`,
		"${vars.list[9]:-d}":   `"d"`,
		"${vars.list.k:-d}":    `"d"`,
		"${vars.to.none:-d}":   `"d"`,
		"${vars.nothing:-d}":   `"!!null ~"`,
		"${vars.n:-d}":         `"!!int 1"`,
		"<${vars.none:-d}>":    `"<d>"`,
		"${vars.none:-#x: y}":  `"#x: y"`,
		"${secret:NONE:-d}":    `"d"`,
		"${env.NONE:-d}":       `"d"`,
		"${params.none:-d}":    `"d"`,
		// Environment and parameters are text, and not looked through.
		"${env.E}":         `"${vars.n}"`,
		"${env.EMPTY:-d}":  `""`,
		"${params.p}":      `"param"`,
		"${secret:NEST}":   `"${secret:S}${vars.n}${cmd:touch x}${env.E}"`,
		"x${secret:NEST}x": `"x${secret:S}${vars.n}${cmd:touch x}${env.E}x"`,
		// Not xec's.
		`\${vars.n}`:    `"${vars.n}"`,
		`\\${vars.n}`:   `"\\1"`,
		"$vars.n $$ $(": `"$vars.n $$ $("`,
		"$<a> {b}":      `"$<a> {b}"`,
	} {
		c := load(t, vars+"x: '"+text+"'\n")
		got, wrong := w.resolve(c, "x")
		want = strings.NewReplacer("<", `\u003c`, ">", `\u003e`).Replace(want)
		if got != want || wrong != nil {
			t.Errorf("%s: %s, wrong %q, want %s", text, got, wrong, want)
		}
	}
}

func TestWhatCannotBeResolved(t *testing.T) {
	const vars = `vars: {text: text, list: [a], map: {key: v}, to: "${vars.map}"}
x: `
	for text, want := range map[string]string{
		"${vars.none}":        "f:2:5 x: there is no variable vars.none",
		"a ${vars.none}":      "f:2:7 x: there is no variable vars.none",
		"${vars.text.more}":   "f:2:5 x: there is no variable vars.text.more",
		"${vars.to.more}":     "f:2:5 x: there is no variable vars.to.more",
		"${vars.list[1]}":     "f:2:5 x: there is no variable vars.list[1]",
		"${vars.list.key}":    "f:2:5 x: there is no variable vars.list[key]",
		"${vars.map[0]}":      "f:2:5 x: there is no variable vars.map.0",
		"a${vars.map}":        "f:2:6: x: vars.map is a map, which cannot stand in a text",
		"${vars.list}b":       "f:2:5: x: vars.list is a list, which cannot stand in a text",
		"a${vars.to}":         "f:2:6: x: vars.to is a map, which cannot stand in a text",
		"${env.NONE}":         "f:2:5 x: there is no variable of the environment NONE, and no default",
		"${params.none}":      "f:2:5 x: there is no parameter none, and no default",
		"${secret:NONE}":      `f:2:5 x: secret "NONE" not found`,
		"${cmd:touch x}":      "f:2:5 x: this command has not been approved",
		"${SECRET:K}":         `f:2:5 x: unknown prefix "SECRET:", meant is "secret:"`,
		"${vars:text}":        `f:2:5 x: unknown prefix "vars:", meant is "vars."`,
		"${vars.text|url}":    `f:2:5 x: only a secret takes filters`,
		"${secret:K|nope}":    `f:2:5 x: unknown filter "nope"`,
		"${secret:K:-${x}}":   "f:2:5 x: a default is literal text and cannot hold a reference",
		"${cmd:echo ${x}}":    "f:2:5 x: a command ends at the first closing bracket, and cannot hold a reference",
		"${secret:K":          "f:2:5 x: no closing bracket on the line",
		"${vars.a} ${vars.b}": "f:2:5 x: there is no variable vars.a\nf:2:15 x: there is no variable vars.b",
	} {
		_, wrong := world{}.resolve(load(t, vars+"'"+text+"'\n"), "x")
		if got := strings.Join(wrong, "\n"); !strings.HasPrefix(got, want) {
			t.Errorf("%s:\n%s, want\n%s", text, got, want)
		}
	}
}

func TestHints(t *testing.T) {
	c := load(t, `vars: {database: {host: h}, to: "${vars.database}", x: ["${vars.databse}", "${vars.database.hots}", "${vars.to.hosst}", "${vars.zzz}"]}`)
	var hints []string
	e, _ := world{}.evaluator(c)
	e.Problem = func(_ Place, _ string, err error) { hints = append(hints, secret.Hint(err)) }
	e.Need("vars", c.Root.Get("vars"))
	if want := []string{"did you mean database?", "did you mean host?", "did you mean host?", ""}; !slices.Equal(hints, want) {
		t.Errorf("%q, want %q", hints, want)
	}
}

func TestRingsAreNamed(t *testing.T) {
	for vars, want := range map[string]string{
		`a: ${vars.a}`:   "f:2:6 vars.a: variables refer to each other in a ring: vars.a → vars.a",
		`a: x ${vars.a}`: "vars.a → vars.a",
		"a: ${vars.b}\n  b: ${vars.c}\n  c: ${vars.a}": "f:4:6 vars.c: variables refer to each other in a ring: vars.a → vars.b → vars.c → vars.a",
		`a: ${vars.a:-default}`:                        "vars.a → vars.a",
		`m: {a: "${vars.m}"}`:                          "vars.m.a → vars.m",
		`m: {a: "${vars.m.b}", b: "${vars.m.a}"}`:      "vars.m.a → vars.m.b → vars.m.a",
		`l: ["${vars.l}"]`:                             "vars.l[0] → vars.l",
		`l: ["${vars.l[0]}"]`:                          "vars.l[0] → vars.l[0]",
		`l: ["${vars.l[00]}"]`:                         "vars.l[0] → vars.l[0]",
		`l: ["${vars.l.0}"]`:                           "vars.l[0] → vars.l[0]",
		"a: ${vars.m}\n  m: {b: {c: \"x${vars.a}\"}}":  "vars.a → vars.m → vars.m.b.c → vars.a",
		// A path through the reference itself.
		`a: ${vars.a.x}`:                                   "vars.a → vars.a",
		"a: ${vars.b.x}\n  b: ${vars.a.y}":                 "vars.b → vars.a → vars.b",
		"a: ${vars.b}\n  b: ${vars.c.x}\n  c: ${vars.b.y}": "ring: ",
		`l: ["${vars.l[0][0]}"]`:                           "vars.l[0] → vars.l[0]",
	} {
		_, wrong := world{}.resolve(load(t, "vars:\n  "+vars+"\n"), "vars")
		if !strings.Contains(strings.Join(wrong, "\n"), want) {
			t.Errorf("%s:\n%q, want\n%s", vars, wrong, want)
		}
	}
	// A ring is found from outside, and through a profile.
	opt := options(t, "vars: {a: 1, b: \"${vars.a}\"}\nenv: {X: \"${vars.b}\"}\nprofiles: {p: {vars: {a: \"${vars.b}\"}}}")
	if got, wrong := (world{}).resolve(mustLoad(t, opt), "env"); got != `{"X":"!!int 1"}` || wrong != nil {
		t.Errorf("without the profile: %s, wrong %q", got, wrong)
	}
	opt.Profile = "p"
	if _, wrong := (world{}).resolve(mustLoad(t, opt), "env"); len(wrong) == 0 || !strings.Contains(wrong[0], "vars.b → vars.a → vars.b") {
		t.Errorf("with the profile: wrong %q", wrong)
	}
}

func TestWhatLooksLikeARingAndIsNone(t *testing.T) {
	for vars, want := range map[string]string{
		`m: {a: "${vars.m.b}", b: 1}`:                                      `{"m":{"a":"!!int 1","b":"!!int 1"}}`,
		`a: "${vars.ab}", ab: 1`:                                           `{"a":"!!int 1","ab":"!!int 1"}`,
		`"a.b": "${vars.a.b}", a: {b: 1}`:                                  `{"a":{"b":"!!int 1"},"a.b":"!!int 1"}`,
		`"a.b": "${secret:A}", a: {b: "${secret:B}"}`:                      `{"a":{"b":"2"},"a.b":"1"}`,
		`"l[0]": "${vars.l[0]}", l: ["${secret:A}"]`:                       `{"l":["1"],"l[0]":"1"}`,
		`m: {a: {b: "${vars.m.a.b.c:-x}"}}`:                                "",
		`a: "${vars.b.x}", b: "${vars.c}", c: {x: 1, y: 2}`:                `{"a":"!!int 1","b":{"x":"!!int 1","y":"!!int 2"},"c":{"x":"!!int 1","y":"!!int 2"}}`,
		`a: "${vars.m.a.m.a.n}", m: {a: "${vars.o}"}, o: {m: {a: {n: 1}}}`: `{"a":"!!int 1","m":{"a":{"m":{"a":{"n":"!!int 1"}}}},"o":{"m":{"a":{"n":"!!int 1"}}}}`,
	} {
		got, wrong := world{secrets: map[string]string{"A": "1", "B": "2"}}.resolve(load(t, "vars: {"+vars+"}"), "vars")
		if (want == "") != (wrong != nil) || got != want {
			t.Errorf("%s: %s, wrong %q, want %s", vars, got, wrong, want)
		}
	}
}

// chain is a configuration in which v0 leads through n variables in all.
func chain(n int, backwards bool) string {
	lines := []string{"  v" + fmt.Sprint(n-1) + ": end\n"}
	for i := n - 2; i >= 0; i-- {
		lines = append(lines, fmt.Sprintf("  v%d: ${vars.v%d}\n", i, i+1))
	}
	if !backwards {
		slices.Reverse(lines)
	}
	return "vars:\n" + strings.Join(lines, "") + "env:\n  X: ${vars.v0}\n"
}

func TestVariablesLeadThrough64(t *testing.T) {
	for _, backwards := range []bool{false, true} {
		for _, key := range []string{"vars", "env"} {
			got, wrong := world{}.resolve(load(t, chain(64, backwards)), key)
			if wrong != nil || !strings.Contains(got, `:"end"`) {
				t.Errorf("64 of %s, backwards %v: wrong %q", key, backwards, wrong)
			}
			for _, n := range []int{65, 200, 3000} {
				_, wrong := world{}.resolve(load(t, chain(n, backwards)), key)
				if len(wrong) == 0 || !strings.HasSuffix(wrong[0], "variables refer to each other more than 64 deep") {
					t.Errorf("%d of %s, backwards %v: wrong %.200q", n, key, backwards, wrong)
				}
			}
		}
	}
	var paths strings.Builder
	for i := range 200 {
		fmt.Fprintf(&paths, "  v%d: ${vars.v%d.x}\n", i, i+1)
	}
	if _, wrong := (world{}).resolve(load(t, "vars:\n"+paths.String()+"  v200: {x: {}}\n"), "vars"); len(wrong) == 0 {
		t.Error("200 paths through each other: nothing is wrong")
	}
}

func TestOutputIsBounded(t *testing.T) {
	lines := func(n int, format string, first string) string {
		var b strings.Builder
		b.WriteString(first)
		for i := range n {
			b.WriteString(strings.ReplaceAll(strings.ReplaceAll(format, "NEXT", fmt.Sprint(i+1)), "THIS", fmt.Sprint(i)))
		}
		return "vars:\n" + b.String()
	}
	long := strings.Repeat("x", 1<<20)
	for name, test := range map[string]struct{ text, want string }{
		"a text doubled":           {lines(60, "  aNEXT: ${vars.aTHIS}${vars.aTHIS}\n", "  a0: 0123456789\n"), "resolved it is more than 16 MiB"},
		"a list doubled":           {lines(60, "  aNEXT: [\"${vars.aTHIS}\", \"${vars.aTHIS}\"]\n", "  a0: []\n"), "resolved it is more than 100000 nodes"},
		"a map doubled":            {lines(60, "  aNEXT: {a: \"${vars.aTHIS}\", b: \"${vars.aTHIS}\"}\n", "  a0: {}\n"), "resolved it is more than 100000 nodes"},
		"a long text, often":       {"vars:\n  a: " + long + "\n  b:\n" + strings.Repeat("    - ${vars.a}\n", 5000), "resolved it is more than 16 MiB"},
		"a long key, often":        {"vars:\n  a:\n    ? " + long + "\n    : x\n  b:\n" + strings.Repeat("    - ${vars.a}\n", 5000), "resolved it is more than 16 MiB"},
		"levels":                   {lines(60, "  aNEXT: "+strings.Repeat("{a: ", 50)+"\"${vars.aTHIS}\""+strings.Repeat("}", 50)+"\n", "  a0: x\n"), "resolved it has more than 100 levels"},
		"a long secret, often":     {"vars:\n  b: \"" + strings.Repeat("${secret:LONG}", 300) + "\"\n", "resolved it is more than 16 MiB"},
		"15 MiB":                   {"vars:\n  a: " + long + "\n  b: " + strings.Repeat("${vars.a}", 15) + "\n", ""},
		"a map of many, not often": {"vars:\n  m:\n" + numbered(20_000, "    k%d: x\n") + "  a: ${vars.m}\n  b: ${vars.m}\n", ""},
	} {
		start := time.Now()
		_, wrong := world{secrets: map[string]string{"LONG": strings.Repeat("s", secret.MaxValue)}}.resolve(load(t, test.text), "vars")
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s: took %v", name, took)
		}
		if len(wrong) != min(1, len(test.want)) || test.want != "" && !strings.HasSuffix(wrong[0], test.want) {
			t.Errorf("%s: wrong %.200q, want %q", name, wrong, test.want)
		}
	}
}

// TestResolvingIsFast: the time is that of what is written, not of what could be.
func TestResolvingIsFast(t *testing.T) {
	for name, text := range map[string]string{
		"many, to one":         "vars:\n  a: x\n  b:\n" + strings.Repeat("    - ${vars.a}\n", 90_000),
		"many, on a line":      "vars:\n  a: x\n  b: " + strings.Repeat("${vars.a}", 200_000),
		"many, to a map":       "vars:\n  m:\n" + numbered(30_000, "    k%d: x\n") + "  b:\n" + strings.Repeat("    - ${vars.m.k7}\n", 20_000),
		"many, through a long": "vars:\n  a: x" + strings.Repeat("${vars.q:-}", 60_000) + "\n  b:\n" + strings.Repeat("    - ${vars.a.b:-x}\n", 40_000),
		"paths through paths":  "vars:\n  c: {m: {m: {m: {m: {m: x}}}}}\n" + pathsThroughPaths(),
	} {
		start := time.Now()
		_, wrong := world{}.resolve(load(t, text), "vars")
		if took := time.Since(start); took > time.Minute || wrong != nil {
			t.Errorf("%s: took %v, wrong %.200q", name, took, wrong)
		}
	}
}

// pathsThroughPaths are references whose every step leads to the next one.
func pathsThroughPaths() string {
	text := "  p0: {m: \"${vars.p0x}\"}\n  p0x: {m: \"${vars.p0y}\"}\n  p0y: {m: {m: x}}\n"
	for i := 1; i < 40; i++ {
		text += fmt.Sprintf("  p%d: {m: \"${vars.p%d.m}\"}\n", i, i-1)
	}
	return text
}

func TestOnlyWhatIsNeededIsResolved(t *testing.T) {
	c := load(t, `vars: {a: "${secret:A}", b: "${secret:MISSING}", c: "${cmd:touch x}", d: "${vars.nowhere}"}
env: {X: "${vars.a}${vars.a}", Y: "${vars.a}"}
tasks: {t: {command: "${params.p} ${secret:ALSO}"}}`)
	var asked []string
	e, wrong := world{secrets: map[string]string{"A": "1"}}.evaluator(c)
	needed := e.Secret
	e.Secret = func(p Place, path string, ref *resolve.Reference) {
		asked = append(asked, fmt.Sprintf("%v %s %s", p, path, ref.Name))
		needed(p, path, ref)
	}
	e.Need("env", c.Root.Get("env"))
	if want := []string{"f:1:12 vars.a A"}; !slices.Equal(asked, want) || len(*wrong) > 0 {
		t.Errorf("asked for %q, wrong %q, want %q", asked, *wrong, want)
	}
}

func TestErrorsOfResolvingHaveOnePlace(t *testing.T) {
	needShell(t)
	c := load(t, "vars:\n  a: x ${vars.b}\n  b: 'y ${vars.c}'\n  c: z ${cmd:false} ${cmd:false}\n")
	_, wrong := world{approved: true}.resolve(c, "vars")
	if want := []string{"f:4:8: vars.c: the command failed: exit status 1"}; !slices.Equal(wrong, want) {
		t.Errorf("%q, want %q", wrong, want)
	}
	e, _ := world{approved: true}.evaluator(c)
	if _, err := e.Resolve(ctx, "", c.Root); !errors.Is(err, secret.General) {
		t.Errorf("error %v", err)
	}
}

func TestErrorsNeverQuoteValues(t *testing.T) {
	needShell(t)
	const value = "s3cretV4lue"
	w := world{secrets: map[string]string{"S": value, "BINARY": value + "\xff"}, env: map[string]string{"E": value}, params: map[string]string{"p": value}, approved: true}
	for _, text := range []string{
		"${secret:S}${vars.none}", "${secret:BINARY|json}", "${secret:BINARY|xml}", "${vars.m}${secret:S}", "${cmd:echo " + value + "; exit 3}", "${cmd:echo " + value + " >&2; exit 3}",
		"${vars.none:-" + value + "}${vars.none}", "${secret:S|nope:-" + value + "}", "${env.E}${env.NONE}", "${params.p}${params.none}", "${vars.ring}${secret:S}", value + "${secret:K@}", "${secret:K:-" + value + "${x}}", value + "${secret:K",
	} {
		_, wrong := w.resolve(load(t, "vars: {m: {}, ring: \"${vars.ring}"+value+"\"}\nx: '"+text+"'"), "x")
		if len(wrong) == 0 || strings.Contains(strings.Join(wrong, ""), value) {
			t.Errorf("%s: %d things are wrong, or one quotes the value", strings.ReplaceAll(text, value, "…"), len(wrong))
		}
	}
}
