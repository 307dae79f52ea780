package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// execVars gives the variables for a child with their values: exactly what the flags ask
// for; else in a project its env, or the keys that it refers to; else all.
func (a *app) execVars(ctx context.Context, s store.Store, cv *childVars, o execOptions) (vars []child.Var, err error) {
	explicit := len(o.only)+len(o.env)+len(o.envFiles)+len(o.files) > 0 || o.stdin != ""
	if explicit && o.all {
		err := secret.Errorf(secret.Invalid, "--all goes with neither --only nor --env nor --env-file nor --file nor --stdin")
		return nil, secret.WithHint(err, "they say exactly what is handed over")
	}
	var c *config.Config
	if !explicit {
		if c, err = a.projectFor(o); err != nil {
			return nil, err
		}
	}
	switch {
	case explicit:
		err = cv.addAll(o.only, o)
	case c == nil:
		var keys []string
		if keys, err = s.List(ctx); err == nil {
			err = cv.addAll(keys, o)
		}
	case len(c.Root.Get("env").All()) > 0:
		return a.projectEnv(ctx, c, cv.resolver, o)
	default:
		err = cv.addProject(c, o)
	}
	if err != nil {
		return nil, err
	}
	return cv.resolve(ctx)
}

// projectFor gives the configuration of a project, nil where all secrets are asked for.
func (a *app) projectFor(o execOptions) (*config.Config, error) {
	if o.all {
		return nil, nil
	}
	c, err := a.loadConfig()
	if err != nil || c.Project == nil {
		return nil, err
	}
	return c, a.checkProject(c)
}

// addAll adds what keys and flags ask for.
func (cv *childVars) addAll(keys []string, o execOptions) error {
	for i, key := range keys {
		keys[i] = strings.TrimSpace(key)
	}
	for _, key := range slices.Compact(slices.Sorted(slices.Values(keys))) {
		if err := cv.addKey(o.prefix+secret.EnvName(key), key, "--only"); err != nil {
			return err
		}
	}
	for _, assignment := range o.env {
		if err := cv.addEnv(assignment); err != nil {
			return err
		}
	}
	for _, path := range o.envFiles {
		if err := cv.addEnvFile(path); err != nil {
			return err
		}
	}
	return cv.addDelivered(o.files, o.stdin)
}

// addProject adds the keys that a project refers to. One that is missing, and has a
// default wherever it is referred to, is left out.
func (cv *childVars) addProject(c *config.Config, o execOptions) error {
	refs := references(readerOf(c), c.Active())
	var errs []error
	for _, ref := range refs {
		errs = append(errs, ref.err)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if len(refs) == 0 {
		err := secret.Errorf(secret.Invalid, "exec: %s has no env, and refers to no secret", c.Project.Name)
		return secret.WithHint(err, "--only KEY hands some over, --all all of them")
	}
	seen := map[string]bool{}
	for _, ref := range refs {
		whole := &resolve.Reference{Kind: resolve.Secret, Name: ref.Name, Raw: ref.Raw, HasDefault: ref.HasDefault, Position: position(ref.Place)}
		cv.resolver.NeedIn(ref.File.Name, ref.path, whole) // filters are for texts
		if key := ref.Name; !seen[key] {
			seen[key] = true
			cv.vars = append(cv.vars, unresolved{name: o.prefix + secret.EnvName(key), source: key, tokens: []resolve.Token{{Ref: whole}}, ifFound: key})
		}
	}
	return nil
}

// projectEnv gives the variables that a project's env says.
func (a *app) projectEnv(ctx context.Context, c *config.Config, r *resolve.Resolver, o execOptions) (vars []child.Var, err error) {
	env := c.Root.Get("env").All()
	var parts []part
	for _, p := range env {
		path := config.Join("env", p.Key)
		if isXecVar(p.Key) && !slices.Contains(o.allowName, p.Key) {
			return nil, prefixed(p.Place.String(), envRefusal(path, p.Key))
		}
		parts = append(parts, part{path, p.Value})
	}
	resolved, err := a.evaluate(ctx, a.evaluator(c, nil), parts, r, a.warnURL(r))
	if err != nil {
		return nil, err
	}
	for i, n := range resolved {
		if n.Kind != config.Scalar {
			return nil, secret.Errorf(secret.General, "%s: %s: not a text", parts[i].node.Place, parts[i].path)
		}
		value := n.Value()
		if n.IsNull() {
			value = secret.Value{}
		}
		vars = append(vars, child.Var{Name: env[i].Key, Value: value, Source: env[i].Place.String() + ": " + parts[i].path})
	}
	return vars, nil
}

// envRefusal is why a variable of a configuration's env is refused unless it is allowed, nil
// if it is not.
func envRefusal(path, name string) error {
	if isXecVar(name) {
		// Any xec that the child starts would believe it to be the person's word.
		err := secret.Errorf(secret.Invalid, "%s: %s is a variable of xec itself", path, name)
		return secret.WithHint(err, "--allow-name %s, if that is what you want", name)
	}
	_, err := child.Environment{}.With([]child.Var{{Name: name, Source: path}})
	return err
}
