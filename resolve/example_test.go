package resolve_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/memory"
	"github.com/xec-sh/xec-go/store/secret"
)

func ExampleParse() {
	tokens, err := resolve.Parse("url: http://app:${secret:PASSWORD|url}@${HOST}/", resolve.Text, nil)
	for _, t := range tokens {
		if t.Ref != nil {
			fmt.Println(t.Ref.Position, t.Ref.Name, t.Ref.Filters)
		} else {
			fmt.Printf("%q\n", t.Literal)
		}
	}
	fmt.Println(err)
	// Output:
	// "url: http://app:"
	// 1:17 PASSWORD [url]
	// "@${HOST}/"
	// <nil>
}

func ExampleResolver() {
	ctx := context.Background()
	var s memory.Store
	s.Set(ctx, "PASSWORD", secret.Text("a b"))
	r := resolve.Resolver{
		Fetch: func(ctx context.Context, keys []string) (map[string]secret.Value, error) {
			return store.Get(ctx, &s, keys)
		},
		Keys: s.List,
	}
	r.Scan("app.conf", strings.NewReader("${secret:PASSWORD|url}\n${secret:PASWORD}\n"))
	fmt.Println(r.Load(ctx))
	// Output:
	// app.conf:2:1: secret "PASWORD" not found
}
