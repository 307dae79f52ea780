package shell

import (
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/render/rendertest"
	"github.com/xec-sh/xec-go/store/secret"
)

// refusals are commands that cannot carry a value at the place of their last reference. The
// dialects are those that they are tried in.
var refusals = []struct {
	command, dialects string
	why               *refusal
}{
	{`echo $((${secret:K} + 1))`, "sh bash zsh", &arithmetic},
	{`echo "$((1 + "${secret:K}"))"`, "bash zsh", &arithmetic},
	{`echo $(( $(echo ${secret:K}) ))`, "sh bash zsh", &arithmetic},
	{`((x = ${secret:K}))`, "sh bash zsh", &arithmetic},
	{`echo $[${secret:K}]`, "bash zsh", &arithmetic},
	{`echo $[${secret:K}]`, "sh", nil},
	{`((x = ${secret:K} $op 1))`, "sh bash zsh", nil},
	{"echo \"$\\\n[ ${secret:K} ]\"", "sh bash zsh", &joined},
	{"echo $\\\n[ ${secret:K} ]", "sh bash zsh", &joined},
	{"echo \"$\\\n(( ${secret:K} ))\"", "sh bash zsh", &joined},
	{"echo $(\\\n( ${secret:K} ))", "sh bash zsh", &joined},
	{"(\\\n( ${secret:K} ))", "sh bash zsh", &joined},
	{"[\\\n[ 1 -eq ${secret:K} ]]", "sh", &joined},
	{"le\\\nt ${secret:K}", "sh bash zsh", &arithmetic},
	{"sh -\\\nc ${secret:K}", "sh bash zsh", &asCode},
	{"e\\\nval ${secret:K}", "sh bash zsh", &asCode},
	{"[[ 1 -e\\\nq ${secret:K} ]]", "bash zsh", nil},
	{"declare -\\\ni x=${secret:K}", "sh bash zsh", &inInteger},
	{"a\\\n[${secret:K}]=1", "bash zsh", nil},
	{"f\\\nor ((i=${secret:K};0;)); do :; done", "sh bash zsh", nil},
	{"for (\\\n(i=${secret:K};0;)); do :; done", "sh bash zsh", nil},
	{"echo ${x\\\n[${secret:K}]}", "sh bash zsh", nil},
	{"echo ${\\\nx[${secret:K}]}", "sh bash zsh", nil},
	{`a["${secret:K}"]=1`, "sh bash zsh", &subscript},
	{`env BASH_ENV=${secret:K} bash x`, "sh bash zsh", &inSpecial},
	{`let x=${secret:K}`, "sh bash zsh", &arithmetic},
	{`for ((i = ${secret:K}; i < 3; i++)); do :; done`, "bash zsh", &arithmetic},
	{`[[ 1 -eq ${secret:K} ]]`, "bash zsh", &arithmetic},
	{`[[ ${secret:K} -lt 3 ]]`, "bash zsh", &arithmetic},
	{`[[ -v ${secret:K} ]]`, "bash zsh", &asName},
	{`[[ -t ${secret:K} ]]`, "bash", &asNumber},
	{`[[ x =~ ${secret:K} ]]`, "zsh", &inRegexp},
	{`echo ${x:${secret:K}}`, "bash", &arithmetic},
	{`echo ${x:1:${secret:K}}`, "bash", &arithmetic},
	{`echo ${x[${secret:K}]}`, "bash zsh", &subscript},
	{`echo $x[${secret:K}]`, "zsh", &subscript},
	{`x[${secret:K}]=1`, "bash zsh", &subscript},
	{`x=([${secret:K}]=1)`, "bash zsh", &subscript},
	{`echo ${x/${secret:K}/y}`, "bash zsh", &inReplace},
	{`echo "${x//y/${secret:K}}"`, "bash zsh", &inReplace},
	{`echo ${x^${secret:K}}`, "bash", &inReplace},
	{`echo ${(e)x:-${secret:K}}`, "zsh", &inReplace},
	{`echo ${~x:-${secret:K}}`, "zsh", &inReplace},
	{`echo "${x:-'${secret:K}'}"`, "sh bash zsh", &inQuotes},
	{`echo $"${secret:K}"`, "bash", &translated},
	{"cat <<'EOF'\n${secret:K}\nEOF\n", "sh bash zsh", &quotedBody},
	{"cat <<\\EOF\n${secret:K}\nEOF\n", "sh bash zsh", &quotedBody},
	{"cat <<E\"O\"F\n${secret:K}\nEOF\n", "sh bash zsh", &quotedBody},
	{"cat <<-'EOF'\n\t${secret:K}\n\tEOF\n", "sh bash zsh", &quotedBody},
	{"echo $${secret:K}", "sh bash zsh", &elsewhere},
	{"echo @(a|${secret:K})", "bash", &elsewhere},
	{"echo *(${secret:K})", "zsh", &elsewhere},
	{"echo $(echo x${x}#${secret:K}\n)", "sh bash zsh", nil},

	{`awk 'BEGIN { print "${secret:K}" }'`, "sh bash zsh", &asFilter},
	{`gawk -F : -v x=y "/${secret:K}/" file`, "sh bash zsh", &asFilter},
	{`sed -i "s/x/${secret:K}/" file`, "sh bash zsh", &asFilter},
	{`sed -n -e p -e ${secret:K}`, "sh bash zsh", &asFilter},
	{`sudo sed ${secret:K}`, "sh bash zsh", &asFilter},
	{`eval ${secret:K}`, "sh bash zsh", &asCode},
	{`eval "echo '${secret:K}'"`, "sh bash zsh", &asCode},
	{`eval "$(echo ${secret:K})"`, "sh bash zsh", &asCode},
	{`command eval "x=${secret:K}"`, "sh bash zsh", &asCode},
	{`\eval ${secret:K}`, "sh bash zsh", &asCode},
	{`e'v'a"l" ${secret:K}`, "sh bash zsh", &asCode},
	{`builtin eval ${secret:K}`, "bash zsh", &asCode},
	{`X=1 eval ${secret:K}`, "sh bash zsh", &asCode},
	{`trap "rm ${secret:K}" EXIT`, "sh bash zsh", &asCode},
	{`alias x='${secret:K}'`, "sh bash zsh", &inAlias},
	{"alias say='eval echo'\nsay ${secret:K}", "sh bash zsh", &inAlias},
	{`repeat ${secret:K} echo`, "zsh", &asCode},
	{`sh -c "echo ${secret:K}"`, "sh bash zsh", &asCode},
	{`sh -c ${secret:K}`, "sh bash zsh", &asCode},
	{`sh -c 'echo ${secret:K}'`, "sh bash zsh", &asCode},
	{`/bin/bash -euo pipefail -c "echo ${secret:K}"`, "sh bash zsh", &asCode},
	{`bash -lc "echo ${secret:K}"`, "sh bash zsh", &asCode},
	{`bash --norc -c -- "echo ${secret:K}"`, "sh bash zsh", &asCode},
	{`sh -c -e "echo ${secret:K}"`, "sh bash zsh", &asCode},
	{`sh -e${secret:K} x`, "sh bash zsh", &inOption},
	{`sh -o ${secret:K} x`, "sh bash zsh", &inOption},
	{`sh ${secret:J} ${secret:K}`, "sh bash zsh", &inOption},
	{`sh ${secret:L2}`, "sh bash zsh", &inOption},
	{`sh -c $x ${secret:K}`, "sh bash zsh", &asCode},
	{`"$SHELL" -c "echo ${secret:K}"`, "sh bash zsh", &asCode},
	{`sudo -u x sh -c "echo ${secret:K}"`, "sh bash zsh", &asCode},
	{`env A=b dash -c "echo ${secret:K}"`, "sh bash zsh", &asCode},
	{`docker exec c sh -c "echo ${secret:K}"`, "sh bash zsh", &asCode},
	{`kubectl exec p -- bash -c "echo ${secret:K}"`, "sh bash zsh", &asCode},
	{`some-wrapper run bash -c "echo ${secret:K}"`, "sh bash zsh", &asCode},
	{`find . -exec sh -c "echo ${secret:K}" \;`, "sh bash zsh", &asCode},
	{`su -c "echo ${secret:K}" x`, "sh bash zsh", &asCode},
	{`su x --command="echo ${secret:K}"`, "sh bash zsh", &asCode},
	{`watch "echo ${secret:K}"`, "sh bash zsh", &asCode},
	{`emulate sh -c ${secret:K}`, "zsh", &asCode},
	{`compgen -W ${secret:K}`, "bash", &asCode},
	{`python3 -c "print('${secret:K}')"`, "sh bash zsh", &asProgram},
	{`python3 -c"print('${secret:K}')"`, "sh bash zsh", &asProgram},
	{`perl -lne "print '${secret:K}'"`, "sh bash zsh", &asProgram},
	{`node --eval "f('${secret:K}')"`, "sh bash zsh", &asProgram},
	{`sudo ruby -e "f('${secret:K}')"`, "sh bash zsh", &asProgram},

	{`ssh host "echo ${secret:K}"`, "sh bash zsh", &remote},
	{`ssh host echo ${secret:K}`, "sh bash zsh", &remote},
	{`ssh -p 22 -i key u@h -- echo ${secret:K}`, "sh bash zsh", &remote},
	{`sshpass -p x ssh host echo ${secret:K}`, "sh bash zsh", &remote},
	{`ssh -o ProxyCommand="x ${secret:K}" host`, "sh bash zsh", &asCode},
	{"ssh host bash -s <<EOF\necho ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{"ssh host 'sudo bash -s' <<EOF\necho ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{"ssh host <<EOF\necho ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{"sh <<EOF\necho ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{"sudo -s <<EOF\necho ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{"bash -s x <<-EOF\n\techo ${secret:K}\n\tEOF\n", "sh bash zsh", &asInput},
	{"docker exec -i c bash <<EOF\necho ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{"{ cd x; sh; } <<EOF\necho ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{"python3 - <<EOF\nprint('${secret:K}')\nEOF\n", "sh bash zsh", &asInput},
	{"make -f - <<EOF\nall:\n\techo ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{"sudo gmake -C x -sf- all <<EOF\nall:\n\techo ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{"make all --file=- <<-EOF\n\tX := ${secret:K}\n\tEOF\n", "sh bash zsh", &asInput},
	{"make --makefile - <<EOF\nX := ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{"make --make=/dev/stdin <<EOF\nX := ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{"make -f \"$x\" <<EOF\nX := ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{"make -f$x <<EOF\nX := ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{`printf '%s\n' ${secret:K} | make -f -`, "sh bash zsh", &asInput},
	{"just -f - <<EOF\nall:\n  echo ${secret:K}\nEOF\n", "sh bash zsh", &asInput},
	{"sed -nf - x <<EOF\ns/x/${secret:K}/\nEOF\n", "sh bash zsh", &asInput},
	{"awk -f /dev/stdin x <<EOF\nBEGIN { x = \"${secret:K}\" }\nEOF\n", "sh bash zsh", &asInput},
	{"ruby -ropenssl <<EOF\nputs '${secret:K}'\nEOF\n", "sh bash zsh", &asInput},
	{"perl -Mstrict -w <<EOF\nprint '${secret:K}'\nEOF\n", "sh bash zsh", &asInput},
	{"python3 -Wdefault <<EOF\nprint('${secret:K}')\nEOF\n", "sh bash zsh", &asInput},
	{"node --input-type=module <<EOF\nf('${secret:K}')\nEOF\n", "sh bash zsh", &asInput},
	{`bash <<<"echo ${secret:K}"`, "bash zsh", &asInput},
	{`. /dev/stdin <<<"echo ${secret:K}"`, "bash zsh", &asInput},
	{`source <(echo ${secret:K})`, "bash zsh", &asInput},
	{`bash <(echo ${secret:K})`, "bash zsh", &asInput},
	{`bash < <(echo ${secret:K})`, "bash zsh", &asInput},
	{`echo ${secret:K} | sh`, "sh bash zsh", &asInput},
	{`echo ${secret:K} | tee x | sudo bash`, "sh bash zsh", &asInput},
	{`echo ${secret:K} | ssh host sh -s`, "sh bash zsh", &asInput},
	{`echo ${secret:K} | xargs -I{} sh -c 'echo {}'`, "sh bash zsh", &asInput},
	{`echo ${secret:K} | crontab -`, "sh bash zsh", &asInput},

	{`read ${secret:K}`, "sh bash zsh", &asName},
	{`unset ${secret:K}`, "sh bash zsh", &asName},
	{`getopts ab ${secret:K}`, "sh bash zsh", &asName},
	{`export ${secret:K}`, "sh bash zsh", &asName},
	{`export "${secret:K}=1"`, "sh bash zsh", &asName},
	{`export "$(echo ${secret:K})"`, "sh bash zsh", &asName},
	{`command export ${secret:K}=1`, "sh bash zsh", &asName},
	{`declare "x${secret:K}=1"`, "sh bash zsh", &asName},
	{`local -i x=${secret:K}`, "sh bash zsh", &inInteger},
	{`declare -n x=${secret:K}`, "sh bash zsh", &inInteger},
	{`declare $flags x=${secret:K}`, "sh bash zsh", &inInteger},
	{"declare -i x\nx=${secret:K}", "sh bash zsh", &inInteger},
	{"integer x\nx=${secret:K}", "zsh", &inInteger},
	{"typeset -F x\nx=${secret:K}", "zsh", &inInteger},
	{"declare -i x\nfor x in ${secret:K}; do :; done", "bash zsh", &inInteger},
	{"declare -i x\necho ${x:=${secret:K}}", "bash zsh", &inInteger},
	{`declare -a x=${secret:K}`, "sh bash", &inArray},
	{"x=(1)\nlocal x=${secret:K}", "bash", &inArray},
	{"read -a x\ndeclare x=${secret:K}", "bash", &inArray},
	{`PS4=${secret:K}`, "sh bash zsh", &inSpecial},
	{`BASH_ENV=${secret:K} bash x`, "sh bash zsh", &inSpecial},
	{`export ENV=${secret:K}`, "sh bash zsh", &inSpecial},
	{`COLUMNS=${secret:K} x`, "zsh", &inSpecial},
	{`RANDOM=${secret:K}`, "sh bash zsh", &inSpecial},
	{`: ${OPTIND:=${secret:K}}`, "sh bash zsh", &inSpecial},
	{`printf ${secret:K} x`, "sh bash zsh", &inFormat},
	{`printf -v ${secret:K} x`, "bash zsh", &asName},
	{`printf -v${secret:K} x`, "bash zsh", &inFormat},
	{`printf %d ${secret:K}`, "zsh", &asNumber},
	{`printf %*s ${secret:K} x`, "zsh", &asNumber},
	{`print -P ${secret:K}`, "zsh", &inFlags},
	{`print ${secret:K}`, "zsh", &inFlags},
	{`set ${secret:K}`, "sh bash zsh", &inFlags},
	{`set -A ${secret:K} x`, "zsh", &inFlags},
	{`exit ${secret:K}`, "zsh", &asNumber},
	{`[ 1 -eq ${secret:K} ]`, "zsh", &asNumber},
	{`test ${secret:K} -gt 3`, "zsh", &asNumber},
	{`[ -v ${secret:K} ]`, "sh bash zsh", &asName},
	{`[ ${secret:J} ${secret:K} ]`, "sh bash zsh", &inOperator},
	{`[ ${secret:L2} ]`, "sh bash zsh", &inOperator},
	{`zmodload ${secret:K}`, "zsh", &unknownUse},

	{`echo "${secret:L2}"`, "sh bash zsh", &listInside},
	{`echo '${secret:L2}'`, "sh bash zsh", &listInside},
	{`echo a${secret:L2}`, "sh bash zsh", &listInside},
	{`x=${secret:L2}`, "sh bash zsh", &listInside},
	{`echo >${secret:L2}`, "sh bash zsh", &listInside},
	{`case ${secret:L2} in x) ;; esac`, "sh bash zsh", &listInside},
	{"cat <<EOF\n${secret:L2}\nEOF\n", "sh bash zsh", &listInside},
	{`echo ${x:-${secret:L2}}`, "sh bash zsh", &listInside},
	{`[[ x == ${secret:L2} ]]`, "bash zsh", &listInside},
	{`X=1 ${secret:L0} x`, "sh bash zsh", &noCommand},
}

func TestPlacesThatCannotCarryAValue(t *testing.T) {
	for _, test := range refusals {
		for _, d := range []Dialect{Sh, Bash, Zsh} {
			if !strings.Contains(test.dialects, d.String()) || d == Sh && !strings.Contains(" "+test.dialects, " sh") {
				continue
			}
			refs := refsIn(test.command)
			_, err := splice(test.command, d)
			if err == nil {
				t.Errorf("%s: %s: no error", d, test.command)
				continue
			}
			if test.why == nil {
				continue
			}
			rendertest.RequireError(t, err, refs[len(refs)-1].Start, secret.Invalid)
			if !strings.Contains(err.Error(), test.why.message) || secret.Hint(err) != test.why.hint {
				t.Errorf("%s: %s: %v (%s)", d, test.command, err, secret.Hint(err))
			}
		}
	}
}

// TestInputThatIsData: the standard input of a program that takes its commands from elsewhere.
func TestInputThatIsData(t *testing.T) {
	for _, program := range []string{
		"make", "make -f Makefile all", "make -kC x --file=x.mk all", "make --always-make", "just -f x", "sed -f x.sed", "sed -ne s/f/-/", "sed -e\"s/for/$x/\"", "sed -e s/f/-/",
		"awk -F f -f x.awk -", "awk -v f=- 1", "python3 x.py", "sh x.sh", "python3 -um x", "python3 -c pass",
		"perl -ne print", "ruby -rjson -e x", "node --eval=f", "node -p x", "php -r x",
	} {
		for _, d := range []Dialect{Sh, Bash, Zsh} {
			if _, err := splice(program+" <<EOF\n${secret:K}\nEOF\n", d); err != nil {
				t.Errorf("%s: %s: %v", d, program, err)
			}
		}
	}
}
