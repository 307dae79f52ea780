package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// acts reports whether a secrets block does more than restate what the person would get
// anyway: whether it holds a key that could, be it to change only a part of the person's
// own block, or with a provider that the person names. What stands in the person's own file
// does not count.
func (c *Config) acts(n *Node) bool {
	return c.actsIf(n, func(string) bool { return true })
}

// actsWith is acts for the one provider that is used: of another no setting is read, and none
// is chosen by a block if the person has named it.
func (c *Config) actsWith(provider string, isNamed bool, n *Node) bool {
	return c.actsIf(n, func(key string) bool { return key == provider || key == "provider" && !isNamed })
}

func (c *Config) actsIf(n *Node, isUsed func(key string) bool) bool {
	if n.IsNull() || n.isOwn() {
		return false
	}
	return n.Kind != Map || slices.ContainsFunc(n.Pairs, func(p Pair) bool { return isUsed(p.Key) && c.settingActs(p.Key, p.Value) })
}

func (c *Config) settingActs(key string, n *Node) bool {
	if n.isOwn() {
		return false
	}
	switch key {
	case "provider":
		return !slices.Contains([]string{"file", "keyring", "env"}, n.Text)
	case "file":
		return !n.IsNull() && (n.Kind != Map || slices.ContainsFunc(n.Pairs, func(p Pair) bool { return c.fileActs(p.Key, p.Value) }))
	case "keyring":
		return !n.IsNull() && (n.Kind != Map || slices.ContainsFunc(n.Pairs, keyringActs))
	}
	return true
}

func (c *Config) fileActs(key string, n *Node) bool {
	return !n.isOwn() && !n.IsNull() && (key != "directory" || n.Kind != Scalar || !c.isOrdinary(n))
}

// keyringActs reports whether a setting of the keyring is more than the ordinary service.
func keyringActs(p Pair) bool {
	return !p.Value.isOwn() && !p.Value.IsNull() && (p.Key != "service" || p.Value.Text != "xec")
}

// isOrdinary reports whether a store's folder is the default one, or inside of the
// project, also when links are followed.
func (c *Config) isOrdinary(directory *Node) bool {
	dir := c.folder(directory)
	if c.home != "" && dir == filepath.Join(c.home, "secrets") {
		return true
	}
	root, err := filepath.EvalSymlinks(c.Dir())
	if err != nil {
		return false
	}
	for at := dir; ; at = filepath.Dir(at) { // as much of it as exists
		real, err := filepath.EvalSymlinks(at)
		if err == nil {
			return isWithin(real, root)
		}
		if _, err := os.Lstat(at); err == nil || at == filepath.Dir(at) {
			return false // a link that leads nowhere yet
		}
	}
}

func isWithin(path, folder string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// folder gives the path of a folder, absolute: "~" is the home folder, anything else is
// relative to the folder of the file in which it is written.
func (c *Config) folder(n *Node) string {
	directory := n.Text
	if rest, ok := strings.CutPrefix(directory, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == filepath.Separator) {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	if filepath.IsAbs(directory) {
		return filepath.Clean(directory)
	}
	return filepath.Join(n.File.folder(), directory)
}
