// Package transfer is import and export: codecs between a set of secrets and
// the bytes of a file, JSON or env. They are pure, and know no store.
//
// In both formats export then import is the identity: what [WriteJSON] or
// [WriteEnv] writes, [ReadJSON] or [ReadEnv] reads as the same keys with the
// same bytes. An exported file holds values in plain text.
//
// # JSON
//
//	{
//	  "API_KEY": "sk-123",
//	  "signing.key": {
//	    "base64": "//79"
//	  }
//	}
//
// One flat object. A value that is UTF-8 is a string, any other an object with
// the one member "base64" (RFC 4648 section 4, padded). The writer sorts keys
// by their bytes, indents by two spaces, ends with a line feed and escapes what
// JSON has to, and U+2028 and U+2029. The reader takes any JSON text of this
// shape, also behind a byte order mark, also with base64 of what is UTF-8. It
// refuses what encoding/json would let pass or mend: a key that stands twice,
// however it is spelled, bytes that are not UTF-8, a \u escape that is half of
// a surrogate pair.
//
// # Env
//
//	export SECRET_API_KEY="sk-123"
//	# xec:key=database.password
//	export SECRET_DATABASE_PASSWORD="a \"quoted\" \$word"
//	# xec:base64 key=signing.key value=AP8=
//
// A file that a shell can source and that a .env reader can read. One
// assignment for each secret, sorted by key, to SECRET_ and secret.EnvName of
// the key. In the double quotes \, ", $ and backtick have a backslash before
// them; every other byte is itself, line ends too. So sh, dash, bash and zsh
// read back the same bytes, with "." as well as with eval. '!' needs nothing:
// history expansion works on lines that are typed, not on files and not on what
// eval is given; do not paste an export into an interactive shell.
//
// Two kinds of comment carry what an environment cannot:
//
//	# xec:key=KEY                        directly above an assignment: its key,
//	                                     where the name does not give it back
//	# xec:base64 key=KEY value=BASE64    in place of an assignment: a value with
//	                                     a NUL, which no environment can hold,
//	                                     or one that [WriteEnvWhere] has no
//	                                     place for
//
// Two keys of one name cannot both be exported: that is an error, which lists
// them, and nothing is written.
//
// The reader takes files of the dialect of package dotenv. It strips one
// SECRET_ from a name and keeps the rest as it is written; names without
// SECRET_ are keys as they are. Nothing is expanded or run. A comment that
// starts with "xec:" and is neither of the two is an error; all other comments
// are ignored.
//
// # Locales
//
// In some character sets a character may end in the byte of an ASCII backslash
// (GBK, Big5, Shift-JIS), and bash takes a byte of 0x80 and up and the backslash
// of an escape for one character: the escape is lost, and what follows could be
// run. A writer therefore closes the quotes and opens them again between such a byte and
// an escape: no character set has a character that ends in the byte of a quote, and every
// shell joins "a""b". csh and fish have another syntax.
//
// # Errors
//
// What is not of the format is an error of kind secret.Invalid, without the
// file's name, which the caller has. A reader reports all that is wrong with
// keys and values at once, as far as the syntax holds: several problems are one
// error of errors.Join, each a single line "line 7: …", in the order of the
// file, and no secrets are returned. A writer checks keys and values as readers
// do, so that it never writes what cannot be read.
//
// No message holds a value. A message about an env file does not hold a key
// either: the second line of a value that lacks its quotes may look like one.
package transfer

import (
	"errors"
	"maps"
	"slices"

	"github.com/xec-sh/xec-go/store/secret"
)

// sortedKeys returns the keys of secrets in byte order, or everything that is
// wrong with keys and values.
func sortedKeys(secrets map[string]secret.Value) ([]string, error) {
	keys := slices.Sorted(maps.Keys(secrets))
	var problems []error
	for _, key := range keys {
		if err := secret.CheckKey(key); err != nil {
			problems = append(problems, err)
		} else if err := secrets[key].Check(key); err != nil {
			problems = append(problems, err)
		}
	}
	return keys, join(problems)
}

// join makes one error of problems. The first hint becomes the hint of all,
// since secret.Hint does not look into joined errors.
func join(problems []error) error {
	if len(problems) == 1 {
		return problems[0]
	}
	err := errors.Join(problems...)
	for _, problem := range problems {
		if hint := secret.Hint(problem); hint != "" {
			return secret.WithHint(err, "%s", hint)
		}
	}
	return err
}
