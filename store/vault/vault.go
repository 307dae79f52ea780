// Package vault keeps secrets in the key/value engine of HashiCorp Vault or OpenBao,
// version 2 or 1, through Vault's official client.
//
// # Settings
//
//	address    where the server is; else VAULT_ADDR. http or https; no user, no query
//	path       mount and folder, "secret/xec" where nothing is said: the mount "secret",
//	           in it the folder "xec"
//	mount      how much of path is the mount, where that is more than its first part
//	namespace  else VAULT_NAMESPACE; Vault without namespaces ignores it
//	version    2 (where nothing is said) or 1
//	parallel   how many requests are under way at once, 1 to 64, 8 where nothing is said
//
// A variable VAULT_X on this page means BAO_X where VAULT_X is not set, but for
// VAULT_HEADERS, which the client reads itself. The token is that of
// VAULT_TOKEN, else that of the file .vault-token in the home directory, else it is asked
// for with AppRole: VAULT_ROLE_ID and VAULT_SECRET_ID or VAULT_SECRET_ID_FILE, at
// VAULT_APPROLE_PATH ("approle" where nothing is said). Without any of them requests go
// out without a token, as an agent that adds its own wants them. The token goes to the
// address, wherever that comes from: the settings of a project are approved by a person
// before a store is opened with them. It goes nowhere else.
//
// VAULT_CACERT, VAULT_CACERT_BYTES, VAULT_CAPATH, VAULT_CLIENT_CERT, VAULT_CLIENT_KEY,
// VAULT_TLS_SERVER_NAME, VAULT_SKIP_VERIFY, VAULT_HEADERS and VAULT_CLIENT_TIMEOUT mean
// what they mean to Vault's own command. A proxy is VAULT_PROXY_ADDR or
// VAULT_HTTP_PROXY, else what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say; a server on this
// machine is never spoken to through the latter. VAULT_AGENT_ADDR, VAULT_SRV_LOOKUP,
// VAULT_WRAP_TTL, VAULT_MAX_RETRIES and VAULT_RATE_LIMIT have no meaning here.
//
// # What lies there
//
// A key is one entry in the folder, its value the field "value": as it is where it is
// UTF-8, else in standard base64 with a second field, "encoding", that says "base64".
// Other fields of an entry are other people's: they are kept when a value is set.
//
// An entry that was made by others reads so: a number, true and false are the text that
// the server gives for them; without a field "value" the only other field is taken. What
// has several other fields, or no text (a list, a map, null) is an error. Names in the
// folder that are no keys, and folders in it, are left out of the list; an entry whose
// newest version was deleted is in it, as Vault lists it too.
//
// # Version 2
//
// Every write is a check-and-set: it replaces the version that was read, or reads again.
// So what others change meanwhile is not lost, and [Versioned.Add] never replaces
// anything. Delete removes the entry with all of its versions. Where another program has
// only marked the newest version as deleted, or destroyed it, the secret is not found, and
// the error says which, with what can be done; Delete still removes what is left. Versions
// are those that are neither deleted nor destroyed and whose value can be read, and Rollback
// takes one of them. It sets the value alone; the entry's other fields stay.
//
// A token needs create, read and update on MOUNT/data/FOLDER/*, and list, read and delete
// on MOUNT/metadata/FOLDER/*.
//
// # Version 1
//
// There is no check-and-set: of two writes at the same time one is lost, together with
// fields that the other changed. There are no older values, and the store cannot promise
// not to replace a value.
//
// # Errors
//
// A token that is not valid or may not do it: secret.Permission, with the path and the
// capability. A server that is sealed or not initialised: secret.Encryption. No entry:
// secret.NotFound. All else, a server that cannot be reached too, is secret.General; each
// error names the address, the path or both. No error holds a value or a token.
//
// A connection has five seconds to be made, a request thirty with all that follows (or
// VAULT_CLIENT_TIMEOUT). Where the answer is 412, 429 or 5xx, and not that the server is
// sealed or knows no such request, it is sent again, five times in all, after a pause that
// grows or that the server has named. Redirects are not followed, answers over 8 MiB not
// read.
//
// A store is safe for use by several goroutines.
package vault

