package vault

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// rootToken may do everything on the fake.
const rootToken = "hvs.fakeRootTokenOfTheFakeServer"

// fake answers as the real server did: golden/vault/answers.json holds what that said,
// and TestFakeAnswersAsTheServer compares. What a client of Vault would not send fails the
// test.
type fake struct {
	t    testing.TB
	mu   sync.Mutex
	url  string
	seen int // requests

	connections atomic.Int64

	mounts        map[string]*engine
	policies      map[string][]rule // by token
	namespace     string            // the only one that there is
	role, id      string            // of AppRole
	logins        int
	lease         int // of a token from AppRole
	sealed        bool
	uninitialised bool
}

// rule allows capabilities on the paths that start with prefix.
type rule struct{ prefix, capabilities string }

type engine struct {
	kind    string
	version int
	entries map[string]*kept
}

type kept struct {
	versions []version
	plain    map[string]any // of an engine of version 1
}

type version struct {
	fields    map[string]any
	created   time.Time
	deleted   time.Time
	destroyed bool
}

func newFake(t testing.TB) *fake {
	f := &fake{t: t, mounts: map[string]*engine{}, policies: map[string][]rule{rootToken: {{"", "create read update delete list"}}}, lease: 3600}
	f.mount("secret", 2)
	f.mount("one", 1)
	server := httptest.NewUnstartedServer(f)
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			f.connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *fake) mount(path string, version int) {
	f.mounts[path] = &engine{"kv", version, map[string]*kept{}}
}

// answer is a status with what stands in the body.
type answer struct {
	status int
	body   map[string]any
}

func failure(status int, texts ...string) answer {
	if texts == nil {
		texts = []string{}
	}
	return answer{status, map[string]any{"errors": texts}}
}

// success is the envelope of an answer with data.
func success(status int, data map[string]any, mount string) answer {
	return answer{status, map[string]any{
		"request_id": "0", "lease_id": "", "renewable": false, "lease_duration": 0, "data": data,
		"wrap_info": nil, "warnings": nil, "auth": nil, "mount_type": mount,
	}}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen++
	path, ok := strings.CutPrefix(r.URL.Path, "/v1/")
	if !ok || r.Header.Get("X-Vault-Request") != "true" {
		f.t.Errorf("a request that is none of a client's: %s %s", r.Method, r.URL.Path)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has given up
	}
	a := f.answer(r, path, body)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	if a.body != nil {
		json.NewEncoder(w).Encode(a.body)
	}
}

func (f *fake) answer(r *http.Request, path string, body []byte) answer {
	var fields map[string]any
	if len(body) > 0 {
		d := json.NewDecoder(strings.NewReader(string(body)))
		d.UseNumber()
		if d.Decode(&fields) != nil {
			return failure(400, "error parsing JSON")
		}
	}
	switch {
	case path == "sys/seal-status":
		return answer{200, map[string]any{"initialized": !f.uninitialised, "sealed": f.sealed || f.uninitialised, "type": "shamir"}}
	case f.sealed || f.uninitialised:
		return failure(503, "Vault is sealed")
	case f.namespace != "" && r.Header.Get("X-Vault-Namespace") != f.namespace:
		return failure(403, "permission denied")
	case path == "auth/approle/login":
		return f.login(fields)
	}
	if denied := f.denied(r, path); denied != nil {
		return *denied
	}
	if at, ok := strings.CutPrefix(path, "sys/internal/ui/mounts/"); ok {
		return f.preflight(at)
	}
	for at, e := range f.mounts {
		if rest, ok := strings.CutPrefix(path, at+"/"); ok && e.version == 2 {
			return e.serve2(r, rest, fields)
		} else if ok {
			return e.serve1(r, rest, fields)
		}
	}
	return failure(404, fmt.Sprintf("no handler for route %q. route entry not found.", path))
}

func (f *fake) login(fields map[string]any) answer {
	if fields["role_id"] != f.role || fields["secret_id"] != f.id || f.role == "" {
		return failure(400, "invalid role or secret ID")
	}
	f.logins++
	token := fmt.Sprint("hvs.fromAppRole", f.logins)
	f.policies[token] = f.policies[rootToken]
	a := success(200, nil, "")
	a.body["auth"] = map[string]any{"client_token": token, "lease_duration": f.lease, "renewable": true}
	return a
}

