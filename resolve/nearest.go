package resolve

import "strings"

// Nearest gives the name that was probably meant by name, or "". It is the first
// of the nearest by optimal string alignment, case aside, and no farther than a
// third of its length.
func Nearest(name string, names []string) string {
	lower := strings.ToLower(name)
	limit := max(1, len(name)/3)
	best := ""
	for _, each := range names {
		if diff := len(each) - len(name); diff > limit || -diff > limit {
			continue
		}
		if d := distance(lower, strings.ToLower(each), limit); d <= limit && each != name {
			best, limit = each, d-1
		}
		if limit < 0 {
			break
		}
	}
	return best
}

// Meant gives the nearest names for many others, each found once.
type Meant struct {
	Names []string

	known    map[string]string
	compared int
}

// maxCompared bounds how many names are compared, where many are missing and there are many.
const maxCompared = 1_000_000

// By gives the name that was probably meant by name, or "".
func (m *Meant) By(name string) string {
	near, known := m.known[name]
	if known || m.compared >= maxCompared {
		return near
	}
	if m.known == nil {
		m.known = map[string]string{}
	}
	m.compared += len(m.Names)
	m.known[name] = Nearest(name, m.Names)
	return m.known[name]
}

// distance is the number of insertions, deletions, substitutions and swaps of
// neighbours that make b of a; more than limit if it is over it.
func distance(a, b string, limit int) int {
	if diff := len(a) - len(b); diff > limit || -diff > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
