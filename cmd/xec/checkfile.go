package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/lint"
	"github.com/xec-sh/xec-go/store/secret"
)

// text looks at a file that is no configuration of xec's.
func (c *check) text(path string, text []byte) {
	var found []resolve.Found
	if bytes.Contains(text, []byte("secret:")) {
		found = resolve.Find(text)
	}
	format := formatOf(path)
	switch {
	case len(found) == 0:
		c.report.Slips(path, text)
		return
	case format == "text":
		c.report.Text(path, text, inComment(path, text))
	default:
		c.report.Slips(path, text)
		c.document(path, format, text, found)
	}
	c.unrendered(path, text, found)
}

// document looks at a document of a parsed format.
func (c *check) document(path, format string, text []byte, found []resolve.Found) {
	s := &documentSource{input: input{path: path}, format: formats[format], dialect: format}
	w := s.reader()
	w.left, w.read = text, true
	read := 0
	err := w.each(func(p *documentPart) error {
		read += len(p.found)
		c.part(path, p)
		return nil
	})
	if err == nil {
		return
	}
	f := lint.Finding{File: path, Position: resolve.At(nil, 0), Rule: lint.Format}
	var at *fileError
	hint := secret.Hint(err)
	if errors.As(err, &at) {
		f.Position, err = at.at, at.err
	}
	c.report.AddError(f, secret.WithHint(err, "%s", hint))
	c.unread(path, text, found[min(read, len(found)):])
}

// unread tells what can be told of references in a document that could not be read: those
// that may lie in a comment only keep their keys from being unused.
func (c *check) unread(path string, text []byte, found []resolve.Found) {
	for i, f := range found {
		start := int(f.Offset)
		line := text[bytes.LastIndexByte(text[:start], '\n')+1 : start]
		if bytes.ContainsAny(line, "#;") || bytes.HasPrefix(bytes.TrimSpace(line), []byte("//")) || bytes.Contains(line, []byte(" //")) || bytes.HasSuffix(line, []byte("\\")) {
			c.report.Mention(path, found[i:i+1])
			continue
		}
		c.report.Found(path, f)
		if f.Err == nil {
			c.report.InURL(path, f.Position, f.Ref, text[:start], text[start+f.Length:])
		}
	}
}

// part looks at a part of a document.
func (c *check) part(path string, p *documentPart) {
	live := map[int]bool{}
	whole := true // every reference is of the grammar
	for _, i := range p.document.Refs() {
		f := p.found[i]
		live[i], whole = true, whole && f.Err == nil
		c.report.Found(path, f)
		if f.Err == nil {
			c.report.InURL(path, f.Position, f.Ref, p.source[:p.spans[i].Start], p.source[p.spans[i].End:])
		}
	}
	for i, f := range p.found {
		if start := p.spans[i].Start; !live[i] && (start == 0 || p.source[start-1] != '\\') {
			c.report.Add(lint.Finding{File: path, Position: f.Position, Length: f.Length, Rule: lint.Comment, Message: "a reference in a comment stays as it is"})
		}
	}
	p.checkKubernetes(func(f resolve.Found, err error) {
		c.report.AddError(lint.Finding{File: path, Position: f.Position, Length: f.Length, Rule: lint.Base64}, err)
	})
	c.commandLines(path, p)
	if whole && len(live) > 0 {
		c.places(path, p)
	}
}

// harmless is a value that every place carries that carries any: a word, in base64 too.
const harmless = "aaaa"

// places renders a part into nothing, with a value that is none of the store's.
func (c *check) places(path string, p *documentPart) {
	value := func(ref *resolve.Reference) (secret.Value, error) { return ref.Apply(secret.Text(harmless)) }
	_, err := p.render(path, value, func(*documentPart, int, secret.Value) {})
	if err == nil {
		return
	}
	f := lint.Finding{File: path, Position: p.begin, Rule: lint.Place}
	var at *fileError
	if errors.As(err, &at) {
		f.Position, err = at.at, at.err
	}
	c.report.AddError(f, err)
}

// argumentKeys are what compose files, manifests of Kubernetes and workflows call the
// arguments of a program.
var argumentKeys = []string{"command", "args", "entrypoint", "run"}

