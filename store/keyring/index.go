package keyring

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

// page is an item of the index: some keys.
type page []string

const (
	pageBegin    = "xec-index 1 "
	journalBegin = "xec-journal 1 "
	journalName  = "journal"
)

func pageName(n int) string { return fmt.Sprint("index/", n) }

func (p page) text() string {
	var body strings.Builder
	for _, key := range p {
		body.WriteString(key)
		body.WriteByte('\n')
	}
	return summed(pageBegin, body.String())
}

// parsePage reads an item of the index. What it takes, text writes.
func parsePage(text string) (p page, ok bool) {
	body, ok := unsummed(pageBegin, text)
	if !ok {
		return nil, false
	}
	for line := range strings.Lines(body) {
		key, ended := strings.CutSuffix(line, "\n")
		if !ended || secret.CheckKey(key) != nil {
			return nil, false
		}
		p = append(p, key)
	}
	return p, true
}

// hasRoom reports whether one more key goes into a page.
func (p page) hasRoom(key string) bool {
	return len(append(slices.Clip(p), key).text()) <= itemSize
}

// generation is parts of a value that may be left over.
type generation struct {
	gen   string
	count int
}

// journal is what is under way with a key.
type journal struct {
	key  string
	left []generation
}

func (j journal) text() string {
	body := j.key
	for _, g := range j.left {
		body += fmt.Sprintf(" %s:%d", g.gen, g.count)
	}
	return summed(journalBegin, body+"\n")
}

// parseJournal reads the journal. What it takes, text writes.
func parseJournal(text string) (j journal, ok bool) {
	body, ok := unsummed(journalBegin, text)
	if !ok {
		return journal{}, false
	}
	fields := strings.Fields(body)
	if len(fields) == 0 || secret.CheckKey(fields[0]) != nil {
		return journal{}, false
	}
	j.key = fields[0]
	for _, field := range fields[1:] {
		gen, count, _ := strings.Cut(field, ":")
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 || n > maxParts || !isHex(gen, genSize) {
			return journal{}, false
		}
		j.left = append(j.left, generation{gen, n})
	}
	return j, j.text() == text
}

// summed puts the line before body that tells whether it is whole.
func summed(begin, body string) string {
	sum := sha256.Sum256([]byte(body))
	return begin + hex.EncodeToString(sum[:16]) + "\n" + body
}

// unsummed gives the body of a text that is whole.
func unsummed(begin, text string) (body string, ok bool) {
	_, body, _ = strings.Cut(text, "\n")
	return body, summed(begin, body) == text
}
