package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/trust"
	"github.com/xec-sh/xec-go/store/secret"
)

// projectOptions say which configuration and which store are used.
type projectOptions struct {
	config   string
	profile  string
	provider string
	strict   bool
}

// addProjectFlags gives a command, or a group, the flags that choose a configuration.
func (a *app) addProjectFlags(cmd *cobra.Command, flags *pflag.FlagSet) {
	short := "p"
	if flags.ShorthandLookup(short) != nil { // of run, whose -p is a parameter
		short = ""
	}
	flags.StringVarP(&a.project.config, "config", "c", "", "use the configuration `FILE`, and look for no other")
	flags.StringVarP(&a.project.profile, "profile", short, "", "use the profile `NAME` of the configuration")
	flags.StringVar(&a.project.provider, "provider", "", "keep secrets with the provider `NAME`, whatever the configuration says (also XEC_SECRETS_PROVIDER)")
	complete(cmd, "profile", a.completeProfiles)
	complete(cmd, "provider", a.completeProviders)
}

// addStoreFlags gives the flags of a command, or a group, that uses the store too.
func (a *app) addStoreFlags(cmd *cobra.Command, flags *pflag.FlagSet) {
	a.addProjectFlags(cmd, flags)
	flags.BoolVar(&a.project.strict, "strict", false, "refuse a store that is older than one that was here before")
}

// loadConfig reads the configuration, once.
func (a *app) loadConfig() (*config.Config, error) {
	if a.config != nil {
		return a.config, nil
	}
	opt, err := a.configOptions()
	if err != nil {
		return nil, err
	}
	opt.Profile = a.project.profile
	opt.Name = shortHere
	if opt.Profile == "" {
		opt.Profile, opt.ProfileMayLack = a.getenv("XEC_PROFILE"), true
	}
	a.config, err = config.Load(opt)
	return a.config, err
}

// configOptions say where a configuration is looked for.
func (a *app) configOptions() (config.Options, error) {
	dir, err := os.Getwd()
	if err != nil {
		err = secret.WithHint(fmt.Errorf("the working folder: %w", err), "it may have been deleted; cd into another one")
	}
	return config.Options{Dir: dir, File: a.project.config, Home: a.homeOrNone()}, err
}

// needConfig is loadConfig for a command that is about nothing else; hint says what to do
// where there is none.
func (a *app) needConfig(hint string) (*config.Config, error) {
	c, err := a.loadConfig()
	if err == nil && c.Project == nil && c.User == nil {
		err = secret.Errorf(secret.Invalid, "there is no configuration here: no .xec/config.yaml in this folder or above it")
		err = secret.WithHint(err, "%s; xec config set vars.NAME VALUE makes one", hint)
	}
	return c, err
}

// shortPath is a path as a person would write it in a folder.
func shortPath(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}

// trustsAll reports whether the person has approved everything for this call.
func (a *app) trustsAll() bool { return a.getenv("XEC_TRUST_CONFIG") == "1" }

// checkProject returns an error if others could have written the project's file, or the
// person's own, which is trusted.
func (a *app) checkProject(c *config.Config) error {
	if a.trustsAll() {
		return nil
	}
	for _, f := range []*config.File{c.Project, c.User} {
		if f == nil {
			continue
		}
		if err := trust.CheckFile(f.Path); err != nil {
			return err
		}
	}
	if c.Project == nil {
		return nil
	}
	return trust.CheckFile(c.Dir()) // who owns the folder can put another .xec into it
}

// registry is where approvals are kept.
func (a *app) registry() (trust.Registry, error) {
	home, err := a.home()
	return trust.Registry{Dir: filepath.Join(home, "trust"), Now: time.Now}, err
}

// acting gives what of a configuration may act: what has been approved, and what the
// person approves now, on a terminal.
func (a *app) acting(c *config.Config) (*config.Acting, error) {
	approval, err := a.approval(c)
	if err != nil {
		return nil, err
	}
	return a.actingBy(c, approval), nil
}

// actingBy gives what an approval covers. Commands, the person's own too, get none of
// xec's variables, some of which are credentials.
func (a *app) actingBy(c *config.Config, approval trust.Approval) *config.Acting {
	acting := c.Acting(approval)
	acting.Stderr = a.err
	acting.Environ = a.environWithout(isXecVar)
	return acting
}

func (a *app) approval(c *config.Config) (trust.Approval, error) {
	subject := c.Subject()
	if len(subject.Parts) == 0 {
		return trust.Approval{}, nil
	}
	if a.trustsAll() {
		return trust.Once(subject), nil
	}
	if err := a.checkProject(c); err != nil {
		return trust.Approval{}, err
	}
	r, err := a.registry()
	if err != nil {
		return trust.Approval{}, err
	}
	approval, last, err := r.Lookup(subject)
	if err != nil || approval.Covers(subject) {
		return approval, err
	}
	return a.askApproval(c, r, subject, last)
}

// homeOrNone is home, "" where there is none: then there is no configuration of the person's.
func (a *app) homeOrNone() string {
	home, err := a.home()
	if err != nil {
		return ""
	}
	return home
}

// shortHere is a path as a person would write it in this folder.
func shortHere(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	return shortPath(dir, path)
}
