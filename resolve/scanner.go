package resolve

import (
	"cmp"
	"errors"
	"io"
	"slices"

	"github.com/xec-sh/xec-go/store/secret"
)

const (
	// maxReference is the length of the longest reference in bytes, and of the
	// longest run of backslashes before one.
	maxReference = 64 << 10
	// window is how much of a text a Scanner holds: a reference, its backslashes
	// and room to read on.
	window = 4 * maxReference
	// longestOpening is how many bytes tell whether a reference begins.
	longestOpening = len("${secrets:x")
	// maxErrors is how many errors are kept.
	maxErrors = 1000
)

// Scanner splits a text of any length into literal parts and references. It
// holds a window of the text, however long its lines are.
type Scanner struct {
	r        io.Reader
	dialect  Dialect
	declared func(string) bool

	buf   []byte // the window; what lies before at is done with
	at    int
	from  int      // where the search for the next reference goes on
	pos   Position // of buf[at]
	queue []Token  // found
	given int      // of the queue, how many were handed out

	brace, angle bracket
	found        bool
	known        map[string]*Reference
	// each is told every closed reference, escaped or not, and takes the place of
	// tokens and errors.
	each    func(Found)
	ref     Reference // of the last token
	errs    []*PlacedError
	readErr error // io.EOF at the end of the text
}

// NewScanner scans r as Text.
func NewScanner(r io.Reader) *Scanner {
	return newScanner(r, make([]byte, 0, window))
}

func newScanner(r io.Reader, buf []byte) *Scanner {
	return &Scanner{
		r: r, buf: buf, pos: begin,
		brace: bracket{closing: '}'}, angle: bracket{closing: '>'},
	}
}

// Parse splits a text into its literal parts and references. declared tells, for
// Command, which bare names are variables; nil means none. All that is not of the
// grammar is reported at once.
func Parse(text string, d Dialect, declared func(name string) bool) ([]Token, error) {
	s := newScanner(nil, []byte(text))
	s.dialect, s.declared, s.readErr = d, declared, io.EOF
	var tokens []Token
	for {
		t, err := s.Next()
		if err != nil {
			return tokens, s.Err()
		}
		if t.Ref != nil {
			ref := *t.Ref
			t.Ref = &ref
		}
		tokens = append(tokens, t)
	}
}

// Err joins all that was not of the grammar, in the order of the text.
func (s *Scanner) Err() error {
	slices.SortStableFunc(s.errs, func(a, b *PlacedError) int { return cmp.Compare(a.Offset, b.Offset) })
	errs := make([]error, len(s.errs))
	for i, e := range s.errs {
		errs[i] = e
	}
	return errors.Join(errs...)
}

// Found reports whether there was a reference so far, or an escaped one. A text
// without any is its own rendering.
func (s *Scanner) Found() bool { return s.found }

// Next gives the next part of the text, which is valid until the next call. What is
// not of the grammar is given as literal bytes and kept for Err. The error is io.EOF
// at the end of the text, or what the reader gave.
func (s *Scanner) Next() (Token, error) {
	if s.given == len(s.queue) {
		s.queue, s.given = s.queue[:0], 0
		for s.scan(); len(s.queue) == 0; s.scan() {
			if s.readErr != nil {
				return Token{}, s.readErr
			}
			s.fill()
		}
	}
	s.given++
	return s.queue[s.given-1], nil
}

// fill moves the window on and reads once.
func (s *Scanner) fill() {
	n := copy(s.buf[:cap(s.buf)], s.buf[s.at:])
	s.from -= s.at
	s.buf, s.at = s.buf[:n], 0
	for range 100 {
		n, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		s.readErr = err
		if n > 0 || err != nil {
			s.watch()
			return
		}
	}
	s.readErr = io.ErrNoProgress
}

// scan queues what the window holds up to and with the next reference, as far as
// that can be told.
func (s *Scanner) scan() {
	for len(s.queue) == 0 {
		open := s.find()
		if open < 0 {
			s.flush(s.settled())
			return
		}
		end, closed := s.search(s.bracketOf(open), open+2)
		switch {
		case closed && end+1-open <= maxReference:
			s.take(open, end+1)
		case closed:
			s.tooLong(open, end+1)
		case end < len(s.buf) || s.readErr != nil:
			s.unclosed(open)
		case len(s.buf)-open <= maxReference || s.each != nil:
			s.from = open
			s.flush(s.slashesBefore(open))
			return
		default:
			s.long(open)
		}
	}
}

