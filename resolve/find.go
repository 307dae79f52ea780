package resolve

import "io"

// Find gives all references of a document as Text. Whether backslashes before one make
// it literal is for the format to say, which reads them in the decoded scalar.
func Find(document []byte) (all []Found) {
	s := newScanner(nil, document)
	s.readErr = io.EOF
	s.each = func(f Found) {
		if f.Ref != nil {
			ref := *f.Ref
			f.Ref = &ref
		}
		all = append(all, f)
	}
	for {
		if _, err := s.Next(); err != nil {
			return all
		}
	}
}
