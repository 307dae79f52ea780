// Package render puts values into documents: bytes for a file, an environment or
// a program. It does not find references and does not fetch values; whoever calls
// it hands over both, and so each half can be proved without the other.
//
// # A value is data
//
// A value never changes the shape of a document. Only the scalar that holds a
// reference is replaced, by one that has the value encoded for the place; every other
// byte comes out as it went in, comments, order, line ends and a missing last one too;
// and what was put in is never looked through for references.
//
// # A format is a folder
//
//   - text: plain text, which carries any bytes
//   - yaml, json, toml, hcl, dotenv, ini, properties, netrc, xml, html: formats with a syntax that a value could break
//   - shell: a command for a shell, with variables in the places of values
//   - mask: known values, hidden in what a program prints
//   - child: the environment of a program, and the program
//   - output: files, written whole or not at all
//
// A [Format] splices and then proves. It reads the document with each reference as one
// plain word, encodes each value for the exact place, and reads the result again: it
// must be the tree of the document with the values put in, node for node. If it is
// not, nothing is given and the error says where. What it does with each value, and never
// the value, it tells as an [Explainer].
//
// A document of a format that has a [Stream] may be of any size: it is read, spliced and
// proved part by part, each as large as its caller wants to hold.
//
// Escapes are read in the decoded scalar. Of n backslashes before a reference n/2
// remain there, and if n is odd the reference is literal text; so JSON writes
// "\\${secret:KEY}" for a literal one. In a comment a reference is text.
package render
