package lint

import (
	"bytes"

	"github.com/xec-sh/xec-go/resolve/config"
)

// slipsIn looks at a configuration for what is nearly a reference and is none there either:
// its own dialect has told the rest.
func (r *Report) slipsIn(f *config.File) {
	if f == nil {
		return
	}
	told := map[int64]bool{}
	for _, each := range r.findings {
		if each.File == f.Name {
			told[each.Offset] = true
		}
	}
	before := config.Place{File: f, Line: 1, Column: 1}.Position().Offset
	places, comments := positions{text: f.Text}, comments{text: f.Text}
	for _, s := range slips(f.Text) {
		at := places.of(s.start)
		at.Offset += before
		if !told[at.Offset] && !s.isSynonym() && !comments.hold(s.start) {
			r.Add(s.finding(f.Name, at))
		}
	}
}

// comments tells what stands in a comment of YAML: behind a # at the beginning of a line or
// behind a blank. A # in quotes is taken for one too. Offsets ascend.
type comments struct {
	text      []byte
	begin     int // of the comment of the line that was looked at last
	end       int // of that line
	hasLooked bool
}

func (c *comments) hold(offset int) bool {
	if !c.hasLooked || offset > c.end {
		start := bytes.LastIndexByte(c.text[:offset], '\n') + 1
		c.end = len(c.text)
		if i := bytes.IndexByte(c.text[offset:], '\n'); i >= 0 {
			c.end = offset + i
		}
		c.hasLooked, c.begin = true, c.end
		for i := start; i < c.end; i++ {
			if c.text[i] == '#' && (i == start || c.text[i-1] == ' ' || c.text[i-1] == '\t') {
				c.begin = i
				break
			}
		}
	}
	return offset > c.begin
}
