//go:build unix

package child

import (
	"os"
	"sync"
)

// bell wakes all who wait for it, once and for good.
type bell struct {
	files [2]*os.File
	fd    int           // can be read once it has rung
	rung  chan struct{} // closed then
	once  sync.Once
}

func newBell() (*bell, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	return &bell{files: [2]*os.File{r, w}, fd: int(r.Fd()), rung: make(chan struct{})}, nil
}

func (b *bell) ring() {
	b.once.Do(func() {
		close(b.rung)
		b.files[1].Close()
	})
}

func (b *bell) close() {
	b.files[0].Close()
	b.files[1].Close()
}
