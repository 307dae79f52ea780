package lint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	l := &linter{Report: &Report{UserPart: r.UserPart}, shell: p.Shell}
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
	for _, each := range resolve.Unjoin(err) {
		f := Finding{File: file, Position: resolve.Position{Line: 1, Column: 1}, Rule: Config}
		var placed *config.PlacedError
		if !errors.As(each, &placed) || placed.File == nil {
			r.AddError(f, each)
			continue
		}
		f.File, f.Position = placed.File.Name, placed.Position()
		r.addAt(f, placed.Path, placed.Err)
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
	config *config.Config
	shell  func(c *config.Config, s *task.Step, refs []config.Ref) []Told
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
	file, at := "", resolve.Position{Line: 1, Column: 1}
	if n != nil && n.File != nil {
		file, at = n.File.Name, n.Position()
	} else if f := l.file(); f != nil {
		file = f.Name
	}
	var placed *config.PlacedError
	if errors.As(err, &placed) {
		l.ConfigError(file, err)
		return
	}
	l.AddError(Finding{File: file, Position: at, Rule: Config}, err)
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

// known are the keys at the top of a configuration.
var known = []string{"version", "name", "description", "vars", "env", "targets", "tasks", "profiles", "secrets", "scripts", "commands"}

// keys tells the keys at the top of a file, and of its profiles, that nobody knows.
func (r *Report) keys(f *config.File) {
	r.unknown(f.Root, "", known)
	for _, profile := range f.Root.Get("profiles").All() {
		r.unknown(profile.Value, config.Join("profiles", profile.Key), append([]string{"extends"}, known...))
	}
}

func (r *Report) unknown(n *config.Node, path string, known []string) {
	for _, p := range n.All() {
		if slices.Contains(known, p.Key) {
			continue
		}
		f := Finding{File: p.File.Name, Position: p.Position(), Rule: UnknownKey}
		f.Message = config.Join(path, p.Key) + ": xec knows no such key, so it has no effect"
		if near := resolve.Nearest(p.Key, known); near != "" {
			f.Hint = "did you mean " + near + "?"
		}
		r.Add(f)
	}
}

// root looks at all but tasks and profiles.
func (l *linter) root() {
	l.names("env", l.config.Root.Get("env").All(), Config)
	e := l.evaluator(nil, nil)
	rest := l.config.Root.Without("tasks", "profiles", "secrets")
	before := len(l.findings)
	for _, p := range rest.Pairs {
		e.Need(config.Join("", p.Key), p.Value)
	}
	if len(l.findings) > before {
		return // what could not be told before is told when that is mended
	}
	for _, p := range rest.Pairs {
		l.resolve(e, config.Join("", p.Key), p.Value)
		for _, below := range p.Value.All() {
			l.resolve(e, config.Join(config.Join("", p.Key), below.Key), below.Value)
		}
	}
}

// resolve tells what shows only when a part is put together, as a map within a text does.
func (l *linter) resolve(e *config.Evaluator, path string, n *config.Node) {
	if n.Kind != config.Scalar && path != "" && !strings.ContainsAny(path, ".[") {
		return // its parts are resolved one by one
	}
	_, err := e.Resolve(context.Background(), n)
	if err == nil || errors.Is(err, secret.Permission) {
		return
	}
	f := Finding{File: n.Place.File.Name, Position: n.Position(), Rule: Place}
	var placed *config.PlacedError
	if errors.As(err, &placed) && placed.File != nil {
		f.File, f.Position, err = placed.File.Name, placed.Position(), placed.Err
	}
	l.addAt(f, path, err)
}

// evaluator notes what parts need; params and vars are what a task knows.
func (l *linter) evaluator(params, vars map[string]bool) *config.Evaluator {
	return &config.Evaluator{
		Config:  l.config,
		Secret:  l.secret,
		Value:   func(*resolve.Reference) (secret.Value, error) { return secret.Text("***"), nil },
		Problem: l.problem,
		Env:     func(string) (string, bool) { return "", true },
		Param:   func(name string) (string, bool) { return "", params[name] },
		Var:     func(name string) (secret.Value, bool) { return secret.Value{}, vars[name] },
	}
}

// secret notes a reference to a secret.
func (l *linter) secret(place config.Place, path string, ref *resolve.Reference) {
	at := place.Position()
	text, start := textAt(place, at)
	if !bytes.HasPrefix(text[start:], []byte(ref.Raw)) { // it is written with escapes
		l.refer(place.File.Name, at, 0, path, ref)
		return
	}
	l.refer(place.File.Name, at, len(ref.Raw), path, ref)
	l.InURL(place.File.Name, at, ref, text[:start], text[start+len(ref.Raw):])
}

// textAt gives the text of a file, and where in it a position stands: the file may begin
// with a byte order mark that the text has not.
func textAt(place config.Place, at resolve.Position) ([]byte, int) {
	text := place.File.Text
	start := int(at.Offset) - int(config.Place{File: place.File, Line: 1, Column: 1}.Position().Offset)
	return text, max(0, min(start, len(text)))
}

// problem notes what else is wrong with a reference.
func (l *linter) problem(place config.Place, path string, err error) {
	if errors.Is(err, secret.Permission) { // a command that has not been approved is none
		return
	}
	f := Finding{File: place.File.Name, Position: place.Position(), Rule: Grammar}
	text, start := textAt(place, f.Position)
	switch {
	case errors.Is(err, config.Ring), errors.Is(err, config.Deep):
		f.Rule = Cycle
	case errors.Is(err, config.Undeclared):
		f.Rule = Undeclared
	default:
		if s, ok := (&finder{text: text}).at(start); ok {
			f.Rule, f.Level = Misspelt, Error
			if s.unclosed {
				f.Rule = Unclosed
			}
		}
	}
	l.addAt(f, path, err)
}

// slipsIn looks at a configuration for what is nearly a reference and is none there either:
// its own dialect has told the rest.
func (r *Report) slipsIn(f *config.File) {
	if f == nil {
		return
	}
	told := map[int64]bool{}
	for _, each := range r.findings {
		if each.File == f.Name {
			told[each.Offset] = true
		}
	}
	before := config.Place{File: f, Line: 1, Column: 1}.Position().Offset
	places, comments := positions{text: f.Text}, comments{text: f.Text}
	for _, s := range slips(f.Text) {
		at := places.of(s.start)
		at.Offset += before
		if !told[at.Offset] && !s.isSynonym() && !comments.hold(s.start) {
			r.Add(s.finding(f.Name, at))
		}
	}
}

// comments tells what stands in a comment of YAML: behind a # at the beginning of a line or
// behind a blank. A # in quotes is taken for one too. Offsets ascend.
type comments struct {
	text      []byte
	begin     int // of the comment of the line that was looked at last
	end       int // of that line
	hasLooked bool
}

func (c *comments) hold(offset int) bool {
	if !c.hasLooked || offset > c.end {
		start := bytes.LastIndexByte(c.text[:offset], '\n') + 1
		c.end = len(c.text)
		if i := bytes.IndexByte(c.text[offset:], '\n'); i >= 0 {
			c.end = offset + i
		}
		c.hasLooked, c.begin = true, c.end
		for i := start; i < c.end; i++ {
			if c.text[i] == '#' && (i == start || c.text[i-1] == ' ' || c.text[i-1] == '\t') {
				c.begin = i
				break
			}
		}
	}
	return offset > c.begin
}
