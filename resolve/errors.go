package resolve

// PlacedError is an error at a place in a text.
type PlacedError struct {
	Position
	Err error
}

func (e *PlacedError) Error() string { return e.Position.String() + ": " + e.Err.Error() }

// Unwrap gives the error without its place.
func (e *PlacedError) Unwrap() error { return e.Err }

// Unjoin gives the errors that were joined into one, in their order; that error itself if it
// is one, none of nil.
func Unjoin(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
