package task

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

// Param is a parameter of a task.
type Param struct {
	Name, Description string
	Type              string // string, number, integer or boolean
	Required          bool
	Default           *config.Node // nil if there is none
	Pattern           *regexp.Regexp
	Values            []string // those that are allowed; nil if all are
	Min, Max          *float64
	config.Place

	ofDefault string // the path of the default
}

var types = []string{"string", "number", "integer", "boolean"}

// params reads a list of parameters with their names, or a map of them.
func (r *reader) params(n *config.Node, path string) (params []Param) {
	switch {
	case n == nil || n.IsNull():
	case n.Kind == config.Map:
		for _, p := range n.Pairs {
			params = append(params, r.param(p.Key, p.Value, config.Join(path, p.Key), p.Place))
		}
	case n.Kind == config.List:
		for i, item := range n.Items {
			at := path + "[" + strconv.Itoa(i) + "]"
			name := r.text(item, at, "name")
			if name == "" {
				r.fail(item, at, "a parameter needs a name")
			}
			params = append(params, r.param(name, item.Without("name"), at, item.Place))
		}
	default:
		r.fail(n, path, "a list or a map of parameters is expected")
	}
	for i, p := range params {
		if slices.ContainsFunc(params[:i], func(other Param) bool { return other.Name == p.Name }) {
			r.failAt(p.Place, path, secret.Errorf(secret.Invalid, "the parameter %s stands twice", p.Name))
		}
	}
	return params
}

var ofParams = []string{"type", "description", "required", "default", "pattern", "values", "min", "max"}

// param reads a parameter, or a text that is its default.
func (r *reader) param(name string, n *config.Node, path string, place config.Place) Param {
	p := Param{Name: name, Type: "string", Place: place, ofDefault: path}
	if name != "" && !isParam(name) {
		r.failAt(place, path, secret.Errorf(secret.Invalid, "not the name of a parameter: letters, digits, _ and -"))
	}
	if n.Kind == config.Scalar {
		if !n.IsNull() {
			p.Default = n
		}
		return p
	}
	before := len(r.errs)
	r.keys(n, path, ofParams)
	p.ofDefault += ".default"
	p.Description, p.Required, p.Default = r.text(n, path, "description"), r.yes(n, path, "required"), n.Get("default")
	if kind := r.text(n, path, "type"); kind != "" {
		if p.Type = kind; !slices.Contains(types, kind) {
			r.fail(n.Get("type"), path+".type", "%s are the types", strings.Join(types, ", "))
		}
	}
	if p.Default != nil && r.scalar(p.Default, p.ofDefault) == nil {
		p.Default = nil
	}
	for _, v := range r.list(n.Get("values"), path+".values") {
		p.Values = append(p.Values, v.Text)
	}
	if pattern := r.text(n, path, "pattern"); pattern != "" {
		var err error
		if p.Pattern, err = regexp.Compile(pattern); err != nil {
			r.fail(n.Get("pattern"), path+".pattern", "not a regular expression of RE2")
		}
	}
	p.Min, p.Max = r.number(n, path, "min"), r.number(n, path, "max")
	if (p.Min != nil || p.Max != nil) && p.Type != "number" && p.Type != "integer" {
		r.fail(n, path, "min and max are for numbers")
	}
	if text, ok := p.Default.Constant(); ok && len(r.errs) == before {
		r.check(p.CheckDefault(text))
	}
	return p
}

func isParam(s string) bool {
	return !strings.HasPrefix(s, "-") && secret.IsName(strings.ReplaceAll(s, "-", "_"))
}

func (r *reader) number(n *config.Node, path, key string) *float64 {
	v := n.Get(key)
	if v == nil {
		return nil
	}
	f, err := parseNumber([]byte(v.Text))
	if err != nil {
		r.fail(v, config.Join(path, key), "a number is expected")
	}
	return &f
}

// Param gives the parameter of a name, the zero Param if there is none.
func (t *Task) Param(name string) Param {
	for _, p := range t.Params {
		if p.Name == name {
			return p
		}
	}
	return Param{}
}

// CheckName returns an error of kind secret.Invalid unless a task has a parameter.
func (t *Task) CheckName(name string) error {
	var names []string
	for _, p := range t.Params {
		if p.Name == name {
			return nil
		}
		names = append(names, p.Name)
	}
	err := secret.Errorf(secret.Invalid, "%s has no parameter %s", t.Name, name)
	if near := resolve.Nearest(name, names); near != "" {
		err = secret.WithHint(err, "did you mean %s?", near)
	}
	return err
}

// CheckNames returns an error of kind secret.Invalid, or several, for parameters that a
// task does not have, and for those that it needs and nobody gives.
func (t *Task) CheckNames(given []string) error {
	var errs []error
	for _, p := range t.Params {
		if p.Required && p.Default == nil && !slices.Contains(given, p.Name) {
			err := secret.Errorf(secret.Invalid, "%s: the parameter %s is missing", t.Name, p.Name)
			errs = append(errs, secret.WithHint(err, "-p %s=…", p.Name))
		}
	}
	for _, name := range given {
		errs = append(errs, t.CheckName(name))
	}
	return errors.Join(errs...)
}

// Check returns what is wrong with the parameters of a call.
func (t *Task) Check(given map[string]secret.Value) error {
	errs := []error{t.CheckNames(slices.Sorted(maps.Keys(given)))}
	for _, p := range t.Params {
		if v, ok := given[p.Name]; ok {
			errs = append(errs, p.Check(string(v.Reveal())))
		}
	}
	return errors.Join(errs...)
}

// Check returns an error of kind secret.Invalid unless a parameter may have a value. It
// does not quote the value.
func (p Param) Check(value string) error {
	if err := p.refusal(value); err != nil {
		return secret.Errorf(secret.Invalid, "parameter %s: %w", p.Name, err)
	}
	return nil
}

// CheckDefault is Check for the value of its default.
func (p Param) CheckDefault(value string) error { return p.CheckAt(p.Default, p.ofDefault, value) }

// CheckAt is Check for a value that stands, or has its reference, in a configuration.
func (p Param) CheckAt(n *config.Node, path, value string) error {
	if err := p.refusal(value); err != nil {
		return &config.PlacedError{Place: n.Place, Path: path, Err: err}
	}
	return nil
}

// refusal is why a parameter may not have a value, nil if it may.
func (p Param) refusal(value string) error {
	refuse := func(format string, args ...any) error { return secret.Errorf(secret.Invalid, format, args...) }
	number, err := parseNumber([]byte(value))
	switch {
	case p.Type == "number" && err != nil:
		return refuse("not a number")
	case p.Type == "integer" && (err != nil || strings.ContainsAny(value, ".eE")):
		return refuse("not a whole number")
	case p.Type == "boolean" && value != "true" && value != "false":
		return refuse("neither true nor false")
	case p.Values != nil && !slices.Contains(p.Values, value):
		return refuse("not one of %s", strings.Join(p.Values, ", "))
	case p.Pattern != nil && !p.Pattern.MatchString(value):
		return refuse("does not match %s", p.Pattern)
	case p.Min != nil && number < *p.Min:
		return refuse("less than %v", *p.Min)
	case p.Max != nil && number > *p.Max:
		return refuse("more than %v", *p.Max)
	}
	return nil
}
