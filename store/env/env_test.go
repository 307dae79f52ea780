package env_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/env"
	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/storetest"
)

var ctx = context.Background()

func open(t *testing.T, environ ...string) *env.Store {
	t.Helper()
	s, err := env.Open(nil, env.Options{Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConforms(t *testing.T) {
	storetest.RunReadOnly(t, func(t *testing.T, values map[string][]byte) store.Store {
		environ := []string{"HOME=/", "SECRET=none", "SECRET_=none", "secret_a=none"}
		for key, v := range values {
			if bytes.IndexByte(v, 0) >= 0 { // no environment holds one
				delete(values, key)
				continue
			}
			environ = append(environ, "SECRET_"+key+"="+string(v))
		}
		return open(t, environ...)
	})
}

func TestAKeyIsFoundUnderItsNameAndElseUnderThatOfAnEnvironment(t *testing.T) {
	s := open(t, "SECRET_API_KEY=upper", "SECRET_db.password=exact", "SECRET_DB_PASSWORD=upper", "SECRET_TWICE=first", "SECRET_TWICE=second")
	for key, want := range map[string]string{
		"API_KEY": "upper", "api.key": "upper", "api-key": "upper",
		"db.password": "exact", "db-password": "upper", "DB_PASSWORD": "upper", "TWICE": "first",
	} {
		got, err := s.Get(ctx, key)
		if err != nil || string(got.Reveal()) != want {
			t.Errorf("%s: error %v, or a value that is not %s", key, err, want)
		}
	}
	if keys, err := s.List(ctx); err != nil || !slices.Equal(keys, []string{"API_KEY", "DB_PASSWORD", "TWICE", "db.password"}) {
		t.Errorf("keys %q, error %v", keys, err)
	}
}

func TestWhatIsEmptyIsMissing(t *testing.T) {
	s := open(t, "SECRET_A=", "SECRET_A=late", "SECRET_a.b=", "SECRET_A_B=full", "SECRET_NOTHING")
	for _, key := range []string{"A", "NOTHING"} {
		_, err := s.Get(ctx, key)
		if !errors.Is(err, secret.NotFound) || !strings.Contains(secret.Hint(err), "SECRET_"+key) {
			t.Errorf("%s: error %v with hint %q", key, err, secret.Hint(err))
		}
	}
	if v, err := s.Get(ctx, "a.b"); err != nil || string(v.Reveal()) != "full" {
		t.Errorf("the exact name is empty: error %v, or another value than of the other name", err)
	}
	if keys, _ := s.List(ctx); !slices.Equal(keys, []string{"A_B"}) {
		t.Errorf("keys %q", keys)
	}
}

func TestAValueOverTheLimitIsAnError(t *testing.T) {
	s := open(t, "SECRET_BIG="+strings.Repeat("x", secret.MaxValue+1), "SECRET_FULL="+strings.Repeat("x", secret.MaxValue))
	if _, err := s.Get(ctx, "BIG"); !errors.Is(err, secret.Invalid) || !strings.Contains(err.Error(), "longer than 65536 bytes") {
		t.Errorf("%v", err)
	}
	if _, err := store.Get(ctx, s, []string{"FULL", "BIG"}); !errors.Is(err, secret.Invalid) {
		t.Errorf("batch: %v", err)
	}
	if v, err := s.Get(ctx, "FULL"); err != nil || v.Len() != secret.MaxValue {
		t.Errorf("of 64 KiB: %d bytes, %v", v.Len(), err)
	}
}

func TestThereAreNoSettings(t *testing.T) {
	_, err := env.Open(store.Settings(`{"prefix": "X_"}`), env.Options{})
	if !errors.Is(err, secret.Invalid) || !strings.Contains(err.Error(), `secrets.env: there is no setting "prefix"`) {
		t.Errorf("%v", err)
	}
}

// TestMain lets the test's own program answer what a process finds in its environment.
func TestMain(m *testing.M) {
	if os.Getenv("SECRET_ASKED") == "" {
		os.Exit(m.Run())
	}
	s, err := env.Open(nil, env.Options{Environ: os.Environ()})
	if err != nil {
		os.Exit(1)
	}
	v, err := s.Get(ctx, os.Getenv("SECRET_ASKED"))
	if err != nil {
		os.Exit(1)
	}
	os.Stdout.Write(v.Reveal())
}

func TestOfAProcessItIsItsEnvironment(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an environment is text there")
	}
	for i, v := range storetest.Values() {
		if bytes.IndexByte(v, 0) >= 0 || len(v) >= secret.MaxValue {
			continue
		}
		cmd := exec.Command(os.Args[0])
		// With the race detector a process waits for a second at its end, unless told.
		cmd.Env = []string{"GORACE=atexit_sleep_ms=0", "SECRET_ASKED=the.key", "SECRET_THE_KEY=" + string(v)}
		if out, err := cmd.Output(); err != nil || !bytes.Equal(out, v) {
			t.Errorf("value %d: error %v, or other bytes", i, err)
		}
	}
}
