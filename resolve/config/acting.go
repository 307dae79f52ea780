package config

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/trust"
	"github.com/xec-sh/xec-go/store/secret"
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
	if !n.IsString() {
		return
	}
	tokens, _ := n.parsed()
	for _, token := range tokens {
		if token.Ref != nil && token.Ref.Kind == resolve.Cmd {
			s.add("command", path, token.Ref.Name)
			s.programs(path, slices.Concat(strings.FieldsFunc(token.Ref.Name, isShellSyntax), strings.FieldsFunc(token.Ref.Name, isQuote)))
		}
	}
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
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			continue
		}
		inside, err := filepath.Rel(dir, path)
		if err != nil {
			continue
		}
		s.parts = append(s.parts, trust.Part{Kind: "program", Where: where, Text: inside, Digest: digestOf(path)})
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

// digestOf is the SHA-256 of a file, or a word that no file has.
func digestOf(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return "unreadable"
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "unreadable"
	}
	return hex.EncodeToString(h.Sum(nil))
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

// acts reports whether a secrets block does more than restate what the person would get
// anyway: whether it holds a key that could, be it to change only a part of the person's
// own block. What stands in the person's own file does not count.
func (c *Config) acts(n *Node) bool {
	if n.IsNull() || n.isOwn() {
		return false
	}
	return n.Kind != Map || slices.ContainsFunc(n.Pairs, func(p Pair) bool { return c.settingActs(p.Key, p.Value) })
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
	}
	return true
}

func (c *Config) fileActs(key string, n *Node) bool {
	return !n.isOwn() && !n.IsNull() && (key != "directory" || n.Kind != Scalar || !c.isOrdinary(n.Text))
}

