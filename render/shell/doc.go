// Package shell puts values into a command for a shell, and none of them into its text: a
// reference becomes a variable, quoted for the exact place it stands in, and the caller
// puts the value into the environment of the shell. So no shell parses a value, and no
// command line of a shell holds one.
//
// # Dialects
//
// A command is read by mvdan.cc/sh, in the language of its shell:
//
//   - [Sh]: dash, the ash of BusyBox, or bash as /bin/sh. It is read as POSIX has it and as
//     bash has it; a place that the two read differently carries nothing.
//   - [Bash]: nothing that is put in is newer than bash 3.2; the tests ask 5.2.
//   - [Zsh]: with the options it starts with. The parser knows most of its syntax, and
//     refuses the rest.
//
// A reference counts as the expansion of a variable while the command is read. A command
// without references is not read at all. One has [MaxCommand] bytes and 10,000 opening
// brackets at most, is UTF-8, and has no NUL.
//
// # Places
//
//	echo ${secret:K}           "$NAME"      a word, and a part of one: in the arguments of a
//	                                        command, its name, an assignment, the target of a
//	                                        redirection, a here-string, a case word, a loop, an
//	                                        array. A pattern, in case and [[ ]], matches the
//	                                        value as text, and so does a regular expression of
//	                                        bash
//	echo "a ${secret:K}b"      ${NAME}
//	echo 'a ${secret:K}b'      '"$NAME"'    the quotes are closed and opened again
//	echo $'a ${secret:K}b'     '"$NAME"$'   bash and zsh
//	a here-document            ${NAME}      if its delimiter has no quotes
//	${x:-${secret:K}}          by the quotes around it; so with - + = ? and a colon
//	${x#${secret:K}}           "$NAME"      in quotes too: text, no pattern; so with ## % %%
//	$(...) and backticks       as within a command
//	# ${secret:K}              stays as it is; [Script] has the references that do not
//
// Only the bytes of references differ in the result.
//
// # Lists
//
// A list that is a word of its own, without quotes, in the arguments of a command, in a loop
// or in an array becomes a word for each element; none, if it has none. At every other place
// it is refused.
//
// # What is refused
//
// Where a shell evaluates what a variable holds, it could run a value. A reference is
// refused, with what to do instead, also if it stands deeper, in a substitution there:
//
//   - arithmetic: $((...)), ((...)), $[...], let, for ((...)), ${x:n:m}, -eq and its like in
//     [[ ]], and what could be it because a line goes on behind $, ( or [. Those of [ ] take nothing but numbers, but for zsh, where they are refused, as is
//     the argument of exit, return, shift and of %d in printf
//   - subscripts, and names of variables: read, unset, export and declare without NAME=,
//     printf -v, [ -v ]
//   - variables that the shell evaluates, such as PS4, ENV, BASH_ENV, RANDOM, and those that
//     the command declares as integers or as names for others; in bash a value in a declare
//     for an array
//   - code: eval, trap, the script of sh -c and of other shells, behind sudo, env, docker
//     exec, xargs and their like too; su -c, watch, parallel; python -c, perl -e, node -e and
//     their like
//   - what a shell or an interpreter reads as code: from a here-document, a here-string, a
//     pipe or a process substitution, sh <<EOF or ... | sudo bash; so too make -f -, just -f -,
//     awk -f - and sed -f -
//   - the command of ssh, whose words a shell on the other machine parses, quoted or not
//   - where a value could be an option or an operator that does such a thing: set VALUE, [ A
//     B ], sh A B
//   - every reference, in a command that defines an alias
//
// Other places are refused because no variable can stand there, or not alike in all shells:
// a here-document with a quoted delimiter, $"...", ${x/a/b} and the other expansions that
// change text, single quotes in ${...} in double quotes, extended patterns, a here-document's
// delimiter, and whatever the parser reads that is not named above.
//
// # Warnings
//
// A secret among the arguments of a program stands on a command line that every user of the
// machine can read: a warning, one for each reference. Commands of the shell's own have no
// command line. Of a function that the command defines it is said that it may hand the value
// on, also if it has the name of one of the shell's commands. In the format of printf a value
// is no plain text: a warning too.
//
// # Proof
//
// The result is parsed again, in each language. It must be the tree of the command, node for
// node, with each reference replaced by what its place calls for.
//
// # What it does not do
//
// It follows no value through a variable of the command's own: in k=${secret:K}; eval "$k" it
// is the command that has it parsed. It knows the programs that run their arguments by name,
// and $CMD for none of them, but for $SHELL -c. A value in the program of awk
// or sed is refused. What other languages make of a value (SQL, a makefile that is a file, a
// client's own escapes to a shell) is not looked at, nor whether a program
// takes a value that begins with - for an option. It does not see what aliases, functions and
// options the files that a shell reads first may set. echo of dash and zsh reads backslashes
// in a value; printf '%s\n' does not. A substitution drops line ends at the end of a value,
// as it does with all.
package shell
