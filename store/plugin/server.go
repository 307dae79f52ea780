package plugin

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// Server answers requests out of a store. One of Store and Open is needed.
type Server struct {
	// Store is what is asked. It is used by one goroutine at a time within one Serve.
	Store store.Store
	// Open gives the store when hello tells the settings.
	Open func(context.Context, store.Settings) (store.Store, error)
	// MaxKeys is how many keys one request may ask for, MaxLine how many bytes it may have;
	// 0 is what the protocol allows.
	MaxKeys, MaxLine int
}

// Serve answers what it reads until that ends, which is no error. The line that is over a
// limit, and the one whose end is missing, are the last.
func (s Server) Serve(ctx context.Context, r io.Reader, w io.Writer) error {
	if s.MaxKeys == 0 {
		s.MaxKeys = MaxKeys
	}
	if s.MaxLine == 0 {
		s.MaxLine = MaxLine
	}
	in := bufio.NewReader(r)
	for {
		line, err := readLine(in, s.MaxLine)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errLong):
			writeLine(w, answer{Error: failureOf(secret.Errorf(secret.Invalid, "a request has %d bytes at most", s.MaxLine))})
			return err
		case err != nil:
			return err
		}
		said := s.answer(ctx, line)
		clear(line)
		if err := writeLine(w, said); err != nil {
			return err
		}
	}
}

// answer answers one line.
func (s *Server) answer(ctx context.Context, line []byte) answer {
	var q request
	if err := json.Unmarshal(line, &q); err != nil || q.Op == "" {
		return answer{Error: failureOf(secret.Errorf(secret.Invalid, "not a request of the protocol"))}
	}
	said, err := s.carryOut(ctx, q)
	if err != nil {
		return answer{Error: failureOf(err)}
	}
	return said
}

func (s *Server) carryOut(ctx context.Context, q request) (answer, error) {
	if q.Op == "hello" {
		return s.hello(ctx, q)
	}
	if s.Store == nil {
		return answer{}, secret.Errorf(secret.Invalid, "the first request is hello")
	}
	switch q.Op {
	case "get":
		return s.get(ctx, q.Keys)
	case "list":
		keys, err := s.Store.List(ctx)
		return answer{Keys: keys}, err
	case "describe":
		return s.describe(ctx)
	case "set-batch":
		return answer{}, s.setBatch(ctx, q.Values)
	}
	if err := secret.CheckKey(q.Key); err != nil {
		return answer{}, err
	}
	return s.ofOneKey(ctx, q)
}

func (s *Server) ofOneKey(ctx context.Context, q request) (said answer, err error) {
	switch q.Op {
	case "set":
		err = s.Store.Set(ctx, q.Key, secret.New(q.Value))
	case "add":
		err = store.Add(ctx, s.Store, q.Key, secret.New(q.Value))
	case "delete":
		err = s.Store.Delete(ctx, q.Key)
	case "purge":
		if p, ok := s.Store.(store.Purger); ok {
			return said, p.Purge(ctx, q.Key)
		}
		err = unsupported(q.Op)
	case "has":
		said.Found, err = store.Has(ctx, s.Store, q.Key)
	case "versions":
		return s.versions(ctx, q.Key)
	case "rollback":
		v, ok := s.Store.(store.Versioner)
		if !ok {
			return said, unsupported(q.Op)
		}
		said.Version, err = v.Rollback(ctx, q.Key, q.Version)
	default:
		err = unsupported("this request")
	}
	return said, err
}

func unsupported(what string) error {
	return fmt.Errorf("%s: %w", what, errors.ErrUnsupported)
}

func (s *Server) hello(ctx context.Context, q request) (answer, error) {
	if q.Protocol != Version {
		return answer{}, secret.Errorf(secret.Invalid, "protocol %d is not spoken here: %d is", q.Protocol, Version)
	}
	if s.Open != nil {
		opened, err := s.Open(ctx, store.Settings(q.Settings))
		if err != nil {
			return answer{}, err
		}
		s.Store = opened
	}
	return answer{Protocol: Version}, nil
}

func (s *Server) get(ctx context.Context, keys []string) (answer, error) {
	if len(keys) > s.MaxKeys {
		return answer{}, secret.Errorf(secret.Invalid, "%d keys in one request: %d are the most", len(keys), s.MaxKeys)
	}
	for _, key := range keys {
		if err := secret.CheckKey(key); err != nil {
			return answer{}, err
		}
	}
	values, err := store.Get(ctx, s.Store, keys)
	if err != nil {
		return answer{}, err
	}
	said := answer{Values: make(map[string]payload, len(values))}
	for key, value := range values {
		said.Values[key] = value.Reveal()
	}
	return said, nil
}

func (s *Server) setBatch(ctx context.Context, values map[string]payload) error {
	b, ok := s.Store.(store.BatchSetter)
	if !ok {
		return unsupported("set-batch")
	}
	all := make(map[string]secret.Value, len(values))
	for key, value := range values {
		all[key] = secret.New(value)
	}
	return b.SetBatch(ctx, all)
}

func (s *Server) versions(ctx context.Context, key string) (said answer, err error) {
	v, ok := s.Store.(store.Versioner)
	if !ok {
		return said, unsupported("versions")
	}
	all, err := v.Versions(ctx, key)
	for _, each := range all {
		said.Versions = append(said.Versions, version(each))
	}
	return said, err
}

func (s *Server) describe(ctx context.Context) (said answer, err error) {
	d, ok := s.Store.(store.Describer)
	if !ok {
		return said, unsupported("describe")
	}
	all, err := d.Describe(ctx)
	for _, each := range all {
		said.Secrets = append(said.Secrets, info(each))
	}
	return said, err
}
