package main

import (
	"bytes"

	"github.com/xec-sh/xec-go/store/secret"
)

// checkJoined refuses files that standard output would make one document of: there they
// stand one behind the other. Plain text may be joined as it likes.
func checkJoined(sources []source) error {
	for i := range len(sources) - 1 {
		before, ok := sources[i].(*documentSource)
		behind, ok2 := sources[i+1].(*documentSource)
		if !ok || !ok2 {
			continue
		}
		ended, err := before.endsInLine()
		if err != nil {
			return err
		}
		if !ended {
			err := secret.Errorf(secret.Invalid, "%s: its last line has no end, and %s would go on with it on standard output", before.path, behind.path)
			return secret.WithHint(err, "-o FOLDER/ writes each to its own file")
		}
		if before.dialect != behind.dialect {
			continue
		}
		line, err := behind.firstLine()
		if err != nil {
			return err
		}
		if begin := beginnings[behind.dialect]; !bytes.HasPrefix(line, []byte(begin)) {
			err := secret.Errorf(secret.Invalid, "%s: behind %s on standard output it would be a part of that document", behind.path, before.path)
			return secret.WithHint(err, "begin it with a line that has %s, or write each to its own file with -o FOLDER/", begin)
		}
	}
	return nil
}

// beginnings are what begins a document, or a part of one, that does not depend on what is
// before it. Of formats that are not here a joined text is read as each by itself, or not
// at all.
var beginnings = map[string]string{"yaml": "---", "toml": "[", "ini": "[", "ini-raw": "["}
