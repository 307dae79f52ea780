package vault

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the real server answers")

// answersFile holds what the real server answered to conversation.
var answersFile = filepath.Join("..", "..", "golden", "vault", "answers.json")

// conversation is what a client may ask, one a line: token, method, path, body.
const conversation = `
root GET secret/data/xec/NONE
root GET secret/metadata/xec/NONE
root GET secret/metadata/xec?list=true
root DELETE secret/metadata/xec/NONE
root PUT secret/data/xec/A {"options":{"cas":0},"data":{"value":"one"}}
root PUT secret/data/xec/A {"options":{"cas":0},"data":{"value":"again"}}
root PUT secret/data/xec/A {"options":{"cas":7},"data":{"value":"again"}}
root PUT secret/data/xec/A {"options":{"cas":1},"data":{"value":"two","n":15,"b":true}}
root PUT secret/data/xec/A {"value":"not in data"}
root PUT secret/data/xec/sub/C {"data":{"value":"deep"}}
root GET secret/data/xec/A
root GET secret/data/xec/A?version=1
root GET secret/data/xec/A?version=9
root GET secret/metadata/xec/A
root GET secret/metadata/xec?list=true
root GET secret/metadata?list=true
root DELETE secret/data/xec/A
root GET secret/data/xec/A
root PUT secret/undelete/xec/A {"versions":[2]}
root PUT secret/delete/xec/A {"versions":[1]}
root GET secret/metadata/xec/A
root GET secret/data/xec/A?version=1
root GET secret/data/xec/A
root DELETE secret/data/xec/A
root PUT secret/data/xec/A {"options":{"cas":0},"data":{"value":"behind deleted"}}
root PUT secret/data/xec/A {"options":{"cas":2},"data":{"value":"three"}}
root PUT secret/destroy/xec/A {"versions":[3]}
root GET secret/data/xec/A
root GET secret/data/xec/A?version=2
root GET secret/metadata/xec/A
root DELETE secret/metadata/xec/A
root GET secret/data/xec/A
root GET secret/metadata/xec/A
root POST secret/metadata/xec/M {}
root GET secret/data/xec/M
root PUT secret/data/xec/M {"options":{"cas":0},"data":{"value":"first"}}
root GET secret/xec/A
root GET secret/xec?list=true
root GET one/xec/A
root GET one/xec?list=true
root PUT one/xec/A {"value":"one","n":15}
root GET one/xec/A
root GET one/xec?list=true
root DELETE one/xec/A
root GET one/xec/A
root GET one/data/xec/A
root PUT one/data/xec/A {"options":{"cas":0},"data":{"value":"wrong place"}}
root GET nowhere/data/xec/A
root PUT nowhere/data/xec/A {}
root GET sys/internal/ui/mounts/secret/xec
root GET sys/internal/ui/mounts/one/xec
root GET sys/internal/ui/mounts/secret
root GET sys/internal/ui/mounts/nowhere/xec
root GET sys/seal-status
wrong GET secret/data/xec/A
wrong GET sys/internal/ui/mounts/secret/xec
none GET secret/data/xec/A
reader GET secret/data/xec/M
reader PUT secret/data/xec/M {"options":{"cas":1},"data":{"value":"w"}}
reader GET secret/metadata/xec?list=true
reader GET secret/metadata/xec/M
reader GET sys/internal/ui/mounts/secret/xec
none PUT auth/approle/login {"role_id":"ROLE","secret_id":"SECRET"}
none PUT auth/approle/login {"role_id":"ROLE","secret_id":"wrong"}
none PUT auth/approle/login {"role_id":"wrong","secret_id":"SECRET"}
root SEAL
root GET secret/data/xec/M
none PUT auth/approle/login {"role_id":"ROLE","secret_id":"SECRET"}
none GET sys/seal-status
`

// exchange is one line of the conversation with its answer.
type exchange struct {
	Asked  string `json:"asked"`
	Status int    `json:"status"`
	Body   any    `json:"body,omitempty"`
}

// partner is a server to talk to.
type partner struct {
	address  string
	tokens   map[string]string
	role, id string
	seal     func()
}

func (p partner) talk(t *testing.T) (all []exchange) {
	for line := range strings.Lines(strings.TrimSpace(conversation) + "\n") {
		line = strings.TrimSpace(line)
		words := strings.SplitN(line, " ", 4)
		if words[1] == "SEAL" {
			p.seal()
			continue
		}
		body := ""
		if len(words) == 4 {
			body = strings.NewReplacer("ROLE", p.role, "SECRET", p.id).Replace(words[3])
		}
		status, text := request(t, p.address, p.tokens[words[0]], words[1], words[2], body)
		x := exchange{Asked: line, Status: status}
		if len(text) > 0 {
			must(t, json.Unmarshal(text, &x.Body))
			x.Body = settled(x.Body)
		}
		all = append(all, x)
	}
	return all
}

// request is what a client sends, without the client.
func request(t testing.TB, address, token, method, path, body string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequest(method, address+"/v1/"+path, strings.NewReader(body))
	must(t, err)
	r.Header.Set("X-Vault-Request", "true")
	if token != "" {
		r.Header.Set("X-Vault-Token", token)
	}
	a, err := http.DefaultClient.Do(r)
	must(t, err)
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	must(t, err)
	return a.StatusCode, text
}

// passing are parts of answers that no client reads, or that differ each time.
var passing = strings.Fields(`request_id created_by deleted_by last_updated_by accessor uuid config
	running_plugin_version running_sha256 plugin_version deprecation_status description
	external_entropy_access local seal_wrap entity_id policies token_policies identity_policies
	orphan mfa_requirement num_uses token_type t n progress nonce version build_date migration
	cluster_name cluster_id recovery_seal storage_type removed_from_cluster`)

// settled takes out of an answer what differs each time.
func settled(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	_, status := m["sealed"]
	auth, _ := m["auth"].(map[string]any)
	if auth != nil {
		delete(auth, "metadata")
		auth["client_token"] = "TOKEN"
	}
	for name, part := range m {
		text, isText := part.(string)
		switch {
		case slices.Contains(passing, name) && (status || name != "version" && name != "n"):
			delete(m, name)
		case strings.HasSuffix(name, "_time") && isText && text != "":
			m[name] = "TIME"
		default:
			m[name] = settled(part)
		}
	}
	return m
}

// compare tells where answers differ from those of the file.
func compare(t *testing.T, got []exchange) {
	t.Helper()
	text, err := os.ReadFile(answersFile)
	must(t, err)
	var want []exchange
	must(t, json.Unmarshal(text, &want))
	if len(got) != len(want) {
		t.Fatalf("%d answers, want %d", len(got), len(want))
	}
	for i := range got {
		g, _ := json.Marshal(got[i])
		w, _ := json.Marshal(want[i])
		if !bytes.Equal(g, w) {
			t.Errorf("answer %d differs\n got %s\nwant %s", i, g, w)
		}
	}
}

// TestFakeAnswersAsTheServer holds the fake to what the real server said.
func TestFakeAnswersAsTheServer(t *testing.T) {
	f := newFake(t)
	f.role, f.id = "role", "id"
	f.policies["reader"] = []rule{{"secret/data/xec/", "read"}}
	p := partner{f.url, map[string]string{"root": rootToken, "wrong": "hvs.wrong", "reader": "reader"}, f.role, f.id, func() { f.sealed = true }}
	compare(t, p.talk(t))
}
