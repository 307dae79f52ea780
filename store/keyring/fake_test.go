package keyring

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zalando/go-keyring"
)

// windowsLimit is what the strictest platform takes in one item.
const windowsLimit = 2560

// fake is a platform in memory, as strict as the strictest: names that differ only in case are
// one, texts are ASCII and of limited size. It can stop, as a process that is killed does.
type fake struct {
	mu    sync.Mutex
	items map[string]string // by service and name, in lower case
	calls int
	stop  int // after so many calls nothing is carried out any more; 0 is never
	hook  func(verb, name string)
}

var errKilled = errors.New("killed")

func (f *fake) do(verb, service, name string, act func(id string) error) error {
	if f.hook != nil {
		f.hook(verb, name)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls++; f.stop > 0 && f.calls > f.stop {
		return errKilled
	}
	if f.items == nil {
		f.items = map[string]string{}
	}
	return act(strings.ToLower(service + ":" + name))
}

func (f *fake) Get(service, name string) (text string, err error) {
	err = f.do("get", service, name, func(id string) error {
		found := false
		if text, found = f.items[id]; !found {
			return keyring.ErrNotFound
		}
		return nil
	})
	return text, err
}

func (f *fake) Set(service, name, text string) error {
	return f.do("set", service, name, func(id string) error {
		// macOS is told all of it in one line of 4,096 bytes, the text in base64 once more.
		if len(text) > windowsLimit || len(service)+len(name)+len(text)*4/3+70 > 4096 || len(name) > 512 {
			return keyring.ErrSetDataTooBig
		}
		if strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }) {
			return errors.New("not ASCII")
		}
		f.items[id] = text
		return nil
	})
}

func (f *fake) Delete(service, name string) error {
	return f.do("delete", service, name, func(id string) error {
		if _, found := f.items[id]; !found {
			return keyring.ErrNotFound
		}
		delete(f.items, id)
		return nil
	})
}

// copy is another platform with the same items.
func (f *fake) copy() *fake { return &fake{items: maps.Clone(f.items)} }

// names are those of all items, without the service.
func (f *fake) names() (names []string) {
	for id := range f.items {
		_, name, _ := strings.Cut(id, ":")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// over opens a store on a platform, with a lock file of the test.
func over(t testing.TB, p platform) *Store {
	t.Helper()
	return locked(t, p, filepath.Join(t.TempDir(), "keyring.lock"))
}

func locked(t testing.TB, p platform, lock string) *Store {
	t.Helper()
	s, err := Open(nil, Options{Lock: lock, on: p})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
