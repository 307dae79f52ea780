package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/store/secret"
)

func newDemoCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Show what xec does, in a throw-away folder",
		Long: `Show what xec does, step by step, in a throw-away folder with a HOME of its own.
Nothing of yours is read or changed.`,
		Example: "  xec demo",
		Args:    none,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context(), a) },
	}
}

// demoFiles are what lies in the folder at the start.
var demoFiles = map[string]string{
	"password.txt": `p@ss "word" & #1` + "\n",
	"token":        "tok_4f1c\n",
	"app.env.tmpl": `LOG_LEVEL=info
ADMIN_PASSWORD=${secret:DATABASE_PASSWORD}
API_TOKEN=${secret:API_TOKEN}
`,
	"compose.yaml.tmpl": `services:
  db:
    image: postgres:${TAG:-17}        # not a secret: left alone
    environment:
      POSTGRES_PASSWORD: ${secret:DATABASE_PASSWORD}
`,
	".xec/config.yaml": `vars:
  DATABASE_URL: "postgresql://user:${secret:DATABASE_PASSWORD|url}@localhost/myapp"
  API_ENDPOINT: "https://api.example.com"
env:
  DATABASE_URL: ${DATABASE_URL}
`,
}

// demoStep is a command as a person would type it, and what it runs: xec with
// args, or else a file to show.
type demoStep struct {
	say   string
	typed string
	args  []string
	stdin string // a file
	show  string // a file
}

// demoChild is a program that shows that it has the URL, as it is typed and as
// it is run.
func demoChild() (typed string, argv []string) {
	if runtime.GOOS == "windows" {
		typed = "cmd /c if defined DATABASE_URL echo the child has the URL"
		return typed, strings.Fields(typed)
	}
	script := `echo "the child has a URL of ${#DATABASE_URL} characters"`
	return "sh -c '" + script + "'", []string{"sh", "-c", script}
}

func demoSteps() []demoStep {
	typed, child := demoChild()
	return []demoStep{
		{say: "Store two secrets. Values come from a prompt, a pipe or a file.",
			typed: "xec secrets set DATABASE_PASSWORD < password.txt", args: []string{"secrets", "set", "DATABASE_PASSWORD"}, stdin: "password.txt"},
		{typed: "echo tok_4f1c | xec secrets set API_TOKEN", args: []string{"secrets", "set", "API_TOKEN"}, stdin: "token"},
		{typed: "xec secrets list", args: []string{"secrets", "list"}},
		{say: "Fill files in. Only the references change, and each value is quoted for its place.", typed: "cat app.env.tmpl", show: "app.env.tmpl"},
		{typed: "xec render app.env.tmpl -o app.env", args: []string{"render", "app.env.tmpl", "-o", "app.env"}},
		{typed: "cat app.env", show: "app.env"},
		{typed: "xec render compose.yaml.tmpl", args: []string{"render", "compose.yaml.tmpl"}},
		{say: "A project has a configuration, which everybody may see.", typed: "cat .xec/config.yaml", show: ".xec/config.yaml"},
		{typed: "xec inspect vars --resolve", args: []string{"inspect", "vars", "--resolve"}},
		{say: "Start a program with what the project's env says: no file, no shell, no argument.",
			typed: "xec exec -- " + typed, args: slices.Concat([]string{"exec", "--"}, child)},
		{say: "What is missing is told, never filled in with nothing.",
			typed: "xec secrets get DATABASE_PASWORD", args: []string{"secrets", "get", "DATABASE_PASWORD"}},
	}
}

func runDemo(ctx context.Context, a *app) error {
	tmp, err := filepath.Abs(os.TempDir()) // the steps run in the folder
	if err != nil {
		return err
	}
	defer outliveReaders()()
	folder, err := os.MkdirTemp(tmp, "xec-demo-")
	if err != nil {
		return err
	}
	ctx, end := untilSignal(ctx)
	defer end()
	defer os.RemoveAll(folder)
	d := demo{app: a, folder: folder}
	err = d.runAll(ctx)
	if isUnread(err) {
		return child.DiedOf(syscall.SIGPIPE)
	}
	return err
}

// demo runs steps in its folder.
type demo struct {
	app    *app
	folder string
	self   string
}

func (d *demo) runAll(ctx context.Context) error {
	if err := d.prepare(); err != nil {
		return err
	}
	for _, step := range demoSteps() {
		if err := d.run(ctx, step); err != nil {
			return err
		}
	}
	_, err := fmt.Fprint(d.app.out, `
# The folder is gone again. Next, with a store of your own:
#   go install ./cmd/xec
#   xec secrets set MY_FIRST_SECRET
#   xec exec --only MY_FIRST_SECRET -- your-program
`)
	return err
}

func (d *demo) prepare() (err error) {
	if d.self, err = os.Executable(); err != nil {
		return err
	}
	for _, name := range []string{".xec", "home"} { // the person's own .xec is no project
		if err := os.Mkdir(d.path(name), 0o700); err != nil {
			return err
		}
	}
	for name, text := range demoFiles {
		if err := os.WriteFile(d.path(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) path(name string) string { return filepath.Join(d.folder, name) }

func (d *demo) run(ctx context.Context, step demoStep) error {
	if step.say != "" {
		fmt.Fprintf(d.app.out, "\n# %s\n", step.say)
	}
	if _, err := fmt.Fprintf(d.app.out, "$ %s\n", step.typed); err != nil {
		return err
	}
	if step.show != "" {
		text, err := os.ReadFile(d.path(step.show))
		if err == nil {
			_, err = d.app.out.Write(text)
		}
		return err
	}
	cmd := exec.CommandContext(ctx, d.self, step.args...)
	cmd.Dir = d.folder
	cmd.Env = d.environ()
	// What a step says is part of what is shown, in the order in which it comes.
	cmd.Stdout, cmd.Stderr = d.app.out, d.app.out
	if step.stdin != "" {
		f, err := os.Open(d.path(step.stdin))
		if err != nil {
			return err
		}
		defer f.Close()
		cmd.Stdin = f
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == exitNotFound {
		_, err = fmt.Fprintf(d.app.out, "(exit code %d)\n", exitNotFound)
	}
	if errors.As(err, &exit) {
		var died *child.ExitError
		if errors.As(exitOf(exit), &died) && died.Signal == syscall.SIGPIPE {
			return died
		}
	}
	if err != nil {
		return secret.Errorf(secret.General, "demo: %s: %w", step.typed, err)
	}
	return nil
}

// environ is the person's environment without what would lead a step to anything
// of the person's.
func (d *demo) environ() []string {
	env := d.app.environWithout(func(name string) bool { return isXecVar(name) || name == "HOME" || name == "USERPROFILE" })
	return append(env, "HOME="+d.path("home"), "USERPROFILE="+d.path("home"))
}
