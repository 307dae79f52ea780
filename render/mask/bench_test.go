package mask

import (
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
)

// logText is n bytes of what programs print.
func logText(r *rand.Rand, n int) []byte {
	var b []byte
	for len(b) < n {
		switch r.Intn(4) {
		case 0:
			b = fmt.Appendf(b, "2024-05-17T12:%02d:%02d.%03dZ INFO request handled method=GET path=/api/v1/users/%d status=200 duration=%dms id=%08x\n", r.Intn(60), r.Intn(60), r.Intn(1000), r.Intn(100000), r.Intn(300), r.Uint32())
		case 1:
			b = fmt.Appendf(b, `{"level":"info","ts":1715947%03d.%d,"caller":"server/handler.go:%d","msg":"connection established","remote":"10.0.%d.%d:%d","trace":"%016x"}`+"\n", r.Intn(1000), r.Intn(1000), r.Intn(500), r.Intn(256), r.Intn(256), r.Intn(65536), r.Uint64())
		case 2:
			b = fmt.Appendf(b, "npm WARN deprecated package-%d@1.%d.0: this version is no longer supported, see https://example.com/a/%d?b=c%%20d for details\n", r.Intn(1000), r.Intn(100), r.Intn(1000))
		default:
			b = fmt.Appendf(b, "    at Object.<anonymous> (/home/user/project/src/components/module%d.js:%d:%d)\n", r.Intn(100), r.Intn(1000), r.Intn(80))
		}
	}
	return b[:n]
}

// pipe is the size of what a pipe gives in one read.
const pipe = 32 << 10

func inPieces(p []byte, write func([]byte)) {
	for ; len(p) > 0; p = p[min(pipe, len(p)):] {
		write(p[:min(pipe, len(p))])
	}
}

var kinds = []string{"letters and digits", "printable", "binary"}

// BenchmarkWriter is what 1 MiB costs in which nothing is found; the floors beside it are
// what a copy and a look at each byte cost.
func BenchmarkWriter(b *testing.B) {
	r := rand.New(rand.NewSource(1))
	binary := make([]byte, 1<<20)
	r.Read(binary)
	for name, stream := range map[string][]byte{"text": logText(r, 1<<20), "binary": binary} {
		b.Run(name+"/floor/copy", func(b *testing.B) {
			dst := make([]byte, pipe)
			b.SetBytes(int64(len(stream)))
			for b.Loop() {
				inPieces(stream, func(p []byte) { copy(dst, p) })
			}
		})
		b.Run(name+"/floor/IndexByte", func(b *testing.B) {
			b.SetBytes(int64(len(stream)))
			for b.Loop() {
				inPieces(stream, func(p []byte) {
					for i := bytes.IndexByte(p, '\n'); i >= 0; i = bytes.IndexByte(p, '\n') {
						p = p[i+1:]
					}
				})
			}
		})
		for _, n := range []int{1, 10, 100, 1000} {
			for _, length := range []int{8, 16, 32} {
				b.Run(fmt.Sprintf("%s/%d of %d", name, n, length), func(b *testing.B) {
					w := random(r, "printable", n, length).Writer(io.Discard)
					w.Write(stream[:1])
					b.SetBytes(int64(len(stream)))
					for b.Loop() {
						inPieces(stream, func(p []byte) { w.Write(p) })
					}
				})
			}
		}
	}
}

// BenchmarkFound is a log with a value in each tenth line.
func BenchmarkFound(b *testing.B) {
	r := rand.New(rand.NewSource(1))
	s := random(r, "letters and digits", 100, 32)
	var stream []byte
	for i, line := range bytes.SplitAfter(logText(r, 1<<20), []byte("\n")) {
		stream = append(stream, line...)
		if i%10 == 0 {
			for e := range s.inside().known {
				stream = append(stream, e.value...)
				break
			}
		}
	}
	w := s.Writer(io.Discard)
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		inPieces(stream, func(p []byte) { w.Write(p) })
	}
}

// BenchmarkSmallWrites is a log by lines and by bytes.
func BenchmarkSmallWrites(b *testing.B) {
	r := rand.New(rand.NewSource(1))
	stream := logText(r, 1<<20)
	lines := bytes.SplitAfter(stream, []byte("\n"))
	b.Run("lines", func(b *testing.B) {
		w := random(r, "printable", 100, 32).Writer(io.Discard)
		b.SetBytes(int64(len(stream)))
		for b.Loop() {
			for _, line := range lines {
				w.Write(line)
			}
		}
	})
	b.Run("bytes", func(b *testing.B) {
		w := random(r, "printable", 100, 32).Writer(io.Discard)
		b.SetBytes(int64(len(stream)))
		for b.Loop() {
			for i := range stream {
				w.Write(stream[i : i+1])
			}
		}
	})
}

// BenchmarkHostile is streams that are like values all along; each also in four times the
// size, which must give the same MB/s.
func BenchmarkHostile(b *testing.B) {
	for _, h := range hostile {
		for _, n := range []int{1 << 18, 1 << 20} {
			for _, cut := range []int{1, pipe} {
				b.Run(fmt.Sprintf("%s/%d KiB by %d", h.name, n>>10, cut), func(b *testing.B) {
					stream := []byte(strings.Repeat(h.unit, n/len(h.unit)+1)[:n])
					s := setOf(h.values)
					b.SetBytes(int64(n))
					for b.Loop() {
						w := s.Writer(io.Discard)
						for rest := stream; len(rest) > 0; rest = rest[min(cut, len(rest)):] {
							w.Write(rest[:min(cut, len(rest))])
						}
						w.Close()
					}
				})
			}
		}
	}
}

// BenchmarkBuild is what the first byte of a stream costs.
func BenchmarkBuild(b *testing.B) {
	for _, kind := range kinds {
		for _, n := range []int{10, 100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				s := random(rand.New(rand.NewSource(1)), kind, n, 32)
				var entries []entry
				for e := range s.inside().known {
					entries = append(entries, e)
				}
				for b.Loop() {
					build(entries)
				}
			})
		}
		b.Run(kind+"/1 of 64 KiB", func(b *testing.B) {
			s := random(rand.New(rand.NewSource(1)), kind, 1, 64<<10)
			for b.Loop() {
				ms := build(s.inside().recent)
				nodes := 0
				for _, m := range ms {
					nodes += len(m.label)
				}
				b.ReportMetric(float64(nodes), "nodes")
			}
		})
	}
}

// BenchmarkOneByOne is 1,000 values, each with a byte of a stream behind it.
func BenchmarkOneByOne(b *testing.B) {
	for b.Loop() {
		var all Set
		w := all.Writer(io.Discard)
		for e := range random(rand.New(rand.NewSource(1)), "printable", 1000, 32).inside().known {
			all.Add(e.owner.key, secret.Text(e.value))
			w.Write([]byte("x"))
		}
	}
}
