// Package resolve finds references in texts and gives each its value. This page
// is the specification of references.
//
// # Grammar
//
//	reference = "${" body "}" | "$<" body ">"
//	body      = "secret:" KEY { "|" filter } [ default ]
//	          | "vars." path [ default ] | "env." NAME [ default ] | "params." path [ default ]
//	          | "cmd:" command
//	default   = ":-" text | ":" text
//	KEY       = as package secret has it
//	path      = segment { "." segment | "[" digits "]" }
//	segment   = letters, digits, "_" and "-"
//	NAME      = a letter or "_", then letters, digits and "_"
//
// A reference ends at the first closing bracket of its form, and lies on one line; a line
// ends at a line feed. It has 64 KiB at most. White space is no part of a body, but for a
// default and a command. A default is literal text, may be empty, and must hold neither
// "${" nor "$<", nor must a command. In [Config] and [Command], "secrets:", "secret." and
// "secrets." stand for "secret:".
//
// # Dialects
//
// Which references are xec's depends on the text.
//
// [Config], xec's own configuration: all. A bare ${path} means ${vars.path}; a
// prefix that is nearly one of the above, and an opening without a closing bracket on
// its line, are errors. "$<" is an opening only before one of the prefixes.
//
// [Command], a task's shell command: what begins with one of the prefixes, and a
// bare ${name} for the names that are declared; everything else is the shell's. A
// letter must follow "secret:", and a letter or one of "/ . ~ _" must follow
// "cmd:", because ${secret:0:4} and ${cmd:-x} are the shell's.
//
// [Text], any other file: only "${secret:" and "$<secret:" before a letter. What
// has no closing bracket on its line is left alone.
//
// [Variable], text for a variable of a program: as Text, but what has no closing bracket
// on its line is an error, because no other reader of references comes behind.
//
// [Document], a file of a parsed format: as Text; its strings may write a backslash as two.
//
// What is xec's but not of the grammar is an error of kind secret.Invalid with its
// place. The errors quote keys, prefixes and filters, never a default.
//
// # Escapes
//
// Backslashes count only directly before what would be xec's reference. Of n
// backslashes n/2 remain, and if n is odd the reference is literal text. In a
// Command the shell takes them, so all remain. More than 64 KiB of backslashes
// before a reference are an error.
//
// # Filters
//
// url (RFC 3986: the unreserved characters stay), base64 (RFC 4648 section 4, padded),
// base64url (section 5, unpadded), hex (lower case), json (a string with its quotes), sh
// (one single-quoted word), xml (the five entities, and tabs and line ends as character
// references), trim (ASCII white space at both ends). They apply from left to right, to
// the value and not to the default.
//
// # Places
//
// Lines and columns count from 1. A column counts characters: bytes that do not
// continue a UTF-8 sequence. A byte order mark before a text is in no column.
//
// # One pass
//
// [Parse] takes a text in memory, [Scanner] one of any length; both give literal
// text and references in turn, are total, and take time linear in the length. A
// [Resolver] fetches each key once, reports all problems together, and never
// looks at a value for references.
package resolve
