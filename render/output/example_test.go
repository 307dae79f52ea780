package output_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/xec-sh/xec-go/render/output"
)

// Two files that belong together: if one cannot be written, neither is.
func ExampleBatch() {
	folder, err := os.MkdirTemp("", "example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)

	write := func(cert, key string, fail error) error {
		var b output.Batch
		defer b.Drop()
		if err := b.Add(filepath.Join(folder, "tls.crt"), func(w io.Writer) error {
			_, err := io.WriteString(w, cert)
			return err
		}); err != nil {
			return err
		}
		if err := b.Add(filepath.Join(folder, "tls.key"), func(w io.Writer) error {
			_, err := io.WriteString(w, key)
			return errors.Join(err, fail)
		}); err != nil {
			return err
		}
		return b.Commit()
	}
	fmt.Println(write("cert 1", "key 1", nil))
	fmt.Println(write("cert 2", "key 2", errors.New("no key")))

	files, _ := os.ReadDir(folder)
	for _, f := range files {
		text, _ := os.ReadFile(filepath.Join(folder, f.Name()))
		fmt.Printf("%s: %s\n", f.Name(), text)
	}
	// Output:
	// <nil>
	// no key
	// tls.crt: cert 1
	// tls.key: key 1
}
