package hcl

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	hashicorp "github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/text/unicode/norm"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// The oracle is HashiCorp's own parser, which the program does not link.

// treeOf gives a document as HashiCorp's parser reads it: kinds of nodes, names, and
// values, of which strings that stand beside each other are one.
func treeOf(source string) (tree []string, ok bool) {
	file, diags := hclsyntax.ParseConfig([]byte(source), "", hashicorp.InitialPos)
	if diags.HasErrors() {
		return nil, false
	}
	w := &walker{}
	w.body(file.Body.(*hclsyntax.Body))
	return w.events, true
}

// body walks attributes and blocks, of which the parser gives the former in no order.
func (w *walker) body(body *hclsyntax.Body) {
	for _, name := range slices.Sorted(maps.Keys(body.Attributes)) {
		hclsyntax.Walk(body.Attributes[name], w)
	}
	for _, b := range body.Blocks {
		w.events = append(w.events, fmt.Sprintf("block %s %q", b.Type, b.Labels))
		w.body(b.Body)
		w.events = append(w.events, "end")
	}
}

type walker struct{ events []string }

func (w *walker) Enter(node hclsyntax.Node) hashicorp.Diagnostics {
	switch n := node.(type) {
	case *hclsyntax.LiteralValueExpr:
		if n.Val.Type() != cty.String || n.Val.IsNull() {
			w.events = append(w.events, fmt.Sprintf("%#v", n.Val))
			break
		}
		last := len(w.events) - 1
		switch text := n.Val.AsString(); {
		case text == "":
		case strings.HasPrefix(w.events[last], "text "):
			w.events[last] += text
		default:
			w.events = append(w.events, "text "+text)
		}
	case *hclsyntax.Attribute:
		w.events = append(w.events, "attribute "+n.Name)
	default:
		w.events = append(w.events, fmt.Sprintf("%T", node))
	}
	return nil
}

func (w *walker) Exit(node hclsyntax.Node) hashicorp.Diagnostics {
	if _, ok := node.(*hclsyntax.LiteralValueExpr); !ok {
		w.events = append(w.events, "end")
	}
	return nil
}

// wordFor is a word that no test document holds.
func wordFor(span int) string { return fmt.Sprintf("zqw%dwqz", span) }

// withWords gives a document with a word for each reference, in quotes where it stands for
// a string.
func withWords(f *file) string {
	bare := map[int]bool{}
	for _, s := range f.scalars {
		if s.template < 0 {
			bare[s.splices[0].Ref] = true
		}
	}
	var b strings.Builder
	at := 0
	for i, s := range f.Spans {
		b.Write(f.Source[at:s.Start])
		if bare[i] {
			b.WriteString(`"` + wordFor(i) + `"`)
		} else {
			b.WriteString(wordFor(i))
		}
		at = s.End
	}
	b.Write(f.Source[at:])
	return b.String()
}