// settled is up to where the window holds nothing that may be the beginning of a
// reference or its backslashes.
func (s *Scanner) settled() int {
	if s.readErr != nil {
		return len(s.buf)
	}
	if s.pos.Offset == 0 && len(s.buf) < longestOpening+len(ByteOrderMark) { // a mark is whole
		return s.at
	}
	return s.slashesBefore(max(s.at, len(s.buf)-longestOpening))
}

// slashesBefore gives where the run of backslashes before buf[i] begins. It goes
// back no farther than tells that there are too many.
func (s *Scanner) slashesBefore(i int) int {
	first := i
	for first > s.at && s.buf[first-1] == '\\' && i-first <= maxReference {
		first--
	}
	return first
}

// take queues what comes before the reference buf[open:end], and the reference or
// what its backslashes make of it.
func (s *Scanner) take(open, end int) {
	s.found = true
	first := s.slashesBefore(open)
	n := open - first
	place := s.place(open)
	ref, err := s.parse(s.buf[open:end], place)
	if s.each != nil {
		s.each(Found{place, end - open, ref, err})
		s.flush(end)
		return
	}
	switch {
	case n > maxReference:
		s.fail(place, secret.Errorf(secret.Invalid, "more than %d backslashes before a reference", maxReference))
		s.flush(end)
		return
	case n%2 == 1:
		ref = nil
	case err != nil:
		s.fail(place, err)
		s.flush(end)
		return
	}
	keep := first + n/2
	if s.dialect == Command {
		keep = open
	}
	s.literal(s.buf[s.at:keep])
	if ref != nil {
		s.queue = append(s.queue, Token{Ref: ref})
	} else {
		s.literal(s.buf[open:end])
	}
	s.at, s.pos = open, place
	s.advance(end)
}

// parse parses a reference. Texts repeat themselves, so it remembers short ones.
func (s *Scanner) parse(raw []byte, place Position) (*Reference, error) {
	known := s.known[string(raw)]
	if known == nil {
		ref, err := parseReference(string(raw), place, s.dialect)
		if err == nil && len(raw) <= maxKnownSize && len(s.known) < maxKnown {
			if s.known == nil {
				s.known = map[string]*Reference{}
			}
			s.known[ref.Raw] = ref
		}
		return ref, err
	}
	s.ref = *known
	s.ref.Position = place
	return &s.ref, nil
}

// How many references a Scanner remembers, of at most how many bytes.
const maxKnown, maxKnownSize = 1000, 256

// flush queues the window up to end.
func (s *Scanner) flush(end int) {
	if end > s.at {
		s.literal(s.buf[s.at:end])
		s.advance(end)
	}
}

func (s *Scanner) literal(b []byte) {
	if len(b) > 0 {
		s.queue = append(s.queue, Token{Literal: b})
	}
}

// advance is done with the window up to end.
func (s *Scanner) advance(end int) {
	s.pos = s.place(end)
	s.at, s.from = end, max(s.from, end)
}

// place is the position of buf[i].
func (s *Scanner) place(i int) Position { return Behind(s.pos, s.buf[s.at:i]) }

// unclosed passes over an opening bracket that is not closed on its line.
func (s *Scanner) unclosed(open int) {
	first := s.slashesBefore(open)
	isOurs := s.dialect == Config || s.dialect == Variable
	if isOurs && (open-first)%2 == 0 {
		s.fail(s.place(open), secret.Errorf(secret.Invalid, "no closing bracket on the line"))
		s.flush(open + 2)
	}
	s.from = open + 2
}

// fail keeps an error with its place, so that all can be told at once.
func (s *Scanner) fail(p Position, err error) {
	switch {
	case len(s.errs) < maxErrors:
		s.errs = append(s.errs, &PlacedError{Position: p, Err: err})
	case len(s.errs) == maxErrors:
		s.errs = append(s.errs, &PlacedError{Position: p, Err: secret.Errorf(secret.Invalid, "and more errors from here on")})
	}
}

// tooLong passes over a reference that is longer than any may be.
func (s *Scanner) tooLong(open, end int) {
	if s.each != nil {
		s.each(Found{s.place(open), end - open, nil, tooLong()})
	} else {
		s.fail(s.place(open), tooLong())
	}
	s.flush(end)
}

func tooLong() error {
	return secret.Errorf(secret.Invalid, "a reference longer than %d bytes", maxReference)
}
