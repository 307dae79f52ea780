package main

import (
	"cmp"
	"errors"

	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/trust"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/broker"
	"github.com/xec-sh/xec-go/store/plugin"
	"github.com/xec-sh/xec-go/store/secret"
)

// providerVar is where the person's environment names a provider.
const providerVar = "XEC_SECRETS_PROVIDER"

// provider says where secrets are kept.
type provider struct {
	name     string
	place    config.Place // of the name in the configuration, if it comes from there
	settings *config.Node // what the configuration says below secrets.NAME; nil is nothing
	dir      string       // of provider file, "" for the ordinary one
}

// openStore gives the store of this call. One in files opens nothing yet.
func (a *app) openStore() (store.Store, error) {
	if a.store != nil {
		return a.store, nil
	}
	s, err := a.chosenStore()
	if err == nil {
		a.store = s
	}
	return s, err
}

// chosenStore gives the store that --provider names, or the one of the run within which this
// process was started, or else that of the environment or of the configuration.
func (a *app) chosenStore() (store.Store, error) {
	if path := a.getenv(broker.Variable); path != "" && a.project.provider == "" {
		return a.kept(broker.Dial(path))
	}
	p, err := a.provider()
	if err != nil {
		return nil, err
	}
	return a.openProvider(p)
}

// kept has a store that is spoken to closed when it has no use any more.
func (a *app) kept(c *plugin.Client, err error) (store.Store, error) {
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, c.Close)
	a.watch()
	return c, nil
}

// closeStores ends what was started for stores, which would else be left to the program
// that this process becomes.
func (a *app) closeStores() {
	for _, end := range a.closers {
		end()
	}
	a.closers, a.store = nil, nil
	a.unwatch()
}

// provider gives the provider of this call. The rest of the configuration is not looked at.
func (a *app) provider() (provider, error) {
	if name := cmp.Or(a.project.provider, a.getenv(providerVar)); name != "" {
		return a.namedProvider(name)
	}
	c, err := a.loadConfig()
	if err != nil || c.Root.Get("secrets").IsNull() {
		return provider{name: "file"}, err
	}
	acting := c.Acting(trust.Approval{})
	block, _, err := acting.Block("")
	if errors.Is(err, secret.Permission) {
		if acting, err = a.acting(c); err == nil {
			block, _, err = acting.Block("")
		}
	} else if err == nil {
		err = a.checkProject(c)
	}
	if err != nil {
		return provider{}, err
	}
	return provider{block.Provider, block.Place, block.Settings, block.Directory}, nil
}

// namedProvider gives the provider that the person names. The file store is then that of
// the person; the settings of another are those of the configuration as far as they may
// act, and nobody is asked.
func (a *app) namedProvider(name string) (provider, error) {
	p := provider{name: name}
	if name == "file" {
		return p, nil
	}
	p, err := a.configured(name)
	if errors.Is(err, secret.Permission) { // the name is the person's word, and replaces the block
		a.say("%v, and are not used", err)
		return a.own(name), nil
	}
	return p, err
}

// own gives a provider as the person's own configuration sets it up.
func (a *app) own(name string) provider {
	p := provider{name: name}
	if a.config != nil && a.config.User != nil {
		p.settings = a.config.User.Root.Get("secrets").Get(name)
	}
	return p
}

// configured gives a provider as the configuration sets it up. Nobody is asked: that the
// project has settings for it which have not been approved is an error.
func (a *app) configured(name string) (provider, error) {
	c, err := a.loadConfig()
	if err != nil {
		return provider{}, err
	}
	block, _, err := c.Acting(trust.Approval{}).Block(name)
	if errors.Is(err, secret.Permission) {
		block, err = a.approvedBlock(c, name)
	}
	return provider{name: name, settings: block.Settings, dir: block.Directory}, err
}

// approvedBlock gives what the secrets block says of a provider if it has been approved, and
// else the person's own unless the project has settings for the provider.
func (a *app) approvedBlock(c *config.Config, name string) (config.Block, error) {
	subject := c.Subject()
	approval := trust.Once(subject)
	if !a.trustsAll() {
		r, err := a.registry()
		if err != nil {
			return config.Block{}, err
		}
		if approval, _, err = r.Lookup(subject); err != nil {
			return config.Block{}, err
		}
		if !approval.Covers(subject) {
			return config.Block{Settings: a.own(name).settings}, unapprovedSettings(c, name)
		}
		if err := a.checkProject(c); err != nil {
			return config.Block{}, err
		}
	}
	block, _, err := c.Acting(approval).Block(name)
	if errors.Is(err, secret.Permission) {
		return config.Block{}, nil
	}
	return block, err
}

// unapprovedSettings is the error for settings of a provider that the project has, itself or
// in the profile.
func unapprovedSettings(c *config.Config, name string) error {
	settings := c.Root.Get("secrets").Get(name)
	if settings.IsNull() {
		return nil
	}
	if own := c.Project.Root.Get("secrets").Get(name); !own.IsNull() {
		settings = own
	}
	err := secret.Errorf(secret.Permission, "%s: the settings for %s have not been approved", settings.Place, name)
	return secret.WithHint(err, "xec config trust shows them, and asks")
}
