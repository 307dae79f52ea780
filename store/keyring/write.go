package keyring

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// Set implements store.Store.
func (s *Store) Set(ctx context.Context, key string, value secret.Value) error {
	return s.put(ctx, key, value, false)
}

// Add implements store.Adder.
func (s *Store) Add(ctx context.Context, key string, value secret.Value) error {
	return s.put(ctx, key, value, true)
}

func (s *Store) put(ctx context.Context, key string, value secret.Value, add bool) error {
	if err := store.Ready(ctx, key); err != nil {
		return err
	}
	if err := value.Check(key); err != nil {
		return err
	}
	return s.write(ctx, key, func(w *writer) error {
		if add && w.found {
			return store.ErrExists
		}
		return w.put(ctx, value.Reveal())
	})
}

// Delete implements store.Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := store.Ready(ctx, key); err != nil {
		return err
	}
	return s.write(ctx, key, func(w *writer) error {
		if !w.found {
			if err := w.unlist(ctx, key); err != nil { // a name too many
				return err
			}
			return store.NotFound(key)
		}
		return w.delete(ctx)
	})
}

// writer changes one key. It holds the lock.
type writer struct {
	Items
	key   string
	head  head // the zero head, if it is damaged
	found bool
	pages []page
}

// write lets change act on a key, when what an earlier writer has left is in order.
func (s *Store) write(ctx context.Context, key string, change func(*writer) error) error {
	items := s.items.withDefaults()
	items.calls = new(calls)
	unlock, err := lock(ctx, s.lock, items.calls)
	if err != nil {
		return err
	}
	defer unlock()
	w := &writer{Items: items, key: key}
	if w.pages, err = w.Items.pages(ctx); err != nil {
		return err
	}
	if err := w.finish(ctx); err != nil {
		return err
	}
	if w.head, w.found, err = w.headOf(ctx, key); err != nil {
		return err
	}
	return change(w)
}

// headOf reads the head of a key.
func (w *writer) headOf(ctx context.Context, key string) (head, bool, error) {
	text, found, err := w.find(ctx, headName(key))
	h, ok := parseHead(text)
	if !ok {
		h = head{}
	}
	return h, found, err
}

// put makes value that of the key.
func (w *writer) put(ctx context.Context, value []byte) error {
	h := headOf(w.key, value, newGen())
	if h.count == 0 && w.head.count == 0 && w.found && w.isListed(w.key) {
		return w.setText(ctx, headName(w.key), h.text())
	}
	under, err := w.begin(ctx, h)
	if err != nil {
		return err
	}
	for n := range h.count {
		if err := w.setText(ctx, partName(w.key, h.gen, n), partOf(value, n)); err != nil {
			return err
		}
	}
	if err := w.setText(ctx, headName(w.key), h.text()); err != nil {
		return err
	}
	return w.settle(ctx, under, h, true)
}

// delete removes the key.
func (w *writer) delete(ctx context.Context) error {
	under, err := w.begin(ctx, head{})
	if err != nil {
		return err
	}
	if err := w.drop(ctx, headName(w.key)); err != nil {
		return err
	}
	return w.settle(ctx, under, head{}, false)
}

// begin writes down what is about to happen: that the key gets another head, or none.
func (w *writer) begin(ctx context.Context, h head) (journal, error) {
	under := journal{key: w.key}
	for _, each := range []head{w.head, h} {
		if each.count > 0 {
			under.left = append(under.left, generation{each.gen, each.count})
		}
	}
	return under, w.setText(ctx, journalName, under.text())
}

// finish does what a writer that the journal tells of has left undone.
func (w *writer) finish(ctx context.Context) error {
	text, found, err := w.find(ctx, journalName)
	if err != nil || !found {
		return err
	}
	under, ok := parseJournal(text)
	if !ok {
		return w.drop(ctx, journalName)
	}
	h, found, err := w.headOf(ctx, under.key)
	if err != nil {
		return err
	}
	return w.settle(ctx, under, h, found)
}

// settle makes the index, the parts and the journal agree with the head h of the journal's
// key, or with its absence.
func (w *writer) settle(ctx context.Context, under journal, h head, found bool) error {
	list := w.unlist
	if found {
		list = w.list
	}
	if err := list(ctx, under.key); err != nil {
		return err
	}
	for _, g := range under.left {
		if g.gen == h.gen {
			continue
		}
		for n := range g.count {
			if err := w.drop(ctx, partName(under.key, g.gen, n)); err != nil {
				return err
			}
		}
	}
	return w.drop(ctx, journalName)
}

func (w *writer) isListed(key string) bool {
	return slices.ContainsFunc(w.pages, func(p page) bool { return slices.Contains(p, key) })
}

// list puts a key into the index: into the first item that has room.
func (w *writer) list(ctx context.Context, key string) error {
	if w.isListed(key) {
		return nil
	}
	n := slices.IndexFunc(w.pages, func(p page) bool { return p.hasRoom(key) })
	if n < 0 {
		n = len(w.pages)
		w.pages = append(w.pages, nil)
	}
	w.pages[n] = append(w.pages[n], key)
	return w.setText(ctx, pageName(n), w.pages[n].text())
}

// unlist removes a key from the index, wherever it stands in it.
func (w *writer) unlist(ctx context.Context, key string) error {
	for n, p := range w.pages {
		if !slices.Contains(p, key) {
			continue
		}
		w.pages[n] = slices.DeleteFunc(p, func(each string) bool { return each == key })
		if err := w.setText(ctx, pageName(n), w.pages[n].text()); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) setText(ctx context.Context, name, text string) error {
	return w.Set(ctx, name, secret.Text(text))
}

// drop removes an item that may be gone.
func (w *writer) drop(ctx context.Context, name string) error {
	err := w.Delete(ctx, name)
	if errors.Is(err, secret.NotFound) {
		return nil
	}
	return err
}

// newGen names a generation as none was before.
func newGen() string {
	b := make([]byte, genSize/2)
	rand.Read(b)
	return hex.EncodeToString(b)
}
