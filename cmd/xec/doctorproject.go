package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/trust"
	"github.com/xec-sh/xec-go/store/broker"
	"github.com/xec-sh/xec-go/store/secret"
)

// lookAtConfig gives the configuration, nil if there is none to be read, and what of it the
// person has approved.
func (d *doctor) lookAtConfig() (*config.Config, trust.Approval) {
	const check = "config"
	c, err := d.loadConfig()
	if err != nil {
		d.problem(check, err)
		return nil, trust.Approval{}
	}
	if c.Project != nil {
		d.add(stateOK, check, "%s, the project's", c.Project.Name)
	}
	if c.User != nil {
		d.add(stateOK, check, "%s, your own", c.User.Name)
	}
	if c.Project == nil && c.User == nil {
		d.add(stateOK, check, "none, in this folder or above it or of your own")
	}
	if c.Profile != "" {
		d.add(stateOK, check, "profile %s", c.Profile)
	}
	return c, d.lookAtTrust(c)
}

// lookAtTrust tells what of a project acts, and gives the approval that there is.
func (d *doctor) lookAtTrust(c *config.Config) trust.Approval {
	const check = "trust"
	subject := c.Subject()
	if d.trustsAll() {
		d.add(stateNote, check, "XEC_TRUST_CONFIG=1 approves whatever a configuration does, and whoever has written it")
		return trust.Once(subject)
	}
	if err := d.checkProject(c); err != nil {
		d.problem(check, err)
	}
	switch {
	case c.Project == nil:
		return trust.Approval{}
	case len(subject.Parts) == 0:
		d.add(stateOK, check, "nothing in %s acts", c.Project.Name)
		return trust.Approval{}
	}
	r, err := d.registry()
	if err != nil {
		return trust.Approval{} // for want of a home folder, which was told
	}
	approval, _, err := r.Lookup(subject)
	switch {
	case err != nil:
		d.problem(check, err)
	case approval.Covers(subject):
		d.add(stateOK, check, "%s acts, and is approved", c.Project.Name)
	default:
		d.add(stateWarning, check, "%s acts, and is not approved: %s", c.Project.Name, acts(subject.Parts))
		d.hint("xec config trust shows all of it, and asks")
	}
	return approval
}

// acts says on one line what parts do.
func acts(parts []trust.Part) string {
	const most = 5
	var texts []string
	for _, p := range parts[:min(len(parts), most)] {
		texts = append(texts, trust.Visible(p.Where)+" "+whatItDoes[p.Kind])
	}
	if len(parts) > most {
		texts = append(texts, fmt.Sprintf("and %d more", len(parts)-most))
	}
	return strings.Join(texts, ", ")
}

// lookForStore gives the folder of the store, "" if that cannot be told.
func (d *doctor) lookForStore(home string, c *config.Config, approval trust.Approval) string {
	const check = "store"
	if home == "" {
		return ""
	}
	named := cmp.Or(d.project.provider, d.getenv(providerVar))
	var block config.Block
	var isSet bool
	var blockErr error
	if c != nil {
		block, isSet, blockErr = c.Acting(approval).Block(named)
	}
	provider, dir, why := "file", d.storeFiles(home, "").Dir, "the default"
	if _, moved := d.lookup("XEC_HOME_DIR"); moved {
		why += " below XEC_HOME_DIR"
	}
	switch {
	case d.project.provider != "":
		provider, why = d.project.provider, why+", by --provider"
	case d.getenv(providerVar) != "":
		provider, why = d.getenv(providerVar), why+", by "+providerVar
	case c == nil:
		why += "; what the configuration says cannot be told"
	case errors.Is(blockErr, secret.Permission):
		d.problem(check, secret.Errorf(secret.Permission, "not looked for: the secrets block that says where it is has not been approved"))
		d.hint("xec config trust")
		return ""
	case blockErr != nil:
		d.problem(check, blockErr)
		return ""
	default:
		if isSet {
			provider = block.Provider
		}
		if block.Directory != "" {
			dir, why = block.Directory, "by "+c.Root.Get("secrets").Place.String()
		}
	}
	if provider != "file" {
		d.lookAtProvider(provider, block.Settings)
		return ""
	}
	d.add(stateOK, check, "%s (provider file, %s)", dir, why)
	return dir
}

// lookAtProvider tells of a provider whose secrets are not in files of xec. The settings are
// those that may act, nil where there are none.
func (d *doctor) lookAtProvider(name string, settings *config.Node) {
	const check = "store"
	about := name
	for _, p := range settings.All() {
		if p.Value.Kind == config.Scalar {
			about += ", " + p.Key + " " + p.Value.Text
		}
	}
	if slices.Contains(builtIn, name) {
		d.add(stateOK, check, "provider %s", about)
		return
	}
	path, err := findPlugin(name)
	if err != nil {
		d.problem(check, err)
		return
	}
	d.add(stateOK, check, "provider %s, through %s", about, path)
	d.hint("whether it answers: xec secrets list")
}

// lookAtSocket tells of a run within which this process was started.
func (d *doctor) lookAtSocket() {
	path := d.getenv(broker.Variable)
	if path == "" {
		return
	}
	const check = "run"
	c, err := broker.Dial(path)
	if err != nil {
		d.problem(check, err)
		return
	}
	c.Close()
	d.add(stateNote, check, "secrets come from the run at %s, unless --provider names another place", path)
}
