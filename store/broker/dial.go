package broker

import (
	"errors"
	"io/fs"
	"net"
	"time"

	"github.com/xec-sh/xec-go/store/plugin"
	"github.com/xec-sh/xec-go/store/secret"
)

// Dial gives the store behind the socket of a broker.
func Dial(path string) (*plugin.Client, error) {
	c, err := net.DialTimeout("unix", path, 5*time.Second)
	switch {
	case errors.Is(err, fs.ErrPermission):
		err = secret.Errorf(secret.Permission, "%s: %s: permission denied", Variable, path)
		return nil, secret.WithHint(err, "the socket is another user's")
	case err != nil:
		err = secret.Errorf(secret.General, "%s: %s: nobody answers there", Variable, path)
		return nil, secret.WithHint(err, "the run that it belonged to has ended; unset %s to use the store itself", Variable)
	}
	if err := checkPeer(c.(*net.UnixConn)); err != nil {
		c.Close()
		return nil, secret.Errorf(secret.Permission, "%s: %s: %w", Variable, path, err)
	}
	client := plugin.NewClient(Variable+": "+path, socket{c})
	client.MaxKeys = 1
	return client, nil
}

// socket is the connection of a client.
type socket struct{ net.Conn }

// Explain implements plugin.Conn.
func (socket) Explain() error {
	return secret.Errorf(secret.General, "the run has ended, or has closed the connection")
}
