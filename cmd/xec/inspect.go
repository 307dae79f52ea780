package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/yaml"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

type inspectOptions struct {
	kind, name string
	format     string
	filter     string
	resolve    bool
}

// inspected are the parts of a configuration that can be asked for.
var inspected = []string{"all", "vars", "env", "targets", "tasks", "secrets", "config"}

func newInspectCommand(a *app) *cobra.Command {
	var o inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect [TYPE] [NAME] [flags]",
		Short: "Show the configuration, secrets masked",
		Long: `Show the configuration as it is merged: all, vars, env, targets, tasks, config (what is
left) or secrets (every reference to one, where it stands and whether the key exists).
References are shown as they are written; with --resolve they are resolved, and the part
of a text that is secret is ***. No value is looked up.`,
		Example: `  xec inspect
  xec inspect vars DATABASE_URL --resolve
  xec inspect secrets --format json
  xec inspect targets --profile production --format yaml`,
		ValidArgs: inspected,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 2 {
				return secret.WithHint(secret.Errorf(secret.Invalid, "inspect takes a TYPE and a NAME"), "%s", cmd.UseLine())
			}
			if len(args) > 0 && !slices.Contains(inspected, args[0]) {
				err := secret.Errorf(secret.Invalid, "inspect: there is no type%s", word(args[0]))
				return secret.WithHint(err, "%s are the types", strings.Join(inspected, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.kind = "all"
			if len(args) > 0 {
				o.kind = args[0]
			}
			if len(args) > 1 {
				o.name = args[1]
			}
			return runInspect(cmd.Context(), a, o)
		},
	}
	cmd.Flags().StringVarP(&o.format, "format", "o", "table", "`table`, json or yaml")
	cmd.Flags().StringVar(&o.filter, "filter", "", "show only what has a name that this `REGEX` matches")
	cmd.Flags().BoolVar(&o.resolve, "resolve", false, "resolve everything, with *** for secrets")
	complete(cmd, "format", choices("table", "json", "yaml"))
	a.addProjectFlags(cmd.Flags())
	return cmd
}

func runInspect(ctx context.Context, a *app, o inspectOptions) error {
	if !slices.Contains([]string{"table", "json", "yaml"}, o.format) {
		return secret.Errorf(secret.Invalid, "--format %s: table, json and yaml are the formats", o.format)
	}
	filter, err := regexp.Compile(o.filter)
	if err != nil {
		return secret.Errorf(secret.Invalid, "--filter: not a regular expression")
	}
	c, err := a.needConfig()
	if err != nil {
		return err
	}
	if o.kind == "secrets" {
		return a.inspectSecrets(ctx, c, o, filter)
	}
	parts, err := o.parts(c, filter)
	if err != nil {
		return err
	}
	nodes := make([]*config.Node, len(parts))
	for i, p := range parts {
		nodes[i] = p.node
	}
	if o.resolve {
		if nodes, err = a.resolveMasked(ctx, c, parts); err != nil {
			return err
		}
	}
	tree := render.Tree{IsMap: true}
	for i, p := range parts {
		name := strings.TrimPrefix(p.path, o.kind+".")
		tree.Pairs = append(tree.Pairs, render.TreePair{Key: name, Value: treeOf(nodes[i])})
	}
	if o.name != "" && len(parts) == 1 {
		tree = tree.Pairs[0].Value
	}
	return a.show(tree, o.format)
}

// resolveMasked resolves parts with a look-up that answers ***: no store is opened.
func (a *app) resolveMasked(ctx context.Context, c *config.Config, parts []part) ([]*config.Node, error) {
	r := &resolve.Resolver{Fetch: func(_ context.Context, keys []string) (map[string]secret.Value, error) {
		masks := map[string]secret.Value{}
		for _, key := range keys {
			masks[key] = secret.Text(masked)
		}
		return masks, nil
	}, Filtered: func(*resolve.Reference, secret.Value) secret.Value { return secret.Text(masked) }}
	return a.evaluate(ctx, c, parts, r, func() error { return r.Load(ctx) })
}

// parts gives what is asked for, as it is written.
func (o inspectOptions) parts(c *config.Config, filter *regexp.Regexp) (parts []part, err error) {
	add := func(prefix string, n *config.Node) {
		if n == nil {
			return
		}
		for _, p := range n.Pairs {
			path := prefix + p.Key
			if (o.name == "" || o.name == p.Key) && filter.MatchString(p.Key) {
				parts = append(parts, part{path, p.Value})
			}
		}
	}
	switch o.kind {
	case "all":
		add("", c.Root)
	case "config":
		rest := &config.Node{Kind: config.Map}
		for _, p := range c.Root.Pairs {
			if !slices.Contains([]string{"vars", "env", "targets", "tasks"}, p.Key) {
				rest.Pairs = append(rest.Pairs, p)
			}
		}
		add("", rest)
	default:
		add(o.kind+".", c.Root.Get(o.kind))
	}
	if o.name != "" && len(parts) == 0 {
		return nil, o.noSuch(c)
	}
	return parts, nil
}

func (o inspectOptions) noSuch(c *config.Config) error {
	err := secret.Errorf(secret.Invalid, "%s: there is no %q", o.kind, o.name)
	in := c.Root
	if o.kind != "all" && o.kind != "config" {
		in = c.Root.Get(o.kind)
	}
	var names []string
	if in != nil {
		for _, p := range in.Pairs {
			names = append(names, p.Key)
		}
	}
	if near := resolve.Nearest(o.name, names); near != "" {
		return secret.WithHint(err, "did you mean %s?", near)
	}
	return err
}

// show writes a tree in one of the formats.
func (a *app) show(tree render.Tree, format string) error {
	w := bufio.NewWriter(a.out)
	var err error
	switch format {
	case "yaml":
		err = yaml.Write(w, tree)
	case "json":
		err = writeJSON(w, tree)
	default:
		err = writeTable(w, tree)
	}
	if err != nil {
		return err
	}
	return w.Flush()
}

// writeTable writes a line for each scalar: its path and its text.
func writeTable(w io.Writer, tree render.Tree) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	writeRows(t, "", tree)
	return t.Flush()
}

