package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/lint"
	"github.com/xec-sh/xec-go/store/secret"
)

// notLooked are folders that a project has from others, or that git keeps.
var notLooked = []string{".git", ".hg", ".svn", "node_modules", "vendor"}

// prose are the ends of names of texts that show references to people, and of reports.
var prose = []string{".md", ".markdown", ".mdx", ".rst", ".adoc", ".asciidoc", ".sarif"}

const (
	maxChecked = 4 << 20 // the largest file that is looked at, in bytes
	headSize   = 8000    // of a file, in which a NUL byte tells that it is binary
)

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
	w := &walker{check: c, names: names}
	if c.config.Project != nil {
		w.own, _ = os.Stat(c.config.Project.Path)
	}
	if home, err := c.app.home(); err == nil {
		w.home, _ = os.Stat(home)
	}
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
		case w.isOwn(path, info.Name()):
			c.seen = true
		default:
			names <- []string{path}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// maxReaders is how many files are looked at at once.
const maxReaders = 8

// readers look at files, several at once; end waits until all have been looked at, and
// gathers what was found.
func (c *check) readers(names chan []string) (end func()) {
	all := make([]*reader, min(runtime.GOMAXPROCS(0), maxReaders))
	var running sync.WaitGroup
	for i := range all {
		r := &reader{buffer: make([]byte, 64<<10)}
		r.report.UserPart = c.report.UserPart
		all[i] = r
		running.Go(func() {
			for batch := range names {
				for _, name := range batch {
					r.file(name)
				}
			}
		})
	}
	return func() {
		close(names)
		running.Wait()
		for _, r := range all {
			c.looked += r.looked
			c.report.Merge(&r.report)
		}
	}
}

// reader looks at one file after the other.
type reader struct {
	check
	buffer []byte
}

// dir is the folder of the project, as a person would write it; "" if there is none.
func (c *check) dir() string {
	work, err := os.Getwd()
	dir := c.config.Dir()
	if err != nil || dir == "" {
		return dir
	}
	return shortPath(work, dir)
}

// walker finds the files of folders.
type walker struct {
	*check
	own, home fs.FileInfo     // the configuration, and xec's own folder of the person
	names     chan<- []string // what was found, folder by folder
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
	if other := w.otherProject(path, entries); other != "" && !top {
		w.skip(other, lint.Note, "the configuration of another project, which is looked at by itself")
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
		case w.isOwn(below, name):
			w.seen = true
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

// isOwn reports whether a file is the configuration of the project.
func (w *walker) isOwn(path, name string) bool {
	if w.own == nil || name != w.own.Name() {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && os.SameFile(info, w.own)
}

// otherProject gives the configuration of another project whose folder this is.
func (w *walker) otherProject(path string, entries []fs.DirEntry) string {
	if !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ".xec" && e.IsDir() && !w.isHome(e) }) {
		return ""
	}
	for _, name := range []string{"config.yaml", "config.yml"} {
		file := filepath.Join(path, ".xec", name)
		if info, err := os.Stat(file); err == nil && (w.own == nil || !os.SameFile(info, w.own)) {
			return file
		}
	}
	return ""
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

// file looks at a file, as far as it is a text.
func (r *reader) file(path string) {
	text, err := r.read(path)
	switch {
	case err != nil:
		r.unreadable(path, err)
	case isBinary(text):
		if slices.ContainsFunc(wideMarks, func(mark string) bool { return bytes.HasPrefix(text, []byte(mark)) }) {
			r.wide(path)
		}
	case len(text) > maxChecked:
		r.skip(path, lint.Note, "it has more than 4 MiB")
	default:
		r.looked++
		r.text(path, text)
	}
}

// read reads a file up to what is too much, of a binary one only the beginning. What it
// gives is valid until the next call.
func (r *reader) read(path string) ([]byte, error) {
	f, err := openPlain(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for n := 0; ; {
		k, err := f.Read(r.buffer[n:])
		n += k
		switch {
		case err == io.EOF || n > maxChecked || n >= headSize && isBinary(r.buffer[:n]):
			return r.buffer[:n], nil
		case err != nil:
			return nil, err
		case n == len(r.buffer):
			r.buffer = append(r.buffer, make([]byte, len(r.buffer))...)
		}
	}
}

func isBinary(text []byte) bool { return bytes.IndexByte(text[:min(len(text), headSize)], 0) >= 0 }

// wide tells of references in an encoding in which none is found.
func (r *reader) wide(path string) {
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		var wide bool
		if wide, err = refersWide(f); wide {
			r.report.AddError(lint.Finding{File: path, Position: resolve.At(nil, 0), Rule: lint.Format}, tooWide())
		}
	}
	if err != nil {
		r.unreadable(path, err)
	}
}

// below reports whether a path lies in a folder.
func below(path, folder string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}
