package plugin

import "io"

// ahead reads r as it comes, so that its end is noticed while nobody reads: then ended is
// called. It holds little: who writes ahead waits.
func ahead(r io.Reader, ended func()) io.Reader {
	out, in := io.Pipe()
	chunks := make(chan []byte, 1)
	go func() {
		defer ended()
		defer close(chunks)
		for {
			b := make([]byte, 32<<10)
			n, err := r.Read(b)
			if n > 0 {
				chunks <- b[:n]
			}
			if err != nil {
				return
			}
		}
	}()
	go func() {
		for b := range chunks {
			if _, err := in.Write(b); err != nil {
				return
			}
			clear(b)
		}
		in.Close()
	}()
	return out
}
