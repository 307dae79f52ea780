package netrc

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

func TestOnlyTheWordChanges(t *testing.T) {
	// The values are made up, and shown.
	for name, test := range map[string]struct{ source, value, want string }{
		"a value":                  {"machine h login u password ${secret:K}\n", "v", "machine h login u password v\n"},
		"the other brackets":       {"default password $<secret:K>", "v", "default password v"},
		"every keyword":            {"machine ${secret:A}.x login ${secret:B} account ${secret:C} port ${secret:D}", "v", "machine v.x login v account v port v"},
		"a blank":                  {"default password ${secret:K}\n", "a b", "default password \"a b\"\n"},
		"a tab":                    {"default password ${secret:K}\n", "\ta", "default password \"\ta\"\n"},
		"quotes and backslashes":   {"default password ${secret:K}\n", `a"b\`, `default password "a\"b\\"` + "\n"},
		"a hash":                   {"default password ${secret:K} login x#${secret:K}", "#a", `default password "#a" login x##a`},
		"what needs no quotes":     {"default password ${secret:K}", "'$`!,;=é{}", "default password '$`!,;=é{}"},
		"text around":              {"default login me-${secret:K}@x", "a b", `default login "me-a b@x"`},
		"a quote around":           {`default login a"${secret:K}`, "b", `default login "a\"b"`},
		"in quotes":                {`default login "me, ${secret:K}" password x`, `a"b c`, `default login "me, a\"b c" password x`},
		"two":                      {"default login ${secret:K}${secret:L}", " v", `default login " v v"`},
		"over lines":               {"machine\n\th\r\n  password\n ${secret:K}\n", "v", "machine\n\th\r\n  password\n v\n"},
		"comments":                 {"# ${secret:K}\nmachine h # ${secret:K}\n#x\"\n password ${secret:K}", "v", "# ${secret:K}\nmachine h # ${secret:K}\n#x\"\n password v"},
		"a macro":                  {"macdef init\ncd \"x\n# ${x}\n\nmachine h password ${secret:K}", "v", "macdef init\ncd \"x\n# ${x}\n\nmachine h password v"},
		"a macro with CRLF":        {"macdef init\r\ncd x\r\n\r\nmachine h password ${secret:K}", "v", "macdef init\r\ncd x\r\n\r\nmachine h password v"},
		"a macro at the end":       {"default password ${secret:K}\nmacdef init\ncd x\n", "v", "default password v\nmacdef init\ncd x\n"},
		"a byte order mark":        {"\ufeffmachine h password ${secret:K}", "v", "\ufeffmachine h password v"},
		"not looked through again": {"default password ${secret:K}", "${secret:K}", "default password ${secret:K}"},
		"foreign references":       {"default login ${x} password ${secret:K}", "v", "default login ${x} password v"},
		"an escaped one":           {`default password \${secret:K}`, "v", "default password ${secret:K}"},
		"an escaped one in quotes": {`default password "\\${secret:K}"`, "v", `default password "${secret:K}"`},
		"half escaped in quotes":   {`default password "\${secret:K}"`, "v", `default password "${secret:K}"`},
		"a backslash in quotes":    {`default password "\\\\${secret:K}"`, "v", `default password "\\v"`},
		"backslashes elsewhere":    {`machine a\b login "\x" password ${secret:K}`, "v", `machine a\b login "\x" password v`},
		"nothing to replace":       {"# ${secret:K}\n", "v", "# ${secret:K}\n"},
		"nothing":                  {"", "v", ""},
	} {
		t.Run(name, func(t *testing.T) {
			out, _, err := rendertest.Render(Format, test.source, test.value)
			if err != nil {
				t.Fatal(err)
			}
			if out != test.want {
				t.Errorf("got %q, want %q", out, test.want)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		source, value string
		offset        int
		kind          secret.Kind
	}{
		"a keyword":                {"machine h ${secret:K} x", "v", 10, secret.Invalid},
		"a part of a keyword":      {"pass${secret:K} x", "v", 4, secret.Invalid},
		"a macro's name":           {"macdef ${secret:K}\nx\n", "v", 7, secret.Invalid},
		"a macro's text":           {"macdef a\nget ${secret:K}\n\n", "v", 13, secret.Invalid},
		"a line end":               {"default password ${secret:K}", "a\nb", 17, secret.Invalid},
		"a carriage return":        {"default password ${secret:K}", "a\r", 17, secret.Invalid},
		"a control character":      {"default password ${secret:K}", "\x1b", 17, secret.Invalid},
		"a NUL":                    {"default password ${secret:K}", "\x00", 17, secret.Invalid},
		"bytes":                    {"default password ${secret:K}", "\xff", 17, secret.Invalid},
		"empty":                    {"default password ${secret:K}", "", 17, secret.Invalid},
		"empty in quotes":          {`default password "${secret:K}"`, "", 18, secret.Invalid},
		"a backslash":              {`default password a\b${secret:K}`, "v", 20, secret.Invalid},
		"two backslashes":          {`default password \\${secret:K}`, "v", 19, secret.Invalid},
		"an escape of curl":        {`default password "\n${secret:K}"`, "v", 18, secret.Invalid},
		"an escape of curl behind": {`default password "${secret:K}\n"`, "v", 29, secret.Invalid},
		"an open quote":            {`default password "${secret:K}`, "v", 17, secret.General},
		"a quote over lines":       {"default password \"${secret:K}\n\"", "v", 17, secret.General},
		"text behind a quote":      {`default password "${secret:K}"x`, "v", 30, secret.General},
		"no keyword":               {"machine h passwd ${secret:K}", "v", 10, secret.General},
		"no value":                 {"machine ${secret:K} password", "v", 28, secret.General},
		"a NUL in the file":        {"default password ${secret:K} \x00", "v", 29, secret.General},
		"Latin-1":                  {"# \xe9\ndefault password ${secret:K}", "v", 2, secret.General},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := rendertest.Render(Format, test.source, test.value)
			rendertest.RequireError(t, err, test.offset, test.kind)
		})
	}
}

func TestRefsAreNumbersOfSpans(t *testing.T) {
	source := "# ${secret:A}\nmachine ${secret:B} login \\${secret:C} password ${secret:D}-${secret:E}"
	d, err := Format([]byte(source), rendertest.Find(source))
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Refs(); !slices.Equal(got, []int{1, 3, 4}) {
		t.Errorf("got %v", got)
	}
	out, err := d.Render(func(ref int) secret.Value { return secret.Text(fmt.Sprint(ref)) })
	if want := "# ${secret:A}\nmachine 1 login ${secret:C} password 3-4"; err != nil || string(out) != want {
		t.Errorf("got %q, error %v", out, err)
	}
}

func TestExplain(t *testing.T) {
	source := `machine ${secret:A} login "${secret:B}" password ${secret:C} account "${secret:D}" port \${secret:E}${secret:F}`
	d, err := Format([]byte(source), rendertest.Find(source))
	if err != nil {
		t.Fatal(err)
	}
	values := []string{"h", "u", "a b", `"`, "", ""}
	var got []string
	for _, e := range d.(*document).Explain(func(ref int) (secret.Value, bool) { return secret.Text(values[ref]), ref < 4 }) {
		got = append(got, fmt.Sprint(e.Ref, " ", e))
	}
	want := []string{
		"0 in a word, as it is",
		"1 in a word in double quotes, as it is",
		"2 in a word, which becomes quoted",
		"3 in a word in double quotes, with escapes",
		"5 in a word",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestLongFiles reads what could take the square of its length.
func TestLongFiles(t *testing.T) {
	for _, document := range []string{
		strings.Repeat("machine h password ${secret:K}\n", 40_000),
		"default password \"" + strings.Repeat(`\\`, 1<<19) + "x${secret:K}\"",
		"default password " + strings.Repeat("x${secret:K}", 1<<16),
		strings.Repeat("macdef a\n\n", 1<<17) + "default password ${secret:K}",
		strings.Repeat("#\n", 1<<19) + "default password ${secret:K}",
	} {
		out, _, err := rendertest.Render(Format, document, "v")
		if err != nil || out != strings.ReplaceAll(document, "${secret:K}", "v") {
			t.Errorf("%.20q…: error %v", document, err)
		}
	}
}
