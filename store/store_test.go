package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

func TestEachKeyIsFetchedOnceAndAtMostSomeAtATime(t *testing.T) {
	var mu sync.Mutex
	running, most, calls := 0, 0, map[string]int{}
	wait := make(chan struct{})
	var keys []string
	for i := range 40 {
		keys = append(keys, fmt.Sprintf("K%d", i%20))
	}
	get := func(_ context.Context, key string) (secret.Value, error) {
		mu.Lock()
		running++
		most = max(most, running)
		calls[key]++
		if running == 4 && most == 4 {
			select {
			case <-wait:
			default:
				close(wait)
			}
		}
		mu.Unlock()
		<-wait
		mu.Lock()
		running--
		mu.Unlock()
		if key == "K3" {
			return secret.Value{}, store.NotFound(key)
		}
		return secret.Text("value of " + key), nil
	}
	got, err := store.GetParallel(context.Background(), keys, 4, get)
	if err != nil || len(got) != 19 || most != 4 {
		t.Fatalf("%d values, %d at once, error %v", len(got), most, err)
	}
	for key, n := range calls {
		if n != 1 {
			t.Errorf("%s was fetched %d times", key, n)
		}
	}
	if string(got["K7"].Reveal()) != "value of K7" {
		t.Error("K7 has another value")
	}
}

func TestAnErrorEndsTheFetching(t *testing.T) {
	var keys []string
	for i := range 1000 {
		keys = append(keys, fmt.Sprintf("K%d", i))
	}
	var mu sync.Mutex
	calls := 0
	_, err := store.GetParallel(context.Background(), keys, 8, func(ctx context.Context, key string) (secret.Value, error) {
		mu.Lock()
		defer mu.Unlock()
		calls++
		return secret.Value{}, secret.Errorf(secret.Permission, "%s: denied", key)
	})
	if !errors.Is(err, secret.Permission) || calls > 100 {
		t.Errorf("error %v after %d calls", err, calls)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = store.GetParallel(ctx, keys, 8, func(ctx context.Context, _ string) (secret.Value, error) { return secret.Value{}, ctx.Err() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("of a cancelled context: %v", err)
	}
}

func TestInParallelDoesAllOrSaysWhyNot(t *testing.T) {
	var sum atomic.Int64
	add := func(_ context.Context, n int64) error { sum.Add(n); return nil }
	if err := store.InParallel(context.Background(), []int64{1, 2, 4, 2}, 3, add); err != nil || sum.Load() != 9 {
		t.Errorf("sum %d, error %v", sum.Load(), err)
	}
	failed := errors.New("failed")
	err := store.InParallel(context.Background(), []int64{1, 2}, 2, func(ctx context.Context, n int64) error {
		if n == 1 {
			return failed
		}
		<-ctx.Done() // what is under way is told
		return ctx.Err()
	})
	if err != failed {
		t.Errorf("%v", err)
	}
}

func TestSettingsThatAreNotThereAreRefusedByName(t *testing.T) {
	var into struct {
		Address string `json:"address"`
		Version int    `json:"version"`
		Exit    struct {
			Statuses []int `json:"statuses"`
		} `json:"exit"`
	}
	for settings, want := range map[string]string{
		``:                             "",
		`{}`:                           "",
		`{"address": "a"}`:             "",
		`{"adress": "a"}`:              `secrets.vault: there is no setting "adress"`,
		`{"version": "one"}`:           `secrets.vault.version: not a whole number`,
		`{"exit": 1}`:                  `secrets.vault.exit: not a map of settings`,
		`{"exit": {"statuses": 1}}`:    `secrets.vault.exit.statuses: not a list of whole numbers`,
		`[1]`:                          `secrets.vault: not a map of settings`,
		`{"address": {"hidden": "x"}}`: `secrets.vault.address: not a text`,
	} {
		err := store.Settings(settings).Decode("vault", &into)
		if got := fmt.Sprint(err); want != "" && (got != want || !errors.Is(err, secret.Invalid)) || want == "" && err != nil {
			t.Errorf("%s: %v, want %s", settings, err, want)
		}
	}
}

// brittle is a store that stops taking values.
type brittle struct {
	store.Store
	left int
}

func (b *brittle) Set(context.Context, string, secret.Value) error {
	if b.left--; b.left < 0 {
		return secret.Errorf(secret.General, "the line is cut")
	}
	return nil
}

func TestAnErrorBetweenSaysHowManyWereSet(t *testing.T) {
	values := map[string]secret.Value{"A": secret.Text("1"), "B": secret.Text("2"), "C": secret.Text("3")}
	err := store.Set(context.Background(), &brittle{left: 2}, values)
	if err == nil || !strings.Contains(err.Error(), "the line is cut (at C: 2 of 3") {
		t.Errorf("%v", err)
	}
	values["B"] = secret.Value{}
	if err := store.Set(context.Background(), &brittle{left: 9}, values); !errors.Is(err, secret.Invalid) {
		t.Errorf("of an empty value: %v", err)
	}
}
