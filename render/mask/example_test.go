package mask_test

import (
	"encoding/base64"
	"fmt"
	"os"

	"github.com/xec-sh/xec-go/render/mask"
	"github.com/xec-sh/xec-go/store/secret"
)

// A program that prints a password in three ways.
func Example() {
	const password = "pass word/2024"
	var set mask.Set
	set.Add("DB_PASSWORD", secret.Text(password))
	set.Add("PIN", secret.Text("123"))

	w := set.Writer(os.Stdout)
	fmt.Fprintf(w, "password: %s\n", password[:7]) // not all of it
	fmt.Fprintf(w, "password: %s\n", password)
	fmt.Fprintf(w, "as a query: pw=pass+word%%2F2024&user=root\n")
	// The characters at the ends are of the bytes beside it too.
	fmt.Fprintf(w, "as basic auth: %s\n", base64.StdEncoding.EncodeToString([]byte("root:"+password)))
	w.Close()

	fmt.Println(set.Total(), "masked, too short to be masked:", set.Short())
	// Output:
	// password: pass wo
	// password: [secret:DB_PASSWORD]
	// as a query: pw=[secret:DB_PASSWORD]&user=root
	// as basic auth: cm9vdDp[secret:DB_PASSWORD]A==
	// 3 masked, too short to be masked: [PIN]
}
