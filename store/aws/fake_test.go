package aws

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fake answers as the service's documentation says, in its protocol (AWS JSON 1.1), with
// its limits. What no client would send fails the test.
type fake struct {
	t   testing.TB
	mu  sync.Mutex
	url string

	secrets map[string]*kept
	denied  map[string]string // the code for an action, or for an action and a name
	asked   map[string]int    // by action
	page    int               // how many of anything an answer has at most
}

type kept struct {
	deleted time.Time
	current *stored
	done    map[string]stored // by token
	about   string            // a description: what xec must keep
}

type stored struct{ Text, Binary *string }

// input has what the actions take.
type input struct {
	SecretId, Name             string
	SecretString, SecretBinary *string
	ClientRequestToken         string
	SecretIdList               []string
	Filters                    []struct {
		Key    string
		Values []string
	}
	MaxResults                 int
	NextToken                  string
	ForceDeleteWithoutRecovery bool
	RecoveryWindowInDays       int
}

// refusal is an answer that is an error.
type refusal struct{ code, message string }

const (
	missing  = "ResourceNotFoundException"
	exists   = "ResourceExistsException"
	invalid  = "InvalidRequestException"
	badInput = "InvalidParameterException"
)

// deny has an action on a secret fail; requests that nobody waits for may still be answered.
func (f *fake) deny(what, kind string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.denied[what] = kind
}

func newFake(t testing.TB) *fake {
	f := &fake{t: t, secrets: map[string]*kept{}, denied: map[string]string{}, asked: map[string]int{}, page: 7}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

var signed = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=AKIDFAKE/\d{8}/eu-west-1/secretsmanager/aws4_request, SignedHeaders=[a-z0-9;-]+, Signature=[0-9a-f]{64}$`)

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has given up
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	action, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "secretsmanager.")
	if !ok || r.Method != "POST" || r.URL.Path != "/" || r.Header.Get("Content-Type") != "application/x-amz-json-1.1" || !signed.MatchString(r.Header.Get("Authorization")) {
		f.t.Errorf("a request that is none of a client's: %s %s", r.Method, r.URL.Path)
	}
	f.asked[action]++
	var in input
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		f.t.Errorf("%s: %v", action, err)
	}
	out, refused := f.answer(action, in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if refused != nil {
		w.WriteHeader(400)
		out = map[string]any{"__type": refused.code, "Message": refused.message}
	}
	json.NewEncoder(w).Encode(out)
}

func (f *fake) answer(action string, in input) (map[string]any, *refusal) {
	name := in.SecretId + in.Name
	for _, of := range []string{action, action + " " + name} {
		if code := f.denied[of]; code != "" {
			return nil, &refusal{code, "User: arn:aws:iam::1:user/u is not authorized"}
		}
	}
	switch action {
	case "ListSecrets":
		return f.list(in)
	case "BatchGetSecretValue":
		return f.batch(in)
	case "CreateSecret":
		return f.create(in)
	case "DeleteSecret":
		return f.delete(in)
	}
	k := f.secrets[name]
	if k == nil {
		return nil, &refusal{missing, "Secrets Manager can't find the specified secret."}
	}
	switch action {
	case "GetSecretValue":
		return f.value(name)
	case "PutSecretValue":
		return k.put(name, in)
	case "DescribeSecret":
		return k.describe(name), nil
	case "RestoreSecret":
		k.deleted = time.Time{}
		return map[string]any{"Name": name}, nil
	}
	f.t.Errorf("unknown action %s", action)
	return nil, &refusal{"UnknownOperationException", ""}
}

// checked refuses what the service would: nothing, both, or more than 65,536 bytes.
func (in input) checked() *refusal {
	size := 0
	if in.SecretString != nil {
		size = len(*in.SecretString)
	}
	if in.SecretBinary != nil {
		b, err := base64.StdEncoding.DecodeString(*in.SecretBinary)
		if err != nil {
			return &refusal{"SerializationException", ""}
		}
		size = len(b)
	}
	if (in.SecretString == nil) == (in.SecretBinary == nil) || size < 1 || size > 65536 {
		return &refusal{badInput, "the value is missing, twice there or too long"}
	}
	if len(in.ClientRequestToken) < 32 {
		return &refusal{badInput, "no token"}
	}
	return nil
}

var names = regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]{1,512}$`)

func (f *fake) create(in input) (map[string]any, *refusal) {
	if r := in.checked(); r != nil {
		return nil, r
	}
	if !names.MatchString(in.Name) {
		return nil, &refusal{badInput, "invalid name"}
	}
	now := stored{in.SecretString, in.SecretBinary}
	switch k := f.secrets[in.Name]; {
	case k != nil && !k.deleted.IsZero():
		return nil, &refusal{invalid, "You can't create this secret because a secret with this name is already scheduled for deletion."}
	case k != nil && same(k.done[in.ClientRequestToken], now):
		return map[string]any{"Name": in.Name}, nil
	case k != nil:
		return nil, &refusal{exists, "The operation failed because the secret already exists."}
	}
	f.secrets[in.Name] = &kept{current: &now, done: map[string]stored{in.ClientRequestToken: now}}
	return map[string]any{"Name": in.Name}, nil
}

