package aws

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store/remote/remotetest"
)

// roundTrip is the delay of the benchmark's network.
const roundTrip = 20 * time.Millisecond

// BenchmarkReferences fetches as many secrets as a command would, from a new store. It
// reports the time in round trips.
func BenchmarkReferences(b *testing.B) {
	environment(b)
	for _, n := range []int{1, 26, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := newFake(b)
			f.page = batch
			var keys []string
			for i := range n {
				keys = append(keys, fmt.Sprint("KEY_", i))
				text := "v"
				f.secrets["xec/"+keys[i]] = &kept{current: &stored{Text: &text}}
			}
			address := remotetest.Between(b, f, func(int, http.ResponseWriter, *http.Request) bool {
				time.Sleep(roundTrip)
				return false
			})
			for b.Loop() {
				values, err := openAt(b, address, nil).GetBatch(ctx, keys)
				if err != nil || len(values) != n {
					b.Fatalf("%d values, error %v", len(values), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(roundTrip), "round-trips/op")
		})
	}
}
