package task

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

func (r *reader) pairs(n *config.Node, path string) []config.Pair {
	if n == nil || n.IsNull() {
		return nil
	}
	if n.Kind != config.Map {
		r.fail(n, path, "a map is expected, not %s", kindOf(n))
		return nil
	}
	for _, p := range n.Pairs {
		r.scalar(p.Value, config.Join(path, p.Key))
	}
	return n.Pairs
}

func (r *reader) list(n *config.Node, path string) []*config.Node {
	if n == nil || n.IsNull() {
		return nil
	}
	if n.Kind != config.List {
		r.fail(n, path, "a list is expected, not %s", kindOf(n))
		return nil
	}
	for i, item := range n.Items {
		r.scalar(item, path+"["+strconv.Itoa(i)+"]")
	}
	return n.Items
}

// scalar refuses what is no text.
func (r *reader) scalar(n *config.Node, path string) *config.Node {
	if n.Kind != config.Scalar || n.IsNull() {
		r.fail(n, path, "a text is expected, not %s", kindOf(n))
		return nil
	}
	return n
}

// text is one that holds no references.
func (r *reader) text(n *config.Node, path, key string) string {
	v := n.Get(key)
	if v == nil || v.IsNull() {
		return ""
	}
	if v.Kind != config.Scalar {
		r.fail(v, config.Join(path, key), "a text is expected, not %s", kindOf(v))
		return ""
	}
	return v.Text
}

var shells = []string{"sh", "bash", "zsh"}

func (r *reader) shell(n *config.Node, path string) string {
	name := r.text(n, path, "shell")
	base := name[strings.LastIndexByte(name, '/')+1:]
	if name != "" && !slices.Contains(shells, base) {
		r.fail(n.Get("shell"), path+".shell", "%s are the shells that xec can hand values to", strings.Join(shells, ", "))
	}
	return name
}

func (r *reader) register(n *config.Node, path string) string {
	name := r.text(n, path, "register")
	if name != "" && !secret.IsName(name) {
		r.fail(n.Get("register"), path+".register", "not the name of a variable: letters, digits and _")
	}
	return name
}

func (r *reader) yes(n *config.Node, path, key string) bool {
	v := n.Get(key)
	switch {
	case v == nil:
		return false
	case v.Tag == "!!bool":
		return strings.EqualFold(v.Text, "true")
	}
	r.fail(v, config.Join(path, key), "true or false is expected")
	return false
}

func (r *reader) duration(n *config.Node, path, key string) time.Duration {
	v := n.Get(key)
	if v == nil {
		return 0
	}
	if d, ok := parseDuration(v); ok {
		return d
	}
	r.fail(v, config.Join(path, key), "a time is expected, like 30s, 5m or 1h30m")
	return 0
}

// parseDuration reads a time; a number alone is seconds.
func parseDuration(n *config.Node) (time.Duration, bool) {
	text := n.Text
	if n.Tag == "!!int" || n.Tag == "!!float" {
		text += "s"
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d > 0 && n.Kind == config.Scalar
}

// handling reads abort, continue, or {retry: n, delay: d}.
func (r *reader) handling(n *config.Node, path string) (h Handling) {
	switch {
	case n == nil, n.Kind == config.Scalar && n.Text == "abort":
	case n.Kind == config.Scalar && n.Text == "continue":
		h.Continue = true
	case n.Kind == config.Map && n.Get("retry") != nil:
		for _, p := range n.Pairs {
			if p.Key != "retry" && p.Key != "delay" {
				r.failAt(p.Place, config.Join(path, p.Key), secret.Errorf(secret.Invalid, "retry and delay are the keys"))
			}
		}
		times, err := strconv.Atoi(n.Get("retry").Text)
		if h.Retries = times; err != nil || times < 1 || times > 1000 {
			r.fail(n.Get("retry"), path+".retry", "a number from 1 to 1000 is expected")
		}
		h.Delay = r.duration(n, path, "delay")
	default:
		r.fail(n, path, "abort, continue or {retry: 3, delay: 2s} is expected")
	}
	return h
}

func (r *reader) when(n *config.Node, path string) *Condition {
	if r.scalar(n, path) == nil {
		return nil
	}
	c, err := parseCondition(n.Text)
	for _, each := range resolve.Unjoin(err) {
		var placed *resolve.PlacedError
		if errors.As(each, &placed) {
			each = secret.WithHint(secret.Errorf(secret.Invalid, "character %d: %w", placed.Column, placed.Err), "%s", secret.Hint(placed.Err))
		}
		r.failAt(n.Place, path, each)
	}
	return c
}

// kindOf is what a node is, as a sentence has it behind "not".
func kindOf(n *config.Node) string {
	switch {
	case n.IsNull():
		return "nothing"
	case n.Kind == config.List && len(n.Items) == 0:
		return "an empty list"
	}
	return fmt.Sprint("a ", n.Kind)
}
