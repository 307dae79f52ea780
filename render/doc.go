// Package render puts values into documents: bytes for a file, an environment or
// a program. It does not find references and does not fetch values; whoever calls
// it hands over both, and so each half can be proved without the other.
//
// # A value is data
//
// A value never changes the shape of a document. Only a reference's own bytes are
// replaced, by the value encoded for the place; every other byte comes out as it
// went in; and what was put in is never looked through for references again.
//
// # A format is a folder
//
//   - text: plain text, which carries any bytes
//   - child: the environment of a program, and the program
//   - output: files, written whole or not at all
//
// Where a format has a syntax that a value could break, its folder encodes the
// value for the place and then proves the result: parsed again, it must be the
// template's own tree with the values put in.
package render
