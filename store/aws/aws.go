// Package aws keeps secrets in AWS Secrets Manager, through the AWS SDK for Go.
//
// # Settings
//
//	region    else AWS_REGION, AWS_DEFAULT_REGION or that of the profile
//	prefix    what stands before a key in a name, "xec/" where nothing is said
//	profile   of ~/.aws/config, else AWS_PROFILE
//	endpoint  another address of the service, else AWS_ENDPOINT_URL_SECRETS_MANAGER or
//	          AWS_ENDPOINT_URL
//	parallel  how many requests are under way at once, 1 to 64, 8 where nothing is said
//
// Credentials are those of the SDK's default chain: AWS_ACCESS_KEY_ID and its like, the
// profile (with SSO, an assumed role or a credential process), a web identity, the role of
// the container or machine. The SDK reads the environment and files of the process itself,
// AWS_CA_BUNDLE, HTTPS_PROXY and NO_PROXY too; AWS_MAX_ATTEMPTS and AWS_RETRY_MODE have
// no meaning here. Requests go to the endpoint, wherever that comes from, with a
// signature and, for temporary credentials, the session token: the settings of a project are
// approved by a person before a store is opened with them.
//
// # What lies there
//
// A key is one secret, its name the prefix followed by the key. Nothing is put between
// them: "xec/" gives xec/API_KEY, "prod-" gives prod-API_KEY, and "" the key alone. A name
// that goes on behind the prefix with what is no key (xec/team/API_KEY) is left out of the
// list.
//
// A value that is UTF-8 and has no NUL is the SecretString, any other the SecretBinary.
// A secret of others is read as it is, so one that a console made of names and values is a
// JSON text. Description, tags, key and rotation of a secret are kept when a value is set.
//
// # Deleting
//
// Delete has the service delete the secret after its default time, 30 days. Until then it
// is not found, and not listed, but its name is taken. Set brings such a secret back and
// gives it the new value. Add does not: between bringing it back and setting it, somebody
// else might, so it says that the key exists. Purge deletes for good, also what Delete has
// deleted before. The service takes a moment for it, during which the name is still taken;
// its list, too, may lag behind.
//
// # Older values
//
// The service keeps older values under identifiers without order, of which only the last
// one has a label (AWSPREVIOUS) and the others may vanish any time. That is no history with
// numbers, so there is none here.
//
// A secret should not be set more often than every ten minutes for long: the service keeps
// up to 100 values of the last 24 hours, and then refuses.
//
// # Permissions
//
// secretsmanager:GetSecretValue is enough to read; with BatchGetSecretValue twenty are
// read at once. DescribeSecret tells what exists without reading it. Writing needs
// PutSecretValue, CreateSecret and RestoreSecret, Delete DeleteSecret, Purge DescribeSecret
// too, and the list ListSecrets.
//
// # Errors
//
// No secret: secret.NotFound. No credentials, wrong or old ones, or no permission:
// secret.Permission, with the action and the name. A secret that cannot be decrypted:
// secret.Encryption. All else, a service that cannot be reached too, is secret.General. No
// error holds a value or a part of the credentials, and so none repeats what was answered.
//
// A connection has five seconds to be made, a request thirty with all that follows. Where
// the answer is 429, 5xx or one that says the same it is sent again, five times in all, with
// growing pauses. Redirects are not followed, answers over 8 MiB not read.
//
// A store is safe for use by several goroutines.
package aws

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/remote"
	"github.com/xec-sh/xec-go/store/secret"
)

// Store is those secrets of an account and region whose names start with a prefix.
type Store struct {
	service  *service
	prefix   string
	parallel int
}

var (
	_ store.Store       = (*Store)(nil)
	_ store.Adder       = (*Store)(nil)
	_ store.Purger      = (*Store)(nil)
	_ store.Finder      = (*Store)(nil)
	_ store.BatchGetter = (*Store)(nil)
)

// options are the settings.
type options struct {
	Region   string `json:"region"`
	Prefix   string `json:"prefix"`
	Profile  string `json:"profile"`
	Endpoint string `json:"endpoint"`
	Parallel int    `json:"parallel"`
}

// Open returns the store that the settings say. What is wrong with settings or environment
// is an error of kind secret.Invalid. Nothing is sent before something is asked for.
func Open(ctx context.Context, settings store.Settings) (*Store, error) {
	return open(ctx, settings, persistent)
}

func open(ctx context.Context, settings store.Settings, again func(*retry.StandardOptions)) (*Store, error) {
	o := options{Prefix: "xec/", Parallel: store.Parallel}
	if err := settings.Decode("aws", &o); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	service, err := newService(ctx, o, again)
	if err != nil {
		return nil, err
	}
	return &Store{service, o.Prefix, o.Parallel}, nil
}

// maxName is the length of the longest name of a secret.
const maxName = 512

