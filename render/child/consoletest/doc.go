// Package consoletest is a terminal as a person has it, for tests of programs that run on
// one: keys are typed, and what comes is waited for. Windows has none.
package consoletest
