package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/plugin"
)

// completeProfiles offers the profiles of the configuration.
func (a *app) completeProfiles(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	c, err := a.loadConfig()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, p := range c.Root.Get("profiles").All() {
		names = append(names, p.Key)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeProviders offers the providers that xec holds or brings along, and the programs on
// PATH that are others.
func (a *app) completeProviders(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names := slices.Concat(builtIn, shipped)
	for _, dir := range filepath.SplitList(a.getenv("PATH")) {
		programs, _ := os.ReadDir(dir) // a folder of PATH may well not exist
		for _, p := range programs {
			name, is := strings.CutPrefix(strings.TrimSuffix(p.Name(), ".exe"), plugin.Prefix)
			if is && plugin.CheckName(name) == nil && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeRuntimes offers the programs that run scripts, and files: the path to one.
func completeRuntimes(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []string
	for _, ending := range slices.Sorted(maps.Keys(runtimes)) {
		for _, name := range runtimes[ending] {
			if name != projectTSX && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, cobra.ShellCompDirectiveDefault
}

// completeTasks offers tasks and files, and behind a task its parameters.
func (a *app) completeTasks(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	c, err := a.loadConfig()
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	if len(args) == 0 {
		var all []string
		for _, name := range task.Names(c) {
			all = append(all, cobra.CompletionWithDesc(name, task.Describe(c, name)))
		}
		return all, cobra.ShellCompDirectiveDefault
	}
	if !slices.Contains(task.Names(c), args[0]) {
		return nil, cobra.ShellCompDirectiveDefault // the arguments of a script
	}
	t, _ := task.Read(c, args[0])
	if t == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	// Cobra takes a flag off the end of args, even where it stands behind the task.
	return paramsFor(t, a.args[len(a.args)-2], typed)
}

// paramsFor offers the parameters of a task, or what one of them may be.
func paramsFor(t *task.Task, before, typed string) (all []cobra.Completion, directive cobra.ShellCompDirective) {
	behindFlag := before == "-p" || before == "--param"
	for _, p := range t.Params {
		name, _, isValue := strings.Cut(typed, "=")
		switch {
		case isValue && (behindFlag && name == p.Name || name == "--"+p.Name):
			for _, v := range p.Values {
				all = append(all, name+"="+v)
			}
		case behindFlag:
			all = append(all, p.Name+"=")
			directive = cobra.ShellCompDirectiveNoSpace
		case before == "--"+p.Name:
			return p.Values, cobra.ShellCompDirectiveNoFileComp
		default:
			all = append(all, cobra.CompletionWithDesc("--"+p.Name, p.Description))
		}
	}
	return all, directive | cobra.ShellCompDirectiveNoFileComp
}
