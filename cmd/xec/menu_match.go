package main

import (
	"cmp"
	"slices"
	"strings"
)

// finder finds the items that are meant by a part of their names.
type finder struct{ items []string } // in lower case

func newFinder(items []string) finder {
	f := finder{make([]string, len(items))}
	for i, item := range items {
		f.items[i] = strings.ToLower(item)
	}
	return f
}

// find gives the items that have the letters of part in their order: first those that begin
// with it, then those that hold it, then those in which its letters stand close together.
func (f finder) find(part string) (found []int) {
	part = strings.ToLower(strings.ReplaceAll(part, " ", ""))
	distances := make(map[int]int)
	for i, item := range f.items {
		if d, ok := distance(item, part); ok {
			found = append(found, i)
			if d > 0 {
				distances[i] = d
			}
		}
	}
	if part != "" {
		slices.SortStableFunc(found, func(a, b int) int { return cmp.Compare(distances[a], distances[b]) })
	}
	return found
}

// distance tells how far an item is from what begins with part, which is 0.
func distance(item, part string) (d int, ok bool) {
	if at := strings.Index(item, part); at >= 0 {
		return min(at, 1), true
	}
	first, next := -1, 0
	for i := range len(part) {
		at := strings.IndexByte(item[next:], part[i])
		if at < 0 {
			return 0, false
		}
		if next += at + 1; first < 0 {
			first = next - 1
		}
	}
	return 1 + next - first, true
}
