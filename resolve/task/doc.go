// Package task reads the tasks of a configuration and carries them out.
//
// # Conditions
//
// What stands behind when, read by [ParseCondition]:
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
