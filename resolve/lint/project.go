package lint

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

// Project is a configuration that is looked at.
type Project struct {
	Config *config.Config
	// Shell says what a shell makes of the references of a step's command. Nil means that
	// commands are looked at for their references alone.
	Shell func(c *config.Config, s *task.Step, refs []config.Ref) []Told
	// Folder says what a step needs and what is not in the folder of the project, each with
	// its place: a step before may still make it. Nil means that nobody looks.
	Folder func(c *config.Config, s *task.Step) error
	// Env says why a variable is refused that the env of a configuration has at a path. Nil
	// means that none is.
	Env func(path, name string) error
}

// Told is what a shell makes of a reference.
type Told struct {
	Ref  int // its number, -1 for the command as a whole
	Rule Rule
	Err  error
}

// maxProfiles is how many profiles are looked at.
const maxProfiles = 100

// Project looks at a configuration without a profile, and with each of them.
func (r *Report) Project(p Project) {
	for _, f := range []*config.File{p.Config.User, p.Config.Project} {
		if f != nil {
			r.keys(f)
		}
	}
	plain, _ := r.under(p, "")
	seen := plain.keysOfFindings()
	times := map[string]int{} // how many profiles have a finding
	profiles := 0             // that can be used
	for _, name := range p.Config.Profiles()[:min(len(p.Config.Profiles()), maxProfiles)] {
		with, usable := r.under(p, name)
		if usable {
			profiles++
		}
		for key := range with.keysOfFindings() {
			times[key]++
		}
		for _, f := range with.findings {
			if key := f.key(); !seen[key] {
				seen[key] = true
				f.Message += ", with the profile " + name
				r.Add(f)
			}
		}
		r.uses = append(r.uses, with.uses...)
	}
	for _, f := range plain.findings {
		if f.Rule == Undeclared && times[f.key()] < profiles {
			f.Level, f.Hint = Warning, "a profile declares it; without one it is missing"
		}
		r.Add(f)
	}
	r.uses = append(r.uses, plain.uses...)
	r.slipsIn(p.Config.User)
	r.slipsIn(p.Config.Project)
}

// key tells a finding from others at its place.
func (f Finding) key() string { return fmt.Sprint(f.File, " ", f.Offset, " ", f.Rule, " ", f.Message) }

func (r *Report) keysOfFindings() map[string]bool {
	all := map[string]bool{}
	for _, f := range r.findings {
		all[f.key()] = true
	}
	return all
}

// under looks at a configuration with a profile, if that can be used.
func (r *Report) under(p Project, profile string) (found *Report, usable bool) {
	l := &linter{Report: &Report{UserPart: r.UserPart}, project: p, lacking: map[config.Place]bool{}}
	var err error
	if l.config, err = p.Config.With(profile); err != nil {
		place := p.Config.Root.Get("profiles").Get(profile)
		l.configError(place, err)
		return l.Report, false
	}
	if err := l.config.CheckBlock(); err != nil {
		l.configError(l.config.Root.Get("secrets"), err)
	}
	l.root()
	l.tasks()
	return l.Report, true
}

// ConfigError adds what keeps a configuration from being read; file is what it is called
// where the error does not tell.
func (r *Report) ConfigError(file string, err error) {
	r.addErrors(Finding{File: file, Position: resolve.At(nil, 0), Rule: Config}, "", err)
}

// addErrors adds errors that were joined into one, each at the place and path that it tells,
// or else at those that are given.
func (r *Report) addErrors(f Finding, path string, err error) {
	for _, each := range resolve.Unjoin(err) {
		var placed *config.PlacedError
		if !errors.As(each, &placed) || placed.File == nil {
			r.addAt(f, path, each)
			continue
		}
		there := f
		there.File, there.Position = placed.File.Name, placed.Position()
		r.addAt(there, cmp.Or(placed.Path, path), placed.Err)
	}
}

// addAt adds an error at a path.
func (r *Report) addAt(f Finding, path string, err error) {
	f.Message, f.Hint = err.Error(), secret.Hint(err)
	if path != "" {
		f.Message = path + ": " + f.Message
	}
	r.Add(f)
}

// linter looks at a configuration.
type linter struct {
	*Report
	project Project
	config  *config.Config        // with the profile that is looked at
	lacking map[config.Place]bool // what is written there and is not in the folder of the project
}

// names tells of variables of an environment that can have no such name.
func (l *linter) names(path string, env []config.Pair, rule Rule) {
	for _, p := range env {
		if !secret.IsName(p.Key) {
			f := Finding{File: p.File.Name, Position: p.Position(), Rule: rule}
			l.addAt(f, config.Join(path, p.Key), secret.Errorf(secret.Invalid, "not the name of a variable"))
		}
	}
}

// configError adds an error of a part of the configuration, at that part if it does not tell.
func (l *linter) configError(n *config.Node, err error) {
	f := Finding{Position: resolve.At(nil, 0), Rule: Config}
	if n != nil && n.File != nil {
		f.File, f.Position = n.File.Name, n.Position()
	} else if file := l.file(); file != nil {
		f.File = file.Name
	}
	l.addErrors(f, "", err)
}

func (l *linter) file() *config.File {
	if l.config == nil {
		return nil
	}
	if l.config.Project != nil {
		return l.config.Project
	}
	return l.config.User
}
