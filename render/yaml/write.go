package yaml

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

// Write writes a tree as a document in block style. A string that a reader of YAML 1.1 or
// 1.2 would take for something else has quotes, and what a terminal would act on is escaped:
// who looks at the document sees the text that a reader gets. A string that is not UTF-8 is
// an error of kind secret.Invalid.
func Write(w io.Writer, tree render.Tree) error {
	var b strings.Builder
	if err := write(&b, tree, 0, false); err != nil {
		return err
	}
	_, err := io.WriteString(w, strings.TrimLeft(b.String(), " \n"))
	return err
}

func write(b *strings.Builder, tree render.Tree, depth int, inline bool) error {
	switch {
	case tree.IsMap && len(tree.Pairs) == 0:
		b.WriteString(" {}\n")
	case tree.IsList && len(tree.Items) == 0:
		b.WriteString(" []\n")
	case tree.IsMap:
		return writeMap(b, tree.Pairs, depth, inline)
	case tree.IsList:
		return writeList(b, tree.Items, depth)
	default:
		return writeScalar(b, tree)
	}
	return nil
}

func writeScalar(b *strings.Builder, tree render.Tree) error {
	text := tree.Text.Reveal()
	if !utf8.Valid(text) {
		return secret.Errorf(secret.Invalid, "a value is not UTF-8, so no YAML holds it")
	}
	b.WriteByte(' ')
	if tree.Plain {
		b.WriteString(string(text))
	} else {
		b.WriteString(word(string(text)))
	}
	b.WriteByte('\n')
	return nil
}

// word writes a string as it is if it can stand so, else between quotes.
func word(text string) string {
	switch {
	case isWord(text, false):
		return text
	case strings.IndexFunc(text, isHidden) >= 0:
		return hiddenEscaped(doubleQuoted(text))
	}
	return quoted(text)
}

// isHidden reports whether a character shows nothing of itself, as one that turns the
// direction of a line.
func isHidden(r rune) bool { return !unicode.IsGraphic(r) }

// hiddenEscaped escapes what the double quotes of YAML let through.
func hiddenEscaped(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case !isHidden(r):
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

// writeMap writes pairs on lines of their own; inline, the first stands behind the "-" of
// a list.
func writeMap(b *strings.Builder, pairs []render.TreePair, depth int, inline bool) error {
	if !inline {
		b.WriteByte('\n')
	}
	for i, p := range pairs {
		if i > 0 || !inline {
			b.WriteString(strings.Repeat("  ", depth))
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(word(p.Key) + ":")
		if err := write(b, p.Value, depth+1, false); err != nil {
			return err
		}
	}
	return nil
}

func writeList(b *strings.Builder, items []render.Tree, depth int) error {
	b.WriteByte('\n')
	for _, item := range items {
		b.WriteString(strings.Repeat("  ", depth) + "-")
		if err := write(b, item, depth+1, true); err != nil {
			return err
		}
	}
	return nil
}
