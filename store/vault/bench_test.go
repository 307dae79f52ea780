package vault

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// roundTrip is the delay of the benchmark's network.
const roundTrip = 20 * time.Millisecond

// far is a proxy in front of address: making a connection takes a round trip, and so does
// each request on it.
func far(t testing.TB, address string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go carry(near, strings.TrimPrefix(address, "http://"))
		}
	}()
	return "http://" + l.Addr().String()
}

func carry(near net.Conn, address string) {
	defer near.Close()
	beyond, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer beyond.Close()
	time.Sleep(roundTrip)
	go io.Copy(near, beyond)
	buffer := make([]byte, 64<<10)
	for {
		n, err := near.Read(buffer)
		time.Sleep(roundTrip)
		if _, failed := beyond.Write(buffer[:n]); err != nil || failed != nil {
			return
		}
	}
}

// BenchmarkReferences fetches as many secrets as a command would, from a new store. It
// reports the time in round trips; one is for the connections.
func BenchmarkReferences(b *testing.B) {
	for _, n := range []int{1, 26, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := newFake(b)
			var keys []string
			for i := range n {
				keys = append(keys, fmt.Sprint("KEY_", i))
				f.place("xec/"+keys[i], map[string]any{"value": "v"})
			}
			address := far(b, f.url)
			for b.Loop() {
				values, err := open(b, address, rootToken, nil).(*Versioned).GetBatch(ctx, keys)
				if err != nil || len(values) != n {
					b.Fatalf("%d values, error %v", len(values), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(roundTrip), "round-trips/op")
		})
	}
}

// TestConnectionsAreKept: no more of them than requests at once.
func TestConnectionsAreKept(t *testing.T) {
	f := newFake(t)
	var keys []string
	for i := range 100 {
		keys = append(keys, fmt.Sprint("KEY_", i))
		f.place("xec/"+keys[i], map[string]any{"value": "v"})
	}
	connections := f.connections.Load()
	values, err := open(t, f.url, rootToken, with{"parallel": 4}).(*Versioned).GetBatch(ctx, keys)
	if err != nil || len(values) != len(keys) {
		t.Fatalf("%d values, error %v", len(values), err)
	}
	if made := f.connections.Load() - connections; made > 4 {
		t.Errorf("%d connections for 4 requests at once", made)
	}
}