func writeRows(w io.Writer, path string, tree render.Tree) {
	switch {
	case tree.IsMap && len(tree.Pairs) > 0:
		for _, p := range tree.Pairs {
			key := visible([]byte(p.Key))
			if path != "" {
				key = path + "." + key
			}
			writeRows(w, key, p.Value)
		}
	case tree.IsList && len(tree.Items) > 0:
		for i, item := range tree.Items {
			writeRows(w, fmt.Sprintf("%s[%d]", path, i), item)
		}
	case path == "":
		fmt.Fprintf(w, "%s\n", cell(tree))
	default:
		fmt.Fprintf(w, "%s\t%s\n", path, cell(tree))
	}
}

// cell is a text on one line.
func cell(tree render.Tree) string {
	switch {
	case tree.IsMap:
		return "{}"
	case tree.IsList:
		return "[]"
	}
	text := visible(tree.Text.Reveal())
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(text)
}

// writeJSON writes a tree as JSON, keys in their order.
func writeJSON(w io.Writer, tree render.Tree) error {
	raw, err := json.Marshal(jsonTree{tree})
	if err != nil {
		return err
	}
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(json.RawMessage(raw)); err != nil {
		return err
	}
	_, err = io.WriteString(w, out.String())
	return err
}

// jsonTree writes itself with its keys in order.
type jsonTree struct{ tree render.Tree }

