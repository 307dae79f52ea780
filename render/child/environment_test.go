package child

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
)

func one(name, value string) Var {
	return Var{Name: name, Value: secret.Text(value), Source: "key of " + name}
}

func TestEnvironment(t *testing.T) {
	parent := []string{"A=1", "B=${secret:X}", "XEC_PASSPHRASE=p", "XEC_PASSPHRASE_FILE=f", "XEC_DEBUG=secrets", "EMPTY=", "odd", "=C:=C:\\x"}
	for name, test := range map[string]struct {
		env  Environment
		vars []Var
		want []string
	}{
		"the parent's comes along": {Environment{Parent: parent}, nil, []string{"A=1", "B=${secret:X}", "XEC_DEBUG=secrets", "EMPTY=", "odd", "=C:=C:\\x"}},
		"a value replaces":         {Environment{Parent: []string{"A=1", "AB=2", "A=3"}}, []Var{one("A", "new")}, []string{"AB=2", "A=new"}},
		"pristine":                 {Environment{Parent: parent, Pristine: true}, []Var{one("A", "new")}, []string{"A=new"}},
		"dropped":                  {Environment{Parent: parent, Drop: []string{"B", "odd", "XEC_DEBUG"}}, nil, []string{"A=1", "EMPTY=", "=C:=C:\\x"}},
		"drop is for the parent's": {Environment{Parent: []string{"A=1"}, Drop: []string{"A"}}, []Var{one("A", "new")}, []string{"A=new"}},
		"any bytes but NUL":        {Environment{}, []Var{one("A", "=\n\xff$(x)'\"")}, []string{"A==\n\xff$(x)'\""}},
		"an acting name, allowed":  {Environment{Allow: []string{"PATH"}}, []Var{one("PATH", "/x")}, []string{"PATH=/x"}},
	} {
		got, err := test.env.With(test.vars)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, error %v, want %q", name, got, err, test.want)
		}
	}
}

func TestEnvironmentRefuses(t *testing.T) {
	for want, vars := range map[string][]Var{
		"A from key of A and key of A":     {one("A", "1"), one("B", "1"), one("A", "2")},
		"key of A: the value holds a NUL":  {one("A", "a\x00b")},
		`key of 1A: "1A" is not the name`:  {one("1A", "v")},
		`key of : "" is not the name`:      {one("", "v")},
		`key of A=B: "A=B" is not the nam`: {one("A=B", "v")},
		`key of A.B: "A.B" is not the nam`: {one("A.B", "v")},
	} {
		got, err := Environment{}.With(vars)
		if got != nil || !errors.Is(err, secret.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	for _, name := range []string{"PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "BASH_ENV", "ENV", "IFS", "NODE_OPTIONS", "PYTHONSTARTUP",
		"PERL5OPT", "RUBYOPT", "JAVA_TOOL_OPTIONS", "GIT_SSH_COMMAND", "GIT_CONFIG_COUNT", "BASH_FUNC_ls%%", "path", "ld_preload", "GLIBC_TUNABLES", "PROMPT_COMMAND", "XEC_TRUST_CONFIG", "XEC_HOME_DIR", "DOTNET_STARTUP_HOOKS", "npm_config_script_shell", "MAKEFLAGS"} {
		_, err := Environment{Allow: []string{"OTHER"}}.With([]Var{one(name, "v")})
		if !errors.Is(err, secret.Invalid) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	for _, name := range []string{"API_KEY", "PATH_TO_X", "GOLD_", "LDX", "NODE_ENV", "_A"} {
		if _, err := (Environment{}).With([]Var{one(name, "v")}); err != nil {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
