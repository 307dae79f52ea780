package hcl

import (
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// The hints.
const (
	quotes = `behind = and within quotes it becomes part of a string: name = "${secret:KEY}"`
	twice  = `in a quoted string of HCL a literal reference is written with two backslashes: \\${secret:KEY}`
)

var suite = rendertest.Suite{
	Format: Format,
	// The values are made up, and shown.
	Spliced: map[string]rendertest.Spliced{
		"quoted":                      {`a = "${secret:K}"`, "v", `a = "v"`},
		"the other brackets":          {`a = "$<secret:K>"`, "v", `a = "v"`},
		"text around":                 {`a = "a\n${secret:K}\u0041"`, "v", `a = "a\nv\u0041"`},
		"two":                         {`a = ["${secret:K}${secret:L}-$<secret:M>"]`, "v", `a = ["vv-v"]`},
		"what must be escaped":        {`a = "${secret:K}"`, "\"\\\n\r\t\x00\x7f", `a = "\"\\\n\r\t\u0000\u007f"`},
		"what need not be escaped":    {`a = "${secret:K}"`, "é€🔑'#$%{}", `a = "é€🔑'#$%%{}"`},
		"sequences":                   {`a = "${secret:K}"`, "${x} %{ if y }", `a = "$${x} %%{ if y }"`},
		"a sign before a sequence":    {`a = "${secret:K}"`, "$${x}", `a = "$\u0024{x}"`},
		"own signs":                   {`a = "$${secret:K}{x}"`, "{$", `a = "$\u007b\u0024{x}"`},
		"a sign before own sequence":  {`a = "${secret:K}${x}"`, "$", `a = "\u0024${x}"`},
		"an empty value":              {`a = "a${secret:K}b"`, "", `a = "ab"`},
		"not looked through again":    {`a = "${secret:K}"`, `${secret:K}`, `a = "$${secret:K}"`},
		"bare":                        {"port = ${secret:P}\n", "80", "port = \"80\"\n"},
		"bare with a comment":         {"a=${secret:P}#${secret:P}\nb=${secret:P}// ${secret:P}\r\nc=${secret:P}/*${secret:P}*/", "v", "a=\"v\"#${secret:P}\nb=\"v\"// ${secret:P}\r\nc=\"v\"/*${secret:P}*/"},
		"bare in an object":           {"a = {\n  b = ${secret:P}\n  c : x ? ${secret:P} : ${secret:P}\n}", "v", "a = {\n  b = \"v\"\n  c : x ? \"v\" : \"v\"\n}"},
		"heredoc":                     {"a = <<EOT\n x ${secret:K}\nEOT\n", "a\n \"b\\${c}", "a = <<EOT\n x a\n \"b\\$${c}\nEOT\n"},
		"heredoc, own escapes":        {"a = <<EOT\n$${x} \\n ${secret:K}\nEOT\n", "v", "a = <<EOT\n$${x} \\n v\nEOT\n"},
		"heredoc, its own name":       {"a = <<EOT\nx ${secret:K}\nEOT # c\nEOT\n", "a\n EOT", "a = \"x a\\n EOT\\nEOT # c\\n\"\n"},
		"heredoc, a control":          {"a = <<EOT\n$${x}\\${secret:K}\"${secret:K}\nEOT\r\n", "\x1b", "a = \"$${x}$${secret:K}\\\"\\u001b\\n\"\r\n"},
		"heredoc, a CR":               {"a = f(<<EOT\n${secret:K}\n  EOT  \n)", "a\rb", "a = f(\"a\\rb\\n\"\n)"},
		"flush":                       {"a = <<-EOT\n    x\n      ${secret:K}\n  EOT\n", "a\n  b\n\nc", "a = <<-EOT\n    x\n      a\n      b\n\n    c\n  EOT\n"},
		"flush, less":                 {"a = <<-EOT\n    ${secret:K}\n  EOT\n", " a\nb", "a = <<-EOT\n     a\n    b\n  EOT\n"},
		"flush, more":                 {"a = <<-EOT\n    ${secret:K}\n  EOT\n", " a", "a = \" a\\n\"\n"},
		"flush, CRLF":                 {"a = <<-EOT\r\n\t${secret:K}\r\n\tEOT\r\n", "a\nb", "a = <<-EOT\r\n\ta\n\tb\r\n\tEOT\r\n"},
		"heredoc with a sequence":     {"a = <<EOT\n${x} ${secret:K}\nEOT\n", "v", "a = <<EOT\n${x} v\nEOT\n"},
		"quoted within a sequence":    {`a = "${f("${secret:K}", ${secret:K}, {b = "}"})} ${secret:K}"`, `"`, `a = "${f("\"", "\"", {b = "}"})} \""`},
		"an escaped reference":        {`a = "\\${secret:K} \\\\${secret:K}"`, "v", `a = "$${secret:K} \\v"`},
		"an escaped one, by number":   {`a = "\u005c${secret:K}"`, "v", `a = "$${secret:K}"`},
		"an escaped one in a heredoc": {"a = <<EOT\n\\${secret:K} \\\\${secret:K}\nEOT\n", "v", "a = <<EOT\n$${secret:K} \\v\nEOT\n"},
		"an escaped one in a key":     {`a = { "\\${secret:K}" = 1 }`, "v", `a = { "$${secret:K}" = 1 }`},
		"comments":                    {"# ${secret:K} \"\n// ${secret:K}\n/* \"${secret:K}\n */ a = \"#${secret:K}//\" // ${secret:K}\r\n", "v", "# ${secret:K} \"\n// ${secret:K}\n/* \"${secret:K}\n */ a = \"#v//\" // ${secret:K}\r\n"},
		"blocks":                      {"r \"a b\" c {\n\tx   = ${secret:K}\n\n  b {}\n}\n", "v", "r \"a b\" c {\n\tx   = \"v\"\n\n  b {}\n}\n"},
		"byte order mark, no end":     {"\ufeffa = \"${secret:K}\"", "v", "\ufeffa = \"v\""},
		"flush, a mark at the blanks": {"a = <<-EOT\n    x\n  ${secret:K}\n  EOT\n", "\u0301v", "a = \"  x\\n\u0301v\\n\"\n"},
		"a name like a word":          {"a = <<QQQQQQQQQQQ\n ${secret:K}\nQQQQQQQQQQQ\n", "v", "a = <<QQQQQQQQQQQ\n v\nQQQQQQQQQQQ\n"},
		"nothing":                     {"", "v", ""},
	},
	Numbered: rendertest.Numbered{
		Source: "# ${secret:A}\na = [\"${secret:B}\\\\${secret:C}\", ${secret:D}] // ${secret:E}\nb = <<E\n${secret:F}\nE\n",
		Refs:   []int{1, 3, 5},
		Want:   "# ${secret:A}\na = [\"1$${secret:C}\", \"3\"] // ${secret:E}\nb = <<E\n5\nE\n",
	},
	Slashes: []rendertest.Slashes{
		{Before: `a = "`, Slash: `\\`, Behind: `"`}, {Before: `a = "é`, Slash: `\u005c`, Behind: `x"`}, {Before: "a = <<E\nx", Slash: `\`, Behind: "\nE\n"},
	},
	Decode: func(t *testing.T, document string) string {
		tree, ok := treeOf(document)
		if !ok {
			t.Fatalf("%q is not read", document)
		}
		return strings.Join(tree, "\n")
	},
	Comments: []string{"# ${secret:K}", "a = 1 // ${secret:K}\n/* \"$<secret:L> */"},
	Refused: map[string]rendertest.Refused{
		"name or a key, 1":          {"${secret:K} = 1\n", "v", 0, secret.Invalid, "name or a key", quotes},
		"name or a key, 2":          {"a = 1\n${secret:K} {}\n", "v", 6, secret.Invalid, "name or a key", quotes},
		"cannot stand here, 3":      {"a \"${secret:K}\" {}\n", "v", 3, secret.Invalid, "cannot stand here", quotes},
		"cannot stand here, 4":      {"a ${secret:K} {}\n", "v", 2, secret.Invalid, "cannot stand here", quotes},
		"name or a key, 5":          {"a = { ${secret:K} = 1 }\n", "v", 6, secret.Invalid, "name or a key", quotes},
		"name or a key, 6":          {"a = { \"${secret:K}\": 1 }\n", "v", 7, secret.Invalid, "name or a key", quotes},
		"name or a key, 7":          {"a = {\n  b = 1\n  ${secret:K} : 1\n}\n", "v", 16, secret.Invalid, "name or a key", quotes},
		"name or a key, 8":          {"a = {for k in x : ${secret:K} => 1}\n", "v", 18, secret.Invalid, "name or a key", quotes},
		"cannot stand here, 9":      {"a = 80${secret:K}\n", "v", 6, secret.Invalid, "cannot stand here", quotes},
		"cannot stand here, 10":     {"a = ${secret:K}80\n", "v", 4, secret.Invalid, "cannot stand here", quotes},
		"cannot stand here, 11":     {"a = b.${secret:K}\n", "v", 6, secret.Invalid, "cannot stand here", quotes},
		"cannot stand here, 12":     {"a = ${secret:K}[0]\n", "v", 4, secret.Invalid, "cannot stand here", quotes},
		"name of a heredoc, 13":     {"a = <<${secret:K}\nx\n", "v", 6, secret.Invalid, "name of a heredoc", quotes},
		"beside a ~, 14":            {"a = \"${~ x ~} ${secret:K}\"\n", "v", 14, secret.Invalid, "beside a ~", quotes},
		"blanks and tabs, 15":       {"a = <<-E\n\u00a0${secret:K}\n E\n", "v", 11, secret.Invalid, "blanks and tabs", quotes},
		"not UTF-8, 16":             {"a = \"${secret:K}\"\n", "\xff", 5, secret.Invalid, "not UTF-8", render.HintBase64},
		"normal form, 17":           {"a = ${secret:K}\n", "e\u0301", 4, secret.Invalid, "normal form", render.HintBase64},
		"normal form, 18":           {"a = \"e${secret:K}\"\n", "\u0301", 6, secret.Invalid, "normal form", render.HintBase64},
		"cannot hold the value, 19": {"a = <<E\n${x} ${secret:K}\nE\n", "a\nE\n", 13, secret.Invalid, "cannot hold the value", "a quoted string can: \"${secret:KEY}\""},
		"behind a backslash, 20":    {"a = \"\\${secret:K}\"\n", "v", 5, secret.General, "behind a backslash", twice},
		"does not go on, 21":        {"a = \"${secret:K}\n\"", "v", 16, secret.General, "does not go on", ""},
		"is not closed, 22":         {"a = \"${secret:K}", "v", 4, secret.General, "is not closed", ""},
		"is not closed, 23":         {"a = <<E\n${secret:K}\nE", "v", 4, secret.General, "is not closed", ""},
		"is not closed, 24":         {"a = [${secret:K}\n", "v", 17, secret.General, "is not closed", ""},
		"closes none, 25":           {"a = [${secret:K}}\n", "v", 16, secret.General, "closes none", ""},
		"no meaning, 26":            {"a = '${secret:K}'\n", "v", 4, secret.General, "no meaning", ""},
		"comment, 27":               {"a = /* ${secret:K}\n", "v", 4, secret.General, "comment", ""},
		"UTF-8, 28":                 {"a = \"\xff ${secret:K}\"\n", "v", 5, secret.General, "UTF-8", ""},
		"another one, 29":           {"a = \"$${secret:K}{x}\"\n", "", 5, secret.Invalid, "another one", "give the text around the reference another form"},
	},
	Quoting: rendertest.Quoting{Value: "hunter2\xff", Sources: []string{
		`a = "hunter2`, "hunter2 = ]", `a = "hunter2\x"`, `hunter2 "${secret:hunter2}" {}`, `a = "hunter2${secret:hunter2}"`, "a = <<hunter2\n${secret:hunter2}\n", "a = 1hunter2${secret:hunter2}",
	}},
	Told: []rendertest.Told{
		{`a = "${secret:K}"`, "v", "in a quoted string, as it is"},
		{`a = "${x}${secret:K}"`, "${", "in a quoted string, with escapes"},
		{`a = ${secret:K}`, "80", "in place of a value, as a quoted string"},
		{"a = <<EOT\n${secret:K}\nEOT\n", "a\nb", "in a heredoc, as it is"},
		{"a = <<EOT\n${secret:K}\nEOT\n", "\x1b", "in a heredoc, which becomes a quoted string"},
		{"a = <<-EOT\n  ${secret:K}\nEOT\n", "a\nb", "in a heredoc, its lines indented"},
		{"a = <<-EOT\n  ${secret:K}\nEOT\n", "${a}\nb", "in a heredoc, with escapes"},
		{"a = <<EOT\n${x} ${secret:K}\nEOT\n", "a\nb", "in a heredoc"},
		{`a = ["${secret:K} ${secret:UNKNOWN}", ${secret:UNKNOWN}]`, "v", "in a quoted string; in a quoted string; in place of a value"},
		{`a = "${secret:K}"`, "\xff", "in a quoted string"},
		{`a = "\\${secret:K} ${secret:K}" # ${secret:K}`, "v", "in a quoted string, as it is"},
	},
	Proof: rendertest.Proof{
		Source: "# c\na = \"x ${secret:K}\"\nb = <<E\n${secret:K}\nE\nc = \"${y}${secret:K}\"\nd = [ ${secret:K}, 1 ]\n",
		Value:  "v",
		Of:     pieces,
		Wrong: func(good string) map[string]string {
			all := map[string]string{}
			for _, c := range []struct{ old, new string }{
				{"# c", "# d"}, {"x v", "x w"}, {"x v", "x v "}, {"\nv\nE", "\nw\nE"}, {"<<E\nv\nE", "\"v\""}, {"${y}v", "${y}w"}, {"${y}v", "${y}"},
				{"${y}v", "${z}v"}, {"[ \"v\"", "[ \"w\""}, {"[ \"v\"", "[ v"}, {"[ \"v\"", "[\"v\""}, {"1 ]\n", "1 ]"}, {"1 ]\n", "1 ]\ne = 1\n"}, {", 1", ""}, {"d = [", "d = {"},
			} {
				all[c.old+" as "+c.new] = strings.Replace(good, c.old, c.new, 1)
			}
			return all
		},
		Least: 15,
	},
}

