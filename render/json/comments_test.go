package json

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
)

// commented are documents such as editors and compilers keep.
var commented = map[string]string{
	"tsconfig.json":      "\ufeff{\r\n  // The compiler. \"strict\": \"no\" is not \"enough\"\r\n  \"compilerOptions\": {\r\n    \"target\": \"es2022\", /* \"es5\", */\r\n    \"paths\": { \"@shop/*\": [\"./src/*\",], },\r\n    /* \" */ \"strict\": true\r\n  },\r\n  \"include\": [\"src/**/*.ts\", \"//x\"], // globs, not comments\r\n}\r\n",
	"settings.json":      "// settings\n{\n\t\"editor.fontSize\": 1.30e1,\n\t\"a\\\\\": \"\\\"//\", // it's\n\t\"terminal.env\": {\"PATH\": \"/*\", \"X\": \"*/\",},\n\t\"list\": [ /* none */ ],\n\t/* \"old\": \"//\", */\n}",
	"devcontainer.jsonc": "{/**/\"name\"/***/:/* / */\"dev\"/*\n*/,//\n\"mounts\":[\"source=a,target=b\",[\"é\\u00e9\\n\",null,],//]\n],\n\"features\":{\"ghcr.io/x:1\":{},},}//",
	"bare values":        "[1, // \"one\"\n true, /* [ */ \"two\" /* ] */, -0.5e-3, {\"k\" /* : */ : null}]\n",
}

// TestCommentsStayAsTheyAre plants a reference in each string and in each comment, one
// after the other.
func TestCommentsStayAsTheyAre(t *testing.T) {
	const ref = "${secret:K}"
	inStrings, inKeys, inComments := 0, 0, 0
	for name, document := range commented {
		if out, refs, err := rendertest.Render(Format, document, "v"); err != nil || out != document || refs != nil {
			t.Errorf("%s: without references it has changed, error %v", name, err)
		}
		for _, at := range insides(document, true) {
			inComments++
			source := document[:at] + ref + document[at:]
			if out, refs, err := rendertest.Render(Format, source, "\"*/\n//"); err != nil || out != source || refs != nil {
				t.Errorf("%s: in the comment at %d: error %v, references %v", name, at, err, refs)
			}
		}
		for _, at := range insides(document, false) {
			out, refs, err := rendertest.Render(Format, document[:at]+ref+document[at:], "\"*/\n//")
			want := document[:at] + `\"*/\n//` + document[at:]
			if err != nil && strings.Contains(err.Error(), "in a key") {
				inKeys++
				continue
			}
			inStrings++
			if err != nil || out != want || len(refs) != 1 {
				t.Errorf("%s: in the string at %d: error %v, references %v", name, at, err, refs)
			}
		}
	}
	if inStrings < 11 || inKeys != 17 || inComments < 15 {
		t.Errorf("only %d strings, %d keys and %d comments", inStrings, inKeys, inComments)
	}
	t.Logf("%d strings, %d keys, %d comments", inStrings, inKeys, inComments)
}

// insides gives the places behind the first bytes of comments, or of strings.
func insides(document string, comments bool) (all []int) {
	eachPiece(document, func(start, end int) {
		switch isComment := document[start] == '/'; {
		case isComment && comments:
			all = append(all, start+2)
		case document[start] == '"' && !comments:
			all = append(all, start+1)
		}
	})
	return all
}

// eachPiece calls do for strings, comments and every other byte of a document, and is
// naive: it looks for the end of each with what is in the strings package.
func eachPiece(document string, do func(start, end int)) {
	for at := 0; at < len(document); {
		rest, size := document[at:], 1
		switch {
		case strings.HasPrefix(rest, "//"):
			size = strings.IndexAny(rest+"\n", "\r\n")
		case strings.HasPrefix(rest, "/*"):
			before, _, _ := strings.Cut(rest[2:], "*/")
			size = len(before) + len("/**/")
		case rest[0] == '"':
			for rest[size] != '"' {
				if rest[size] == '\\' {
					size++
				}
				size++
			}
			size++
		}
		do(at, at+size)
		at += size
	}
}

