package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/yaml"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

// show writes a tree in one of the formats.
func (a *app) show(tree render.Tree, format string) error {
	w := bufio.NewWriter(a.out)
	var err error
	switch format {
	case "yaml":
		err = yaml.Write(w, tree)
	case "json":
		err = writeJSON(w, tree)
	default:
		err = writeTable(w, tree)
	}
	if err != nil {
		return err
	}
	return w.Flush()
}

// writeTable writes a line for each scalar: its path and its text.
func writeTable(w io.Writer, tree render.Tree) error {
	return writeColumns(w, rows(nil, "", tree))
}

func rows(all [][]string, path string, tree render.Tree) [][]string {
	switch {
	case tree.IsMap && len(tree.Pairs) > 0:
		for _, p := range tree.Pairs {
			all = rows(all, config.Join(path, p.Key), p.Value)
		}
		return all
	case tree.IsList && len(tree.Items) > 0:
		for i, item := range tree.Items {
			all = rows(all, fmt.Sprintf("%s[%d]", path, i), item)
		}
		return all
	case path == "":
		return append(all, []string{cell(tree)})
	}
	return append(all, []string{path, cell(tree)})
}

// widest is the widest column that others are aligned to.
const widest = 60

// writeColumns writes rows whose columns stand below each other.
func writeColumns(w io.Writer, rows [][]string) error {
	var widths []int
	for _, row := range rows {
		for i, text := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], min(widest, utf8.RuneCountInString(text)))
		}
	}
	for _, row := range rows {
		for i, text := range row {
			end := "\n"
			if i < len(row)-1 {
				end = strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(text))+2)
			}
			if _, err := io.WriteString(w, text+end); err != nil {
				return err
			}
		}
	}
	return nil
}

// cell is a text on one line.
func cell(tree render.Tree) string {
	switch {
	case tree.IsMap:
		return "{}"
	case tree.IsList:
		return "[]"
	}
	return onOneLine(string(tree.Text.Reveal()))
}

// writeJSON writes a tree as JSON, keys in their order.
func writeJSON(w io.Writer, tree render.Tree) error {
	raw, err := json.Marshal(jsonTree{tree})
	if err != nil {
		return err
	}
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(json.RawMessage(raw)); err != nil {
		return err
	}
	return writeVisibleJSON(w, out.String())
}

// jsonTree writes itself with its keys in order.
type jsonTree struct{ tree render.Tree }

func (j jsonTree) MarshalJSON() ([]byte, error) {
	t := j.tree
	var out []byte
	switch {
	case t.IsMap:
		out = append(out, '{')
		for i, p := range t.Pairs {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendJSONString(out, p.Key), ':')
			value, err := jsonTree{p.Value}.MarshalJSON()
			if err != nil {
				return nil, err
			}
			out = append(out, value...)
		}
		return append(out, '}'), nil
	case t.IsList:
		out = append(out, '[')
		for i, item := range t.Items {
			if i > 0 {
				out = append(out, ',')
			}
			value, err := jsonTree{item}.MarshalJSON()
			if err != nil {
				return nil, err
			}
			out = append(out, value...)
		}
		return append(out, ']'), nil
	}
	text := t.Text.Reveal()
	if t.Plain && len(text) == 0 {
		return []byte("null"), nil
	}
	if t.Plain && json.Valid(text) {
		return text, nil
	}
	return appendJSONString(nil, string(text)), nil
}

func appendJSONString(out []byte, text string) []byte {
	b, err := json.Marshal(text)
	if err != nil { // a string cannot fail
		return append(out, `""`...)
	}
	return append(out, b...)
}

// indentedJSON writes an answer as JSON.
func (a *app) indentedJSON(v any) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	return writeVisibleJSON(a.out, text.String())
}

// writeVisibleJSON writes JSON. What a terminal would act on, as names of files may hold, is
// escaped: it is the same text to who reads the JSON.
func writeVisibleJSON(to io.Writer, text string) error {
	w := bufio.NewWriter(to)
	for _, r := range text {
		if r == '\n' || strconv.IsPrint(r) {
			w.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(w, `\u%04x`, unit)
		}
	}
	return w.Flush()
}

// table prints lines whose columns, with tabs between them, stand below each other. A
// tabwriter writes every cell by itself, so a buffer takes them together.
func (a *app) table(fill func(w io.Writer)) error {
	out := bufio.NewWriter(a.out)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fill(w)
	if err := w.Flush(); err != nil {
		return err
	}
	return out.Flush()
}

func shownTime(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

// addListFormat gives a command the flag for the shape of what it lists, which
// checkListFormat then checks.
func addListFormat(cmd *cobra.Command, format *string, about string) {
	cmd.Flags().StringVarP(format, "format", "o", "text", about)
	complete(cmd, "format", choices("text", "json"))
}

func checkListFormat(format string) error {
	if format != "text" && format != "json" {
		return secret.Errorf(secret.Invalid, "--format %s: text and json are the formats", format)
	}
	return nil
}
