// Package env is the store that the environment of a process is: its variables whose names
// begin with SECRET_, read and never written. It is for pipelines, which hand secrets to
// programs this way.
//
// # Names
//
// The value of a key is that of the variable SECRET_ and the key as it is, if there is one;
// else that of SECRET_ and [secret.EnvName] of the key. So the key database.password is
// found in SECRET_database.password, and in SECRET_DATABASE_PASSWORD, which a shell can set.
// Names are compared byte by byte, also on Windows. Of two variables of one name the first
// counts, as it does for getenv.
//
// The list has what stands behind SECRET_ where that is a key, as it stands, in byte order:
// SECRET_API_KEY is the key API_KEY. The variable SECRET_ alone is none, nor is SECRET_1.
//
// # Values
//
// A value is what the variable holds, byte for byte; an environment cannot hold a NUL.
// An empty variable counts as missing, in the list too: no value is empty, and a pipeline
// sets what it does not know to nothing. One over 64 KiB is listed, and getting it is an
// error of kind secret.Invalid.
//
// # Errors
//
// secret.NotFound, whose hint names the variable that is looked for; secret.Permission for
// all that would write. There are no settings.
package env

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// Options are what a store takes from the process around it.
type Options struct {
	Environ []string // as os.Environ gives it
}

// Store is an environment. It is safe for use by several goroutines.
type Store struct {
	values map[string]string // by what stands behind SECRET_; none is empty
}

var (
	_ store.Store  = (*Store)(nil)
	_ store.Finder = (*Store)(nil)
)

// Open takes the secrets out of opt.Environ.
func Open(settings store.Settings, opt Options) (*Store, error) {
	if err := settings.Decode("env", &struct{}{}); err != nil {
		return nil, err
	}
	s := &Store{values: map[string]string{}}
	seen := map[string]bool{}
	for _, variable := range opt.Environ {
		name, value, _ := strings.Cut(variable, "=")
		key, ours := strings.CutPrefix(name, secret.EnvPrefix)
		if ours && !seen[key] && value != "" {
			s.values[key] = value
		}
		seen[key] = seen[key] || ours
	}
	return s, nil
}

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key string) (secret.Value, error) {
	text, found, err := s.find(ctx, key)
	if err != nil {
		return secret.Value{}, err
	}
	if !found {
		return secret.Value{}, secret.WithHint(store.NotFound(key), "the provider env looks for the variable %s%s", secret.EnvPrefix, secret.EnvName(key))
	}
	value := secret.Text(text)
	if err := value.Check(key); err != nil {
		return secret.Value{}, err
	}
	return value, nil
}

// find gives the text of a key.
func (s *Store) find(ctx context.Context, key string) (text string, found bool, err error) {
	if err := store.Ready(ctx, key); err != nil {
		return "", false, err
	}
	text, found = s.values[key]
	if !found {
		text, found = s.values[secret.EnvName(key)]
	}
	return text, found, nil
}

// Has implements store.Finder.
func (s *Store) Has(ctx context.Context, key string) (bool, error) {
	_, found, err := s.find(ctx, key)
	return found, err
}

// List implements store.Store.
func (s *Store) List(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	keys := slices.Sorted(maps.Keys(s.values))
	return slices.DeleteFunc(keys, func(key string) bool { return secret.CheckKey(key) != nil }), nil
}

// Set implements store.Store. It refuses.
func (s *Store) Set(ctx context.Context, key string, _ secret.Value) error {
	return refuse(ctx, key)
}

// Delete implements store.Store. It refuses.
func (s *Store) Delete(ctx context.Context, key string) error { return refuse(ctx, key) }

func refuse(ctx context.Context, key string) error {
	if err := store.Ready(ctx, key); err != nil {
		return err
	}
	err := secret.Errorf(secret.Permission, "%s: the provider env only reads", key)
	return secret.WithHint(err, "set the variable %s%s where the program is started, or choose another provider", secret.EnvPrefix, secret.EnvName(key))
}