// denied is the refusal of what the token may not do.
func (f *fake) denied(r *http.Request, path string) *answer {
	token := r.Header.Get("X-Vault-Token")
	rules, known := f.policies[token]
	switch {
	case token == "":
		a := failure(403, "permission denied")
		return &a
	case !known:
		a := failure(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n")
		return &a
	case strings.HasPrefix(path, "sys/internal/"):
		return nil
	}
	need := map[string]string{"GET": "read", "PUT": "update", "POST": "update", "DELETE": "delete"}[r.Method]
	if r.URL.Query().Get("list") == "true" {
		need = "list"
	}
	for _, rule := range rules {
		if strings.HasPrefix(path, rule.prefix) && strings.Contains(rule.capabilities, need) {
			return nil
		}
	}
	a := failure(403, "1 error occurred:\n\t* permission denied\n\n")
	return &a
}

func (f *fake) preflight(path string) answer {
	for at, e := range f.mounts {
		if path == at || strings.HasPrefix(path, at+"/") {
			options := map[string]any{"version": strconv.Itoa(e.version)}
			return success(200, map[string]any{"path": at + "/", "type": e.kind, "options": options}, "")
		}
	}
	return failure(403, fmt.Sprintf("preflight capability check returned 403, please ensure client's policies grant access to path %q", path+"/"))
}

// invalidPath is how version 2 answers to the paths of version 1.
func invalidPath(command string) answer {
	a := success(404, nil, "")
	a.body["warnings"] = []string{"Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv " + command + "' for this operation."}
	return a
}

func (e *engine) serve2(r *http.Request, path string, fields map[string]any) answer {
	kind, name, _ := strings.Cut(path, "/")
	listing := r.URL.Query().Get("list") == "true"
	switch {
	case kind == "metadata" && r.Method == "GET" && listing:
		return e.list(name)
	case kind == "data" && (r.Method == "PUT" || r.Method == "POST"):
		return e.put(name, fields)
	case kind == "metadata" && r.Method == "POST":
		if e.entries[name] == nil {
			e.entries[name] = &kept{}
		}
		return answer{204, nil}
	case kind == "metadata" && r.Method == "DELETE":
		delete(e.entries, name)
		return answer{204, nil}
	case kind != "data" && kind != "metadata" && kind != "destroy" && kind != "delete" && kind != "undelete":
		if listing {
			return invalidPath("list")
		}
		return invalidPath("get")
	}
	k := e.entries[name]
	if k == nil || len(k.versions) == 0 && kind == "data" {
		return failure(404)
	}
	switch {
	case kind == "data" && r.Method == "GET":
		return k.data(r.URL.Query().Get("version"))
	case kind == "data" && r.Method == "DELETE":
		k.versions[len(k.versions)-1].deleted = time.Now()
	case kind == "metadata" && r.Method == "GET":
		return success(200, k.meta(), "kv")
	case kind == "destroy":
		k.each(fields, func(v *version) { v.fields, v.destroyed = nil, true })
	case kind == "delete":
		k.each(fields, func(v *version) { v.deleted = time.Now() })
	case kind == "undelete":
		k.each(fields, func(v *version) { v.deleted = time.Time{} })
	default:
		return failure(405)
	}
	return answer{204, nil}
}

// each changes those versions that fields name.
func (k *kept) each(fields map[string]any, change func(*version)) {
	for _, n := range fields["versions"].([]any) {
		n, _ := n.(json.Number).Int64()
		change(&k.versions[n-1])
	}
}

func (e *engine) put(name string, fields map[string]any) answer {
	data, ok := fields["data"].(map[string]any)
	if !ok {
		return failure(400, "no data provided")
	}
	k := e.entries[name]
	if k == nil {
		k = &kept{}
	}
	options, _ := fields["options"].(map[string]any)
	if cas, ok := options["cas"].(json.Number); ok && cas.String() != strconv.Itoa(len(k.versions)) {
		return failure(400, "check-and-set parameter did not match the current version")
	}
	e.entries[name] = k
	k.versions = append(k.versions, version{fields: data, created: time.Now()})
	return success(200, k.about(len(k.versions)), "kv")
}

// about is the metadata of the nth version.
func (k *kept) about(n int) map[string]any {
	v := k.versions[n-1]
	return map[string]any{
		"created_time": stamp(v.created), "deletion_time": stamp(v.deleted), "destroyed": v.destroyed,
		"custom_metadata": nil, "version": n,
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func (k *kept) data(which string) answer {
	n := len(k.versions)
	if which != "" {
		n, _ = strconv.Atoi(which)
	}
	if n < 1 || n > len(k.versions) {
		return failure(404)
	}
	v := k.versions[n-1]
	if v.destroyed || !v.deleted.IsZero() {
		return success(404, map[string]any{"data": nil, "metadata": k.about(n)}, "")
	}
	return success(200, map[string]any{"data": v.fields, "metadata": k.about(n)}, "kv")
}

func (k *kept) meta() map[string]any {
	versions := map[string]any{}
	created, updated := time.Now(), time.Now()
	for i, v := range k.versions {
		about := k.about(i + 1)
		delete(about, "version")
		delete(about, "custom_metadata")
		versions[strconv.Itoa(i+1)] = about
		updated = v.created
	}
	if len(k.versions) > 0 {
		created = k.versions[0].created
	}
	return map[string]any{
		"cas_required": false, "created_time": stamp(created), "current_version": len(k.versions),
		"custom_metadata": nil, "delete_version_after": "0s", "max_versions": 0, "oldest_version": 0,
		"updated_time": stamp(updated), "versions": versions,
	}
}

func (e *engine) list(folder string) answer {
	names := map[string]bool{}
	for name := range e.entries {
		if rest, ok := strings.CutPrefix(name, strings.TrimLeft(strings.TrimSuffix(folder, "/")+"/", "/")); ok {
			first, _, deeper := strings.Cut(rest, "/")
			if deeper {
				first += "/"
			}
			names[first] = true
		}
	}
	if len(names) == 0 {
		return failure(404)
	}
	return success(200, map[string]any{"keys": slices.Sorted(maps.Keys(names))}, "kv")
}

func (e *engine) serve1(r *http.Request, name string, fields map[string]any) answer {
	switch {
	case r.URL.Query().Get("list") == "true":
		return e.list(name)
	case r.Method == "PUT":
		e.entries[name] = &kept{plain: fields}
		return answer{204, nil}
	case r.Method == "DELETE":
		delete(e.entries, name)
		return answer{204, nil}
	case r.Method == "GET" && e.entries[name] == nil:
		return failure(404)
	case r.Method == "GET":
		a := success(200, e.entries[name].plain, "kv")
		a.body["lease_duration"] = 2764800
		return a
	}
	return failure(405)
}
