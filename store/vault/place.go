package vault

import (
	"strconv"
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

// place is where the entries lie.
type place struct {
	mount, folder string // without slashes at their ends; folder may be ""
	version       int
}

// place reads the path. Without one it is the folder xec of the mount.
func (o *options) place() (place, error) {
	path, mount := strings.Trim(o.Path, "/"), strings.Trim(o.Mount, "/")
	if mount == "" {
		mount, _, _ = strings.Cut(path, "/")
	}
	if mount == "" {
		mount = "secret"
	}
	if path == "" {
		path = mount + "/xec"
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsFunc(part, isControl) {
			return place{}, secret.Errorf(secret.Invalid, "secrets.vault.path: not a path like secret/xec")
		}
	}
	folder, ok := strings.CutPrefix(path+"/", mount+"/")
	if !ok {
		return place{}, secret.Errorf(secret.Invalid, "secrets.vault.path: %s is not in the mount %s", path, mount)
	}
	if first, _, _ := strings.Cut(folder, "/"); o.Version == 2 && (first == "data" || first == "metadata") {
		err := secret.Errorf(secret.Invalid, "secrets.vault.path: %s: %s is no folder: the server's own addresses have it behind the mount", path, first)
		return place{}, secret.WithHint(err, "write %s", strings.TrimSuffix(mount+strings.TrimPrefix("/"+folder, "/"+first), "/"))
	}
	return place{mount, strings.TrimSuffix(folder, "/"), o.Version}, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// data is the path of the entry of key.
func (p place) data(key string) string { return p.path("data", key) }

// meta is the path of all that is kept of key; of "", that of the folder.
func (p place) meta(key string) string { return p.path("metadata", key) }

func (p place) path(kind, key string) string {
	parts := []string{p.mount}
	if p.version == 2 {
		parts = append(parts, kind)
	}
	for _, part := range []string{p.folder, key} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/")
}

// query asks for a version, 0 being the newest.
func (p place) query(version uint64) map[string][]string {
	if version == 0 {
		return nil
	}
	return map[string][]string{"version": {strconv.FormatUint(version, 10)}}
}

// inCommand names the entry of key as Vault's own command wants it.
func (p place) inCommand(key string) string {
	return "-mount=" + p.mount + " " + strings.TrimPrefix(p.folder+"/"+key, "/")
}

// fits compares the place with the mount that the server has there.
func (p place) fits(mount map[string]any) error {
	const setting = "secrets.vault."
	at, _ := mount["path"].(string)
	at = strings.Trim(at, "/")
	kind, _ := mount["type"].(string)
	options, _ := mount["options"].(map[string]any)
	version := 1
	if options["version"] == "2" {
		version = 2
	}
	switch {
	case kind != "kv" && kind != "generic":
		return secret.Errorf(secret.Invalid, "%spath: what is mounted at %s/ is no key/value engine", setting, at)
	case at != p.mount:
		err := secret.Errorf(secret.Invalid, "%spath: the mount is %s/, not %s/", setting, at, p.mount)
		return secret.WithHint(err, "set %smount to %s", setting, at)
	case version != p.version:
		err := secret.Errorf(secret.Invalid, "%sversion: the engine at %s/ is of version %d, not %d", setting, at, version, p.version)
		return secret.WithHint(err, "set %sversion to %d", setting, version)
	}
	return nil
}
