package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/xec-sh/xec-go/cmd/internal/private"
	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/render/mask"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// maskModes are what --mask and XEC_MASK take.
var maskModes = []string{"auto", "always", "never"}

// masking says how the output of a child is masked.
type masking struct {
	mode string
	off  bool
	reports
}

func (m *masking) addFlags(cmd *cobra.Command, quiet string) {
	f := cmd.Flags()
	f.StringVar(&m.mode, "mask", "", "hide values in the output: `auto` (the default, also XEC_MASK: pipes and terminals), always (files too) or never")
	f.BoolVar(&m.off, "no-mask", false, "the same as --mask=never")
	complete(cmd, "mask", choices(maskModes...))
	m.reports.addFlags(f, quiet)
}

// filters are those of a child's output.
func (m masking) filters(a *app, set *mask.Set) (child.Filters, error) {
	mode, from := m.mode, "--mask"
	if m.off {
		mode = "never"
	}
	if mode == "" {
		mode, from = a.getenv("XEC_MASK"), "XEC_MASK"
	}
	i := slices.Index(maskModes, cmp.Or(mode, "auto"))
	switch {
	case m.off && m.mode != "" && m.mode != "never":
		return child.Filters{}, secret.Errorf(secret.Invalid, "--mask=%s and --no-mask: one of them", m.mode)
	case i < 0:
		return child.Filters{}, secret.Errorf(secret.Invalid, "%s: it takes auto, always and never", from)
	case m.failOnLeak && child.Mode(i) == child.Never:
		return child.Filters{}, secret.Errorf(secret.Invalid, "--fail-on-leak: nothing is looked at where nothing is masked")
	}
	return child.Filters{
		Mode:   child.Mode(i),
		Stream: func(dst io.Writer) io.WriteCloser { return set.Writer(dst) },
		Lift: func() (again func()) {
			a.unprivate()
			return func() { a.unprivate = private.Keep() }
		},
	}, nil
}

// hide has a set learn the values that a resolver hands out, and what filters have made of
// them, which may be printed in another form still.
func hide(set *mask.Set, r *resolve.Resolver) {
	seen := r.Seen
	r.Seen = func(key string, v secret.Value) {
		set.Add(key, v)
		if seen != nil {
			seen(key, v)
		}
	}
	r.Filtered = func(ref *resolve.Reference, v secret.Value) secret.Value {
		if len(ref.Filters) > 0 {
			set.Add(ref.Name, v)
		}
		return v
	}
}

// runMasked starts a command and waits for it, with the values of set hidden in what it
// prints. Where nothing is to be hidden this process becomes it, unless it must stay.
func (a *app) runMasked(command child.Command, set *mask.Set, filters child.Filters, r reports, stays bool) error {
	a.tellShort(set, filters.Mode, r)
	if set.Empty() {
		filters.Mode = child.Never
	}
	plan := filters.Plan(command.Streams)
	if err := a.tellLeft(plan, r); err != nil {
		return err
	}
	a.closeStores()
	if !plan.Filtered() && !stays {
		a.unprivate()
		return command.Exec()
	}
	err := command.Run(plan)
	if found := a.closing(set, r); err == nil {
		err = found
	}
	return err
}

// tellLeft says which outputs are left alone, and refuses that where a leak is an error.
func (a *app) tellLeft(plan child.Plan, r reports) error {
	if len(plan.Left()) > 0 && r.failOnLeak {
		err := secret.Errorf(secret.Invalid, "--fail-on-leak: an output is a file, in which values are not looked for")
		return secret.WithHint(err, "--mask=always looks for them there too")
	}
	for _, number := range plan.Left() {
		if !r.quiet {
			a.say("%s is a file, in which values are not hidden; --mask=always hides them there too", [...]string{1: "standard output", 2: "standard error"}[number])
		}
	}
	return nil
}

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

// tellShort names the keys whose values are too short to be hidden where others are.
func (a *app) tellShort(set *mask.Set, mode child.Mode, r reports) {
	if short := set.Short(); len(short) > 0 && mode != child.Never && !r.quiet {
		a.say("too short to be hidden: %s", strings.Join(short[:min(len(short), mostCounts)], ", "))
	}
}