func same(a, b stored) bool {
	return equal(a.Text, b.Text) && equal(a.Binary, b.Binary) && a != (stored{})
}

func equal(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

func (k *kept) put(name string, in input) (map[string]any, *refusal) {
	if r := in.checked(); r != nil {
		return nil, r
	}
	now := stored{in.SecretString, in.SecretBinary}
	before, again := k.done[in.ClientRequestToken]
	switch {
	case !k.deleted.IsZero():
		return nil, &refusal{invalid, "You can't perform this operation on the secret because it was marked for deletion."}
	case again && !same(before, now):
		return nil, &refusal{exists, "that token is already in use"}
	case !again:
		k.current = &now
		k.done[in.ClientRequestToken] = now
	}
	return map[string]any{"Name": name}, nil
}

func (f *fake) value(name string) (map[string]any, *refusal) {
	k := f.secrets[name]
	switch {
	case k == nil:
		return nil, &refusal{missing, "Secrets Manager can't find the specified secret."}
	case !k.deleted.IsZero():
		return nil, &refusal{invalid, "You can't perform this operation on the secret because it was marked for deletion."}
	case k.current == nil:
		return nil, &refusal{missing, "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"}
	}
	out := map[string]any{"Name": name, "ARN": "arn:aws:secretsmanager:eu-west-1:1:secret:" + name + "-AbCdEf"}
	if k.current.Text != nil {
		out["SecretString"] = *k.current.Text
	} else {
		out["SecretBinary"] = *k.current.Binary
	}
	return out, nil
}

func (k *kept) describe(name string) map[string]any {
	out := map[string]any{"Name": name}
	if !k.deleted.IsZero() {
		out["DeletedDate"] = float64(k.deleted.Unix())
	}
	if k.current != nil {
		out["VersionIdsToStages"] = map[string][]string{"id": {"AWSCURRENT"}, "old": {"AWSPREVIOUS"}}
	}
	return out
}

func (f *fake) delete(in input) (map[string]any, *refusal) {
	k := f.secrets[in.SecretId]
	switch {
	case in.RecoveryWindowInDays != 0:
		f.t.Error("a window of its own")
	case in.ForceDeleteWithoutRecovery:
		delete(f.secrets, in.SecretId)
	case k == nil:
		return nil, &refusal{missing, "Secrets Manager can't find the specified secret."}
	case !k.deleted.IsZero():
		return nil, &refusal{invalid, "You can't perform this operation on the secret because it was already scheduled for deletion."}
	default:
		k.deleted = time.Now().Add(30 * 24 * time.Hour)
	}
	return map[string]any{"Name": in.SecretId}, nil
}

// list gives pages of names, as short as the service may make them.
func (f *fake) list(in input) (map[string]any, *refusal) {
	var found []any
	for _, name := range slices.Sorted(maps.Keys(f.secrets)) {
		matches := len(in.Filters) == 0
		for _, filter := range in.Filters {
			// The service compares without regard to case here and there.
			matches = filter.Key == "name" && strings.HasPrefix(strings.ToLower(name), strings.ToLower(filter.Values[0]))
		}
		if matches && f.secrets[name].deleted.IsZero() {
			found = append(found, map[string]any{"Name": name})
		}
	}
	if in.MaxResults > 100 {
		return nil, &refusal{badInput, "MaxResults"}
	}
	out := map[string]any{}
	out["SecretList"] = f.pageOf(found, in.NextToken, out)
	return out, nil
}

func (f *fake) pageOf(all []any, token string, out map[string]any) []any {
	start, _ := strconv.Atoi(token)
	end := min(start+f.page, len(all))
	if end < len(all) {
		out["NextToken"] = strconv.Itoa(end)
	}
	return append([]any{}, all[start:end]...)
}

func (f *fake) batch(in input) (map[string]any, *refusal) {
	if len(in.SecretIdList) < 1 || len(in.SecretIdList) > 20 || in.MaxResults != 0 {
		return nil, &refusal{badInput, "SecretIdList"}
	}
	var values, failed []any
	for _, name := range in.SecretIdList {
		out, refused := f.value(name)
		if code := f.denied["GetSecretValue "+name]; code != "" {
			refused = &refusal{code, "not authorized"}
		}
		if refused != nil {
			failed = append(failed, map[string]any{"SecretId": name, "ErrorCode": refused.code, "Message": refused.message})
			continue
		}
		values = append(values, out)
	}
	out := map[string]any{"Errors": append([]any{}, failed...)}
	out["SecretValues"] = f.pageOf(values, in.NextToken, out)
	return out, nil
}

// status answers as a careless proxy might.
func status(w http.ResponseWriter, r *http.Request, code int, kind string) bool {
	body, _ := io.ReadAll(r.Body)
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(map[string]string{"__type": kind, "message": "you sent " + string(body) + r.Header.Get("X-Amz-Security-Token")})
	return true
}