// withValues puts values, or references that are literal, in the place of words.
func withValues(f *file, tree []string, value string) (all []string) {
	for _, event := range tree {
		for i := len(f.Spans) - 1; i >= 0; i-- { // so that no value stands before a word
			before, behind, ok := strings.Cut(event, wordFor(i))
			if !ok {
				continue
			}
			n := len(before) - len(strings.TrimRight(before, `\`))
			before = before[:len(before)-n+n/2]
			text := value
			if n%2 == 1 {
				text = string(f.Source[f.Spans[i].Start:f.Spans[i].End])
			}
			event = before + text + behind
		}
		if event != "text " { // an empty one
			all = append(all, event)
		}
	}
	return all
}

// requireTree compares what was rendered with the document, as HashiCorp's parser reads
// both. A document that it does not read tells nothing.
func requireTree(t *testing.T, source, value, out string) (told bool) {
	t.Helper()
	d, err := Format([]byte(source), rendertest.Find(source))
	if err != nil {
		t.Fatal(err)
	}
	f := d.(*file)
	template, ok := treeOf(withWords(f))
	if !ok {
		return false
	}
	want := withValues(f, template, value)
	got, ok := treeOf(out)
	if !ok {
		t.Errorf("%q: what was rendered is no HCL", source)
		return true
	}
	if len(got) != len(want) {
		t.Errorf("%q: %d nodes, want %d", source, len(got), len(want))
		return true
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%q: node %d differs", source, i)
		}
	}
	return true
}

// oraclePlaces are all that can hold a value, with what stands around.
var oraclePlaces = map[string]string{
	"quoted":                   "a = \"${secret:K}\"\n",
	"quoted with text":         "a = \"x ${secret:K} y\" # ${secret:K}\nb = 1\n",
	"quoted, escapes":          "a = \"\\t\\u0041${secret:K}\\n$${x} %%{y}\"\n",
	"quoted, own signs":        "a = \"$${secret:K}{x} %${secret:K}{\"\n",
	"quoted, two":              "a = \"${secret:K}${secret:K}\"\n",
	"quoted, backslashes":      "a = \"\\\\\\\\${secret:K} \\\\${secret:K}\"\n",
	"quoted, CRLF":             "a = \"${secret:K}\"\r\nb = 2\r\n",
	"quoted beside a sequence": "a = \"${x}${secret:K}%{ if y }${secret:K}%{ endif }z\"\n",
	"quoted in a sequence":     "a = \"x${f(\"${secret:K}\", ${secret:K})}y\"\n",
	"bare":                     "a = ${secret:K}\n",
	"bare in a list":           "a = [${secret:K}, ${secret:K}\n, # c\n \"${secret:K}\",\n]\n",
	"bare in an object":        "a = {\n  b = ${secret:K} // c\n  c : ${secret:K}, d = ${secret:K} }\n",
	"bare in a call":           "a = f(${secret:K}, /* c */ ${secret:K})\n",
	"bare in a condition":      "a = x == ${secret:K} ? ${secret:K} : \"${secret:K}\"\n",
	"in a block":               "r \"x\" y {\n  a = ${secret:K}\n  b { c = \"${secret:K}\" }\n}\n",
	"in a for":                 "a = [for x in [${secret:K}] : \"${secret:K}\" if x != ${secret:K}]\n",
	"heredoc":                  "a = <<EOT\n${secret:K}\nEOT\n",
	"heredoc with text":        "a = <<EOT\nx\n  y ${secret:K} z\n\nEOT\nb = 1\n",
	"heredoc, two":             "a = <<EOT\n${secret:K}\n${secret:K}${secret:K}\nEOT\n",
	"heredoc, own signs":       "a = <<EOT\n$${x} $${secret:K}{ %%{\n\\${secret:K} \\n\nEOT\n",
	"heredoc, CRLF":            "a = <<EOT\r\n  ${secret:K}\r\n  EOT\r\nb = 2\r\n",
	"heredoc in a call":        "a = f(<<E-_1\n${secret:K}\n  E-_1\n, 2)\n",
	"heredoc with sequences":   "a = <<EOT\n${x} ${secret:K}\n%{ if y }z${secret:K}%{ endif }\nEOT\n",
	"flush":                    "a = <<-EOT\n    ${secret:K}\n  EOT\n",
	"flush with text":          "a = <<-EOT\n    x\n      ${secret:K}\n\n   y ${secret:K} z\n  EOT\n",
	"flush, less at the value": "a = <<-EOT\n    x\n  ${secret:K}\n      y\n  EOT\n",
	"flush, tabs":              "a = <<-EOT\n\t\tx ${secret:K}\n\t \ty\n\tEOT\n",
	"flush, CRLF":              "a = <<-EOT\r\n    ${secret:K}\r\n\r\n    z\r\n  EOT\r\n",
	"flush with sequences":     "a = <<-EOT\n    ${x} ${secret:K}\n   z${secret:K}%{ if y }q%{ endif }\n  EOT\n",
	"no last line end":         "a = \"${secret:K}\"",
	"byte order mark":          "\ufeffa = \"${secret:K}\"\n",
}

// TestHashicorpReadsEveryValue puts every hostile value in every place.
func TestHashicorpReadsEveryValue(t *testing.T) {
	documents, refused := 0, map[string]int{}
	for name, source := range oraclePlaces {
		for _, k := range hostile.Kinds() {
			out, _, err := rendertest.Render(Format, source, k.Value)
			mustFail := !utf8.ValidString(k.Value)
			switch {
			case err != nil && (mustFail || !norm.NFC.IsNormalString(k.Value) || strings.Contains(name, "with sequences")):
				refused[name]++
			case err != nil:
				t.Errorf("%s: %s: %v", name, k.Name, err)
			case mustFail:
				t.Errorf("%s: %s: not refused", name, k.Name)
			case strings.Count(k.Value, "\n")+strings.Count(k.Value, "$") > 1<<12: // for which the oracle needs seconds
			default:
				documents++
				if !requireTree(t, source, k.Value, out) {
					t.Errorf("%s: the oracle does not read the template", name)
				}
			}
		}
	}
	t.Logf("%d values, %d places: %d documents; refused %v", len(hostile.Kinds()), len(oraclePlaces), documents, refused)
}

// FuzzSplice says: what is rendered is the document with the values put in, as HashiCorp's
// parser reads both, and all else is refused.
func FuzzSplice(f *testing.F) {
	for _, source := range oraclePlaces {
		for _, value := range []string{"v", "a\nb", "${x}", "%{ if x }", "$", "{", "EOT\n", " x", "\"\\"} {
			f.Add(source, value)
		}
	}
	for _, source := range []string{
		"a = \"${~ x ~} ${secret:K}\"\n", "${secret:K} = 1\n", "a \"${secret:K}\" {}\n", "a = <<${secret:K}\n", "a = <<-EOT\n\u00a0${secret:K}\n EOT\n",
		"a = b.${secret:K}\n", "a = \"%{ for x in ${secret:K} }${secret:K}%{ endfor }\"\n", "a = { (${secret:K}) = ${secret:K} }\n", "a = <<A\n$$${secret:K}\n$\nA\n",
	} {
		f.Add(source, "v")
	}
	f.Add("a= \"${secret}${secret:K}\"", "") // which would be no string any more
	f.Add("a = \"${secret:K}${x}${secret:K}\"\n", "")
	f.Fuzz(func(t *testing.T, source, value string) {
		if strings.Contains(source, "zqw") || len(source) > 1<<12 || !utf8.ValidString(source) {
			return
		}
		out, _, err := rendertest.Render(Format, source, value)
		if err != nil {
			rendertest.RequirePlaced(t, err, source)
			return
		}
		requireTree(t, source, value, out)
		again, err := Format([]byte(out), nil)
		if err != nil {
			t.Fatal("what was rendered is not read again")
		}
		if same, err := again.Render(func(int) secret.Value { return secret.Value{} }); err != nil || string(same) != out {
			t.Error("a document without references has changed")
		}
	})
}

// TestTerraformReadsEveryValue asks Terraform itself for the values of a file of variables.
func TestTerraformReadsEveryValue(t *testing.T) {
	terraform := rendertest.Program(t, "terraform")
	var declared, variables, asked strings.Builder
	var wants []string
	for _, p := range []struct{ before, behind string }{
		{`"`, `"`}, {`"x `, ` y"`}, {"<<EOT\n", "\nEOT"}, {"<<-EOT\n    x\n      ", "\n   y\n  EOT"}, {"[", "][0]"}, {"<<-EOT\r\n\t", "z\r\n  EOT"},
	} {
		for _, k := range hostile.Kinds() {
			text := strings.TrimSuffix(p.before, "[")
			out, _, err := rendertest.Render(Format, "a = "+text+"${secret:K}"+strings.TrimPrefix(p.behind, "][0]")+"\n", k.Value)
			if err != nil || strings.Count(k.Value, "\n")+strings.Count(k.Value, "$") > 1<<12 {
				continue
			}
			name := fmt.Sprintf("v%d", len(wants))
			fmt.Fprintf(&declared, "variable %q { type = any }\n", name)
			variables.WriteString(name + strings.TrimPrefix(out, "a"))
			if asked.Len() > 0 {
				asked.WriteString(", ")
			}
			asked.WriteString("var." + name)
			wants = append(wants, wanted(p.before, k.Value, p.behind))
		}
	}
	folder := t.TempDir()
	for name, text := range map[string]string{"main.tf": declared.String(), "x.tfvars": variables.String()} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(terraform, "console", "-no-color", "-var-file=x.tfvars")
	cmd.Dir, cmd.Stdin = folder, strings.NewReader("base64encode(jsonencode(["+asked.String()+"]))\n")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var got []string
	text, err := base64.StdEncoding.DecodeString(strings.Trim(strings.TrimSpace(string(out)), `"`))
	if err == nil {
		err = json.Unmarshal(text, &got)
	}
	if err != nil || len(got) != len(wants) {
		t.Fatalf("%d values of %d, error %v\n%.300s", len(got), len(wants), err, out)
	}
	for i := range got {
		if got[i] != wants[i] {
			t.Errorf("value %d differs", i)
		}
	}
	t.Logf("%d values", len(got))
}

// wanted is what Terraform reads of a scalar.
func wanted(before, value, behind string) string {
	switch before {
	case "<<EOT\n":
		return value + "\n"
	case "<<-EOT\n    x\n      ":
		return " x\n   " + value + "\ny\n"
	case "<<-EOT\r\n\t":
		return value + "z\r\n"
	case `"x `:
		return "x " + value + " y"
	}
	return value
}
