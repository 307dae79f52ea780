// Package secret holds what every other package must agree on: what a key is,
// what a value is and how it hides itself, and the kinds of error that exit
// codes are made from. It is the one leaf that resolve, render and store
// share; it imports nothing of xec.
//
// # Keys
//
// A key names a secret: an ASCII letter, then ASCII letters, digits, '.', '_'
// and '-', 256 bytes at most. [CheckKey] is the rule, [EnvName] the name that a
// key takes in an environment, [EnvPrefix] what stands before it between programs.
//
// A name is what shells call one: an ASCII letter or '_', then ASCII letters, digits and
// '_'. [IsName] is the rule; a variable of an environment has one.
//
// # Values
//
// A value is 1 byte to 64 KiB of any bytes. A [Value] shows its bytes through
// [Value.Reveal] and nowhere else: printing, formatting, logging and JSON all
// give "[secret]", also when the value lies in a field of a struct that is
// printed by reflection.
//
// # Errors
//
// An error says what went wrong to a person; its [Kind] says it to a program.
// A Kind is itself an error, so that errors.Is(err, secret.NotFound) asks.
// A hint, what the person could do, travels beside the message and is printed
// on a line of its own. No message and no hint ever holds a value.
package secret
