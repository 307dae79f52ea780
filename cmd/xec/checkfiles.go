package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/lint"
	"github.com/xec-sh/xec-go/store/secret"
)

// notLooked are folders that a project has from others, or that git keeps.
var notLooked = []string{".git", ".hg", ".svn", "node_modules", "vendor"}

// prose are the ends of names of texts that show references to people, and of reports.
var prose = []string{".md", ".markdown", ".mdx", ".rst", ".adoc", ".asciidoc", ".sarif"}

// files looks at paths, or at all of the project.
func (c *check) files(paths []string) error {
	if c.whole {
		dir := c.dir()
		if dir == "" {
			return nil
		}
		paths = []string{dir}
	}
	names := make(chan []string)
	w := c.walker(names)
	defer c.readers(names)()
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return err
		case info.IsDir():
			err = w.folder(path, true)
		case !info.Mode().IsRegular():
			err = secret.Errorf(secret.Invalid, "%s: not a regular file", path)
		case w.isConfiguration(path):
		default:
			if err = canRead(path); err == nil {
				names <- []string{path}
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// canRead returns an error for a file that was named and cannot be read.
func canRead(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return f.Close()
}

// dir is the folder of the project, as a person would write it; "" if there is none.
func (c *check) dir() string {
	dir := c.config.Dir()
	if dir == "" {
		return ""
	}
	return shortHere(dir)
}

// walker finds the files of folders.
type walker struct {
	*check
	own   []fs.FileInfo   // the configuration: the project's and the person's
	home  fs.FileInfo     // xec's own folder of the person
	names chan<- []string // what was found, folder by folder
}

func (c *check) walker(names chan<- []string) *walker {
	w := &walker{check: c, names: names}
	for _, f := range []*config.File{c.config.Project, c.config.User} {
		if f == nil {
			continue
		}
		if info, err := os.Stat(f.Path); err == nil {
			w.own = append(w.own, info)
		}
	}
	if home, err := c.app.home(); err == nil {
		w.home, _ = os.Stat(home)
	}
	return w
}

// folder looks at what a folder holds, in the order of the names. top is whether it was named.
func (w *walker) folder(path string, top bool) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		if top {
			return err
		}
		w.unreadable(path, err)
		return nil
	}
	if !top && w.isOtherProject(path, entries) {
		return nil
	}
	if !top && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "keyring.enc" }) {
		return nil // a store
	}
	var files []string
	for _, e := range entries {
		name, below := e.Name(), filepath.Join(path, e.Name())
		switch {
		case e.IsDir():
			if !slices.Contains(notLooked, name) && !w.isHome(e) {
				if err := w.folder(below, false); err != nil {
					return err
				}
			}
		case !e.Type().IsRegular() || slices.Contains(prose, strings.ToLower(filepath.Ext(name))):
		case w.isConfiguration(below):
		default:
			files = append(files, below)
		}
	}
	if len(files) > 0 {
		w.names <- files
	}
	return nil
}

// isHome reports whether a folder is xec's own of the person.
func (w *walker) isHome(e fs.DirEntry) bool {
	return e.Name() == ".xec" && w.home != nil && isFolder(e, w.home)
}

// isConfiguration reports whether a file is a configuration, and so no text like others: the
// one that is looked at, or that of another project, which is told of.
func (w *walker) isConfiguration(path string) bool {
	if w.isOwn(path) {
		w.seen = true
		return true
	}
	if !slices.Contains(config.Names, filepath.Base(path)) || filepath.Base(filepath.Dir(path)) != ".xec" {
		return false
	}
	w.skip(path, lint.Note, "the configuration of another project, which is looked at by itself")
	return true
}

// isOwn reports whether a file is the configuration that is looked at.
func (w *walker) isOwn(path string) bool {
	return slices.ContainsFunc(w.own, func(own fs.FileInfo) bool {
		if filepath.Base(path) != own.Name() {
			return false
		}
		info, err := os.Stat(path)
		return err == nil && os.SameFile(info, own)
	})
}

// isOtherProject reports whether a folder is that of another project, and tells of it.
func (w *walker) isOtherProject(path string, entries []fs.DirEntry) bool {
	if !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ".xec" && e.IsDir() && !w.isHome(e) }) {
		return false
	}
	for _, name := range config.Names {
		file := filepath.Join(path, ".xec", name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && !w.isOwn(file) {
			return w.isConfiguration(file)
		}
	}
	return false
}

func (c *check) skip(path string, level lint.Level, why string) {
	c.report.Add(lint.Finding{File: path, Position: resolve.At(nil, 0), Rule: lint.Skipped, Level: level, Message: why})
}

func (c *check) unreadable(path string, err error) {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		err = failed.Err
	}
	c.skip(path, lint.Warning, "it cannot be read: "+err.Error())
}

// below reports whether a path lies in a folder.
func below(path, folder string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}
