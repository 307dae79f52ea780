package main

import (
	"bufio"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/task"
)

// runTasks lists the tasks.
func runTasks(a *app, o runOptions) error {
	if err := checkListFormat(o.format); err != nil {
		return err
	}
	c, err := a.needConfig("-c FILE names one; xec exec -- COMMAND starts a program with secrets")
	if err != nil {
		return err
	}
	names := task.Names(c)
	if len(names) == 0 {
		a.say("there are no tasks here: the configuration has none below tasks")
	}
	if o.format == "json" {
		return a.listTasksJSON(c, names)
	}
	width := 0
	for _, name := range names {
		width = max(width, utf8.RuneCountInString(onOneLine(name)))
	}
	w := bufio.NewWriter(a.out)
	for _, name := range names {
		line := fmt.Sprintf("%-*s  %s", width, onOneLine(name), onOneLine(task.Describe(c, name)))
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
	return w.Flush()
}

func (a *app) listTasksJSON(c *config.Config, names []string) error {
	type param struct {
		Name        string `json:"name"`
		Description string `json:"description,omitempty"`
		Type        string `json:"type"`
		Required    bool   `json:"required"`
	}
	type row struct {
		Name        string  `json:"name"`
		Description string  `json:"description"`
		Params      []param `json:"params"`
	}
	rows := []row{}
	for _, name := range names {
		r := row{Name: name, Description: task.Describe(c, name), Params: []param{}}
		if t, _ := task.Read(c, name); t != nil { // what is wrong with it is told when it is run
			for _, p := range t.Params {
				r.Params = append(r.Params, param{p.Name, p.Description, p.Type, p.Required})
			}
		}
		rows = append(rows, r)
	}
	return a.indentedJSON(rows)
}
