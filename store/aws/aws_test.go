package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/remote/remotetest"
	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/storetest"
)

var ctx = context.Background()

// sessionToken is the part of the credentials that goes out as it is.
const sessionToken = "the-session-token-that-nobody-sees"

// with is settings.
type with map[string]any

// environment is that of a person with credentials, and nothing of this machine's.
func environment(t testing.TB) {
	t.Helper()
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "AWS_") || strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			t.Setenv(name, "") // to have it back
			os.Unsetenv(name)
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDFAKE", "AWS_SECRET_ACCESS_KEY": "fake", "AWS_SESSION_TOKEN": sessionToken,
		"AWS_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none,
	} {
		t.Setenv(name, value)
	}
}

// openAt opens a store whose pauses take no time.
func openAt(t testing.TB, endpoint string, more with) *Store {
	t.Helper()
	settings := with{"endpoint": endpoint}
	maps.Copy(settings, more)
	text, err := json.Marshal(settings)
	must(t, err)
	s, err := open(ctx, text, func(o *retry.StandardOptions) {
		persistent(o)
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
	})
	must(t, err)
	return s
}

// What tests of stores behind a network have in common, by shorter names.
var (
	must      = remotetest.Must
	wantError = remotetest.WantError
	wantText  = remotetest.WantText
)

func second[T any](_ T, err error) error { return err }

func TestStoreConforms(t *testing.T) {
	environment(t)
	storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
		f := newFake(t)
		reopen := func() store.Store { return openAt(t, f.url, nil) }
		return reopen(), reopen
	})
}

func TestSecretsAreReadableByOthers(t *testing.T) {
	environment(t)
	f := newFake(t)
	s := openAt(t, f.url, nil)
	must(t, s.Set(ctx, "TEXT", secret.Text("plain é")))
	must(t, s.Set(ctx, "BYTES", secret.New([]byte{0xff, 1})))
	must(t, s.Set(ctx, "NUL", secret.New([]byte("a\x00b"))))
	if got := f.secrets["xec/TEXT"].current; got.Binary != nil || *got.Text != "plain é" {
		t.Error("a text is no SecretString")
	}
	for _, key := range []string{"BYTES", "NUL"} {
		if got := f.secrets["xec/"+key].current; got.Text != nil {
			t.Errorf("%s is no SecretBinary", key)
		}
	}
}

func TestPrefix(t *testing.T) {
	environment(t)
	f := newFake(t)
	for prefix, name := range map[string]string{"xec/": "xec/KEY", "prod-": "prod-KEY", "": "KEY", "a/b/": "a/b/KEY"} {
		s := openAt(t, f.url, with{"prefix": prefix})
		must(t, s.Set(ctx, "KEY", secret.Text(name)))
		if f.secrets[name] == nil {
			t.Errorf("with the prefix %q the name is not %s", prefix, name)
		}
	}
	for _, name := range []string{"XEC/UPPER", "PROD-OTHER", "xec/team/DEEP", "xec/1st", "xec/b", "xecK"} {
		f.secrets[name] = &kept{}
	}
	for prefix, want := range map[string][]string{"xec/": {"KEY", "b"}, "prod-": {"KEY"}, "": {"KEY", "PROD-OTHER", "prod-KEY", "xecK"}, "none/": nil} {
		got, err := openAt(t, f.url, with{"prefix": prefix}).List(ctx)
		must(t, err)
		if !slices.Equal(got, want) {
			t.Errorf("prefix %q: %q, want %q", prefix, got, want)
		}
	}
}

func TestBatches(t *testing.T) {
	environment(t)
	f := newFake(t)
	s := openAt(t, f.url, nil)
	var keys []string
	for i := range 45 {
		key := fmt.Sprint("KEY-", i)
		must(t, s.Set(ctx, key, secret.Text(key)))
		keys = append(keys, key, key)
	}
	must(t, s.Set(ctx, "DELETED", secret.Text("v")))
	must(t, s.Delete(ctx, "DELETED"))
	clear(f.asked)
	got, err := s.GetBatch(ctx, append(keys, "NONE", "DELETED"))
	must(t, err)
	if len(got) != 45 || string(got["KEY-44"].Reveal()) != "KEY-44" {
		t.Errorf("%d values, want 45", len(got))
	}
	// 47 names are 3 batches; a page has 7 values.
	if f.asked["BatchGetSecretValue"] != 3+3+1 || f.asked["GetSecretValue"] != 0 {
		t.Errorf("asked %v", f.asked)
	}
	f.deny("GetSecretValue xec/KEY-3", "AccessDeniedException")
	wantError(t, second(s.GetBatch(ctx, keys)), secret.Permission, "xec/KEY-3", "secretsmanager:GetSecretValue")
	f.deny("GetSecretValue xec/KEY-3", "DecryptionFailure")
	wantError(t, second(s.GetBatch(ctx, keys)), secret.Encryption, "xec/KEY-3")
}

