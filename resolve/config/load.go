package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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
		path, err := inFolder(folder)
		if (path != "" || err != nil) && !sameFolder(folder, opt.Home) {
			return path, err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", nil
		}
		dir = parent
	}
}

// inFolder gives the file in a folder, "" if there is none. To pass by a folder that
// nobody may look into would be to go on with another configuration, and another store; one
// that is open to its owner alone is somebody else's.
func inFolder(folder string) (string, error) {
	for _, name := range Names {
		path := filepath.Join(folder, name)
		_, err := os.Lstat(path)
		switch {
		case err == nil:
			return path, nil
		case errors.Is(err, fs.ErrPermission):
			if info, statErr := os.Stat(folder); statErr == nil && info.Mode()&0o100 == 0 {
				return "", err
			}
		}
	}
	return "", nil
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
		path, err := inFolder(opt.Home)
		if err == nil && path != "" {
			c.User, err = opt.read(path, true)
		}
		if err != nil {
			return nil, err
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

// Dir is the folder of the project, in which .xec lies: relative paths and commands
// begin there.
func (c *Config) Dir() string {
	if c.Project == nil {
		return ""
	}
	return c.Project.folder()
}
