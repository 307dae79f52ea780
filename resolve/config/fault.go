package config

// Fault tells apart what is wrong with references that are of the grammar. It is an error
// so that errors.Is can ask.
type Fault uint8

// The faults.
const (
	Ring       Fault = iota // variables that lead back to themselves
	Deep                    // variables that lead through too many others
	Undeclared              // a variable or parameter that does not exist, without a default
)

var faults = [...]string{"a ring of variables", "too many variables in turn", "not declared"}

func (f Fault) Error() string { return faults[f] }

// faulty is an error with its fault.
type faulty struct {
	error
	fault Fault
}

func (e faulty) Unwrap() error { return e.error }

// Is reports whether target is the error's fault.
func (e faulty) Is(target error) bool { return target == e.fault }
