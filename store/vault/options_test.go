package vault

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

func TestSettings(t *testing.T) {
	for settings, want := range map[string]string{
		`{"address":"http://h","nope":1}`:                  "nope",
		`{"address":1}`:                                    "secrets.vault.address: not a text",
		`{}`:                                               "VAULT_ADDR",
		`{"address":"vault.example.com:8200"}`:             "not the address of a server",
		`{"address":"ftp://h"}`:                            "not the address of a server",
		`{"address":"https://me:hush@h"}`:                  "not the address of a server",
		`{"address":"https://h?x=hush"}`:                   "not the address of a server",
		`{"address":"http://h","version":3}`:               "3 is not 1 or 2",
		`{"address":"http://h","parallel":0}`:              "parallel",
		`{"address":"http://h","parallel":1000}`:           "parallel",
		`{"address":"http://h","path":"secret//xec"}`:      "not a path",
		`{"address":"http://h","path":"secret/../sys"}`:    "not a path",
		`{"address":"http://h","path":"a/b","mount":"b"}`:  "not in the mount",
		`{"address":"http://h","path":"ab","mount":"a"}`:   "not in the mount",
		`{"address":"http://h","path":"secret/x\u0000ec"}`: "not a path",
	} {
		_, err := Open(store.Settings(settings), Outside{})
		wantError(t, err, secret.Invalid, want)
		if err != nil && strings.Contains(err.Error()+secret.Hint(err), "hush") {
			t.Errorf("%v holds a value", err)
		}
	}
	for name, value := range map[string]string{"VAULT_CLIENT_TIMEOUT": "soon", "VAULT_SKIP_VERIFY": "maybe", "VAULT_CACERT": "/none.pem", "VAULT_PROXY_ADDR": "::", "VAULT_CLIENT_CERT": "/none"} {
		_, err := Open(nil, env{"VAULT_ADDR": "https://h", name: value}.outside())
		wantError(t, err, secret.Invalid, name)
	}
	if s, err := Open(nil, env{"BAO_ADDR": "https://h/"}.outside()); err != nil || of(s).place != (place{"secret", "xec", 2}) {
		t.Errorf("error %v, or another place than secret/xec", err)
	}
}
