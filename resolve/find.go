package resolve

import "io"

// Find gives all references of a document as Text. Whether backslashes before one make
// it literal is for the format to say, which reads them in the decoded scalar.
func Find(document []byte) []Found {
	all, _ := find(document, io.EOF)
	return all
}

// FindBegun is Find for the beginning of a document. What lies before settled is so whatever
// follows; at it begins what may become a reference, or its backslashes.
func FindBegun(beginning []byte) (all []Found, settled int) { return find(beginning, nil) }

// find scans a window behind which readErr comes.
func find(window []byte, readErr error) (all []Found, settled int) {
	s := newScanner(nil, window)
	s.dialect, s.readErr = Document, readErr
	s.each = func(f Found) {
		if f.Ref != nil {
			ref := *f.Ref
			f.Ref = &ref
		}
		all = append(all, f)
	}
	for s.scan(); len(s.queue) > 0; s.scan() {
		s.queue = s.queue[:0]
	}
	return all, s.at
}
