// Package remote is what stores behind a network have in common, whatever they speak: which
// addresses they take, how long they wait, how much they read, and what they say of a
// request that came to no end.
//
// # Limits
//
// A connection has [DialTime] to be made, a request [Patience] with all that follows, and it
// is sent [Tries] times at most. An answer of more than 8 MiB is not read. Up to 64 requests
// are under way at once.
//
// # Errors
//
// What a server says may quote what it was sent, a token or a value, and so may a name that
// a person has put into an address. So no text of a server and no address that was refused
// is in an error; what is known of the server is its place, which its caller names.
package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/xec-sh/xec-go/store/secret"
)

const (
	// DialTime is how long a connection may take to be made, and as long again to be secured.
	DialTime = 5 * time.Second
	// Patience is how long a request may take, unless the person says otherwise.
	Patience = 30 * time.Second
	// Tries is how often a request is sent at most.
	Tries = 5

	maxAnswer   = 8 << 20
	maxParallel = 64
)

// ErrTooLong is the error for an answer over the limit.
var ErrTooLong = fmt.Errorf("the answer is over %d MiB", maxAnswer>>20)

// ReadAnswer reads the body of an answer to its end, of bounded size, and puts what was read
// in its place.
func ReadAnswer(answer *http.Response) ([]byte, error) {
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if len(body) > maxAnswer {
		err = ErrTooLong
	}
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// IsAddress reports whether text is the address of a server: of http or https, with no user,
// who might have a password, and with nothing behind the path.
func IsAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// CheckParallel returns an error of kind secret.Invalid unless n, the setting parallel of
// the provider name, is a number of requests.
func CheckParallel(name string, n int) error {
	if n < 1 || n > maxParallel {
		return secret.Errorf(secret.Invalid, "secrets.%s.parallel: %d is not between 1 and %d", name, n, maxParallel)
	}
	return nil
}

// WithPatience gives a request to the server at a place its time. The hint says what a
// person can do where that was too short.
func WithPatience(ctx context.Context, place string, patience time.Duration, hint string) (context.Context, context.CancelFunc) {
	late := secret.WithHint(secret.Errorf(secret.General, "%s: no answer within %v", place, patience), "%s", hint)
	return context.WithTimeoutCause(ctx, patience, late)
}

// GivenUp is the error err of a request, unless that was given up, by its caller or for
// want of time: then it is why.
func GivenUp(ctx context.Context, place string, err error) error {
	var late *secret.Error
	switch cause := context.Cause(ctx); {
	case cause == nil:
		return err
	case errors.As(cause, &late):
		return cause
	default:
		return fmt.Errorf("%s: %w", place, cause)
	}
}

// Unsaid is an error that is found in a chain and not read in its text.
type Unsaid struct{ Err error }

// Error is empty.
func (Unsaid) Error() string { return "" }

// Unwrap gives the error.
func (u Unsaid) Unwrap() error { return u.Err }
