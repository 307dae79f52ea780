// Package mask hides known values in a stream of bytes. A [Set] holds the values, a
// [Writer] is a filter in front of another writer:
//
//	var set mask.Set
//	set.Add("API_KEY", value)
//	w := set.Writer(os.Stdout)
//	io.Copy(w, output) // "key=s3cr3t-0123" comes out as "key=[secret:API_KEY]"
//	w.Close()
//
// Whatever a value looks like in the stream, the mask is [secret:KEY]. All other bytes come
// out as they went in, whether they are text or not.
//
// # Forms
//
// A value of 8 bytes and more is hidden in all these forms, where they are 8 bytes and more:
//
//   - as it is, and without the line ends that it ends with, for a shell's $(…) drops them.
//     Where that leaves 8 bytes, it is a value of its own, which has all forms too
//   - each of its lines, if it has several; but the -----BEGIN and -----END lines, which
//     are in every key, and hide nothing
//   - as a JSON string, as encoders write it: Go (now and before 1.22), Python, JavaScript,
//     jq, PHP, Gson, Jackson, .NET, Rails; that is with the short escapes or \u0008, with
//     \/ or /, with \u00e9 or é, with \u003c or <, hexadecimal in either case, what is not
//     UTF-8 replaced, or as Python's lone surrogates; and a JSON string in a JSON string
//   - in a URL: percent-encoded with what RFC 3986, encodeURIComponent, encodeURI, Go's
//     QueryEscape, PathEscape and URL.User, Python's quote, HTML forms or PHP's urlencode
//     leave alone, hexadecimal in either case, a blank as %20 or +
//   - in base64 and base64url, wherever in a longer text the value starts: the characters
//     that the value alone determines, so without padding. With line ends, LF or CRLF,
//     behind each 64 or 76 characters, if the value is all that was encoded: within a longer
//     text the line ends may be anywhere, and that is not looked for
//   - in hexadecimal, lower or upper case, without anything between the bytes
//   - quoted for a shell: in single quotes, a single quote in the value with a backslash or in
//     double quotes, each or all in a row; in double quotes; with the backslashes of bash's
//     printf %q and of zsh's (q); in $'…' as bash and zsh do in a UTF-8 and in a C locale
//   - as a literal of Go (log/slog, %q), of C, of Python (repr of str and bytes, ascii), and of
//     languages that escape only the single quote and the backslash
//   - with quotes doubled, as SQL, CSV, YAML and PowerShell do, or $, as Compose and make do
//   - in XML and HTML, with the names or the numbers of & < > " ' that encoders write
//   - each of these with CRLF for LF, as a terminal has it
//
// A value of more than 4096 bytes that is no text (not UTF-8, or with a NUL) is hidden as it
// is, line by line, in base64 and in hexadecimal: the other forms are those of texts, and
// would need much memory.
//
// The quotes around a form are not part of it. What is added by two encoders one behind the
// other (but JSON in JSON), by line breaks within a form, by a text that stands between the
// bytes (colours, 0x41, 0x42), or by compression is not hidden; neither is a part of a value.
//
// A value of 4 to 7 bytes is hidden as it is, and only where neither of the bytes beside it
// is an ASCII letter or digit; the start and the end of the stream are none. A value of less
// than 4 bytes is not hidden. [Set.Short] names these.
//
// # Overlaps
//
// An occurrence of a form is a span. Spans that overlap are one mask, which covers all of
// them. It names the key of the span that starts first; of those that start there, of the
// longest; of those that are equal, the first key in the order of bytes. Spans that only
// touch are two masks. A mask is counted for the key that it names, so that a value that
// only ever stood within another one has no count.
//
// # Cuts
//
// How the stream is cut into writes makes no difference. A writer keeps back the longest end
// of the stream with which a form may start, and the value of 4 to 7 bytes whose right
// neighbour is yet to come, and nothing else. So it keeps less than the longest form.
//
// # Pauses
//
// If nothing is written for 50 ms (a prompt waits for its answer, for one) the writer lets go:
//
//   - An end of the stream with which a form may start, and that has more than 3 bytes,
//     still stays, unless it is covered by a value that is complete. Its mask is shown.
//   - Everything else is written. A value of 4 to 7 bytes at the end is masked, whatever
//     byte comes next.
//
// Letting go does not forget. If a value goes on after up to 3 of its bytes were shown, all
// others are hidden: a mask follows these bytes. What overlaps with the mask that was shown
// last belongs to it, and has no mask of its own.
//
// # More values
//
// Values may be added while streams run, and count from the next byte on, the bytes that are
// kept back included. Nothing is built before a byte has to be looked at. A value that was
// added counts as long as the Set does; a second value of a key is one more value.
//
// # Memory
//
// About 6 bytes for each byte of all forms, beginnings that forms have in common counted
// once. So a thousand values of 32 bytes need 3 to 9 MiB. A value of 64 KiB needs 6 MiB if it
// is letters and digits; 35 MiB if it has all the characters that encoders escape, and 20 MiB
// if it is random bytes.
//
// # Search
//
// The forms lie in automata after Aho and Corasick (Efficient string matching: an aid to
// bibliographic search, 1975), one for each class of length, in front of which blocks of
// bytes are looked up that are as far apart as the shortest form allows (after Wu and Manber,
// A fast algorithm for multi-pattern searching, 1994). The time is linear in the length of
// the stream, whatever it consists of and however it is cut. See filter and automaton.
//
// # What it is not
//
// It protects against mistakes: a program that wants to show a value can write it backwards.
// What a full-screen program writes with moves of the cursor between the bytes, as less does
// at the right edge of a terminal, is not found either.
// It knows nothing of what the stream is; to it a mask in a JSON document is text.
package mask
