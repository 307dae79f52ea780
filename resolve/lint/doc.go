// Package lint says what is wrong with references before anything is rendered. It needs no
// value, and of the store nothing but the names of its keys. This page is the list of its
// rules.
//
// # Rules
//
//	missing       error    a key that the store does not have, and no default
//	grammar       error    what is xec's but not of the grammar: a bad key, an unknown filter,
//	                       ${secret:K@prod}
//	misspelt      warning  ${SECRET:K}, ${secrets:K}, $(secret:K), {{secret:K}}: rendering
//	                       leaves it alone without a word. In xec's own configuration an error
//	unclosed      warning  ${secret:K without a bracket on its line, which is left alone too.
//	                       In xec's own configuration an error
//	cycle         error    variables that lead back to themselves, or through more than 64
//	undeclared    error    a variable or parameter that does not exist, without a default. A
//	                       warning where only a profile is missing that declares it, and where
//	                       a task's command reads a variable that only the env of the whole has,
//	                       or one that only a step behind it registers
//	config        error    a configuration that cannot be read, or a part of it. A warning for
//	                       a variable of its env that xec exec refuses unless it is allowed
//	unknown-key   warning  a key at the top of a configuration that xec does not know
//	task          error    a task that cannot be run: a key that is not carried out, a ring of
//	                       calls, a condition that is none, a parameter that may not have
//	                       its default or what a call says. A warning for a script or folder
//	                       that is not there, which a step before may make
//	format        error    a template that is not of its format, or has a reference where the
//	                       format has no place for one
//	place         error    a place that carries no value, whatever the value is
//	base64        error    the data of a Kubernetes Secret without |base64
//	url           warning  the user part of a URL without |url
//	command-line  warning  a value that would stand on the command line of a program, where
//	                       every user of the machine reads it. Where xec run refuses it, an error
//	unrendered    warning  a reference in a script or .env file that a shell reads as it is:
//	                       bash takes ${secret:K} for a part of $secret, and makes an empty
//	                       text of it with status 0
//	comment       note     a reference in a comment, which stays as it is
//	unused        note     a key of the store that nothing refers to
//	skipped       note     a file that was not looked at, and why; a warning where it could not
//	                       be read
//
// [Rules] gives them with the reason for each and what to do.
//
// # Texts
//
// What is nearly a reference of a text begins with ${, $<, $( or {{ and has, in any case, the
// word secret or secrets, or with ${ and $< a word that one slip makes of secret: a letter
// too many, too few, another, or two exchanged. Behind it stands a colon, then what has a
// letter in it and is no reference, and the bracket on the same line. With ${ and $< there
// may be a dot in place of the colon before a name in capitals: ${secret.name} is a field of
// a variable in many languages. What the shell has of its own, like ${SECRET:-x} and
// ${secret:0:4}, is none.
//
// What stands in a comment of a program keeps its key from being unused, and nothing else is
// told of it.
//
// # Configurations
//
// A configuration is looked at without a profile and with each that it has, 100 at most. Of
// what is found with a profile only, the message names it. Variables of the environment are
// taken for set, commands for approved; neither is asked.
//
// # Findings
//
// A finding has a file, a place in it (line and column from 1, in characters; offset and
// length in bytes), a rule, a level, a message and a hint. It quotes names, keys and
// brackets, and never a default. Of one rule 100 findings are told in a file, and the rest is
// counted; of what is nearly a reference 10,000 are.
//
// # What it does not do
//
// It opens no file and knows no format: who calls it says where the references of a document
// stand, and what its format makes of them. Keys that a program asks for by name are none of
// its references.
package lint
