package keyring

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"slices"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// Options are what a store takes from the process around it.
type Options struct {
	Lock string // the path of the lock file, the same for all who write; it is made where it is missing
	on   platform
}

// Store is a store in the keyring of the operating system. It is safe for use by several
// goroutines and by several processes.
type Store struct {
	items Items
	lock  string
}

var (
	_ store.Store       = (*Store)(nil)
	_ store.BatchGetter = (*Store)(nil)
	_ store.Finder      = (*Store)(nil)
	_ store.Adder       = (*Store)(nil)
)

// maxService keeps what a platform is told with an item below its limit.
const maxService = 64

// Open does not touch the keyring.
func Open(settings store.Settings, opt Options) (*Store, error) {
	var set struct {
		Service string `json:"service"`
	}
	if err := settings.Decode("keyring", &set); err != nil {
		return nil, err
	}
	service := cmp.Or(set.Service, defaultService)
	if secret.CheckKey(service) != nil || len(service) > maxService {
		err := secret.Errorf(secret.Invalid, "secrets.keyring.service: not the name of a service")
		return nil, secret.WithHint(err, "write a letter, then letters, digits, '.', '_' and '-', %d bytes at most", maxService)
	}
	if opt.Lock == "" {
		return nil, secret.Errorf(secret.General, "the provider keyring has no lock file")
	}
	return &Store{Items{Service: service, on: opt.on}, opt.Lock}, nil
}

// attempts is how often a reader begins again that writers get in the way of.
const attempts = 100

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key string) (secret.Value, error) {
	if err := store.Ready(ctx, key); err != nil {
		return secret.Value{}, err
	}
	before := ""
	for range attempts {
		text, found, err := s.items.find(ctx, headName(key))
		switch {
		case err != nil:
			return secret.Value{}, err
		case !found:
			return secret.Value{}, store.NotFound(key)
		case text == before:
			return secret.Value{}, damaged(key)
		}
		h, ok := parseHead(text)
		if !ok {
			return secret.Value{}, damaged(key)
		}
		value, whole, err := s.items.assemble(ctx, key, h)
		if err != nil {
			return secret.Value{}, err
		}
		if whole {
			return secret.New(value), nil
		}
		before = text // and if it has not changed nobody is about to
	}
	return secret.Value{}, secret.Errorf(secret.General, "%s: it is changed all the time, by another process", key)
}

func damaged(key string) error {
	err := secret.Errorf(secret.Encryption, "%s: damaged in the keyring of the operating system", key)
	return secret.WithHint(err, "set it again, or delete it")
}

// assemble gives the value of a head; whole is false if parts are missing or are others.
func (i Items) assemble(ctx context.Context, key string, h head) (value []byte, whole bool, err error) {
	value = h.value
	for n := range h.count {
		text, found, err := i.find(ctx, partName(key, h.gen, n))
		if err != nil || !found {
			return nil, false, err
		}
		part, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, false, nil
		}
		value = append(value, part...)
	}
	return value, len(value) == h.length && sumOf(key, value) == h.sum, nil
}

// find gives the text of an item, if there is one.
func (i Items) find(ctx context.Context, name string) (text string, found bool, err error) {
	value, err := i.Get(ctx, name)
	if errors.Is(err, secret.NotFound) {
		return "", false, nil
	}
	return string(value.Reveal()), err == nil, err
}

// GetBatch implements store.BatchGetter. The first key is got alone: if the keyring has to be
// unlocked, the person is asked once.
func (s *Store) GetBatch(ctx context.Context, keys []string) (map[string]secret.Value, error) {
	if len(keys) == 0 {
		return map[string]secret.Value{}, nil
	}
	values, err := store.GetParallel(ctx, keys[:1], 1, s.Get)
	if err != nil {
		return nil, err
	}
	rest := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return key == keys[0] })
	others, err := store.GetParallel(ctx, rest, store.Parallel, s.Get)
	maps.Copy(values, others)
	return values, err
}

// Has implements store.Finder.
func (s *Store) Has(ctx context.Context, key string) (bool, error) {
	if err := store.Ready(ctx, key); err != nil {
		return false, err
	}
	_, found, err := s.items.find(ctx, headName(key))
	return found, err
}

// List implements store.Store.
func (s *Store) List(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	under, err := s.items.journal(ctx)
	if err != nil {
		return nil, err
	}
	pages, err := s.items.pages(ctx)
	if err != nil {
		return nil, err
	}
	keys := slices.Concat(pages...)
	if under.key != "" {
		keys = slices.DeleteFunc(keys, func(key string) bool { return key == under.key })
		found, err := s.Has(ctx, under.key)
		if err != nil {
			return nil, err
		}
		if found {
			keys = append(keys, under.key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// journal reads the journal. One that is damaged counts as none: what it could tell is lost.
func (i Items) journal(ctx context.Context) (journal, error) {
	text, _, err := i.find(ctx, journalName)
	j, _ := parseJournal(text)
	return j, err
}

// pages reads the index.
func (i Items) pages(ctx context.Context) (pages []page, err error) {
	for n := 0; ; n++ {
		text, found, err := i.find(ctx, pageName(n))
		if err != nil || !found {
			return pages, err
		}
		p, ok := parsePage(text)
		if !ok {
			err := secret.Errorf(secret.Encryption, "the keyring of the operating system: item %q of %s is damaged", pageName(n), i.Service)
			return nil, secret.WithHint(err, "remove that item from the keyring; secrets stay, and names that were in it come back when they are set")
		}
		pages = append(pages, p)
	}
}
