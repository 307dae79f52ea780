package shell

const viaVariable = `hand it over in a variable, as in K="${secret:KEY}" sh -c 'echo "$K"'`

// The refusals. They are constants in all but name.
var (
	elsewhere  = refusal{"a reference cannot stand here", "put the value into a variable before, as in k=${secret:KEY}"}
	arithmetic = refusal{"a value would be evaluated as an arithmetic expression, which can run commands", "compare as text, with [ ... = ... ]; a variable of the value would be evaluated there too"}
	joined     = refusal{`a line of the command goes on behind $, ( or [, and a shell may see arithmetic there`, "end the line at a blank"}
	subscript  = refusal{"a value cannot be a subscript: a shell evaluates it", "use a fixed subscript"}
	quotedBody = refusal{"a here-document with a quoted delimiter cannot carry a value", "take the quotes off the delimiter, or hand the value over in the step's env:"}
	inAlias    = refusal{"the command defines an alias, and what that makes of a reference cannot be seen", "define a function instead"}
	asFilter   = refusal{"awk or sed would take the value for a part of its program", `awk reads a variable as ENVIRON["NAME"]: NAME=${secret:KEY} awk '...'`}
	asCode     = refusal{"a shell would parse the value", viaVariable}
	asProgram  = refusal{"the value would be parsed as a program", "hand it over in the step's env:, and read the variable there"}
	asInput    = refusal{"a shell would read the value as commands", viaVariable}
	remote     = refusal{"ssh hands its arguments to a shell on the other machine, which would parse the value", `send it on standard input, as in printf '%s\n' "${secret:KEY}" | ssh host 'IFS= read -r K; ...'`}
	inOption   = refusal{"the value could be an option of a shell", "put -- before it"}
	asName     = refusal{"a value cannot be the name of a variable: a shell evaluates subscripts in it", "use a fixed name"}
	asNumber   = refusal{"the shell would evaluate the value as a number", "hand it over in the step's env:"}
	unknownUse = refusal{"what this command of the shell does with a value is not known", "put the value into a variable before, as in k=${secret:KEY}"}
	inInteger  = refusal{"the variable is a number, or a name for another one, so the shell would evaluate the value", "assign it to a variable without such an attribute"}
	inArray    = refusal{"bash would parse a value that is declared for an array", "declare the variable first, and assign the value in a command of its own"}
	inSpecial  = refusal{"the shell evaluates what is in this variable", "use another variable"}
	inFormat   = refusal{"the value could be an option of printf", `write printf '%s' "${secret:KEY}"`}
	inOperator = refusal{"the value could be an operator of test", "write it as one operand of = or -n"}
	inFlags    = refusal{"the value could be an option of the shell", "put -- before it"}
	inReplace  = refusal{"a reference cannot stand in an expansion that replaces, cuts or changes text", "put the value into a variable before, as in k=${secret:KEY}"}
	inQuotes   = refusal{"shells differ on single quotes in an expansion in double quotes", "take the single quotes away"}
	inRegexp   = refusal{"zsh would read the value as a regular expression", "compare with = or =="}
	translated = refusal{`a reference cannot stand in $"...", which is translated`, "take the $ away"}
	listInside = refusal{"a list can only stand as a word of its own, without quotes", "take what stands around it away, or join the list"}
	noCommand  = refusal{"a list without elements cannot be the command", "give the list an element"}
)

const (
	argvHint       = "hand it over in the step's env:, in a file or on standard input"
	containerHint  = "set the variable in the step's env:, and write -e NAME without a value"
	functionNotice = "the value is an argument of a function, and stands on the command line of each program that the function hands it to"
	formatNotice   = `the value stands in the format of printf, where % and \ have a meaning`
)
