package resolve

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
)

var ctx = context.Background()

// resolver gives a resolver over values, which counts what it fetches.
func resolver(values map[string]string, fetched *[]string) *Resolver {
	return &Resolver{
		Fetch: func(_ context.Context, keys []string) (map[string]secret.Value, error) {
			*fetched = append(*fetched, keys...)
			found := map[string]secret.Value{}
			for _, key := range keys {
				if v, ok := values[key]; ok {
					found[key] = secret.Text(v)
				}
			}
			return found, nil
		},
		Keys: func(context.Context) ([]string, error) {
			var keys []string
			for key := range values {
				keys = append(keys, key)
			}
			slices.Sort(keys)
			return keys, nil
		},
	}
}

func TestEachKeyIsFetchedOnce(t *testing.T) {
	var fetched, seen []string
	r := resolver(map[string]string{"A": "a", "B": "${secret:A}"}, &fetched)
	r.Seen = func(key string, _ secret.Value) { seen = append(seen, key) }
	text := "${secret:A}${secret:A|hex}${secret:B}${secret:C:-none}${secret:A}"
	if _, err := r.Scan("f", strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	if err := r.Load(ctx); err != nil {
		t.Fatal(err)
	}
	tokens, _ := Parse(text, Text, nil)
	var out strings.Builder
	for _, token := range tokens {
		v, err := r.Value(token.Ref)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(v.Reveal())
	}
	if want := "a61${secret:A}nonea"; out.String() != want {
		t.Errorf("%s, want %s: a value is never resolved again", out.String(), want)
	}
	if !slices.Equal(fetched, []string{"A", "B", "C"}) {
		t.Errorf("fetched %v", fetched)
	}
	if !slices.Equal(seen, []string{"A", "A", "B", "A"}) {
		t.Errorf("seen %v", seen)
	}
}

func TestAllProblemsAreReportedInOrder(t *testing.T) {
	var fetched []string
	r := resolver(map[string]string{"DATABASE_PASSWORD": "p", "BINARY": "\xff"}, &fetched)
	texts := map[string]string{
		"one": "${secret:DATABASE_PASSWRD}\n ${secret:X@}\n${secret:BINARY|json}\n${secret:DATABASE_PASSWRD}${secret:database_password}",
		"two": "${secret:NONE}${secret:NONE:-x}",
	}
	for _, name := range []string{"one", "two"} {
		if _, err := r.Scan(name, strings.NewReader(texts[name])); err != nil {
			t.Fatal(err)
		}
	}
	err := r.Load(ctx)
	want := []string{
		`one:1:1: secret "DATABASE_PASSWRD" not found`,
		`one:2:2: '@' behind "X" is kept for a later version`,
		`one:3:1: BINARY|json: the value is not UTF-8, so no JSON string holds it`,
		`one:4:1: secret "DATABASE_PASSWRD" not found`,
		`one:4:27: secret "database_password" not found`,
		`two:1:1: secret "NONE" not found`,
	}
	if got := strings.Split(err.Error(), "\n"); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if secret.KindOf(err) != secret.Invalid {
		t.Errorf("kind %v: what is not of the grammar decides", secret.KindOf(err))
	}
	joined := err.(interface{ Unwrap() []error }).Unwrap()
	for i, hint := range map[int]string{0: "did you mean DATABASE_PASSWORD?", 4: "did you mean DATABASE_PASSWORD?", 5: ""} {
		if got := secret.Hint(joined[i]); got != hint {
			t.Errorf("hint %q, want %q", got, hint)
		}
	}
}

func TestWhatIsMissingEverywhereIsCounted(t *testing.T) {
	var fetched []string
	r := resolver(nil, &fetched)
	r.Scan("f", strings.NewReader(strings.Repeat("${secret:A}\n", 150)+"${secret:B}"))
	lines := strings.Split(r.Load(ctx).Error(), "\n")
	if len(lines) != 101 || lines[99] != `f:100:1: secret "A" not found, and so in 50 more places` || lines[100] != `f:151:1: secret "B" not found` {
		t.Errorf("%d lines, the last ones %q", len(lines), lines[len(lines)-2:])
	}
}

func TestMissingAloneIsNotFound(t *testing.T) {
	var fetched []string
	r := resolver(nil, &fetched)
	r.Scan("f", strings.NewReader("${secret:A}"))
	if err := r.Load(ctx); !errors.Is(err, secret.NotFound) || secret.KindOf(err) != secret.NotFound {
		t.Errorf("error %v", err)
	}
}

func TestNothingIsFetchedForNothing(t *testing.T) {
	r := &Resolver{Fetch: func(context.Context, []string) (map[string]secret.Value, error) {
		return nil, errors.New("the store was asked")
	}}
	r.Scan("f", strings.NewReader("no references ${HOME}"))
	if err := r.Load(ctx); err != nil {
		t.Error(err)
	}
}

func TestErrorsOfTheStoreAreTheErrors(t *testing.T) {
	sealed := errors.New("sealed")
	r := &Resolver{Fetch: func(context.Context, []string) (map[string]secret.Value, error) { return nil, sealed }}
	r.Scan("f", strings.NewReader("${secret:A}"))
	if err := r.Load(ctx); !errors.Is(err, sealed) {
		t.Errorf("error %v", err)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"API_KEY", "DATABASE_PASSWORD", "api.key", "jwt-secret"}
	for name, want := range map[string]string{
		"DATABASE_PASSWRD": "DATABASE_PASSWORD", "database_password": "DATABASE_PASSWORD", "API_KYE": "API_KEY", "APIKEY": "API_KEY",
		"api_kez": "API_KEY", "jwtsecret": "jwt-secret", "Z": "", "SOMETHING_ELSE": "", "": "", "API.KEY": "api.key",
	} {
		if got := Nearest(name, names); got != want {
			t.Errorf("nearest to %s is %q, want %q", name, got, want)
		}
	}
}
