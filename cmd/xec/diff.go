package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// showDiff shows what rendering changes in a file, line by line, with masks for values. What
// is shown is rendered of masks, so that there is no value in it; that the values themselves
// can stand in the file is seen before.
func (a *app) showDiff(s source, value valueOf) error {
	if err := s.write(io.Discard, value); err != nil {
		return err
	}
	before, err := s.template()
	if err != nil {
		return err
	}
	var after bytes.Buffer
	for _, mask := range masks {
		after.Reset()
		err = s.write(&after, func(ref *resolve.Reference) (secret.Value, error) {
			v, err := value(ref)
			return secret.Text(maskLines(v, mask)), err
		})
		if err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.out)
	writeDiff(w, s.name(), diffLines(string(before), after.String()), a.outTerminal && a.getenv("NO_COLOR") == "")
	return w.Flush()
}

// masks stand for values: the second where only base64 may stand.
var masks = []string{masked, "REDACTED"}

// maskLines is a mask for each line of a value: how many there are can be another change of
// the document.
func maskLines(value secret.Value, mask string) string {
	lines := strings.Split(string(value.Reveal()), "\n")
	for i := range lines {
		lines[i] = mask
	}
	return strings.Join(lines, "\n")
}

// diffLine is a line of a diff: ' ' in both, '-' before, '+' after.
type diffLine struct {
	mark byte
	text string
}

func diffLines(before, after string) (lines []diffLine) {
	d := diffmatchpatch.New()
	a, b, texts := d.DiffLinesToChars(before, after)
	for _, part := range d.DiffCharsToLines(d.DiffMain(a, b, false), texts) {
		mark := map[diffmatchpatch.Operation]byte{diffmatchpatch.DiffEqual: ' ', diffmatchpatch.DiffDelete: '-', diffmatchpatch.DiffInsert: '+'}[part.Type]
		for line := range strings.Lines(part.Text) {
			lines = append(lines, diffLine{mark, line})
		}
	}
	return lines
}

// around is how many lines are shown on either side of a change.
const around = 3

// writeDiff writes the changes with the lines around them, in the unified form.
func writeDiff(w io.Writer, name string, lines []diffLine, coloured bool) {
	near := make([]bool, len(lines))
	changed := false
	for i, line := range lines {
		if line.mark == ' ' {
			continue
		}
		changed = true
		for j := max(0, i-around); j <= min(len(lines)-1, i+around); j++ {
			near[j] = true
		}
	}
	if !changed {
		return
	}
	fmt.Fprintf(w, "--- %s\n+++ %s, rendered\n", name, name)
	before, after := 1, 1 // the numbers of the next line
	for i, line := range lines {
		if near[i] && (i == 0 || !near[i-1]) {
			end := i
			for end < len(lines) && near[end] {
				end++
			}
			old, new := lengths(lines[i:end])
			fmt.Fprintf(w, "@@ -%d,%d +%d,%d @@\n", before, old, after, new)
		}
		if near[i] {
			writeLine(w, line, coloured)
		}
		old, new := lengths(lines[i : i+1])
		before, after = before+old, after+new
	}
}

// lengths is how many lines there are before and after.
func lengths(lines []diffLine) (before, after int) {
	for _, line := range lines {
		if line.mark != '+' {
			before++
		}
		if line.mark != '-' {
			after++
		}
	}
	return before, after
}

func writeLine(w io.Writer, line diffLine, coloured bool) {
	text := strings.TrimRight(line.text, "\r\n")
	colour := map[byte]string{'-': "\x1b[31m", '+': "\x1b[32m"}[line.mark]
	if coloured && colour != "" {
		fmt.Fprintf(w, "%s%c%s\x1b[0m\n", colour, line.mark, text)
		return
	}
	fmt.Fprintf(w, "%c%s\n", line.mark, text)
}
