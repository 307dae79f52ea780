package file

import (
	"fmt"
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
)

// The stores of these benchmarks derive their key by one SHA-256 instead of
// 100,000, so that what is measured is all the rest: the difference between sizes
// is what matters. cmd/xec measures whole processes.

var sizes = []int{100, 10_000, 100_000}

func filled(b *testing.B, n int) Options {
	opt := options(b)
	if err := Open(opt).SetBatch(ctx, manyValues(n)); err != nil {
		b.Fatal(err)
	}
	return opt
}

func manyValues(n int) map[string]secret.Value {
	values := make(map[string]secret.Value, n)
	for i := range n {
		values[fmt.Sprintf("SERVICE_%06d_PASSWORD", i)] = secret.Text(fmt.Sprintf("value-%032d", i))
	}
	return values
}

func benchSizes(b *testing.B, one func(b *testing.B, opt Options, n, i int) error) {
	var base float64
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			opt := filled(b, n)
			i := 0
			for b.Loop() {
				i++
				if err := one(b, opt, n, i); err != nil {
					b.Fatal(err)
				}
			}
			took := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			if n == sizes[0] {
				base = took
			}
			b.ReportMetric(took/base, "×100")
		})
	}
}

func BenchmarkGet(b *testing.B) {
	benchSizes(b, func(_ *testing.B, opt Options, n, i int) error {
		_, err := Open(opt).Get(ctx, fmt.Sprintf("SERVICE_%06d_PASSWORD", i%n))
		return err
	})
}

func BenchmarkSet(b *testing.B) {
	benchSizes(b, func(_ *testing.B, opt Options, n, i int) error {
		return Open(opt).Set(ctx, fmt.Sprintf("SERVICE_%06d_PASSWORD", i%n), secret.Text("another value"))
	})
}

func BenchmarkList(b *testing.B) {
	benchSizes(b, func(_ *testing.B, opt Options, n, _ int) error {
		keys, err := Open(opt).List(ctx)
		if len(keys) != n {
			return fmt.Errorf("%d keys", len(keys))
		}
		return err
	})
}

func BenchmarkImport(b *testing.B) {
	for _, n := range sizes {
		values := manyValues(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if err := Open(options(b)).SetBatch(ctx, values); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRekey(b *testing.B) {
	benchSizes(b, func(_ *testing.B, opt Options, _, _ int) error { return Open(opt).Rekey(ctx, 0, nil) })
}

func BenchmarkVerify(b *testing.B) {
	benchSizes(b, func(_ *testing.B, opt Options, n, _ int) error {
		found, err := Open(opt).Verify(ctx)
		if found.Keys != n || len(found.Damage) > 0 {
			return fmt.Errorf("%d keys", found.Keys)
		}
		return err
	})
}