func (j jsonTree) MarshalJSON() ([]byte, error) {
	t := j.tree
	var out []byte
	switch {
	case t.IsMap:
		out = append(out, '{')
		for i, p := range t.Pairs {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendJSONString(out, p.Key), ':')
			value, err := jsonTree{p.Value}.MarshalJSON()
			if err != nil {
				return nil, err
			}
			out = append(out, value...)
		}
		return append(out, '}'), nil
	case t.IsList:
		out = append(out, '[')
		for i, item := range t.Items {
			if i > 0 {
				out = append(out, ',')
			}
			value, err := jsonTree{item}.MarshalJSON()
			if err != nil {
				return nil, err
			}
			out = append(out, value...)
		}
		return append(out, ']'), nil
	}
	text := t.Text.Reveal()
	if t.Plain && len(text) == 0 {
		return []byte("null"), nil
	}
	if t.Plain && json.Valid(text) {
		return text, nil
	}
	return appendJSONString(nil, string(text)), nil
}

func appendJSONString(out []byte, text string) []byte {
	b, err := json.Marshal(text)
	if err != nil { // a string cannot fail
		return append(out, `""`...)
	}
	return append(out, b...)
}

// wanted is a reference to a secret in the configuration.
type wanted struct {
	Key    string `json:"key"`
	Place  string `json:"place"`
	Path   string `json:"path"`
	Status string `json:"status"`
}

// inspectSecrets lists every reference to a secret: where it stands, whether its key
// exists.
func (a *app) inspectSecrets(ctx context.Context, c *config.Config, o inspectOptions, filter *regexp.Regexp) error {
	all, err := references(c.Root)
	if err != nil {
		return err
	}
	keys, unknown := a.keysQuietly(ctx)
	tree := render.Tree{IsList: true}
	for _, w := range all {
		if !filter.MatchString(w.Key) || o.name != "" && o.name != w.Key {
			continue
		}
		switch {
		case unknown != nil:
			w.Status = "unknown"
		case slices.Contains(keys, w.Key):
			w.Status = "set"
		case w.Status == "":
			w.Status = "missing"
		}
		tree.Items = append(tree.Items, w.tree())
	}
	if unknown != nil {
		a.say("the store cannot be looked at, so it is unknown which keys exist: %v", unknown)
	}
	if o.format == "table" {
		return a.showWanted(tree)
	}
	return a.show(tree, o.format)
}

func (w wanted) tree() render.Tree {
	text := func(s string) render.Tree { return render.Tree{Text: secret.Text(s)} }
	return render.Tree{IsMap: true, Pairs: []render.TreePair{
		{Key: "key", Value: text(w.Key)}, {Key: "status", Value: text(w.Status)}, {Key: "path", Value: text(w.Path)}, {Key: "place", Value: text(w.Place)},
	}}
}

func (a *app) showWanted(list render.Tree) error {
	t := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	for _, item := range list.Items {
		var cells []string
		for _, p := range item.Pairs {
			cells = append(cells, cell(p.Value))
		}
		fmt.Fprintln(t, strings.Join(cells, "\t"))
	}
	return t.Flush()
}

// references gives all references to secrets of a configuration, as they stand in it.
func references(root *config.Node) (all []wanted, err error) {
	var errs []error
	root.Each("", func(path string, n *config.Node) {
		refs, err := n.Refs()
		if err != nil {
			errs = append(errs, err)
		}
		for _, ref := range refs {
			if ref.Kind != resolve.Secret {
				continue
			}
			w := wanted{Key: ref.Name, Place: ref.Place.String(), Path: path}
			if ref.HasDefault {
				w.Status = "default"
			}
			all = append(all, w)
		}
	})
	return all, errors.Join(errs...)
}

// keysQuietly lists the keys of the store if it opens without a word.
func (a *app) keysQuietly(ctx context.Context) ([]string, error) {
	quiet := *a
	quiet.err = io.Discard
	quiet.terminal = func() (*terminal, error) { return nil, errNoTerminal }
	s, err := quiet.openStore()
	if err != nil {
		return nil, err
	}
	return s.List(ctx)
}
