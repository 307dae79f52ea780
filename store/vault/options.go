package vault

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/xec-sh/xec-go/store/remote"
	"github.com/xec-sh/xec-go/store/secret"
)

// Outside is what a store takes from the process around it.
type Outside struct {
	Getenv func(string) string // the environment; nil is an empty one
	Home   string              // the home directory, where .vault-token lies; "" has none
}

// env is the variable VAULT_name, else BAO_name.
func (o Outside) env(name string) string {
	if o.Getenv == nil {
		return ""
	}
	if text := o.Getenv("VAULT_" + name); text != "" {
		return text
	}
	return o.Getenv("BAO_" + name)
}

// file reads what another program has left for this one: a token or a secret id.
func (o Outside) file(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", secret.Errorf(secret.Permission, "%w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// tokenFile is where Vault's own command keeps the token of a login.
func (o Outside) tokenFile() string {
	if o.Home == "" {
		return ""
	}
	return filepath.Join(o.Home, ".vault-token")
}

// options are the settings.
type options struct {
	Address   string `json:"address"`
	Path      string `json:"path"`
	Mount     string `json:"mount"`
	Namespace string `json:"namespace"`
	Version   int    `json:"version"`
	Parallel  int    `json:"parallel"`

	patience time.Duration // for one request, with all that follows
}

// check completes what was not said and refuses what cannot be.
func (o *options) check(outside Outside) error {
	if o.Address == "" {
		o.Address = outside.env("ADDR")
	}
	if o.Namespace == "" {
		o.Namespace = outside.env("NAMESPACE")
	}
	if err := o.checkAddress(); err != nil {
		return err
	}
	if o.Version != 1 && o.Version != 2 {
		return secret.Errorf(secret.Invalid, "secrets.vault.version: %d is not 1 or 2", o.Version)
	}
	if err := remote.CheckParallel("vault", o.Parallel); err != nil {
		return err
	}
	return o.checkPatience(outside.env("CLIENT_TIMEOUT"))
}

// checkAddress does not quote the address: it may hold a password.
func (o *options) checkAddress() error {
	const what = "an address is like https://vault.example.com:8200"
	if o.Address == "" {
		err := secret.Errorf(secret.Invalid, "secrets.vault.address: missing, and VAULT_ADDR is not set")
		return secret.WithHint(err, what)
	}
	if !remote.IsAddress(o.Address) {
		err := secret.Errorf(secret.Invalid, "secrets.vault.address: not the address of a server")
		return secret.WithHint(err, what+", with no user and nothing behind the path")
	}
	o.Address = strings.TrimRight(o.Address, "/")
	return nil
}

// checkPatience reads seconds, or a number with a unit, as the client does.
func (o *options) checkPatience(text string) error {
	o.patience = remote.Patience
	if text == "" {
		return nil
	}
	if seconds, err := strconv.Atoi(text); err == nil {
		text = strconv.Itoa(seconds) + "s"
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return secret.Errorf(secret.Invalid, "VAULT_CLIENT_TIMEOUT: not a time like 30 or 1m30s")
	}
	o.patience = d
	return nil
}
