package aws

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// batch is how many values the service gives at once.
const batch = 20

// batchAction is the action that not everybody who may read may do.
const batchAction = "BatchGetSecretValue"

// GetBatch implements store.BatchGetter. Credentials that may not ask for many at once may
// still ask for each.
func (s *Store) GetBatch(ctx context.Context, keys []string) (map[string]secret.Value, error) {
	if err := store.Ready(ctx, keys...); err != nil {
		return nil, err
	}
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	if len(keys) == 1 {
		return store.GetParallel(ctx, keys, 1, s.Get)
	}
	values, err := s.inChunks(ctx, keys)
	if isBatchDenied(err) {
		return store.GetParallel(ctx, keys, s.parallel, s.Get)
	}
	return values, err
}

// deniedBatch is the refusal of asking for many values at once, not of one of them.
type deniedBatch struct{ error }

func (d deniedBatch) Unwrap() error { return d.error }

func isBatchDenied(err error) bool {
	var d deniedBatch
	return errors.As(err, &d)
}

// inChunks fetches chunks of the keys at the same time.
func (s *Store) inChunks(ctx context.Context, keys []string) (map[string]secret.Value, error) {
	var mu sync.Mutex
	values := make(map[string]secret.Value, len(keys))
	err := store.InParallel(ctx, slices.Collect(slices.Chunk(keys, batch)), s.parallel, func(ctx context.Context, some []string) error {
		return s.chunk(ctx, some, func(key string, v secret.Value) {
			mu.Lock()
			defer mu.Unlock()
			values[key] = v
		})
	})
	if err != nil {
		return nil, err
	}
	return values, nil
}

// chunk fetches up to twenty values, page by page.
func (s *Store) chunk(ctx context.Context, keys []string, found func(string, secret.Value)) error {
	input := &secretsmanager.BatchGetSecretValueInput{}
	for _, key := range keys {
		input.SecretIdList = append(input.SecretIdList, *s.name(key))
	}
	for {
		page, err := do(ctx, s.service, batchAction, s.prefix+"*", func(ctx context.Context, c *secretsmanager.Client) (*secretsmanager.BatchGetSecretValueOutput, error) {
			return c.BatchGetSecretValue(ctx, input)
		})
		if isMissing(err) { // where none of them is there
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.take(page, found); err != nil {
			return err
		}
		if aws.ToString(page.NextToken) == "" {
			return nil
		}
		input.NextToken = page.NextToken
	}
}

// take hands on the values of a page. An error about one secret that says it is not there
// is none.
func (s *Store) take(page *secretsmanager.BatchGetSecretValueOutput, found func(string, secret.Value)) error {
	for _, about := range page.Errors {
		name := aws.ToString(about.SecretId)
		err := s.service.explain("GetSecretValue", name, &smithy.GenericAPIError{Code: aws.ToString(about.ErrorCode), Message: aws.ToString(about.Message)})
		if !isMissing(err) && !isDeleted(err) {
			return err
		}
	}
	for _, each := range page.SecretValues {
		key := s.key(aws.ToString(each.Name))
		v, err := value(key, each.SecretString, each.SecretBinary)
		if err != nil {
			return err
		}
		found(key, v)
	}
	return nil
}
