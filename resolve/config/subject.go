package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/trust"
)

// Subject is what in the project's file would act, for an approval.
func (c *Config) Subject() trust.Subject {
	if c.Project == nil {
		return trust.Subject{}
	}
	s := subject{config: c, seen: map[string]bool{}}
	s.commands("", c.Project.Root)
	s.block("secrets", c.Project.Root.Get("secrets"))
	if profiles := c.Project.Root.Get("profiles"); profiles != nil {
		for _, p := range profiles.Pairs {
			s.block(Join("profiles", p.Key)+".secrets", p.Value.Get("secrets"))
		}
	}
	return trust.Subject{Path: c.identity(), Parts: s.parts}
}

// identity is the path of the project's file behind all links that lead to the project:
// one could be turned to another. What it does it does there, so the file itself may be a
// link: approved are its texts.
func (c *Config) identity() string {
	dir, err := filepath.EvalSymlinks(c.Dir())
	if err != nil {
		return c.Project.Path
	}
	inside, err := filepath.Rel(c.Dir(), c.Project.Path)
	if err != nil {
		return c.Project.Path
	}
	return filepath.Join(dir, inside)
}

// subject gathers what acts.
type subject struct {
	config *Config
	parts  []trust.Part
	seen   map[string]bool // words that were looked for
}

func (s *subject) add(kind, where, text string) {
	s.parts = append(s.parts, trust.Part{Kind: kind, Where: where, Text: text})
}

// commands finds every ${cmd:…}, wherever it stands.
func (s *subject) commands(path string, n *Node) {
	if n == nil {
		return
	}
	for i := range n.Pairs {
		s.commands(Join(path, n.Pairs[i].Key), n.Pairs[i].Value)
	}
	for i, item := range n.Items {
		s.commands(index(path, i), item)
	}
	if !n.isString() {
		return
	}
	for _, command := range n.commands() {
		s.add("command", path, command)
		s.programs(path, slices.Concat(strings.FieldsFunc(command, isShellSyntax), strings.FieldsFunc(command, isQuote)))
	}
}

// commands gives what a string runs, whether it is read as a text of a configuration or as
// the command of a task: what one takes for the beginning of something else the other may not.
func (n *Node) commands() (all []string) {
	found := map[int64]bool{}
	for _, dialect := range []resolve.Dialect{resolve.Config, resolve.Command} {
		tokens, _ := resolve.Parse(n.Text, dialect, nil)
		for _, token := range tokens {
			if ref := token.Ref; ref != nil && ref.Kind == resolve.Cmd && !found[ref.Offset] {
				found[ref.Offset] = true
				all = append(all, ref.Name)
			}
		}
	}
	return all
}

// isShellSyntax reports whether a character parts words of a shell command. What it
// parts too much is only looked for as a file.
func isShellSyntax(r rune) bool { return strings.ContainsRune(" \t\n\"'`;|&()<>={}$", r) }

// isQuote reports whether a character parts what stands between quotes.
func isQuote(r rune) bool { return r == '"' || r == '\'' }

// programs adds the files of the project among words: approved is what they hold.
func (s *subject) programs(where string, words []string) {
	dir := s.config.Dir()
	for _, word := range s.config.namesOf(words) {
		path := word
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, word)
		}
		if s.seen[path] || !isWithin(path, dir) {
			continue
		}
		s.seen[path] = true
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		inside, err := filepath.Rel(dir, path)
		if err != nil {
			continue
		}
		s.parts = append(s.parts, trust.Part{Kind: "program", Where: where, Text: inside, Digest: s.config.digests.of(path, info)})
	}
}

// maxNames is how many names are looked for among the words of a command.
const maxNames = 1000

// namesOf gives what words may name: themselves, what is left when a variable is taken
// from their front ("$PWD/run.sh"), what a pattern matches, and each within each folder
// among them ("cd sub && ./run.sh"). A name too many only has to be approved too.
func (c *Config) namesOf(words []string) (names []string) {
	var folders []string
	for _, word := range words {
		names = append(names, word)
		if _, rest, ok := strings.Cut(word, "/"); ok {
			names = append(names, rest)
		}
		if strings.ContainsAny(word, "*?[") {
			matches, _ := filepath.Glob(filepath.Join(c.Dir(), word))
			names = append(names, matches...)
		}
		if info, err := os.Stat(filepath.Join(c.Dir(), word)); err == nil && info.IsDir() && len(folders) < 10 {
			folders = append(folders, word)
		}
	}
	for _, folder := range folders {
		for _, word := range words {
			names = append(names, filepath.Join(folder, word))
		}
	}
	return names[:min(len(names), maxNames)]
}

// block adds a secrets block if it acts.
func (s *subject) block(where string, n *Node) {
	if n == nil || !s.config.acts(n) {
		return
	}
	s.add("provider", where, summary(n))
	s.addresses(where, n)
	var words []string
	collectWords(n, &words)
	s.programs(where, words)
}

// addresses adds what a token would be sent to.
func (s *subject) addresses(path string, n *Node) {
	for _, p := range n.Pairs {
		at := Join(path, p.Key)
		if p.Value.Kind == Scalar && slices.Contains([]string{"address", "endpoint", "url", "host"}, p.Key) {
			s.add("address", at, p.Value.Text)
		}
		s.addresses(at, p.Value)
	}
}

func collectWords(n *Node, words *[]string) {
	if n.Kind == Scalar {
		*words = append(*words, n.Text)
	}
	for _, p := range n.Pairs {
		collectWords(p.Value, words)
	}
	for _, item := range n.Items {
		collectWords(item, words)
	}
}

// summary writes a node on one line.
func summary(n *Node) string {
	b, err := json.Marshal(plain(n))
	if err != nil {
		return "a block that cannot be shown"
	}
	return string(b)
}

func plain(n *Node) any {
	switch n.Kind {
	case Map:
		m := map[string]any{}
		for _, p := range n.Pairs {
			m[p.Key] = plain(p.Value)
		}
		return m
	case List:
		list := []any{}
		for _, item := range n.Items {
			list = append(list, plain(item))
		}
		return list
	}
	return n.Text
}
