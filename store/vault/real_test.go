package vault

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/remote/remotetest"
	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/storetest"
)

// real is a Vault: fixtures/vaultserver, which XEC_TEST_VAULT names.
type real struct {
	Address string `json:"address"`
	Token   string `json:"token"`
	Key     string `json:"key"`
}

// startReal skips the test for want of a server, and fails it where one is required.
func startReal(t *testing.T, args ...string) real {
	t.Helper()
	program := os.Getenv("XEC_TEST_VAULT")
	if program == "" {
		machine.Lacking(t, "vault", errors.New("XEC_TEST_VAULT does not name a server"))
	}
	c := exec.Command(program, args...)
	hold, err := c.StdinPipe()
	must(t, err)
	out, err := c.StdoutPipe()
	must(t, err)
	c.Stderr = os.Stderr
	must(t, c.Start())
	t.Cleanup(func() { hold.Close(); c.Wait() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	must(t, err)
	var r real
	must(t, json.Unmarshal(line, &r))
	return r
}

// do sends a request as root.
func (r real) do(t *testing.T, method, path, body string) map[string]any {
	t.Helper()
	status, text := request(t, r.Address, r.Token, method, path, body)
	if status/100 != 2 {
		t.Fatalf("%s %s: status %d", method, path, status)
	}
	var answer map[string]any
	if len(text) > 0 {
		must(t, json.Unmarshal(text, &answer))
	}
	return answer
}

// mount mounts an engine and waits until it is there: version 2 makes itself ready first.
func (r real) mount(t *testing.T, path string, version int) {
	t.Helper()
	r.do(t, "POST", "sys/mounts/"+path, fmt.Sprintf(`{"type":"kv","options":{"version":"%d"}}`, version))
	probe := path + "/probe"
	if version == 2 {
		probe = path + "/data/probe"
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		status, _ := request(t, r.Address, r.Token, "GET", probe, "")
		if status == 404 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s is not mounted: status %d", path, status)
		}
	}
}

// reader is a token that may read secret/data/xec/* and nothing else.
func (r real) reader(t *testing.T) string {
	r.do(t, "PUT", "sys/policies/acl/reader", `{"policy":"path \"secret/data/xec/*\" { capabilities = [\"read\"] }"}`)
	answer := r.do(t, "POST", "auth/token/create", `{"policies":["reader"],"no_default_policy":true}`)
	return answer["auth"].(map[string]any)["client_token"].(string)
}

// role makes a role for AppRole whose tokens may do all below secret.
func (r real) role(t *testing.T) (role, id string) {
	r.do(t, "POST", "sys/auth/approle", `{"type":"approle"}`)
	r.do(t, "PUT", "sys/policies/acl/all", `{"policy":"path \"secret/*\" { capabilities = [\"create\",\"read\",\"update\",\"delete\",\"list\"] }"}`)
	r.do(t, "POST", "auth/approle/role/xec", `{"token_policies":"all","token_ttl":3600}`)
	data := func(answer map[string]any) map[string]any { return answer["data"].(map[string]any) }
	role = data(r.do(t, "GET", "auth/approle/role/xec/role-id", ""))["role_id"].(string)
	return role, data(r.do(t, "PUT", "auth/approle/role/xec/secret-id", ""))["secret_id"].(string)
}

func TestRealServer(t *testing.T) {
	r := startReal(t)
	r.mount(t, "secret", 2)
	r.mount(t, "one", 1)
	var folders atomic.Int64
	fresh := func(t *testing.T, version int) func() store.Store {
		more := with{"path": fmt.Sprintf("%s/run-%d", []string{"one", "secret"}[version-1], folders.Add(1)), "version": version}
		return func() store.Store { return open(t, r.Address, r.Token, more) }
	}
	two := func(t *testing.T) *Versioned { return fresh(t, 2)().(*Versioned) }
	for _, version := range []int{2, 1} {
		t.Run(fmt.Sprint("conforms, version ", version), func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
				reopen := fresh(t, version)
				return reopen(), reopen
			})
		})
	}
	t.Run("concurrent writes are not lost", func(t *testing.T) { concurrentWrites(t, two(t)) })
	t.Run("only one of many adds", func(t *testing.T) { remotetest.OnlyOneAdds(t, two(t)) })
	t.Run("deleted and destroyed", func(t *testing.T) {
		deletedAndDestroyed(t, open(t, r.Address, r.Token, nil).(*Versioned))
	})
	t.Run("permissions", func(t *testing.T) {
		must(t, open(t, r.Address, r.Token, nil).Set(ctx, "KEY", secret.Text("v")))
		permissions(t, open(t, r.Address, r.reader(t), nil).(*Versioned))
		_, err := open(t, r.Address, "hvs.nobody-knows-me", nil).Get(ctx, "KEY")
		wantError(t, err, secret.Permission, "the token is not valid")
		_, err = open(t, r.Address, "", nil).Get(ctx, "KEY")
		wantError(t, err, secret.Permission, "there is no token")
	})
	t.Run("AppRole", func(t *testing.T) {
		role, id := r.role(t)
		login := func(id string) store.Store {
			return openOutside(t, r.Address, env{"VAULT_ROLE_ID": role, "VAULT_SECRET_ID": id}.outside(), nil)
		}
		must(t, login(id).Set(ctx, "KEY", secret.Text("by role")))
		wantText(t, login(id), "KEY", "by role")
		wantError(t, second(login("wrong").Get(ctx, "KEY")), secret.Permission, "the login with AppRole is refused")
	})
	t.Run("a namespace is ignored where there are none", func(t *testing.T) {
		must(t, open(t, r.Address, r.Token, nil).Set(ctx, "KEY", secret.Text("v")))
		wantText(t, open(t, r.Address, r.Token, with{"namespace": "team"}), "KEY", "v")
	})
	t.Run("wrong version, wrong mount", func(t *testing.T) {
		wantError(t, open(t, r.Address, r.Token, with{"path": "one/xec"}).Set(ctx, "K", secret.Text("v")), secret.Invalid, "is of version 1")
		wantError(t, second(open(t, r.Address, r.Token, with{"version": 1}).Get(ctx, "K")), secret.Invalid, "is of version 2")
		wantError(t, second(open(t, r.Address, r.Token, with{"path": "no/xec"}).Get(ctx, "K")), secret.General, "nothing is mounted")
		r.mount(t, "team/kv", 2)
		wantError(t, second(open(t, r.Address, r.Token, with{"path": "team/kv/xec"}).Get(ctx, "K")), secret.General, "nothing is mounted")
		must(t, open(t, r.Address, r.Token, with{"mount": "team/kv"}).Set(ctx, "K", secret.Text("v")))
	})
	t.Run("other fields are kept", func(t *testing.T) {
		for _, at := range []string{"secret/data/kept/KEY", "one/kept/KEY"} {
			version, body := 1, `{"value":"old","owner":"team","n":12345678,"list":[1,"x"]}`
			if strings.HasPrefix(at, "secret") {
				version, body = 2, `{"data":`+body+`}`
			}
			r.do(t, "PUT", at, body)
			mount, _, _ := strings.Cut(at, "/")
			must(t, open(t, r.Address, r.Token, with{"path": mount + "/kept", "version": version}).Set(ctx, "KEY", secret.Text("new")))
			data := r.do(t, "GET", at, "")["data"].(map[string]any)
			if version == 2 {
				data = data["data"].(map[string]any)
			}
			if len(data) != 4 || data["value"] != "new" || data["owner"] != "team" || data["n"] != 12345678.0 || len(data["list"].([]any)) != 2 {
				t.Errorf("%s: fields of others were changed", at)
			}
		}
	})
	t.Run("sealed", func(t *testing.T) {
		r.do(t, "PUT", "sys/seal", "")
		_, err := open(t, r.Address, r.Token, nil).Get(ctx, "KEY")
		wantError(t, err, secret.Encryption, "the server is sealed")
		r.do(t, "PUT", "sys/unseal", `{"key":"`+r.Key+`"}`)
	})
}

func TestRealServerThatIsNotInitialised(t *testing.T) {
	r := startReal(t, "-uninitialised")
	_, err := open(t, r.Address, "hvs.any", nil).Get(ctx, "KEY")
	wantError(t, err, secret.Encryption, "not initialised")
}

// TestRealAnswers compares with the answers that the fake is held to, or with -update
// writes them.
func TestRealAnswers(t *testing.T) {
	r := startReal(t)
	r.mount(t, "secret", 2)
	r.mount(t, "one", 1)
	role, id := r.role(t)
	p := partner{r.Address, map[string]string{"root": r.Token, "wrong": "hvs.wrong", "reader": r.reader(t)}, role, id, func() { r.do(t, "PUT", "sys/seal", "") }}
	got := p.talk(t)
	if *update {
		text, err := json.MarshalIndent(got, "", "\t")
		must(t, err)
		must(t, os.MkdirAll(filepath.Dir(answersFile), 0o755))
		must(t, os.WriteFile(answersFile, append(text, '\n'), 0o644))
	}
	compare(t, got)
}
