package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// Options says which configuration is loaded.
type Options struct {
	Dir     string // the working folder
	File    string // replaces the search; "" means to search
	Home    string // the person's folder ~/.xec; "" means that there is none
	Profile string // "" means none
	// ProfileMayLack is whether a profile is no error where there is no configuration at
	// all.
	ProfileMayLack bool
	// Name gives the name by which messages call a file; nil means its path.
	Name func(path string) string
}

// Config is a configuration, merged.
type Config struct {
	Root    *Node // a map
	Project *File // nil outside of a project
	User    *File // nil where the person has none
	Profile string

	home    string
	base    *Node    // the root below the profile
	digests *digests // of programs that the project names
}

// Names are those of the file in a folder; the first one wins.
var Names = []string{"config.yaml", "config.yml"}

// Find gives the path of the project's file, "" if there is none.
func Find(opt Options) (string, error) {
	if opt.File != "" {
		return filepath.Abs(opt.File)
	}
	dir, err := filepath.Abs(opt.Dir)
	if err != nil {
		return "", err
	}
	for {
		folder := filepath.Join(dir, ".xec")
		if path := inFolder(folder); path != "" && !sameFolder(folder, opt.Home) {
			return path, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", nil
		}
		dir = parent
	}
}

func inFolder(folder string) string {
	for _, name := range Names {
		path := filepath.Join(folder, name)
		if _, err := os.Lstat(path); err == nil {
			return path
		}
	}
	return ""
}

func sameFolder(a, b string) bool {
	left, leftErr := os.Stat(a)
	right, rightErr := os.Stat(b)
	return leftErr == nil && rightErr == nil && os.SameFile(left, right)
}

// Load reads and merges the configuration. Outside of a project, and without a file of
// the person's, it is empty.
func Load(opt Options) (*Config, error) {
	c := &Config{Profile: opt.Profile, home: opt.Home, digests: &digests{}}
	path, err := Find(opt)
	if err != nil {
		return nil, err
	}
	if path != "" {
		if c.Project, err = opt.read(path, false); err != nil {
			return nil, err
		}
	}
	if opt.Home != "" {
		if path := inFolder(opt.Home); path != "" {
			if c.User, err = opt.read(path, true); err != nil {
				return nil, err
			}
		}
	}
	c.Root = &Node{Kind: Map}
	for _, f := range []*File{c.User, c.Project} {
		if f != nil && !f.Root.IsNull() {
			c.Root = merge(c.Root, f.Root)
		}
	}
	if opt.ProfileMayLack && c.Project == nil && c.User == nil {
		c.Profile = ""
	}
	c.base = c.Root
	if err := c.applyProfile(); err != nil {
		return nil, err
	}
	return c, nil
}

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

// read reads a file.
func (opt Options) read(path string, own bool) (*File, error) {
	f := &File{Path: path, Name: path, Own: own}
	if opt.Name != nil {
		f.Name = opt.Name(path)
	}
	var err error
	if f.Text, err = f.readRegular(); err != nil {
		return nil, err
	}
	if text, marked := bytes.CutPrefix(f.Text, []byte(resolve.ByteOrderMark)); marked {
		f.Text, f.before = text, len(resolve.ByteOrderMark)
	}
	if err := f.parse(); err != nil {
		return nil, err
	}
	return f, f.checkShape(f.Root, "")
}

// readRegular reads a file that is one; a FIFO would make every command wait.
func (f *File) readRegular() ([]byte, error) {
	info, err := os.Stat(f.Path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, secret.Errorf(secret.General, "%s: not a regular file", f.Name)
	}
	if err == nil && info.Size() > maxSize {
		return nil, secret.Errorf(secret.General, "%s: more than %d MiB", f.Name, maxSize>>20)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(f.Path)
	}
	var failed *fs.PathError
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, secret.Errorf(secret.Permission, "%s: permission denied", f.Name)
	case errors.As(err, &failed):
		return nil, &fs.PathError{Op: failed.Op, Path: f.Name, Err: failed.Err}
	}
	return text, err
}

// maps are the keys whose values must be maps.
var maps = []string{"vars", "env", "targets", "tasks", "profiles", "secrets"}

// checkShape checks a file, or a profile, as far as its keys are known.
func (f *File) checkShape(n *Node, path string) error {
	if n == nil || n.IsNull() && path == "" {
		return nil
	}
	if n.Kind != Map {
		return placed(n.Place, path, secret.Errorf(secret.General, "not a map"))
	}
	for _, p := range n.Pairs {
		if slices.Contains(maps, p.Key) && p.Value.Kind != Map && !p.Value.IsNull() {
			return placed(p.Value.Place, Join(path, p.Key), secret.Errorf(secret.General, "not a map"))
		}
		if p.Key == "profiles" && path == "" {
			for _, profile := range p.Value.Pairs {
				if err := f.checkShape(profile.Value, Join("profiles", profile.Key)); err != nil {
					return err
				}
			}
		}
	}
	return checkEnv(n.Get("env"), Join(path, "env"))
}

func checkEnv(env *Node, path string) error {
	for _, p := range env.All() {
		if p.Value.Kind != Scalar {
			return placed(p.Value.Place, Join(path, p.Key), secret.Errorf(secret.General, "not a text"))
		}
	}
	return nil
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
			merged.Pairs = append(merged.Pairs, p)
			continue
		}
		merged.Pairs[i] = Pair{p.Key, merge(merged.Pairs[i].Value, p.Value), p.Place}
	}
	return merged
}

// applyProfile lays the active profile, and those that it extends, upon the rest.
func (c *Config) applyProfile() error {
	if c.Profile == "" {
		return nil
	}
	profiles := c.Root.Get("profiles")
	var chain []*Node
	var seen []string
	for name := c.Profile; name != ""; {
		if slices.Contains(seen, name) {
			return secret.Errorf(secret.General, "profiles extend each other in a ring: %s", strings.Join(append(seen, name), " → "))
		}
		seen = append(seen, name)
		profile := profiles.Get(name)
		if profile == nil {
			return unknownProfile(name, profiles)
		}
		chain = append(chain, profile)
		name = ""
		if extends := profile.Get("extends"); !extends.IsNull() {
			if extends.Kind != Scalar {
				return placed(extends.Place, "profiles."+seen[len(seen)-1]+".extends", secret.Errorf(secret.General, "not the name of a profile"))
			}
			name = extends.Text
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

// Dir is the folder of the project, in which .xec lies: relative paths and commands
// begin there.
func (c *Config) Dir() string {
	if c.Project == nil {
		return ""
	}
	dir := filepath.Dir(c.Project.Path)
	if filepath.Base(dir) == ".xec" {
		return filepath.Dir(dir)
	}
	return dir
}

func (k Kind) String() string { return [...]string{"scalar", "map", "list"}[k] }

var _ fmt.Stringer = Kind(0)
