package aws

import (
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/remote/remotetest"
	"github.com/xec-sh/xec-go/store/storetest"
)

// moto starts moto_server, another implementation of the service. It skips the test where
// there is none, and fails it where one is required.
func moto(t *testing.T) string {
	t.Helper()
	program := machine.Program(t, "aws", "moto_server")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	must(t, err)
	l.Close()
	c := exec.Command(program, "-H", "127.0.0.1", "-p", port)
	must(t, c.Start())
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	address := "http://127.0.0.1:" + port
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if answer, err := http.Get(address + "/moto-api/"); err == nil {
			answer.Body.Close()
			return address
		}
		if time.Now().After(end) {
			t.Fatal("moto_server does not answer")
		}
	}
}

// TestMoto holds the store to an implementation that is not its own. Moto lets a deleted
// secret be written, so what Set does then is tried on the fake alone.
func TestMoto(t *testing.T) {
	environment(t)
	address := moto(t)
	var runs atomic.Int64
	fresh := func(t *testing.T) func() *Store {
		prefix := with{"prefix": fmt.Sprintf("run-%d/", runs.Add(1))}
		return func() *Store { return openAt(t, address, prefix) }
	}
	t.Run("conforms", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
			reopen := fresh(t)
			return reopen(), func() store.Store { return reopen() }
		})
	})
	t.Run("deleted secrets", func(t *testing.T) { deletedSecrets(t, fresh(t)()) })
	t.Run("only one of many adds", func(t *testing.T) { remotetest.OnlyOneAdds(t, fresh(t)()) })
}
