package resolve

import (
	"fmt"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	document := "é ${secret:A} \\${secret:B|url} \\\\$<secret:C>\n${secret:open\n ${secret:D@x} ${HOME} ${secret:0:4}"
	var got []string
	for _, f := range Find([]byte(document)) {
		got = append(got, fmt.Sprintf("%v %s %v", f.Position, document[f.Offset:f.Offset+int64(f.Length)], f.Err))
		if (f.Ref == nil) == (f.Err == nil) {
			t.Errorf("%v: reference %v and error %v", f.Position, f.Ref, f.Err)
		}
		if at := At([]byte(document), int(f.Offset)); at != f.Position {
			t.Errorf("offset %d is at %v, want %v", f.Offset, at, f.Position)
		}
	}
	want := []string{"1:3 ${secret:A} <nil>", "1:16 ${secret:B|url} <nil>", "1:34 $<secret:C> <nil>", "3:2 ${secret:D@x} '@' behind \"D\" is kept for a later version"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
