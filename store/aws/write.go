package aws

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// rounds is how often Set follows what others do to the secret meanwhile.
const rounds = 4

// Set implements store.Store. It makes the secret, or puts a value into the one that is
// there; one that is deleted it brings back before. Whether it is deleted is asked: not all
// that answer as the service does refuse to put a value into one that is.
func (s *Store) Set(ctx context.Context, key string, value secret.Value) error {
	if err := check(key, value); err != nil {
		return err
	}
	for range rounds {
		err := s.create(ctx, key, value)
		if isExisting(err) || errors.Is(err, secret.Permission) { // who may not make one may perhaps put
			if err = s.revive(ctx, key); err == nil {
				err = s.put(ctx, key, value)
			}
		}
		switch {
		case isMissing(err): // deleted meanwhile, or made by somebody else before
		case isDeleted(err):
			if err := s.restore(ctx, key); err != nil && !isMissing(err) {
				return err
			}
		default:
			return err
		}
	}
	return secret.Errorf(secret.General, "%s: others make and delete it while it is being set", key)
}

// revive brings a secret back if it is deleted. Who may not ask may perhaps put all the same.
func (s *Store) revive(ctx context.Context, key string) error {
	about, err := s.describe(ctx, key)
	switch {
	case errors.Is(err, secret.Permission):
		return nil
	case err != nil:
		return err
	case about.DeletedDate != nil:
		return s.restore(ctx, key)
	}
	return nil
}

func check(key string, value secret.Value) error {
	if err := secret.CheckKey(key); err != nil {
		return err
	}
	return value.Check(key)
}

// Add implements store.Adder.
func (s *Store) Add(ctx context.Context, key string, value secret.Value) error {
	if err := check(key, value); err != nil {
		return err
	}
	err := s.create(ctx, key, value)
	switch {
	case isDeleted(err):
		err := secret.Errorf(secret.Invalid, "secret %q is deleted, but keeps its name for now: %w", key, store.ErrExists)
		return secret.WithHint(err, "set it, which brings it back, or delete it for good")
	case isExisting(err):
		return store.ErrExists
	}
	return err
}

// The client gives each write an identifier, which stays the same when it is sent again:
// a write that was done already is done once.

func (s *Store) put(ctx context.Context, key string, value secret.Value) error {
	text, binary := content(value)
	_, err := do(ctx, s.service, "PutSecretValue", *s.name(key), func(ctx context.Context, c *secretsmanager.Client) (*secretsmanager.PutSecretValueOutput, error) {
		return c.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: s.name(key), SecretString: text, SecretBinary: binary})
	})
	return err
}

func (s *Store) create(ctx context.Context, key string, value secret.Value) error {
	text, binary := content(value)
	_, err := do(ctx, s.service, "CreateSecret", *s.name(key), func(ctx context.Context, c *secretsmanager.Client) (*secretsmanager.CreateSecretOutput, error) {
		return c.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: s.name(key), SecretString: text, SecretBinary: binary})
	})
	return err
}

func (s *Store) restore(ctx context.Context, key string) error {
	_, err := do(ctx, s.service, "RestoreSecret", *s.name(key), func(ctx context.Context, c *secretsmanager.Client) (*secretsmanager.RestoreSecretOutput, error) {
		return c.RestoreSecret(ctx, &secretsmanager.RestoreSecretInput{SecretId: s.name(key)})
	})
	return err
}

// Delete implements store.Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := secret.CheckKey(key); err != nil {
		return err
	}
	return s.missing(key, s.remove(ctx, key, false))
}

// Purge implements store.Purger. The service deletes for good what is not there without
// an error, so it is asked before.
func (s *Store) Purge(ctx context.Context, key string) error {
	if err := secret.CheckKey(key); err != nil {
		return err
	}
	if _, err := s.describe(ctx, key); err != nil {
		return s.missing(key, err)
	}
	return s.missing(key, s.remove(ctx, key, true))
}

func (s *Store) remove(ctx context.Context, key string, forGood bool) error {
	input := &secretsmanager.DeleteSecretInput{SecretId: s.name(key)}
	if forGood {
		input.ForceDeleteWithoutRecovery = aws.Bool(true)
	}
	_, err := do(ctx, s.service, "DeleteSecret", *s.name(key), func(ctx context.Context, c *secretsmanager.Client) (*secretsmanager.DeleteSecretOutput, error) {
		return c.DeleteSecret(ctx, input)
	})
	return err
}
