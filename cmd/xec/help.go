package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	xec "github.com/xec-sh/xec-go"
)

// topics are what xec help explains besides commands, each a part of a text that is shown
// elsewhere too.
var topics = []struct {
	name, short string
	text        func() string
}{
	{"references", "What ${secret:KEY} may look like", func() string { return section(xec.Readme, "References") }},
	{"exit-codes", "What the exit codes mean", func() string { return section(xec.Readme, "Exit codes") }},
	{"environment", "The variables that xec looks at", func() string { return section(xec.Readme, "Environment") }},
	{"security", "What is promised, and what is not", func() string { return xec.Security }},
}

// exitCodes stands below the help of every command.
const exitCodes = "Exit codes: 0 done, 1 error, 2 invalid, 3 not found, 4 decryption, 5 permission (xec help exit-codes)"

// section is what stands below a heading of a Markdown text.
func section(markdown, heading string) string {
	_, text, _ := strings.Cut(markdown, "\n## "+heading+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// writeMarkdown writes a text as it is read on a terminal: tables in columns without their
// headings, and nothing of the marks of headings, code and strong words.
func writeMarkdown(out io.Writer, markdown string) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	lines := strings.Split(strings.Trim(markdown, "\n"), "\n")
	for i, line := range lines {
		const below = "|---"
		if strings.HasPrefix(line, below) || i+1 < len(lines) && strings.HasPrefix(lines[i+1], below) {
			continue
		}
		if strings.HasPrefix(line, "#") {
			line = strings.TrimLeft(line, "# ")
		}
		fmt.Fprintln(w, strings.NewReplacer("**", "", "`", "").Replace(withoutBars(line)))
	}
	return w.Flush()
}

// withoutBars gives a row of a table with tabs between its cells.
func withoutBars(line string) string {
	row, is := strings.CutPrefix(line, "| ")
	if !is {
		return line
	}
	row = strings.ReplaceAll(strings.TrimSuffix(row, " |"), " | ", "\t")
	return strings.ReplaceAll(row, `\|`, "|")
}

// withExitCodes has the help of a command end with the exit codes. Help for what does not
// exist is an error, which is kept in unknown.
func withExitCodes(root *cobra.Command, unknown *error) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if cmd.HasSubCommands() {
			if *unknown = cmd.ValidateArgs(cmd.Flags().Args()); *unknown != nil {
				return
			}
		}
		help(cmd, args)
		fmt.Fprintln(cmd.OutOrStdout(), "\n"+exitCodes)
	})
}

// newHelpCommand takes the place of cobra's, which answers an unknown command with
// exit code 0.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND... | TOPIC]",
		Short: "Explain a command, or a topic",
		Long:  helpTopics(),
		Example: `  xec help secrets set
  xec secrets set --help
  xec help references`,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var names []string
			if len(args) == 0 {
				for _, t := range topics {
					names = append(names, cobra.CompletionWithDesc(t.name, t.short))
				}
			}
			if group, rest, err := cmd.Root().Find(args); err == nil && len(rest) == 0 {
				for _, sub := range group.Commands() {
					if !sub.IsAvailableCommand() {
						continue
					}
					names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, t := range topics {
				if len(args) == 1 && args[0] == t.name {
					return writeMarkdown(cmd.OutOrStdout(), t.text())
				}
			}
			about, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if err := group(about.CommandPath())(about, rest); err != nil {
				return err
			}
			about.InitDefaultHelpFlag() // so that it is listed
			return about.Help()
		},
	}
}

// helpTopics lists the topics.
func helpTopics() string {
	text := "Explain a command, or one of these topics:\n"
	for _, t := range topics {
		text += fmt.Sprintf("\n  %-12s %s", t.name, t.short)
	}
	return text
}
