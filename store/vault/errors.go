package vault

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/xec-sh/xec-go/store/remote"
	"github.com/xec-sh/xec-go/store/secret"
)

var (
	errNotVault = errors.New("the answer is not one of Vault's")
	errWantsTLS = errors.New("the server speaks only TLS")
)

// refusal is an answer that is an error.
type refusal struct {
	status int
	errors []string      // what it says
	after  time.Duration // when to ask again, if it says so
	to     string        // where it redirects to
}

func (r *refusal) Error() string { return fmt.Sprintf("answer %d", r.status) }

func (r *refusal) says(text string) bool {
	return strings.Contains(strings.Join(r.errors, "\n"), text)
}

func (r *refusal) sealed() bool { return r.status == 503 && r.says("Vault is sealed") }

// passes reports whether the cause may be gone at the next try. 412 is a server that has
// not yet heard of a write to another.
func (r *refusal) passes() bool {
	return r.status == 412 || r.status == 429 || r.status >= 500 && r.status != 501 && !r.sealed()
}

// explain says to a person what went wrong, and gives it its kind. What the server said is
// not repeated: what stands between may have put a token or a value into it.
func (s *server) explain(ctx context.Context, path, capability string, err error) error {
	var r *refusal
	var kind *secret.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return remote.GivenUp(ctx, s.address, err)
	case errors.As(err, &kind):
		return err
	case errors.As(err, &r):
		return s.explainRefusal(ctx, path, capability, r)
	}
	return s.explainBroken(err)
}

func (s *server) misread(path string) error {
	err := secret.Errorf(secret.General, "%s: %s: %w", s.address, path, errNotVault)
	return secret.WithHint(err, "are address, path and version of the settings right?")
}

// explainRefusal keeps the answer in the error's chain, where its caller finds it.
func (s *server) explainRefusal(ctx context.Context, path, capability string, r *refusal) error {
	fail := func(kind secret.Kind, hint, format string, args ...any) error {
		err := secret.Errorf(kind, "%s: %s: %s%w", s.address, path, fmt.Sprintf(format, args...), remote.Unsaid{Err: r})
		if hint == "" {
			return err
		}
		return secret.WithHint(err, "%s", hint)
	}
	switch {
	case r.status == 403 && s.login.missing():
		return fail(secret.Permission, tokenHint, "there is no token")
	case r.status == 403 && r.says("invalid token"):
		return fail(secret.Permission, tokenHint, "the token is not valid, or no longer")
	case r.status == 403:
		return fail(secret.Permission, "the token's policy must allow "+capability+" on "+path, "the token may not %s here", capability)
	case r.status == 404 && r.says("no handler for route"):
		return fail(secret.General, "see: vault secrets list; the settings path, mount and namespace say where to look", "nothing is mounted there")
	case r.sealed():
		return s.explainSealed(ctx)
	case r.status == 429:
		return fail(secret.General, "try again later", "the server has too many requests%s", r.later())
	case r.status/100 == 3:
		return fail(secret.General, "set the address to where it points, if that is right, or to the active server", "the server redirects to %s, which is not followed", r.to)
	case r.status == 400 && r.says("check-and-set"):
		return fail(secret.General, "", "another write came between")
	case r.status == 413:
		return fail(secret.Invalid, "", "the server does not take an entry of that size")
	case r.says("active cluster node not found"):
		return fail(secret.General, "try again when the cluster has chosen one", "no server of the cluster is active")
	}
	return fail(secret.General, "see the server's log, and whether address and proxy are right", "the server answers with status %d (%s)", r.status, strings.ToLower(http.StatusText(r.status)))
}

func (r *refusal) later() string {
	if r.after == 0 {
		return ""
	}
	return fmt.Sprintf(" and asks for %v of patience", r.after)
}

// explainSealed asks whether the server was ever initialised, since it answers the same.
func (s *server) explainSealed(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	status, err := s.client.Sys().SealStatusWithContext(ctx)
	if err == nil && !status.Initialized {
		err := secret.Errorf(secret.Encryption, "%s: the server is not initialised", s.address)
		return secret.WithHint(err, "initialise it with: vault operator init")
	}
	return secret.WithHint(secret.Errorf(secret.Encryption, "%s: the server is sealed", s.address), "unseal it with: vault operator unseal")
}

// explainBroken is for requests that got no whole answer.
func (s *server) explainBroken(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err // without the URL, which address and path say better
	}
	fail := func(hint string) error {
		return secret.WithHint(secret.Errorf(secret.General, "%s: %w", s.address, err), "%s", hint)
	}
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.As(err, &name):
		return fail("the server shows a certificate for another name; VAULT_TLS_SERVER_NAME says which to expect")
	case errors.As(err, &authority):
		return fail("VAULT_CACERT names the file of the authority that signed the server's certificate")
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("the answer ends before its end: %w", err)
		return fail("try again; something between may have cut the connection")
	case errors.Is(err, remote.ErrTooLong), errors.Is(err, errNotVault):
		return fail("is this the address of a Vault server?")
	case errors.Is(err, errWantsTLS):
		return fail("the address would start with https://")
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return fail("the server speaks plain HTTP: the address would start with http://")
	}
	return fail("is the server running, and are address and proxy right?")
}
