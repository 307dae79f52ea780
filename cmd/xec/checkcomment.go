package main

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
)

// commentMarks begin a comment that goes on to the end of its line, in the source of programs,
// by the ends of their names.
var commentMarks = map[string][]string{
	"//": {".go", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".java", ".kt", ".kts", ".scala", ".groovy", ".c", ".h", ".cc", ".hh", ".cpp", ".hpp", ".cs", ".rs", ".swift", ".dart", ".php", ".zig", ".proto"},
	"#":  {".py", ".rb", ".pl", ".pm", ".r", ".jl", ".ex", ".exs", ".ps1", ".sh", ".bash", ".zsh", ".fish"},
	"--": {".sql", ".lua", ".hs", ".elm"},
}

// commentMark is what begins a comment in a file, "" where nothing does: in a text of no known
// language, and in a template, in which comments are rendered as the rest is.
func commentMark(path string) string {
	for mark, endings := range commentMarks {
		if slices.Contains(endings, strings.ToLower(filepath.Ext(path))) {
			return mark
		}
	}
	return ""
}

// inComment tells, for the source of a program, whether an offset lies in a comment, as far as
// its line shows: behind a mark that is in no quotes, and at the begin of the line or behind a
// blank. In languages of // it also lies in one if its line begins as those between /* and */
// do. It is nil where there are no comments.
func inComment(path string, text []byte) func(offset int64) bool {
	mark := []byte(commentMark(path))
	if len(mark) == 0 {
		return nil
	}
	return func(offset int64) bool {
		line := bytes.TrimLeft(text[bytes.LastIndexByte(text[:offset], '\n')+1:offset], " \t")
		inBlock := bytes.HasPrefix(line, []byte("/*")) || bytes.HasPrefix(line, []byte("* "))
		return string(mark) == "//" && inBlock || commentBegins(line, mark)
	}
}

// commentBegins reports whether a comment begins in a part of a line.
func commentBegins(line, mark []byte) bool {
	quote := byte(0) // that is open
	for i := 0; i < len(line); i++ {
		switch b := line[i]; {
		case quote != 0 && b == '\\':
			i++
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'' || b == '`':
			quote = b
		case bytes.HasPrefix(line[i:], mark) && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t'):
			return true
		}
	}
	return false
}
