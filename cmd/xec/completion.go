package main

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/broker"
	"github.com/xec-sh/xec-go/store/file"
	"github.com/xec-sh/xec-go/store/secret"
)

// completionScripts write what each shell reads.
var completionScripts = map[string]func(*cobra.Command, io.Writer) error{
	"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
	"zsh":        func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) },
	"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	"powershell": func(root *cobra.Command, w io.Writer) error { return root.GenPowerShellCompletionWithDesc(w) },
}

func newCompletionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the completion script of a shell",
		Long: `Print the completion script of bash, zsh, fish or powershell. Keys are completed
too, where the store opens without asking. bash needs its package bash-completion,
zsh its compinit.`,
		Example: `  source <(xec completion bash)
  xec completion zsh > "${fpath[1]}/_xec"
  xec completion fish > ~/.config/fish/completions/xec.fish
  xec completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || completionScripts[args[0]] == nil {
				return secret.Errorf(secret.Invalid, "completion: which shell? bash, zsh, fish and powershell are the choices")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return completionScripts[args[0]](cmd.Root(), a.out)
		},
	}
}

// completer offers what may stand in a place of the command line.
type completer = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective)

// completeOneKey offers keys for the one argument of a command.
func (a *app) completeOneKey(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.knownKeys(cmd.Context()), cobra.ShellCompDirectiveNoFileComp
}

// completeKeysBehind offers keys for a flag, each behind what stands up to the last mark; in a
// list those that do not stand there yet.
func (a *app) completeKeysBehind(mark string, needed bool) completer {
	return func(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		i := strings.LastIndex(typed, mark)
		if i < 0 && needed {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		keys := a.knownKeys(cmd.Context())
		if mark == "," {
			given := strings.Split(typed[:i+1], mark)
			keys = slices.DeleteFunc(keys, func(key string) bool { return slices.Contains(given, key) })
		}
		for k := range keys {
			keys[k] = typed[:i+1] + keys[k]
		}
		return keys, cobra.ShellCompDirectiveNoFileComp
	}
}

// knownKeys gives the keys of the store if it opens without a word: completion
// can neither ask nor tell what is wrong.
func (a *app) knownKeys(ctx context.Context) []string {
	if _, set := a.lookup(passphraseVars.command); set {
		return nil // it might ask
	}
	keys, _ := a.keysQuietly(ctx)
	return keys
}

// quietTime is how long a provider that is asked quietly may take.
const quietTime = 3 * time.Second

// keysQuietly lists the keys of the store if it opens without a word.
func (a *app) keysQuietly(ctx context.Context) ([]string, error) {
	return a.openQuietly()(ctx)
}

// openQuietly chooses the store, and gives what then lists its keys if it opens without a
// word. That looks at no configuration any more, and must be called once.
func (a *app) openQuietly() (list func(context.Context) ([]string, error)) {
	quiet := a.quietly()
	s, err := quiet.quietStore()
	return func(ctx context.Context) ([]string, error) {
		defer quiet.closeStores()
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, quietTime)
		defer cancel()
		return s.List(ctx)
	}
}

// quietly gives an application that neither asks nor tells.
func (a *app) quietly() *app {
	quiet := *a
	quiet.err, quiet.files, quiet.store, quiet.closers = io.Discard, [3]*os.File{}, nil, nil
	quiet.terminal = func() (*terminal, error) { return nil, errNoTerminal }
	return &quiet
}

var errKeyringAsks = secret.Errorf(secret.General, "the keyring of the operating system might ask to be unlocked")

// quietStore gives the store of this call, without the keyring of the operating system,
// which might ask to be unlocked.
func (a *app) quietStore() (store.Store, error) {
	if a.getenv(broker.Variable) != "" {
		return a.openStore()
	}
	p, err := a.provider()
	switch {
	case err != nil:
		return nil, err
	case p.name == "keyring":
		return nil, errKeyringAsks
	case p.name != "file":
		return a.openProvider(p)
	}
	opt, err := a.fileOptionsIn(p.dir)
	opt.Keyring = nil
	return file.Open(opt), err
}

// choices offers words in their order.
func choices(words ...string) completer {
	return cobra.FixedCompletions(slices.Clone(words), cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder)
}

// describePlainly takes the quotes out of what flags say, by which help knows the name of a
// value: completion shows it as it is.
func describePlainly(cmd *cobra.Command) {
	plain := func(f *pflag.Flag) { f.Usage = strings.ReplaceAll(f.Usage, "`", "") }
	cmd.Flags().VisitAll(plain)
	cmd.PersistentFlags().VisitAll(plain)
	for _, sub := range cmd.Commands() {
		describePlainly(sub)
	}
}

// complete says what a flag offers. The one error there can be, a flag that does
// not exist, would show in what the scripts of testdata complete.
func complete(cmd *cobra.Command, flag string, offer completer) {
	_ = cmd.RegisterFlagCompletionFunc(flag, offer)
}