// TestBatchWithoutPermission: an old policy allows only GetSecretValue.
func TestBatchWithoutPermission(t *testing.T) {
	environment(t)
	f := newFake(t)
	s := openAt(t, f.url, nil)
	must(t, s.Set(ctx, "A", secret.Text("a")))
	must(t, s.Set(ctx, "B", secret.Text("b")))
	f.deny("BatchGetSecretValue", "AccessDeniedException")
	got, err := s.GetBatch(ctx, []string{"A", "B", "NONE"})
	if err != nil || len(got) != 2 {
		t.Errorf("%d values, error %v", len(got), err)
	}
	f.deny("DescribeSecret", "AccessDeniedException")
	for key, want := range map[string]bool{"A": true, "NONE": false} {
		if found, err := s.Has(ctx, key); found != want || err != nil {
			t.Errorf("Has(%s) = %v, %v", key, found, err)
		}
	}
}

func TestDeletedSecrets(t *testing.T) {
	environment(t)
	f := newFake(t)
	s := openAt(t, f.url, nil)
	deletedSecrets(t, s)
	must(t, s.Delete(ctx, "KEY"))
	err := s.Add(ctx, "KEY", secret.Text("w"))
	wantError(t, err, secret.Invalid, "deleted, but keeps its name", "brings it back")
	if !errors.Is(err, store.ErrExists) {
		t.Error("a caller cannot tell that the key exists")
	}
	f.secrets["xec/KEY"].about = "of others"
	must(t, s.Set(ctx, "KEY", secret.Text("back")))
	wantText(t, s, "KEY", "back")
	if f.secrets["xec/KEY"].about != "of others" {
		t.Error("the secret was made anew")
	}
}

// deletedSecrets is what the fake and moto have in common.
func deletedSecrets(t *testing.T, s *Store) {
	must(t, s.Set(ctx, "KEY", secret.Text("v")))
	must(t, s.Delete(ctx, "KEY"))
	wantError(t, second(s.Get(ctx, "KEY")), secret.NotFound, "not yet for good", "aws secretsmanager restore-secret --secret-id "+*s.name("KEY"))
	wantError(t, s.Delete(ctx, "KEY"), secret.NotFound)
	if found, err := s.Has(ctx, "KEY"); found || err != nil {
		t.Errorf("Has: %v, %v", found, err)
	}
	if keys, err := s.List(ctx); len(keys) != 0 || err != nil {
		t.Errorf("keys %q, error %v", keys, err)
	}
	must(t, s.Purge(ctx, "KEY"))
	wantError(t, s.Purge(ctx, "KEY"), secret.NotFound)
	must(t, s.Add(ctx, "KEY", secret.Text("anew")))
	wantText(t, s, "KEY", "anew")
	must(t, s.Purge(ctx, "KEY"))
	wantError(t, second(s.Get(ctx, "KEY")), secret.NotFound)
	must(t, s.Set(ctx, "KEY", secret.Text("v")))
}

func TestSecretWithoutValue(t *testing.T) {
	environment(t)
	f := newFake(t)
	f.secrets["xec/KEY"] = &kept{done: map[string]stored{}}
	s := openAt(t, f.url, nil)
	wantError(t, second(s.Get(ctx, "KEY")), secret.NotFound)
	if found, err := s.Has(ctx, "KEY"); found || err != nil {
		t.Errorf("Has: %v, %v", found, err)
	}
	must(t, s.Set(ctx, "KEY", secret.Text("v")))
	wantText(t, s, "KEY", "v")
}

func TestOnlyOneOfManyAdds(t *testing.T) {
	environment(t)
	remotetest.OnlyOneAdds(t, openAt(t, newFake(t).url, nil))
}

