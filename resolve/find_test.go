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

// TestFindBegun cuts a document everywhere.
func TestFindBegun(t *testing.T) {
	document := `a \\${secret:A:-x} $<secret:B> {"${secret:C", ${secret:D} "}` + "\n" + `\` + "\n${secret:open\n" +
		"${secret:" + strings.Repeat("x", maxReference) + "}" + strings.Repeat("y", 2*maxReference) + "${secret:E}"
	whole := Find([]byte(document))
	if len(whole) != 5 {
		t.Fatalf("%d references", len(whole))
	}
	cuts := []int{len(document) / 2, len(document) - 1}
	for n := range 100 {
		cuts = append(cuts, n)
	}
	for _, n := range cuts {
		begun, settled := FindBegun([]byte(document[:n]))
		if n-settled > maxReference+100 && n < len(document)/2 {
			t.Errorf("of %d bytes only %d are settled", n, settled)
		}
		rest := Find([]byte(document[settled:]))
		if len(begun)+len(rest) != len(whole) {
			t.Fatalf("cut at %d, settled to %d: %d and %d references", n, settled, len(begun), len(rest))
		}
		for i, f := range whole {
			got := f
			if i < len(begun) {
				got = begun[i]
			} else {
				got.Offset, got.Length = rest[i-len(begun)].Offset+int64(settled), rest[i-len(begun)].Length
			}
			if got.Offset != f.Offset || got.Length != f.Length {
				t.Errorf("cut at %d: reference %d is at %d, want %d", n, i, got.Offset, f.Offset)
			}
		}
	}
}
