package config

import (
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// Profiles gives the names of the profiles, in their order.
func (c *Config) Profiles() (names []string) {
	for _, p := range c.base.Get("profiles").All() {
		names = append(names, p.Key)
	}
	return names
}

// With is the configuration with another profile, "" for none. Nothing is read again.
func (c *Config) With(profile string) (*Config, error) {
	other := *c
	other.Root, other.Profile = c.base, profile
	if err := other.applyProfile(); err != nil {
		return nil, err
	}
	return &other, nil
}

// Active is the configuration without the profiles: what of them is active lies above the
// rest already.
func (c *Config) Active() *Node { return c.Root.Without("profiles") }

// applyProfile lays the active profile, and those that it extends, upon the rest.
func (c *Config) applyProfile() error {
	if c.Profile == "" {
		return nil
	}
	profiles := c.Root.Get("profiles")
	var chain []*Node
	var seen []string
	for name := c.Profile; name != ""; {
		seen = append(seen, name)
		profile := profiles.Get(name)
		if profile == nil {
			return unknownProfile(name, profiles)
		}
		chain = append(chain, profile)
		name = ""
		if extends := profile.Get("extends"); !extends.IsNull() {
			path := Join("profiles", seen[len(seen)-1]) + ".extends"
			if extends.Kind != Scalar {
				return placed(extends.Place, path, secret.Errorf(secret.General, "not the name of a profile"))
			}
			if name = extends.Text; slices.Contains(seen, name) {
				return placed(extends.Place, path, secret.Errorf(secret.General, "profiles extend each other in a ring: %s", strings.Join(append(seen, name), " → ")))
			}
		}
	}
	for _, profile := range slices.Backward(chain) {
		c.Root = merge(c.Root, profile.Without("extends"))
	}
	return nil
}

func unknownProfile(name string, profiles *Node) error {
	err := secret.Errorf(secret.Invalid, "profile %q: there is none of that name", name)
	var known []string
	if profiles != nil {
		for _, p := range profiles.Pairs {
			known = append(known, p.Key)
		}
	}
	if near := resolve.Nearest(name, known); near != "" {
		return secret.WithHint(err, "did you mean %s?", near)
	}
	if len(known) > 0 {
		return secret.WithHint(err, "there are %s", strings.Join(known, ", "))
	}
	return secret.WithHint(err, "the configuration has no profiles")
}

// merge lays over upon base: maps merge, anything else is replaced.
func merge(base, over *Node) *Node {
	if base == nil || base.Kind != Map || over.Kind != Map {
		return over
	}
	merged := &Node{Kind: Map, Place: over.Place, Pairs: slices.Clone(base.Pairs)}
	at := make(map[string]int, len(base.Pairs))
	for i, p := range base.Pairs {
		at[p.Key] = i
	}
	for _, p := range over.Pairs {
		i, found := at[p.Key]
		if !found {
			at[p.Key] = len(merged.Pairs)
			merged.Pairs = append(merged.Pairs, p)
			continue
		}
		merged.Pairs[i] = Pair{p.Key, merge(merged.Pairs[i].Value, p.Value), p.Place}
	}
	merged.note(at)
	return merged
}
