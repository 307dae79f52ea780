package lint

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// Finding is something that is wrong at a place.
type Finding struct {
	File string // as messages name it
	resolve.Position
	Length  int // in bytes; 0 where it is not known
	Rule    Rule
	Level   Level // the zero Level is that of the rule
	Message string
	Hint    string // what to do, "" where there is nothing to say
}

// Report gathers what is found.
type Report struct {
	// UserPart reports whether what stands between two texts is in the user part of a URL.
	// Nil means that URLs are not looked at.
	UserPart func(before, after []byte) bool

	findings []Finding
	uses     []use
}

// use is a reference to a secret that counts.
type use struct {
	file string
	resolve.Position
	length int
	path   string // in a configuration
	key    string
	lacks  bool // a default
}

// Add adds a finding.
func (r *Report) Add(f Finding) {
	f.Level = cmp.Or(f.Level, f.Rule.About().Level)
	r.findings = append(r.findings, f)
}

// AddError adds a finding whose message and hint are those of an error.
func (r *Report) AddError(f Finding, err error) {
	f.Message, f.Hint = err.Error(), secret.Hint(err)
	r.Add(f)
}

// Found adds a reference of a document: what is not of the grammar, or one that counts.
func (r *Report) Found(file string, f resolve.Found) {
	if f.Err != nil {
		r.AddError(Finding{File: file, Position: f.Position, Length: f.Length, Rule: Grammar}, f.Err)
		return
	}
	r.refer(file, f.Position, f.Length, "", f.Ref)
}

// Mention counts references that may turn out to be none: they keep their keys from being
// unused, and are told of as missing by nobody.
func (r *Report) Mention(file string, found []resolve.Found) {
	for _, f := range found {
		if f.Ref != nil {
			r.uses = append(r.uses, use{file: file, Position: f.Position, key: f.Ref.Name})
		}
	}
}

func (r *Report) refer(file string, at resolve.Position, length int, path string, ref *resolve.Reference) {
	r.uses = append(r.uses, use{file, at, length, path, ref.Name, !ref.HasDefault})
}

// Merge adds what another report has gathered.
func (r *Report) Merge(other *Report) {
	r.findings = append(r.findings, other.findings...)
	r.uses = append(r.uses, other.uses...)
}

// Uses reports how many references to secrets were found.
func (r *Report) Uses() int { return len(r.uses) }

// Keys compares the references with the keys of the store, and gives those to which none
// refers.
func (r *Report) Keys(keys []string) (unused []string) {
	exists, used, meant := map[string]bool{}, map[string]bool{}, resolve.Meant{Names: keys}
	for _, key := range keys {
		exists[key] = true
	}
	slices.SortStableFunc(r.uses, func(a, b use) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.Offset, b.Offset))
	})
	for _, u := range r.uses {
		used[u.key] = true
		if exists[u.key] || !u.lacks {
			continue
		}
		r.Add(u.missing(meant.By(u.key)))
	}
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return used[key] })
}

func (u use) missing(near string) Finding {
	f := Finding{File: u.file, Position: u.Position, Length: u.length, Rule: Missing}
	f.Message = fmt.Sprintf("secret %q not found", u.key)
	if u.path != "" {
		f.Message = u.path + ": " + f.Message
	}
	f.Hint = "xec secrets set " + u.key + " makes it"
	if near != "" {
		f.Hint = "did you mean " + near + "?"
	}
	return f
}

// maxTold is how many findings of a rule are told in a file.
const maxTold = 100

// Findings gives all that was found, each once, by file and place.
func (r *Report) Findings() (all []Finding) {
	sorted := slices.Clone(r.findings)
	slices.SortStableFunc(sorted, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message), cmp.Compare(b.Level, a.Level))
	})
	sorted = slices.CompactFunc(sorted, func(a, b Finding) bool {
		return a.File == b.File && a.Offset == b.Offset && a.Rule == b.Rule && a.Message == b.Message
	})
	type kind struct {
		file string
		rule Rule
	}
	told := map[kind]int{}
	for _, f := range sorted {
		told[kind{f.File, f.Rule}]++
	}
	left := map[kind]int{}
	for _, f := range sorted {
		k := kind{f.File, f.Rule}
		left[k]++
		switch {
		case left[k] == maxTold && told[k] > maxTold:
			f.Message = fmt.Sprintf("%s (and %d more of %s in this file)", f.Message, told[k]-maxTold, f.Rule)
		case left[k] > maxTold:
			continue
		}
		all = append(all, f)
	}
	return all
}
