package shell_test

import (
	"fmt"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/shell"
)

func Example() {
	command := `curl -u "user:${secret:KEY}" https://example.com`
	script, err := shell.Splice([]byte(command), []shell.Ref{
		{Span: render.Span{Start: 14, End: 27}, Name: "XEC_1", Secret: true},
	}, shell.Sh)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", script.Text)
	for _, w := range script.Warnings {
		fmt.Printf("byte %d: %s\n", w.Offset, w.Message)
	}
	// Output:
	// curl -u "user:${XEC_1}" https://example.com
	// byte 14: the value stands on the command line of curl, where every user of the machine can read it
}
