package plugin_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/file"
	"github.com/xec-sh/xec-go/store/memory"
	"github.com/xec-sh/xec-go/store/plugin"
	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/storetest"
)

// pipe is a connection within this process.
type pipe struct{ net.Conn }

func (pipe) Explain() error { return nil }

// served gives a client of a server in this process.
func served(t *testing.T, s *plugin.Server) *plugin.Client {
	near, far := net.Pipe()
	go s.Serve(context.Background(), far, far)
	c := plugin.NewClient("provider test", pipe{near})
	t.Cleanup(func() { c.Close() })
	return c
}

func TestAStoreBehindTheProtocolIsThatStore(t *testing.T) {
	t.Run("memory", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
			s := &memory.Store{}
			again := func() store.Store { return served(t, &plugin.Server{Store: s}) }
			return again(), again
		})
	})
	t.Run("file", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
			dir := t.TempDir()
			again := func() store.Store {
				s := file.Open(file.Options{Dir: filepath.Join(dir, "secrets"), KeyFile: filepath.Join(dir, "key")})
				return served(t, &plugin.Server{Store: s})
			}
			return again(), again
		})
	})
	t.Run("behind itself", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
			s := &memory.Store{}
			again := func() store.Store {
				return served(t, &plugin.Server{Store: served(t, &plugin.Server{Store: s})})
			}
			return again(), again
		})
	})
}

// TestMain is an executable provider where the environment says so.
func TestMain(m *testing.M) {
	behaviour, ok := os.LookupEnv("XEC_TEST_PLUGIN")
	if !ok {
		os.Exit(m.Run())
	}
	if act := behaviours[behaviour]; act != nil {
		in := bufio.NewReader(os.Stdin)
		in.ReadString('\n')
		fmt.Println(`{"protocol":1}`)
		in.ReadString('\n')
		act()
		os.Exit(0)
	}
	open := func(_ context.Context, settings store.Settings) (store.Store, error) {
		var opt struct {
			Dir string `json:"dir"`
		}
		if err := settings.Decode("test", &opt); err != nil {
			return nil, err
		}
		return file.Open(file.Options{Dir: filepath.Join(opt.Dir, "secrets"), KeyFile: filepath.Join(opt.Dir, "key")}), nil
	}
	if err := (&plugin.Server{Open: open}).Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

const hush = "aHVzaA==" // a value in what a provider says

// behaviours are what an executable does when it is asked for a value.
var behaviours = map[string]func(){
	"dies":             func() { os.Exit(3) },
	"ends":             func() {},
	"hangs":            func() { time.Sleep(time.Hour) },
	"says rubbish":     func() { fmt.Println("hush " + hush) },
	"says half":        func() { fmt.Print(`{"values":{"KEY":"` + hush) },
	"says another key": func() { fmt.Println(`{"values":{"OTHER":"` + hush + `"}}`) },
	"says no base64":   func() { fmt.Println(`{"values":{"KEY":"%` + hush + `"}}`) },
	"says nothing":     func() { fmt.Println(`{"values":{"KEY":""}}`) },
	"says two lines":   func() { fmt.Printf("{\"values\":{}}\n{\"values\":{\"KEY\":\"%s\"}}\n", hush) },
	"says too much": func() {
		block := bytes.Repeat([]byte(" "), 1<<20)
		for range plugin.MaxLine>>20 + 1 {
			os.Stdout.Write(block)
		}
	},
}

func command(behaviour string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "XEC_TEST_PLUGIN="+behaviour, "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	return cmd
}

func TestAnExecutableIsAStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
		settings := store.Settings(fmt.Sprintf(`{"dir":%q}`, t.TempDir()))
		again := func() store.Store {
			c, err := plugin.Start(context.Background(), "test", command(""), settings)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			return c
		}
		return again(), again
	})
}

func TestSettingsAreRefusedByTheProvider(t *testing.T) {
	_, err := plugin.Start(context.Background(), "test", command(""), store.Settings(`{"dri":"x"}`))
	if !errors.Is(err, secret.Invalid) || !strings.Contains(err.Error(), `secrets.test: there is no setting "dri"`) {
		t.Errorf("%v", err)
	}
}