// TestSetFollowsOthers: between what it sees and what it does somebody makes or deletes
// the secret.
func TestSetFollowsOthers(t *testing.T) {
	environment(t)
	f := newFake(t)
	other := openAt(t, f.url, nil)
	for name, meddle := range map[string]func(){
		"CreateSecret":  func() { must(t, other.Set(ctx, "KEY", secret.Text("theirs"))) },
		"RestoreSecret": func() { must(t, other.Purge(ctx, "KEY")) },
	} {
		if name == "RestoreSecret" {
			must(t, other.Set(ctx, "KEY", secret.Text("theirs")))
			must(t, other.Delete(ctx, "KEY"))
		}
		once := true
		address := remotetest.Between(t, f, func(_ int, _ http.ResponseWriter, r *http.Request) bool {
			if once && strings.HasSuffix(r.Header.Get("X-Amz-Target"), name) {
				once = false
				meddle()
			}
			return false
		})
		must(t, openAt(t, address, nil).Set(ctx, "KEY", secret.Text("mine")))
		wantText(t, other, "KEY", "mine")
		if once {
			t.Errorf("%s was not called", name)
		}
		must(t, other.Purge(ctx, "KEY"))
	}
}

func TestSettings(t *testing.T) {
	environment(t)
	for settings, want := range map[string]string{
		`{"nope":1}`:                                    "nope",
		`{"region":1}`:                                  "secrets.aws.region: not a text",
		`{"prefix":"a b"}`:                              "byte 2",
		`{"prefix":"!a"}`:                               "byte 1",
		`{"parallel":0}`:                                "parallel",
		`{"endpoint":"localhost:4566"}`:                 "not the address of a service",
		`{"endpoint":"https://me:hush@h"}`:              "not the address of a service",
		`{"profile":"none-such"}`:                       `no profile "none-such"`,
		`{"prefix":"` + strings.Repeat("p", 257) + `"}`: "257 bytes",
	} {
		_, err := Open(ctx, store.Settings(settings))
		wantError(t, err, secret.Invalid, want)
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("%v holds a password", err)
		}
	}
	t.Setenv("AWS_REGION", "")
	_, err := Open(ctx, nil)
	wantError(t, err, secret.Invalid, "secrets.aws.region", "AWS_REGION")
	must(t, second(Open(ctx, store.Settings(`{"region":"eu-west-1"}`))))
}

func TestEndpointOfTheEnvironment(t *testing.T) {
	environment(t)
	f := newFake(t)
	t.Setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", f.url)
	s, err := Open(ctx, nil)
	must(t, err)
	must(t, s.Set(ctx, "KEY", secret.Text("v")))
	if f.secrets["xec/KEY"] == nil {
		t.Error("the request went elsewhere")
	}
}

// TestProfile has a profile in files, and a credentials file that is none.
func TestProfile(t *testing.T) {
	environment(t)
	f := newFake(t)
	dir := t.TempDir()
	for name, text := range map[string]string{"AWS_CONFIG_FILE": "[profile work]\nregion = eu-west-1\n", "AWS_SHARED_CREDENTIALS_FILE": "[work]\naws_access_key_id = AKIDFAKE\naws_secret_access_key = hush\n"} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		t.Setenv(name, filepath.Join(dir, name))
	}
	for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		t.Setenv(name, "")
	}
	must(t, openAt(t, f.url, with{"profile": "work"}).Set(ctx, "KEY", secret.Text("v")))
}

func TestCredentials(t *testing.T) {
	environment(t)
	f := newFake(t)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		t.Setenv(name, "")
	}
	wantError(t, second(openAt(t, f.url, nil).Get(ctx, "KEY")), secret.Permission, "there are no credentials", "AWS_PROFILE")
	if len(f.asked) > 0 {
		t.Error("a request went out without credentials")
	}
	// A program that hands out credentials may print more than that.
	file := filepath.Join(t.TempDir(), "config")
	must(t, os.WriteFile(file, []byte("[default]\ncredential_process = /bin/echo hush\n"), 0o600))
	t.Setenv("AWS_CONFIG_FILE", file)
	_, err := openAt(t, f.url, nil).Get(ctx, "KEY")
	wantError(t, err, secret.Permission)
	if strings.Contains(fmt.Sprintf("%+v", err), "hush") {
		t.Error("the error holds what the program has printed")
	}
}
