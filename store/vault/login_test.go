package vault

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

func TestSourcesOfTheToken(t *testing.T) {
	f := newFake(t)
	f.role, f.id = "the-role", "the-secret-id"
	home := t.TempDir()
	file := filepath.Join(home, "secret-id")
	must(t, os.WriteFile(file, []byte(f.id+"\n"), 0o600))
	withToken := t.TempDir()
	must(t, os.WriteFile(filepath.Join(withToken, ".vault-token"), []byte(rootToken+"\n"), 0o600))
	for name, test := range map[string]struct {
		env    env
		home   string
		logins int
	}{
		"variable":           {env{"VAULT_TOKEN": rootToken + "\n", "VAULT_ROLE_ID": f.role}, home, 0},
		"of OpenBao":         {env{"BAO_TOKEN": rootToken}, home, 0},
		"before the file":    {env{"VAULT_TOKEN": rootToken}, home, 0},
		"file":               {env{"VAULT_ROLE_ID": f.role, "VAULT_SECRET_ID": f.id}, withToken, 0},
		"AppRole":            {env{"VAULT_ROLE_ID": f.role, "VAULT_SECRET_ID": f.id}, home, 1},
		"AppRole and a file": {env{"VAULT_ROLE_ID": f.role, "VAULT_SECRET_ID_FILE": file, "VAULT_APPROLE_PATH": "/approle/"}, home, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f.logins = 0
			outside := test.env.outside()
			outside.Home = test.home
			s := openOutside(t, f.url, outside, nil)
			must(t, s.Set(ctx, "KEY", secret.Text("v")))
			must(t, second(store.Get(ctx, s, []string{"A", "B", "C", "KEY"})))
			if f.logins != test.logins {
				t.Errorf("%d logins, want %d", f.logins, test.logins)
			}
		})
	}
}

func TestLoginIsRepeatedWhenItsTokenEnds(t *testing.T) {
	f := newFake(t)
	f.role, f.id = "the-role", "the-secret-id"
	s := openOutside(t, f.url, env{"VAULT_ROLE_ID": f.role, "VAULT_SECRET_ID": f.id}.outside(), nil)
	must(t, s.Set(ctx, "KEY", secret.Text("v")))
	clear(f.policies)
	f.policies[rootToken] = []rule{{"", "create read update delete list"}}
	of(s).server.login.until = time.Now()
	wantText(t, s, "KEY", "v")
	if f.logins != 2 {
		t.Errorf("%d logins", f.logins)
	}
}

func TestRefusedLogin(t *testing.T) {
	f := newFake(t)
	f.role, f.id = "the-role", "the-secret-id"
	s := openOutside(t, f.url, env{"VAULT_ROLE_ID": "the-role", "VAULT_SECRET_ID": "hush"}.outside(), nil)
	_, err := s.Get(ctx, "KEY")
	wantError(t, err, secret.Permission, f.url, "auth/approle/login", "VAULT_SECRET_ID")
	if strings.Contains(err.Error()+secret.Hint(err), "hush") {
		t.Error("the error holds the secret id")
	}
	s = openOutside(t, f.url, env{"VAULT_ROLE_ID": "the-role", "VAULT_SECRET_ID_FILE": filepath.Join(t.TempDir(), "none")}.outside(), nil)
	wantError(t, second(s.Get(ctx, "KEY")), secret.Permission, "none")
	s = openOutside(t, f.url, env{"VAULT_TOKEN": "hush\x01hush"}.outside(), nil)
	_, err = s.Get(ctx, "KEY")
	wantError(t, err, secret.Invalid, "VAULT_TOKEN")
	if strings.Contains(err.Error(), "hush") {
		t.Error("the error holds the token")
	}
}