func TestAProviderThatMisbehavesIsEndedAndNotQuoted(t *testing.T) {
	wants := map[string]string{
		"dies":             "provider test: it ended: exit status 3",
		"ends":             "provider test: it ended in the middle of it",
		"hangs":            "provider test has not answered within 1s",
		"says rubbish":     "provider test: it answered what is not of the protocol",
		"says half":        "provider test: it ended in the middle of it",
		"says another key": "provider test: it answered what is not of the protocol",
		"says no base64":   "provider test: it answered what is not of the protocol",
		"says nothing":     "provider test: KEY: the value is empty",
		"says too much":    "provider test: a line that is too long",
		"says two lines":   "provider test: it answered what is not of the protocol",
	}
	for behaviour := range behaviours {
		t.Run(behaviour, func(t *testing.T) {
			c, err := plugin.Start(context.Background(), "test", command(behaviour), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if behaviour == "hangs" {
				c.SetTime(time.Second)
			}
			_, err = c.Get(context.Background(), "KEY")
			if behaviour == "says two lines" { // of which the first is an answer
				if !errors.Is(err, secret.NotFound) {
					t.Errorf("%v", err)
				}
				_, err = c.Get(context.Background(), "KEY")
			}
			if fmt.Sprint(err) != wants[behaviour] || secret.KindOf(err) != secret.General {
				t.Errorf("%v, want %s", err, wants[behaviour])
			}
			if _, again := c.Get(context.Background(), "KEY"); again == nil {
				t.Error("it is asked again as if nothing had happened")
			}
		})
	}
	if len(wants) != len(behaviours) {
		t.Error("a behaviour has no expectation")
	}
}

func TestARequestCanBeCancelled(t *testing.T) {
	c, err := plugin.Start(context.Background(), "test", command("hangs"), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	if _, err := c.Get(ctx, "KEY"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestWhatCannotBeStartedIsNamed(t *testing.T) {
	_, err := plugin.Start(context.Background(), "test", exec.Command(filepath.Join(t.TempDir(), "none")), nil)
	if err == nil || !strings.Contains(err.Error(), "provider test: ") {
		t.Errorf("%v", err)
	}
}

func TestNamesOfProviders(t *testing.T) {
	for _, name := range []string{"vault", "aws", "a", "one-password", "s3"} {
		if err := plugin.CheckName(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "../x", "a/b", "Vault", "1a", "-a", "a b", "a\n", "é", "a.b", `a\b`} {
		if err := plugin.CheckName(name); !errors.Is(err, secret.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestExampleProvider runs the provider of the fixtures, which is written in Python.
func TestExampleProvider(t *testing.T) {
	python, err := exec.LookPath("/usr/bin/python3") // the first on PATH may be a slow one
	if err != nil {
		python, err = exec.LookPath("python3")
	}
	if err != nil {
		machine.Lacking(t, "python3", err)
	}
	storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
		settings := store.Settings(fmt.Sprintf(`{"file":%q}`, filepath.Join(t.TempDir(), "secrets.json")))
		again := func() store.Store {
			cmd := exec.Command(python, "../../fixtures/provider/xec-provider-jsonfile")
			cmd.Stderr = os.Stderr
			c, err := plugin.Start(context.Background(), "jsonfile", cmd, settings)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			return c
		}
		return again(), again
	})
}

func TestServerRefusesWhatIsTooMuch(t *testing.T) {
	s := &memory.Store{}
	for name, test := range map[string]struct {
		server     *plugin.Server
		said, want string
	}{
		"no hello":           {&plugin.Server{Open: nil}, `{"op":"list"}`, `"kind":"invalid","message":"the first request is hello"`},
		"another protocol":   {&plugin.Server{Store: s}, `{"op":"hello","protocol":2}`, `"kind":"invalid","message":"protocol 2 is not spoken here: 1 is"`},
		"no JSON":            {&plugin.Server{Store: s}, `list`, `"kind":"invalid","message":"not a request of the protocol"`},
		"no op":              {&plugin.Server{Store: s}, `{}`, `"kind":"invalid","message":"not a request of the protocol"`},
		"an unknown op":      {&plugin.Server{Store: s}, `{"op":"brew","key":"A"}`, `"kind":"unsupported"`},
		"too many keys":      {&plugin.Server{Store: s, MaxKeys: 1}, `{"op":"get","keys":["A","B"]}`, `"kind":"invalid","message":"2 keys in one request: 1 are the most"`},
		"a bad key":          {&plugin.Server{Store: s}, `{"op":"delete","key":"1"}`, `"kind":"invalid"`},
		"a line too long":    {&plugin.Server{Store: s, MaxLine: 100}, `{"op":"get","keys":["` + strings.Repeat("A", 100) + `"]}`, `"kind":"invalid","message":"a request has 100 bytes at most"`},
		"what it cannot do":  {&plugin.Server{Store: s}, `{"op":"versions","key":"A"}`, `"kind":"unsupported"`},
		"an empty value":     {&plugin.Server{Store: s}, `{"op":"set","key":"A","value":""}`, `"kind":"invalid"`},
		"a value not base64": {&plugin.Server{Store: s}, `{"op":"set","key":"A","value":"%"}`, `"kind":"invalid","message":"not a request of the protocol"`},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			test.server.Serve(context.Background(), strings.NewReader(test.said+"\n"), &out)
			if !strings.Contains(out.String(), test.want) || strings.Count(out.String(), "\n") != 1 {
				t.Errorf("answered %s, want %s", out.String(), test.want)
			}
		})
	}
}

func TestAHalfLineIsNotARequest(t *testing.T) {
	s := &memory.Store{}
	err := (&plugin.Server{Store: s}).Serve(context.Background(), strings.NewReader(`{"op":"set","key":"A","value":"YQ=="}`), io.Discard)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v", err)
	}
	if keys, _ := s.List(context.Background()); len(keys) != 0 {
		t.Error("it was carried out")
	}
}