func pieces(d render.Document) rendertest.Pieces {
	f := d.(*file)
	return rendertest.Pieces{Fill: f.fill, Write: f.write, Prove: f.prove}
}

func TestFormat(t *testing.T) { suite.Run(t) }

// TestHashicorpReadsTheCases as what they are to be.
func TestHashicorpReadsTheCases(t *testing.T) {
	for name, c := range suite.Spliced {
		if !requireTree(t, c.Source, c.Value, c.Want) {
			t.Errorf("%s: the oracle does not read the template", name)
		}
	}
}

// planted are documents such as people keep.
var planted = []string{
	"# terraform\nregion = \"eu-central-1\"\nzones = [\"a\", \"b\",   \"c\"]\ntags = {\n  \"owner\" = \"team: shop\",\n  zone = \"x$${y}\"\n}\nkey = <<EOT\nline $${x}\nEOT\nscript = <<-SH\n  #!/bin/sh\n    echo \"%%{ if x }\"\n\n  SH\n",
	"\ufeffterraform {\r\n  required_version = \">= 1.5\"\r\n}\r\nresource \"aws_db\" \"main\" {\r\n\tname = \"db-${var.env}\" // c\r\n\tpassword = var.p ? \"a\" : \"${f(\"b\", 1.5)}\"\r\n}",
}

