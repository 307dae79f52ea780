// Package task reads the tasks of a configuration and carries them out. It starts nothing
// itself: a [Starter] does.
//
// # Tasks
//
// A task is a command, or a map. What it does is said by one of command, script, task and
// parallel, or by steps, a list of commands and of maps that say one of these:
//
//	command   text for a shell
//	script    the path of a script, with a list of args
//	task      the name of a task that is called, with a map of its parameters in with
//	parallel  a list of steps that run at once
//
// Besides:
//
//	description, params              of a task
//	env, workdir, shell              of a task, a group or a step; what is said within
//	                                 comes on top of what is said around it
//	name, register, onFailure,       of a step
//	alwaysRun, when
//	timeout                          of a step, or of a task: of all its steps together
//
// shell is sh, bash or zsh, by name or path. A timeout, and the delay of a retry, is a time
// like 1m30s, or a number of seconds. Keys that are known elsewhere and not carried out here
// (target, hooks, schedule, ...) are errors, as are all others.
//
// # Parameters
//
// A list of maps with a name, or a map of names: type (string, number, integer, boolean),
// description, required, default, pattern (RE2, anywhere in the value), values, min, max. In
// place of a map may stand a default. A default that the parameter itself may not have is an
// error, also where a call gives another value.
//
// # How a task runs
//
// Steps run one after the other. A step is skipped if its condition does not hold. It fails
// when its command does. Then, with onFailure
//
//	abort           the task fails: of the steps behind it only those follow that are meant
//	                for that, by alwaysRun or by a condition with success() or failure()
//	continue        the task goes on as if nothing had happened
//	{retry: 3, delay: 2s}  it is tried up to three times more, then the task fails
//
// A task whose time is up, or that is interrupted, fails too; the steps that are meant for
// that follow, with all the time that they want.
//
// A task fails as the first of its steps that fails. A step that calls a task fails as that
// does. Of steps that run at once all come to their ends; what they register can be seen
// behind the group. register names a variable that gets the standard output of a command or
// script, without white space at its ends, also of one that fails. In the commands of the other
// steps of the task a bare ${name} is that variable and never one of the environment or the
// shell: where the step was skipped, or comes later, what vars has of that name, else empty. In
// its own command it is the shell's.
//
// Tasks that call each other in a ring are an error that names it. [NewPlan] reads a task
// and all that it calls, and tells everything that is wrong at once, before anything runs.
//
// # Conditions
//
// What stands behind when:
//
//	condition  = condition "||" condition | condition "&&" condition | "!" condition
//	           | "(" condition ")" | operand [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) operand ]
//	           | "success()" | "failure()"
//	operand    = a text in single or double quotes | a number | a reference | true | false
//
// "!" binds closest, then "&&", then "||". References are those of resolve.Config, also
// within quotes, and what they stand for is data: it is never read as a condition. Two
// operands are compared as numbers if one of them is written as a number (without quotes),
// or if an order is asked for; else as text, byte for byte. An operand that stands alone is
// false if it is empty, "false", "0", "no" or "off", in any case. success() says that no
// step before has failed, failure() that one has. What is not of this form is an error with
// its place, never false.
package task