func (o *options) check() error {
	for i := range len(o.Prefix) {
		if b := o.Prefix[i]; !secret.IsKeyByte(b) && !strings.ContainsRune("/+=@", rune(b)) {
			err := secret.Errorf(secret.Invalid, "secrets.aws.prefix: byte %d may not stand in the name of a secret", i+1)
			return secret.WithHint(err, "a name has letters, digits and /_+=.@-")
		}
	}
	if len(o.Prefix) > maxName-secret.MaxKey {
		return secret.Errorf(secret.Invalid, "secrets.aws.prefix: %d bytes, and %d are the most", len(o.Prefix), maxName-secret.MaxKey)
	}
	if err := remote.CheckParallel("aws", o.Parallel); err != nil {
		return err
	}
	return o.checkEndpoint()
}

// name is the name of the secret of key.
func (s *Store) name(key string) *string { return aws.String(s.prefix + key) }

// key is the key of a name, "" if it has none.
func (s *Store) key(name string) string {
	key, ok := strings.CutPrefix(name, s.prefix)
	if !ok || secret.CheckKey(key) != nil {
		return ""
	}
	return key
}

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key string) (secret.Value, error) {
	if err := secret.CheckKey(key); err != nil {
		return secret.Value{}, err
	}
	answer, err := do(ctx, s.service, "GetSecretValue", *s.name(key), func(ctx context.Context, c *secretsmanager.Client) (*secretsmanager.GetSecretValueOutput, error) {
		return c.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: s.name(key)})
	})
	if err != nil {
		return secret.Value{}, s.missing(key, err)
	}
	return value(key, answer.SecretString, answer.SecretBinary)
}

// value is what the service has under key.
func value(key string, text *string, binary []byte) (secret.Value, error) {
	v := secret.New(binary)
	if text != nil {
		v = secret.Text(*text)
	}
	return v, v.Check(key)
}

// content is how the service is given a value.
func content(v secret.Value) (text *string, binary []byte) {
	b := v.Reveal()
	if utf8.Valid(b) && !slices.Contains(b, 0) {
		return aws.String(string(b)), nil
	}
	return nil, b
}

// missing gives the errors of the service that say a secret is not there their words.
func (s *Store) missing(key string, err error) error {
	switch {
	case isDeleted(err):
		err := secret.Errorf(secret.NotFound, "secret %q is deleted, but not yet for good", key)
		return secret.WithHint(err, "bring it back with: aws secretsmanager restore-secret --secret-id %s", *s.name(key))
	case isMissing(err):
		return store.NotFound(key)
	}
	return err
}

// Has implements store.Finder. Credentials that may not ask what exists may still read it.
func (s *Store) Has(ctx context.Context, key string) (bool, error) {
	if err := secret.CheckKey(key); err != nil {
		return false, err
	}
	about, err := s.describe(ctx, key)
	switch {
	case isMissing(err):
		return false, nil
	case isDenied(err):
		_, err := s.Get(ctx, key)
		if secret.KindOf(err) == secret.NotFound {
			return false, nil
		}
		return err == nil, err
	case err != nil:
		return false, err
	}
	return about.DeletedDate == nil && hasValue(about), nil
}

func (s *Store) describe(ctx context.Context, key string) (*secretsmanager.DescribeSecretOutput, error) {
	return do(ctx, s.service, "DescribeSecret", *s.name(key), func(ctx context.Context, c *secretsmanager.Client) (*secretsmanager.DescribeSecretOutput, error) {
		return c.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: s.name(key)})
	})
}

// hasValue: a secret can be made without a value.
func hasValue(about *secretsmanager.DescribeSecretOutput) bool {
	for labels := range maps.Values(about.VersionIdsToStages) {
		if slices.Contains(labels, "AWSCURRENT") {
			return true
		}
	}
	return false
}

// List implements store.Store. The filter of the service only spares it work: what starts
// with the prefix is looked at here.
func (s *Store) List(ctx context.Context) ([]string, error) {
	input := &secretsmanager.ListSecretsInput{MaxResults: aws.Int32(100)}
	if s.prefix != "" {
		input.Filters = []types.Filter{{Key: types.FilterNameStringTypeName, Values: []string{s.prefix}}}
	}
	var keys []string
	for {
		page, err := do(ctx, s.service, "ListSecrets", s.prefix+"*", func(ctx context.Context, c *secretsmanager.Client) (*secretsmanager.ListSecretsOutput, error) {
			return c.ListSecrets(ctx, input)
		})
		if err != nil {
			return nil, err
		}
		for _, found := range page.SecretList {
			if key := s.key(aws.ToString(found.Name)); key != "" && found.DeletedDate == nil {
				keys = append(keys, key)
			}
		}
		if aws.ToString(page.NextToken) == "" {
			slices.Sort(keys)
			return slices.Compact(keys), nil
		}
		input.NextToken = page.NextToken
	}
}