// stripped gives a document with a line end for each comment, without commas behind last
// elements and without a byte order mark.
func stripped(document string) string {
	document = strings.TrimPrefix(document, "\ufeff")
	var pieces []string
	comma := -1 // the piece that is one, if only blanks are behind it
	eachPiece(document, func(start, end int) {
		piece := document[start:end]
		switch {
		case strings.TrimSpace(piece) == "":
		case piece[0] == '/':
			piece = "\n"
		case comma >= 0 && (piece == "]" || piece == "}"):
			pieces[comma], comma = " ", -1
		case piece == ",":
			comma = len(pieces)
		default:
			comma = -1
		}
		pieces = append(pieces, piece)
	})
	return strings.Join(pieces, "")
}

// commentedPlaces are those in which a value can stand beside comments.
func commentedPlaces() []place {
	const ref = "${secret:K}"
	return []place{
		{"before a comment", "{\"a\": ", `"` + ref + `"`, " // ${secret:C} \"\n, /* ${secret:C} */}", "", "", []string{"a", here}},
		{"behind a comment", "// \"${secret:C}\n[/* \" */", `"x ` + ref + `"`, ",]", "x ", "", []string{here}},
		{"bare between comments", "[/*${secret:C}*/", ref, "/*${secret:C}*/,//\n]", "", "", []string{here}},
		{"a value between comments", "{/**/\"b\"/*:*/:", `"` + ref + `//"`, "/*,*/,}//\r\n", "", "//", []string{"b", here}},
		{"what looks like one", "{\"//\":", `"/*` + ref + `*/"`, ",\"*/\":\"//${x}\"}", "/*", "*/", []string{"//", here, "*/", "//${x}"}},
		{"a last element", "\ufeff[\r\n\"a\",", `"` + ref + `"`, ",\r\n// c\r\n]\r\n", "", "", []string{"a", here}},
	}
}

func TestPythonReadsEveryValueBesideComments(t *testing.T) {
	requireStrings(t, exec.Command(rendertest.Program(t, "python3"), "-c", readStrings), commentedPlaces(), stripped)
}

// evalStrings is readStrings for a program that reads comments itself: to JavaScript a
// document is an expression.
const evalStrings = `
const strings = value =>
  typeof value === "string" ? [value] :
  Array.isArray(value) ? value.flatMap(strings) :
  value && typeof value === "object" ? Object.entries(value).flatMap(([k, v]) => [k, ...strings(v)]) : []
for (const line of require("fs").readFileSync(0, "utf8").trimEnd().split("\n")) {
  const text = Buffer.from(line, "hex").toString("utf8").replace(/^\ufeff/, "")
  console.log(strings((0, eval)("(" + text + "\n)")).map(s => Buffer.from(s, "utf8").toString("hex")).join(","))
}
`

func TestJavaScriptReadsEveryValueBesideComments(t *testing.T) {
	requireStrings(t, exec.Command(rendertest.Program(t, "node"), "-e", evalStrings), commentedPlaces(), func(document string) string { return document })
}

// FuzzComments says: what is rendered has the tokens of the document with the values put
// in, comments taken out of both.
func FuzzComments(f *testing.F) {
	for _, document := range commented {
		f.Add(document, "v")
		for _, at := range append(insides(document, false), insides(document, true)...) {
			f.Add(document[:at]+"${secret:K}"+document[at:], "\"\\*/\n//")
		}
	}
	for _, p := range commentedPlaces() {
		f.Add(p.before+p.scalar+p.behind, "*/")
	}
	f.Fuzz(func(t *testing.T, source, value string) {
		out, refs, err := rendertest.Render(Format, source, value)
		if err != nil {
			rendertest.RequirePlaced(t, err, source)
			return
		}
		for _, span := range rendertest.Find(source) {
			if strings.ContainsAny(source[span.Start+len("${secret:"):span.End], `"\/*,`) {
				return // the stripping is too naive for it
			}
		}
		requireTokens(t, stripped(source), value, renumbered(source, refs), stripped(out))
	})
}

// renumbered gives the numbers of the references in a document without its comments.
func renumbered(source string, refs []int) (all []int) {
	commented := make([]bool, len(source))
	eachPiece(source, func(start, end int) {
		for i := start; i < end; i++ {
			commented[i] = source[start] == '/'
		}
	})
	number := 0
	for i, span := range rendertest.Find(source) {
		if slices.Contains(refs, i) {
			all = append(all, number)
		}
		if !commented[span.Start] {
			number++
		}
	}
	return all
}
