package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/memory"
)

// described is a store that tells of many secrets.
type described struct{ memory.Store }

func (*described) Describe(context.Context) (all []store.Info, err error) {
	for n := range 10_000 {
		all = append(all, store.Info{Key: fmt.Sprintf("KEY_%d", n), Size: 1, Versions: 1})
	}
	return all, nil
}

// writes counts how often it is written to.
type writes struct{ count, bytes int }

func (w *writes) Write(b []byte) (int, error) {
	w.count++
	w.bytes += len(b)
	return len(b), nil
}

func TestALongListIsWrittenInLargeParts(t *testing.T) {
	var out writes
	if err := (&app{out: &out}).listLong(context.Background(), &described{}, "text"); err != nil {
		t.Fatal(err)
	}
	if most := out.bytes/4096 + 1; out.bytes == 0 || out.count > most {
		t.Errorf("%d bytes in %d writes, want %d at most", out.bytes, out.count, most)
	}
}
