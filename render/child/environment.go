package child

import (
	"bytes"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

// Var is one variable for a child. Source says where its value comes from, as
// errors name it: a key, or a place in a file.
type Var struct {
	Name   string
	Value  secret.Value
	Source string
}

// Environment says what a child gets besides its variables.
type Environment struct {
	Parent   []string // NAME=value, as os.Environ gives it
	Pristine bool     // leave the parent's variables out
	Drop     []string // names to leave out
	Allow    []string // names that may be set although programs act on them
}

// With gives the environment with vars in it, as NAME=value.
func (e Environment) With(vars []Var) ([]string, error) {
	if err := e.check(vars); err != nil {
		return nil, err
	}
	set := make(map[string]bool, len(vars))
	for _, v := range vars {
		set[v.Name] = true
	}
	env := make([]string, 0, len(e.Parent)+len(vars))
	if !e.Pristine {
		for _, line := range e.Parent {
			if name := nameOf(line); !set[name] && !e.drops(name) {
				env = append(env, line)
			}
		}
	}
	for _, v := range vars {
		env = append(env, v.Name+"="+string(v.Value.Reveal()))
	}
	return env, nil
}

// nameOf is the name in NAME=value. On Windows a name may begin with '='.
func nameOf(line string) string {
	if i := strings.IndexByte(line[min(1, len(line)):], '='); i >= 0 {
		return line[:i+1]
	}
	return line
}

func (e Environment) drops(name string) bool {
	return strings.HasPrefix(name, "XEC_PASSPHRASE") || strings.HasPrefix(name, "XEC_NEW_PASSPHRASE") || name == "XEC_TRUST_CONFIG" || slices.Contains(e.Drop, name)
}

func (e Environment) check(vars []Var) error {
	sources := map[string][]string{}
	var names []string
	for _, v := range vars {
		if err := e.checkVar(v); err != nil {
			return err
		}
		if sources[v.Name] == nil {
			names = append(names, v.Name)
		}
		sources[v.Name] = append(sources[v.Name], v.Source)
	}
	var twice []string
	for _, name := range names {
		if s := sources[name]; len(s) > 1 {
			twice = append(twice, name+" from "+strings.Join(s, " and "))
		}
	}
	if len(twice) > 0 {
		err := secret.Errorf(secret.Invalid, "more than one value for a variable: %s", strings.Join(twice, "; "))
		return secret.WithHint(err, "give each variable one value: choose keys with --only, other names with --env NAME=KEY")
	}
	return nil
}

func (e Environment) checkVar(v Var) error {
	switch {
	case !secret.IsName(v.Name):
		return secret.Errorf(secret.Invalid, "%s: %q is not the name of a variable", v.Source, v.Name)
	case actsOnPrograms(v.Name) && !slices.Contains(e.Allow, v.Name):
		err := secret.Errorf(secret.Invalid, "%s: %s changes which code programs load or run", v.Source, v.Name)
		return secret.WithHint(err, "--allow-name %s, if that is what you want", v.Name)
	case bytes.IndexByte(v.Value.Reveal(), 0) >= 0:
		err := secret.Errorf(secret.Invalid, "%s: the value holds a NUL byte, which no variable can", v.Source)
		if secret.CheckKey(v.Source) != nil {
			return err
		}
		return secret.WithHint(err, "--env %s='${secret:%s|base64}' hands it over encoded", v.Name, v.Source)
	}
	return nil
}

// acting are variables by which a value would become code: search paths, start-up
// files, options of runtimes, commands that programs run.
var acting = []string{
	"PATH", "IFS", "ENV", "BASH_ENV", "BASHOPTS", "SHELLOPTS", "PROMPT_COMMAND", "PS4", "ZDOTDIR", "SHELL", "HOME",
	"BASH_LOADABLES_PATH", "MAKEFLAGS", "TMPDIR",
	"NODE_OPTIONS", "NODE_PATH", "NPM_CONFIG_SCRIPT_SHELL", "NPM_CONFIG_NODE_OPTIONS", "NPM_CONFIG_USERCONFIG", "NPM_CONFIG_GLOBALCONFIG", "NPM_CONFIG_PREFIX",
	"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONBREAKPOINT", "PYTHONUSERBASE", "PYTHONWARNINGS",
	"DOTNET_STARTUP_HOOKS", "CORECLR_PROFILER", "CORECLR_PROFILER_PATH", "COR_PROFILER", "COR_PROFILER_PATH", "GOFLAGS", "GOROOT", "RUSTC", "RUSTC_WRAPPER", "RUSTFLAGS",
	"GEM_HOME", "GEM_PATH", "BUNDLE_GEMFILE", "R_PROFILE", "R_PROFILE_USER", "R_ENVIRON", "R_ENVIRON_USER", "MAVEN_OPTS", "GRADLE_OPTS",
	"PERL5LIB", "PERLLIB", "PERL5OPT", "PERL5DB", "RUBYLIB", "RUBYOPT", "LUA_INIT", "LUA_PATH", "LUA_CPATH",
	"CLASSPATH", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "PHPRC", "PHP_INI_SCAN_DIR",
	"GCONV_PATH", "LOCPATH", "NLSPATH", "GLIBC_TUNABLES", "HOSTALIASES", "RES_OPTIONS", "OPENSSL_CONF",
	"GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EDITOR", "GIT_PAGER", "GIT_EXTERNAL_DIFF", "GIT_EXEC_PATH", "GIT_PROXY_COMMAND",
	"EDITOR", "VISUAL", "PAGER", "MANPAGER", "VIMINIT", "EXINIT", "GIT_TEMPLATE_DIR", "KUBECONFIG", "BROWSER", "SSH_ASKPASS", "SUDO_ASKPASS", "LESSOPEN", "LESSCLOSE", "COMSPEC", "PATHEXT", "PSMODULEPATH",
}

func actsOnPrograms(name string) bool {
	upper := strings.ToUpper(name)
	return strings.HasPrefix(upper, "XEC_") || strings.HasPrefix(upper, "LD_") || strings.HasPrefix(upper, "DYLD_") ||
		strings.HasPrefix(upper, "GIT_CONFIG") || strings.HasPrefix(upper, "BASH_FUNC_") || slices.Contains(acting, upper)
}