// isOrdinary reports whether a store's folder is the default one, or inside of the
// project, also when links are followed.
func (c *Config) isOrdinary(directory string) bool {
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

// folder makes the path of a folder absolute: "~" is the home folder, anything else is
// relative to the project.
func (c *Config) folder(directory string) string {
	if rest, ok := strings.CutPrefix(directory, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == filepath.Separator) {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	if filepath.IsAbs(directory) {
		return filepath.Clean(directory)
	}
	return filepath.Join(c.Dir(), directory)
}

// Acting is the part of a configuration that acts. It can be had through Config.Acting
// alone.
type Acting struct {
	config   *Config
	approved bool
	time     time.Duration // that a command has
	// Environ is the environment of commands.
	Environ []string
	// Stderr is where commands complain. Nil drops it.
	Stderr io.Writer
}

// Acting gives what an approval covers. What it does not cover is an error of kind
// secret.Permission when it is asked for.
func (c *Config) Acting(a trust.Approval) *Acting {
	return &Acting{config: c, approved: a.Covers(c.Subject()), time: commandTime}
}

// Block is a secrets block.
type Block struct {
	Provider  string
	Directory string // of provider file, absolute; "" is the default
	Settings  *Node  // the whole block
}

// Block gives the secrets block; ok is false if there is none.
func (a *Acting) Block() (b Block, ok bool, err error) {
	n := a.config.Root.Get("secrets")
	if n.IsNull() {
		return Block{}, false, nil
	}
	if a.config.acts(n) && !a.approved {
		return Block{}, false, a.config.unapproved("secrets")
	}
	b = Block{Provider: "file", Settings: n}
	if p := n.Get("provider"); p != nil {
		b.Provider = p.Text
	}
	if err := checkBlock(n); err != nil {
		return Block{}, false, err
	}
	if dir := n.Get("file").Get("directory"); !dir.IsNull() && dir.Text != "" {
		b.Directory = a.config.folder(dir.Text)
	}
	return b, true, nil
}

// checkBlock checks the settings that are known, and that no text holds a reference: where
// values are read from cannot depend on one.
func checkBlock(n *Node) (err error) {
	n.Each("secrets", func(path string, n *Node) {
		if refs, refErr := n.Refs(); err == nil && (refErr != nil || len(refs) > 0) {
			err = placed(n.Place, path, secret.Errorf(secret.General, "a secrets block takes no references"))
		}
	})
	if err != nil {
		return err
	}
	if p := n.Get("provider"); p != nil && p.Kind != Scalar {
		return placed(p.Place, "secrets.provider", secret.Errorf(secret.General, "not the name of a provider"))
	}
	for _, p := range n.Pairs {
		if p.Key != "provider" && p.Value.Kind != Map && !p.Value.IsNull() {
			return placed(p.Place, Join("secrets", p.Key), secret.Errorf(secret.General, "not a map of settings"))
		}
	}
	file := n.Get("file")
	for _, p := range file.All() {
		if p.Key != "directory" {
			return placed(p.Place, Join("secrets.file", p.Key), secret.Errorf(secret.General, "there is no such setting; directory is the one there is"))
		}
	}
	if dir := file.Get("directory"); !dir.IsNull() && dir.Kind != Scalar {
		return placed(dir.Place, "secrets.file.directory", secret.Errorf(secret.General, "not the path of a folder"))
	}
	return nil
}

// isOwn reports whether all of a node comes from the person's own file.
func (n *Node) isOwn() bool {
	if n.File != nil && !n.File.Own {
		return false
	}
	for _, p := range n.Pairs {
		if !p.Value.isOwn() {
			return false
		}
	}
	for _, item := range n.Items {
		if !item.isOwn() {
			return false
		}
	}
	return true
}

// unapproved is the error for what has no approval.
func (c *Config) unapproved(what string) error {
	err := secret.Errorf(secret.Permission, "%s: %s acts, and has not been approved", c.Project.Name, what)
	return secret.WithHint(err, "xec config trust shows what it would do, and asks; in a pipeline XEC_TRUST_CONFIG=1 approves it for one call")
}

// check returns an error unless commands of a file may run.
func (a *Acting) check(from *File) error {
	if a != nil && (a.approved || from != nil && from.Own) {
		return nil
	}
	err := secret.Errorf(secret.Permission, "this command has not been approved")
	return secret.WithHint(err, "xec config trust shows what it would do, and asks; in a pipeline XEC_TRUST_CONFIG=1 approves it for one call")
}

// Bounds of a command.
const (
	commandTime = 30 * time.Second
	maxPrinted  = 1 << 20
)

// run runs a command in the system's shell, in the project's folder, without input, and
// gives what it prints, without line ends behind it.
func (a *Acting) run(ctx context.Context, from *File, command string) ([]byte, error) {
	if err := a.check(from); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, a.time)
	defer cancel()
	argv := shell(command)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stderr = a.config.Dir(), append([]string{}, a.Environ...), a.Stderr
	cmd.WaitDelay = time.Second // for what the command has left behind
	killGroup(cmd)
	out := &printed{full: cancel}
	cmd.Stdout = out
	err := cmd.Run()
	switch {
	case out.over:
		return nil, secret.Errorf(secret.General, "the command prints more than %d MiB", maxPrinted>>20)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, secret.Errorf(secret.General, "the command has not ended within %v", a.time)
	case errors.Is(err, exec.ErrWaitDelay): // it has ended well, and left something behind
	case err != nil && cmd.ProcessState != nil:
		return nil, secret.Errorf(secret.General, "the command failed: %s", cmd.ProcessState)
	case err != nil:
		return nil, secret.Errorf(secret.General, "the command could not be started")
	}
	return bytes.TrimRight(out.text, "\r\n"), nil
}

// printed takes what a command prints, up to a limit.
type printed struct {
	text []byte
	over bool
	full func()
}

func (p *printed) Write(b []byte) (int, error) {
	if len(p.text)+len(b) > maxPrinted {
		p.over = true
		p.full()
		return 0, io.ErrShortWrite
	}
	p.text = append(p.text, b...)
	return len(b), nil
}
