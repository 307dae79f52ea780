package shell

import (
	"strings"
	"testing"
)

// warned are commands, with what there is to say of their last reference.
var warned = []struct{ command, message, hint string }{
	{`docker run -e K="${secret:K}" image`, "the command line of docker,", containerHint},
	{`/usr/bin/podman run --env K=${secret:K} image`, "the command line of podman,", containerHint},
	{`sudo docker run -e K=${secret:K} image`, "the command line of sudo,", containerHint},
	{`kubectl create secret generic x --from-literal=K='${secret:K}'`, "the command line of kubectl,", argvHint},
	{`curl -u "user:${secret:K}" https://example.com`, "the command line of curl,", argvHint},
	{`mysql -p${secret:K}`, "the command line of mysql,", argvHint},
	{`curl "${x:-${secret:K}}"`, "the command line of curl,", argvHint},
	{`$CURL -u ${secret:K}`, "the command line of a program,", argvHint},
	{`"cu rl" ${secret:K}`, "the command line of a program,", argvHint},
	{`x=$(curl -u ${secret:K})`, "the command line of curl,", argvHint},
	{`echo "$(curl -u ${secret:K})"`, "the command line of curl,", argvHint},
	{`command curl -u ${secret:K}`, "the command line of curl,", argvHint},
	{`exec -a x curl -u ${secret:K}`, "the command line of curl,", argvHint},
	{`X=1 curl -u ${secret:K} >x`, "the command line of curl,", argvHint},
	{`if curl ${secret:K}; then :; fi`, "the command line of curl,", argvHint},
	{`${secret:K} x`, "the command line of a program,", argvHint},
	{`sh -c 'echo "$1"' sh ${secret:K}`, "the command line of sh,", argvHint},
	{`ssh ${secret:K}@host 'uptime'`, "the command line of ssh,", argvHint},
	{`f() { curl "$1"; }; f ${secret:K}`, "argument of a function", argvHint},
	{`echo() { curl "$1"; }; echo ${secret:K}`, "argument of a function", argvHint},
	{`printf "${secret:K}\n"`, "format of printf", inFormat.hint},
}

// silent are commands that nobody can see a value of.
var silent = []string{
	`echo ${secret:K}`, `printf '%s\n' "${secret:K}"`, `export K=${secret:K}`, `K=${secret:K} docker run -e K image`, `[ -n "${secret:K}" ]`, `test x = ${secret:K}`,
	`: ${secret:K}`, `cd ${secret:K}`, `echo ${secret:K} | docker login --password-stdin`, "cat <<EOF\n${secret:K}\nEOF\n", "psql <<EOF\n${secret:K}\nEOF\n",
	`K=${secret:K}; curl x`, `case ${secret:K} in a) ;; esac`, `for x in ${secret:K}; do :; done`, `curl x >${secret:K}`, `command -v ${secret:K}`, `f() { local x=${secret:K}; }`,
	`K=${secret:K} sh -c 'echo "$K"'`, `printf '%s\n' ${secret:K} | ssh host 'IFS= read -r K; x'`, `. ./${secret:K}.sh`, `curl x # ${secret:K}`, `printf %s ${secret:K} | python3 x.py`, `curl -K <(echo ${secret:K})`,
	`printf -v x %s ${secret:K}`, `x=1; local y=${secret:K}`, `IFS=${secret:K} read -r a`, `echo ${secret:K} >x${secret:K}`,
	`printf %s ${secret:K} | kubectl create -f -`, `printf %s ${secret:K} | grep bash`, `echo ${secret:K} | sh -c 'cat'`, `set -- ${secret:K}`,
}

func TestWarnings(t *testing.T) {
	for _, test := range warned {
		for _, d := range []Dialect{Sh, Bash, Zsh} {
			refs := refsIn(test.command)
			s, err := splice(test.command, d)
			if err != nil || len(s.Warnings) != 1 {
				t.Errorf("%s: %s: warnings %v, error %v", d, test.command, s.Warnings, err)
				continue
			}
			w := s.Warnings[0]
			if w.Ref != 0 || w.Offset != refs[0].Start || w.Hint != test.hint || !strings.Contains(w.Message, test.message) {
				t.Errorf("%s: %s: %+v", d, test.command, w)
			}
		}
	}
	for _, command := range silent {
		for _, d := range []Dialect{Sh, Bash, Zsh} {
			s, err := splice(command, d)
			if d == Sh && strings.Contains(command, "<(") {
				continue
			}
			if err != nil || len(s.Warnings) > 0 {
				t.Errorf("%s: %s: warnings %v, error %v", d, command, s.Warnings, err)
			}
		}
	}
}

func TestEachSecretHasOneWarning(t *testing.T) {
	const command = `curl ${secret:A} ${secret:B}; echo ${secret:C}; curl "$(curl ${secret:D})${secret:E}"`
	refs := refsIn(command)
	refs[1].Secret = false
	s, err := Splice([]byte(command), refs, Sh)
	if err != nil {
		t.Fatal(err)
	}
	var of []int
	for _, w := range s.Warnings {
		of = append(of, w.Ref)
	}
	if len(of) != 3 || of[0] != 0 || of[1] != 3 || of[2] != 4 {
		t.Errorf("warnings of %v", of)
	}
}
