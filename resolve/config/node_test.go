package config

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestKeysOfLargeMapsAreFound, of those too that are made of others.
func TestKeysOfLargeMapsAreFound(t *testing.T) {
	c := load(t, "base: &b\n"+numbered(40, "  b%d: x\n")+"vars:\n  <<: *b\n  b7: mine\n"+numbered(40, "  k%d: x\n")+
		"profiles:\n  p:\n    vars:\n      k3: other\n"+numbered(40, "      n%d: x\n"))
	with, err := c.With("p")
	if err != nil {
		t.Fatal(err)
	}
	plain, merged := c.Root.Get("vars"), with.Root.Get("vars")
	resolved, err := (&Evaluator{Config: c}).Resolve(context.Background(), "vars", plain)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(plain.All()); n != 80 {
		t.Fatalf("%d keys, want 80", n)
	}
	for name, n := range map[string]*Node{
		"read": plain, "merged": merged, "resolved": resolved,
		"without": merged.Without("b0", "k39"), "only": merged.Only(func(key string) bool { return !strings.HasPrefix(key, "k") }),
	} {
		for _, key := range slices.Concat(strings.Fields(numbered(40, "b%d ")), strings.Fields(numbered(40, "k%d ")), strings.Fields(numbered(40, "n%d ")), []string{"none"}) {
			var want *Node
			for _, p := range n.All() {
				if p.Key == key {
					want = p.Value
				}
			}
			if n.Get(key) != want {
				t.Errorf("%s: %s is not what stands there", name, key)
			}
		}
	}
	if plain.Get("b7").Text != "mine" || merged.Get("k3").Text != "other" || plain.Get("k3").Text != "x" {
		t.Error("another value")
	}
}

// TestKeysAreFoundFast: who goes through a map by its keys takes time that is linear in it.
func TestKeysAreFoundFast(t *testing.T) {
	const small, large = 2000, 32_000
	took := func(size int) time.Duration {
		c := load(t, "vars:\n"+numbered(size, "  key%05d: value\n")+"profiles: {p: {vars: {other: x}}}\n")
		with, err := c.With("p")
		if err != nil {
			t.Fatal(err)
		}
		least := time.Hour
		for range 5 {
			start := time.Now()
			for _, root := range []*Node{c.Root, with.Root} {
				for _, p := range root.Get("vars").All() {
					if root.Get("vars").Get(p.Key) != p.Value {
						t.Fatalf("%s is not what stands there", p.Key)
					}
				}
			}
			least = min(least, time.Since(start))
		}
		return least
	}
	if ratio := float64(took(large)) / float64(took(small)); ratio > 6*large/small {
		t.Errorf("%d keys take %.0f times what %d do", large, ratio, small)
	}
}