// TestPlantedReferenceChangesOneScalar plants a reference behind each character of each
// string, one after the other.
func TestPlantedReferenceChangesOneScalar(t *testing.T) {
	done := 0
	for _, source := range planted {
		if out, refs, err := rendertest.Render(Format, source, "v"); err != nil || out != source || refs != nil {
			t.Fatalf("%q: without references: error %v", source, err)
		}
		d, err := read([]byte(source), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range d.tokens {
			for at := k.start; k.kind == literal && at <= k.end; at++ {
				with := source[:at] + "${secret:K}" + source[at:]
				out, refs, err := rendertest.Render(Format, with, "v")
				if err != nil { // within an escape, or in a name
					rendertest.RequirePlaced(t, err, with)
					continue
				}
				if want := source[:at] + "v" + source[at:]; out != want || len(refs) != 1 {
					t.Errorf("at %d: got %q", at, out)
				}
				requireTree(t, with, "v", out)
				done++
			}
		}
	}
	if done < 100 {
		t.Errorf("only %d references were planted", done)
	}
	t.Logf("%d references", done)
}

// TestHostileDocumentsAreRead, or refused, in time that grows with them.
func TestHostileDocumentsAreRead(t *testing.T) {
	const n = 200_000
	for name, source := range map[string]string{
		"brackets":            "a = " + strings.Repeat("[", n) + "${secret:K}" + strings.Repeat("]", n),
		"open brackets":       strings.Repeat("[{(", n) + "${secret:K}",
		"sequences":           "a = " + strings.Repeat(`"${`, n) + "${secret:K}" + strings.Repeat(`}"`, n),
		"references":          "a = \"" + strings.Repeat("${secret:K}", n) + "\"",
		"bare references":     "a = [" + strings.Repeat("${secret:K},", n) + "]",
		"a flush heredoc":     "a = <<-E\n" + strings.Repeat("  ${secret:K} x\n", n) + "  E\n",
		"nested heredocs":     "a = " + strings.Repeat("<<-E\n ${", n/10) + "${secret:K}" + strings.Repeat("}\n E\n", n/10),
		"signs":               "a = \"" + strings.Repeat("$%", n) + "${secret:K}\"",
		"backslashes":         "a = \"" + strings.Repeat(`\\`, n) + "${secret:K}\"",
		"comments":            strings.Repeat("# ${secret:K}\n/**/", n),
		"operators":           "a = " + strings.Repeat("<<", n) + "${secret:K}",
		"lines of a heredoc":  "a = <<E\n" + strings.Repeat(" E \n", 1) + "a = <<E\n" + strings.Repeat("E E\n", n) + "E\n",
		"NUL":                 "a = \"\x00${secret:K}\"\n\x00",
		"a document of NULs":  strings.Repeat("\x00", n),
		"quotes":              strings.Repeat(`"`, n),
		"a value in a string": "a = \"${secret:K}\"",
	} {
		start := time.Now()
		_, _, err := rendertest.Render(Format, source, strings.Repeat("$\n", 5))
		if err != nil {
			rendertest.RequirePlaced(t, err, source)
		}
		if took := time.Since(start); took > 3*time.Minute {
			t.Errorf("%s: %v", name, took)
		} else {
			t.Logf("%s: %v", name, took.Round(time.Millisecond))
		}
	}
}