import (
	"context"
	"errors"
	"slices"

	"github.com/hashicorp/vault/api"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// Store is a folder of a key/value engine of version 1, and what version 2 has in common
// with it.
type Store struct {
	server   *server
	place    place
	parallel int
}

// Versioned is a folder of a key/value engine of version 2.
type Versioned struct{ Store }

var (
	_ store.Store       = (*Store)(nil)
	_ store.Finder      = (*Store)(nil)
	_ store.BatchGetter = (*Store)(nil)
	_ store.Store       = (*Versioned)(nil)
	_ store.Adder       = (*Versioned)(nil)
	_ store.Versioner   = (*Versioned)(nil)
)

// Open returns the store that the settings say, a *Versioned or, for version 1, a *Store.
// What is wrong with settings or environment is an error of kind secret.Invalid. Nothing
// is sent before something is asked for.
func Open(settings store.Settings, outside Outside) (store.Store, error) {
	o := options{Version: 2, Parallel: store.Parallel}
	if err := settings.Decode("vault", &o); err != nil {
		return nil, err
	}
	if err := o.check(outside); err != nil {
		return nil, err
	}
	p, err := o.place()
	if err != nil {
		return nil, err
	}
	server, err := newServer(o, outside)
	if err != nil {
		return nil, err
	}
	s := Store{server, p, o.Parallel}
	if o.Version == 1 {
		return &s, nil
	}
	return &Versioned{s}, nil
}

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key string) (secret.Value, error) {
	value, err := s.get(ctx, key)
	var gone *goneError
	if errors.As(err, &gone) {
		err = s.hintAt(ctx, key, gone)
	}
	return value, err
}

func (s *Store) get(ctx context.Context, key string) (secret.Value, error) {
	e, err := s.read(ctx, key, 0)
	if err != nil {
		return secret.Value{}, err
	}
	if e.state != live {
		return secret.Value{}, e.missing(key)
	}
	return e.value(key)
}

// Has implements store.Finder. It reads the entry, since a token that may do that need
// not have the right to read the metadata.
func (s *Store) Has(ctx context.Context, key string) (bool, error) {
	e, err := s.read(ctx, key, 0)
	return err == nil && e.state == live, err
}

// GetBatch implements store.BatchGetter.
func (s *Store) GetBatch(ctx context.Context, keys []string) (map[string]secret.Value, error) {
	if err := store.Ready(ctx, keys...); err != nil {
		return nil, err
	}
	return store.GetParallel(ctx, keys, s.parallel, s.get)
}

// Set implements store.Store.
func (s *Store) Set(ctx context.Context, key string, value secret.Value) error {
	if err := value.Check(key); err != nil {
		return err
	}
	e, err := s.read(ctx, key, 0)
	if err != nil {
		return err
	}
	_, _, err = s.server.write(ctx, s.place.data(key), "create and update", e.with(value))
	return err
}

// Delete implements store.Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := s.exists(ctx, key); err != nil {
		return err
	}
	path := s.place.meta(key)
	_, _, err := s.server.do(ctx, path, "delete", func(ctx context.Context, l *api.Logical) (*api.Secret, error) {
		return l.DeleteWithContext(ctx, path)
	})
	return err
}

// exists returns an error unless something is kept of key.
func (s *Store) exists(ctx context.Context, key string) error {
	if s.place.version == 2 {
		_, err := s.history(ctx, key)
		return err
	}
	e, err := s.read(ctx, key, 0)
	if err == nil && e.state == absent {
		err = store.NotFound(key)
	}
	return err
}

// List implements store.Store.
func (s *Store) List(ctx context.Context) ([]string, error) {
	path := s.place.meta("")
	answer, _, err := s.server.do(ctx, path, "list", func(ctx context.Context, l *api.Logical) (*api.Secret, error) {
		return l.ListWithContext(ctx, path)
	})
	if err != nil {
		return nil, err
	}
	if answer == nil || answer.Data == nil {
		return nil, s.server.checkMount(ctx, s.place)
	}
	names, ok := answer.Data["keys"].([]any)
	if !ok {
		return nil, s.server.misread(path)
	}
	var keys []string
	for _, name := range names {
		if key, ok := name.(string); ok && secret.CheckKey(key) == nil {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys, nil
}

// read reads the entry of key: of version 2 a version of it, 0 being the newest.
func (s *Store) read(ctx context.Context, key string, version uint64) (entry, error) {
	if err := secret.CheckKey(key); err != nil {
		return entry{}, err
	}
	path := s.place.data(key)
	answer, err := s.server.read(ctx, path, s.place.query(version))
	if err != nil {
		return entry{}, err
	}
	if answer == nil || answer.Data == nil {
		return entry{}, s.server.checkMount(ctx, s.place)
	}
	e, ok := newEntry(answer.Data, s.place.version)
	if !ok {
		return entry{}, s.server.misread(path)
	}
	return e, nil
}
