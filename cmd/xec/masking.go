package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/xec-sh/xec-go/render/mask"
	"github.com/xec-sh/xec-go/store/secret"
)

// reports are what xec says of the values that it has hidden, and what it makes of them.
type reports struct {
	failOnLeak bool
	quiet      bool
}

func (r *reports) addFlags(f *pflag.FlagSet, quiet string) {
	f.BoolVar(&r.failOnLeak, "fail-on-leak", false, "exit 1 if a value was hidden, unless it would be another status than 0")
	f.BoolVar(&r.quiet, "quiet", false, quiet)
}

// closing counts what was hidden, on one line, and gives an error where that must not be.
func (a *app) closing(set *mask.Set, r reports) error {
	total := set.Total()
	if total == 0 {
		return nil
	}
	if !r.quiet {
		a.say("%s hidden: %s", count(int(total), "value"), countsOf(set))
	}
	if r.failOnLeak {
		return secret.Errorf(secret.General, "--fail-on-leak: values were hidden in the output")
	}
	return nil
}

// mostCounts is how many keys are named on a line.
const mostCounts = 20

// countsOf names the keys of the values that were hidden, and how often.
func countsOf(set *mask.Set) string {
	var all []string
	counts := set.Counts()
	for _, c := range counts[:min(len(counts), mostCounts)] {
		all = append(all, fmt.Sprintf("%s %d", c.Key, c.Masks))
	}
	if more := len(counts) - mostCounts; more > 0 {
		all = append(all, fmt.Sprintf("%d others", more))
	}
	return strings.Join(all, ", ")
}

// tellShort names the keys whose values are too short to be hidden.
func (a *app) tellShort(set *mask.Set, r reports) {
	if short := set.Short(); len(short) > 0 && !r.quiet {
		a.say("too short to be hidden: %s", strings.Join(short[:min(len(short), mostCounts)], ", "))
	}
}
