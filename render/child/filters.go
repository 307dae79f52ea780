package child

import (
	"io"
	"os"
)

// Mode says which streams are filtered.
type Mode int

// Modes.
const (
	Auto   Mode = iota // pipes and terminals; a regular file is data as often as a log
	Always             // regular files too
	Never
)

// Filters says what the output of a program goes through.
type Filters struct {
	Mode Mode
	// Stream makes the filter of one stream. Its Write is called as bytes arrive, its
	// Close when no more will. It may write to dst at any time until Close returns, one
	// write at a time, and must keep no more back during a pause than a person misses. If
	// it has a method Settle, that is called where a pause begins that no clock of this
	// process sees, because it is stopped itself.
	Stream func(dst io.Writer) io.WriteCloser
	// Lift undoes, for the moment in which a program is started, the limits that this
	// process has set for itself and programs inherit; again puts them back. It may be nil.
	Lift func() (again func())
}

// lift is Lift where there is one.
func (f Filters) lift() (again func()) {
	if f.Lift == nil {
		return func() {}
	}
	return f.Lift()
}

// Plan is what becomes of the streams of a program.
type Plan struct {
	filters Filters
	routes  []route
	session bool  // the first route is the terminal that is standard input too
	left    []int // regular files that are left alone
}

// route is a way from a program through a filter to a stream of this process.
type route struct {
	kind kind
	outs []int // 1, 2, or both
}

// kind is what a stream is.
type kind int

const (
	device kind = iota // left alone
	pipe
	regular
	terminal
)

// Plan looks at the streams that a program is to have.
func (f Filters) Plan(streams [3]*os.File) Plan {
	p := Plan{filters: f}
	if f.Mode == Never {
		return p
	}
	kinds := [3]kind{kindOf(streams[0]), kindOf(streams[1]), kindOf(streams[2])}
	for _, out := range []int{1, 2} {
		switch {
		case kinds[out] == device:
		case kinds[out] == regular && f.Mode == Auto:
			p.left = append(p.left, out)
		case out == 2 && len(p.routes) > 0 && kinds[1] == kinds[2] && same(kinds[1], streams[1], streams[2]):
			p.routes[0].outs = append(p.routes[0].outs, out)
		default:
			p.routes = append(p.routes, route{kinds[out], []int{out}})
			// Where only standard error is the terminal, its keys may be for the next
			// program of a pipeline.
			p.session = p.session || out == 1 && kinds[1] == terminal && kinds[0] == terminal && same(terminal, streams[0], streams[1])
		}
	}
	return p
}

// Filtered reports whether anything goes through a filter. If not, [Command.Exec] does.
func (p Plan) Filtered() bool { return len(p.routes) > 0 }

// Left gives the numbers of the streams, 1 and 2, that are left alone because they are
// regular files.
func (p Plan) Left() []int { return p.left }

// same reports whether two streams of one kind are the same.
func same(k kind, a, b *os.File) bool {
	if k == terminal {
		return sameTerminal(a, b)
	}
	ai, err := a.Stat()
	if err != nil {
		return false
	}
	bi, err := b.Stat()
	return err == nil && os.SameFile(ai, bi)
}

// kindOf tells what a stream is.
func kindOf(f *os.File) kind {
	if f == nil {
		return device
	}
	info, err := f.Stat()
	if err != nil {
		return device
	}
	switch m := info.Mode(); {
	case m.IsRegular():
		return regular
	case m&(os.ModeNamedPipe|os.ModeSocket) != 0:
		return pipe
	case m&os.ModeCharDevice != 0 && isTerminal(f):
		return terminal
	}
	return device
}