// commandLines tells of references that become arguments of a program.
func (c *check) commandLines(path string, p *documentPart) {
	if !startsPrograms(path, p) {
		return
	}
	document, ok := p.asYAML([]byte(`"kind"`)).(interface{ Below(keys ...string) []int })
	if !ok {
		return
	}
	for _, i := range document.Below(argumentKeys...) {
		if ref := p.found[i].Ref; ref != nil {
			f := lint.Finding{File: path, Position: ref.Position, Length: len(ref.Raw), Rule: lint.CommandLine}
			f.Message = ref.Name + " becomes an argument of a program, which every user of the machine can read"
			f.Hint = "hand it over in the environment, or in a file"
			c.report.Add(f)
		}
	}
}

// startsPrograms reports whether a file is of those whose argumentKeys start programs.
func startsPrograms(path string, p *documentPart) bool {
	name := shapedLike(filepath.Base(path))
	folder := filepath.ToSlash(filepath.Dir(path))
	isWorkflow := strings.HasSuffix(folder, ".github/workflows") || strings.HasSuffix(folder, ".forgejo/workflows") || strings.HasSuffix(folder, ".gitea/workflows")
	isCompose := isNamed(name, "docker-compose") || isNamed(name, "podman-compose") || isNamed(name, "compose")
	isKubernetes := bytes.Contains(p.source, []byte("apiVersion")) && bytes.Contains(p.source, []byte("kind"))
	return isWorkflow || isCompose || isKubernetes
}

// unrendered warns of a file that a shell reads as it is, once.
func (c *check) unrendered(path string, text []byte, found []resolve.Found) {
	if !readByShell(path, text) {
		return
	}
	number, isComment := 0, false
	for _, f := range found {
		start := int(f.Offset)
		if f.Line != number {
			line := text[bytes.LastIndexByte(text[:start], '\n')+1:]
			number, isComment = f.Line, bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("#"))
		}
		if text[start+1] != '{' || isComment || behindComment(path, text[:start]) || start > 0 && text[start-1] == '\\' {
			continue
		}
		w := lint.Finding{File: path, Position: f.Position, Length: f.Length, Rule: lint.Unrendered}
		w.Message = "a shell that reads this file as it is takes the reference for an empty text, with status 0"
		if strings.HasSuffix(strings.ToLower(filepath.Base(path)), "file") {
			w.Message = "what reads this file as it is takes the reference for one of its own, and for an empty text"
		}
		name := "KEY"
		if f.Ref != nil {
			name = f.Ref.Name
		}
		w.Hint = fmt.Sprintf("write $%s and start it with xec exec --only %s, or name the file %s.tmpl and render it", secret.EnvName(name), name, filepath.Base(path))
		if formatOf(path) == "dotenv" {
			w.Hint = "hand it over with xec exec --env-file, or name it " + filepath.Base(path) + ".tmpl and render it"
		}
		c.report.Add(w)
		return
	}
}

// behindComment reports whether a comment begins before the end of a text of a .env file, on
// its last line.
func behindComment(path string, before []byte) bool {
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return formatOf(path) == "dotenv" && bytes.Contains(line, []byte(" #")) && !bytes.ContainsAny(line, "\"'")
}

// shellFiles are read by a shell as they are; of those that are not a make, or a builder of
// images, takes ${…} for its own, and finds as little.
var shellFiles = []string{
	".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile", ".zshrc", ".zprofile", ".zshenv", ".zlogin",
	"makefile", "gnumakefile", "dockerfile", "containerfile",
}

// readByShell reports whether a shell reads a file as it is. A template is rendered before.
func readByShell(path string, text []byte) bool {
	name := strings.ToLower(filepath.Base(path))
	switch {
	case name != shapedLike(name):
		return false
	case name == ".envrc" || name == ".env" || strings.HasPrefix(name, ".env."):
		return true
	case slices.Contains(shellFiles, name):
		return true
	}
	switch filepath.Ext(name) {
	case ".sh", ".bash", ".env":
		return true
	}
	line, _, _ := bytes.Cut(text[:min(len(text), 256)], []byte("\n"))
	program, isScript := bytes.CutPrefix(line, []byte("#!"))
	return isScript && hasShell(string(program))
}

// hasShell reports whether what stands behind #! is sh or bash, or env with one of them.
func hasShell(line string) bool {
	for _, word := range strings.Fields(line) {
		switch name := word[strings.LastIndexByte(word, '/')+1:]; {
		case name == "sh" || name == "bash" || name == "dash":
			return true
		case name != "env" && !strings.HasPrefix(word, "-"):
			return false
		}
	}
	return false
}
