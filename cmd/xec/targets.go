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
func (o renderOptions) jobs() ([]job, error) {
	if !o.folder {
		var jobs []job
		for _, path := range o.files {
			target := o.output
			if o.inPlace {
				target = path
			}
			jobs = append(jobs, job{path, target})
		}
		return jobs, nil
	}
	if info, err := os.Stat(o.output); err == nil && !info.IsDir() {
		return nil, secret.Errorf(secret.Invalid, "%s: not a folder", o.output)
	}
	var jobs []job
	for _, path := range o.files {
		below, err := o.jobsBelow(path)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, below...)
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

// jobsBelow gives a file its place in the output folder, or each file of a folder.
func (o renderOptions) jobsBelow(path string) (jobs []job, err error) {
	if path == "-" {
		return nil, secret.Errorf(secret.Invalid, "standard input has no name to go by in the folder %s", o.output)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []job{{path, filepath.Join(o.output, cutEnding(shapeOf(path)))}}, nil
	}
	output, _ := os.Stat(o.output)
	err = filepath.WalkDir(path, func(found string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if info, err := e.Info(); err == nil && output != nil && os.SameFile(info, output) {
				return fs.SkipDir // what was rendered is no template
			}
			return nil
		}
		if !e.Type().IsRegular() {
			return secret.Errorf(secret.Invalid, "%s: not a regular file", found)
		}
		rel, err := filepath.Rel(path, found)
		jobs = append(jobs, job{found, filepath.Join(o.output, cutEnding(rel))})
		return err
	})
	return jobs, err
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

// checkTargets refuses two files for one place.
func checkTargets(jobs []job) error {
	from := map[string]string{}
	var errs []error
	for _, j := range jobs {
		if other, taken := from[j.target]; taken {
			errs = append(errs, secret.Errorf(secret.Invalid, "%s: both %s and %s would go there", j.target, other, j.path))
		}
		from[j.target] = j.path
	}
	if len(jobs) == 0 {
		errs = append(errs, secret.Errorf(secret.Invalid, "there is no file to render"))
	}
	return errors.Join(slices.Clip(errs)...)
}
