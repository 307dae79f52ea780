package json

// state is what may follow. The texts of expected say it.
type state byte

const (
	top     state = iota // a value, or the end
	element              // an element, or the end of the array
	key                  // a key, or the end of the object
	colon                // the colon behind a key
	member               // the value behind a colon
	after                // a comma behind an element or member, or the end of what holds it
)

var expected = [...]string{
	top: "a value", element: "a value or ']'", key: "a key in double quotes or '}'",
	colon: "':'", member: "a value", after: "',' or ",
}

// within is what a reader knows of what it has read.
type within struct {
	state state
	open  []kind // the brackets that have to be closed, the innermost last
}

// accept goes to the state behind a token, or reports that none of its kind may stand
// here.
func (r *reader) accept(k kind) bool {
	switch k {
	case ending:
		return r.state == top || r.partial
	case '}', ']':
		return r.close(k)
	case ',':
		if r.state != after {
			return false
		}
		r.state = behind(r.innermost())
		return true
	case ':':
		if r.state != colon {
			return false
		}
		r.state = member
		return true
	}
	return r.acceptValue(k)
}

// acceptValue accepts a key, or a value or the beginning of one.
func (r *reader) acceptValue(k kind) bool {
	switch {
	case r.state == key && k == text:
		r.state = colon
	case r.state == key, r.state == colon, r.state == after:
		return false
	case k == '{', k == '[':
		r.open = append(r.open, k)
		r.state = behind(k)
	default:
		r.leave()
	}
	return true
}

func (r *reader) close(k kind) bool {
	if r.innermost() != k-2 || r.state == colon || r.state == member { // in ASCII '[' and '{' are two before ']' and '}'
		return false
	}
	r.open = r.open[:len(r.open)-1]
	r.leave()
	return true
}

// leave goes to the state behind a value.
func (r *reader) leave() {
	r.state = after
	if len(r.open) == 0 {
		r.state = top
	}
}

// innermost is the bracket that has to be closed next, or 0.
func (r *reader) innermost() kind {
	if len(r.open) == 0 {
		return 0
	}
	return r.open[len(r.open)-1]
}

// behind is the state behind an opening bracket, and behind a comma.
func behind(open kind) state {
	if open == '{' {
		return key
	}
	return element
}
