package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

// job is a file to be rendered, and where to: "" for standard output.
type job struct {
	path   string
	target string
}

// cutEndings are what a file loses on its way into a folder.
var cutEndings = []string{".tmpl", ".template", ".tpl"}

// jobs says which files are rendered and where they go.
func (o renderOptions) jobs() (jobs []job, err error) {
	if o.folder {
		return o.jobsIntoFolder()
	}
	for _, path := range o.files {
		files := []string{path}
		if o.check || o.explain || o.diff {
			if files, err = templatesIn(path, nil); err != nil {
				return nil, err
			}
		}
		for _, file := range files {
			j := job{path: file, target: o.output}
			if o.inPlace {
				j.target = file
			}
			jobs = append(jobs, j)
		}
	}
	if len(jobs) == 0 {
		return nil, secret.Errorf(secret.Invalid, "there is no file to render")
	}
	return jobs, nil
}

// jobsIntoFolder gives each file its place in the output folder.
func (o renderOptions) jobsIntoFolder() ([]job, error) {
	output, err := os.Stat(o.output)
	if err == nil && !output.IsDir() {
		return nil, secret.Errorf(secret.Invalid, "%s: not a folder", o.output)
	}
	var jobs []job
	for _, path := range o.files {
		if path == "-" {
			return nil, secret.Errorf(secret.Invalid, "standard input has no name to go by in the folder %s", o.output)
		}
		files, err := templatesIn(path, output)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			below := shapeOf(path)
			if file != path {
				if below, err = filepath.Rel(path, file); err != nil {
					return nil, err
				}
			}
			jobs = append(jobs, job{file, filepath.Join(o.output, cutEnding(below))})
		}
	}
	return jobs, checkTargets(jobs)
}

// intoFolder reports whether the output is a folder: one that is there, one that is
// written as one, and one for many files.
func (o renderOptions) intoFolder() bool {
	if o.output == "" {
		return false
	}
	if len(o.files) > 1 || os.IsPathSeparator(o.output[len(o.output)-1]) {
		return true
	}
	for _, path := range append([]string{o.output}, o.files...) {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return true
		}
	}
	return false
}

// templatesIn gives the files that a folder holds, in the folders below it too; of anything
// else the path itself. Git's own folder is left out, and so is output, if it is there:
// what was rendered is no template.
func templatesIn(path string, output fs.FileInfo) (files []string, err error) {
	if path == "-" {
		return []string{path}, nil
	}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return []string{path}, err
	}
	err = filepath.WalkDir(path, func(found string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && found != path && (e.Name() == ".git" || isFolder(e, output)):
			return fs.SkipDir
		case e.IsDir():
			return nil
		case !e.Type().IsRegular():
			err := secret.Errorf(secret.Invalid, "%s: not a regular file", found)
			return secret.WithHint(err, "name the FILEs themselves, or take it out of the folder")
		}
		files = append(files, found)
		return nil
	})
	return files, err
}

// isFolder reports whether an entry is a certain folder.
func isFolder(e fs.DirEntry, folder fs.FileInfo) bool {
	info, err := e.Info()
	return err == nil && folder != nil && os.SameFile(info, folder)
}

// shapeOf is where a file lies below the folder in which xec runs; of one that lies
// elsewhere only its name is left.
func shapeOf(path string) string {
	path = filepath.Clean(path)
	if filepath.IsLocal(path) {
		return path
	}
	return filepath.Base(path)
}

func cutEnding(path string) string {
	for _, ending := range cutEndings {
		if cut, ok := strings.CutSuffix(path, ending); ok && filepath.Base(path) != ending {
			return cut
		}
	}
	return path
}

// checkTargets refuses two files for one place, and one for the place of another. That none
// is written over itself is seen once it is open.
func checkTargets(jobs []job) error {
	inputs := map[string]string{}
	for _, j := range jobs {
		inputs[realPath(j.path)] = j.path
	}
	from := map[string]string{}
	var errs []error
	for _, j := range jobs {
		if other, taken := from[j.target]; taken {
			errs = append(errs, secret.Errorf(secret.Invalid, "%s: both %s and %s would go there", j.target, other, j.path))
		}
		from[j.target] = j.path
		if other, is := inputs[realPath(j.target)]; is && other != j.path {
			errs = append(errs, secret.Errorf(secret.Invalid, "%s: %s would go there, which is an input itself", j.target, j.path))
		}
	}
	if len(jobs) == 0 {
		errs = append(errs, secret.Errorf(secret.Invalid, "there is no file to render"))
	}
	return errors.Join(slices.Clip(errs)...)
}

// realPath is a path without links; one that nothing has is itself.
func realPath(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	if whole, err := filepath.EvalSymlinks(path); err == nil {
		return whole
	}
	return path
}
