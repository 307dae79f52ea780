package vault

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/vault/api"

	"github.com/xec-sh/xec-go/store/secret"
)

// login sees to it that the client has a token.
type login struct {
	outside Outside

	mu    sync.Mutex
	done  bool
	until time.Time // when a token from AppRole ends; zero for one that was there
	none  bool      // there is none
}

// tokenHint says where a token may come from.
const tokenHint = "set VAULT_TOKEN, log in with: vault login, or set VAULT_ROLE_ID and VAULT_SECRET_ID"

// ensure finds a token, or asks for one, the first time and when it has ended.
func (l *login) ensure(ctx context.Context, s *server) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done && (l.until.IsZero() || time.Now().Before(l.until)) {
		return nil
	}
	token, err := l.found()
	if err == nil && token == "" {
		token, err = l.byRole(ctx, s)
	}
	if err != nil {
		return err
	}
	if token != "" {
		s.client.SetToken(token)
	}
	l.done, l.none = true, token == ""
	return nil
}

// missing reports whether requests go out without a token.
func (l *login) missing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.none
}

// found is a token that is there already, or "".
func (l *login) found() (string, error) {
	if token := strings.TrimSpace(l.outside.env("TOKEN")); token != "" {
		return token, checkToken("VAULT_TOKEN", token)
	}
	path := l.outside.tokenFile()
	if path == "" || !exists(path) {
		return "", nil
	}
	token, err := l.outside.file(path)
	if err != nil {
		return "", err
	}
	return token, checkToken(path, token)
}

// checkToken refuses what no header can carry, before it is put into one.
func checkToken(from, token string) error {
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return secret.Errorf(secret.Invalid, "%s: not a token: it has characters that no token has", from)
	}
	return nil
}

// byRole logs in with AppRole, if the environment has a role.
func (l *login) byRole(ctx context.Context, s *server) (string, error) {
	role := l.outside.env("ROLE_ID")
	if role == "" {
		return "", nil
	}
	id, err := l.secretID()
	if err != nil {
		return "", err
	}
	at := strings.Trim(l.outside.env("APPROLE_PATH"), "/")
	if at == "" {
		at = "approle"
	}
	path := "auth/" + at + "/login"
	fields := map[string]any{"role_id": role}
	if id != "" {
		fields["secret_id"] = id
	}
	s.client.ClearToken()
	answer, _, err := s.send(ctx, func(ctx context.Context, c *api.Logical) (*api.Secret, error) {
		return c.WriteWithContext(ctx, path, fields)
	})
	if err != nil {
		return "", s.refusedLogin(ctx, path, err)
	}
	if answer == nil || answer.Auth == nil || answer.Auth.ClientToken == "" {
		return "", s.misread(path)
	}
	if lease := time.Duration(answer.Auth.LeaseDuration) * time.Second; lease > 0 {
		l.until = time.Now().Add(lease * 9 / 10)
	}
	return answer.Auth.ClientToken, nil
}

// secretID is "" where there is none: a role may do without.
func (l *login) secretID() (string, error) {
	if id := l.outside.env("SECRET_ID"); id != "" {
		return id, nil
	}
	if path := l.outside.env("SECRET_ID_FILE"); path != "" {
		return l.outside.file(path)
	}
	return "", nil
}

func (s *server) refusedLogin(ctx context.Context, path string, err error) error {
	var r *refusal
	if errors.As(err, &r) && (r.status == 400 || r.status == 403) {
		err := secret.Errorf(secret.Permission, "%s: %s: the login with AppRole is refused", s.address, path)
		return secret.WithHint(err, "are VAULT_ROLE_ID, VAULT_SECRET_ID and VAULT_APPROLE_PATH right, and is the secret id still valid?")
	}
	return s.explain(ctx, path, "update", err)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
