package secret

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"strings"
	"testing"
)

const hush = "s3cr3t-bytes"

// shown gives what all the ways of printing make of v.
func shown(v any) map[string]string {
	texts := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%c", "%T %v", "%10.3s", "%p"} {
		texts[verb] = fmt.Sprintf(verb, v)
	}
	texts["Sprint"] = fmt.Sprint(v)
	texts["Sprintln"] = fmt.Sprintln(v)
	if b, err := json.Marshal(v); err == nil {
		texts["JSON"] = string(b)
	}
	if b, err := xml.Marshal(v); err == nil {
		texts["XML"] = string(b)
	}
	var out bytes.Buffer
	log.New(&out, "", 0).Print(v)
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", v)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", v)
	texts["log"] = out.String()
	texts["error"] = fmt.Errorf("wrapped: %v", v).Error()
	return texts
}

func TestValueIsHidden(t *testing.T) {
	v := Text(hush)
	type open struct{ V Value }
	type closed struct{ v Value }
	for _, holder := range []any{v, &v, []Value{v}, map[string]Value{"K": v}, open{v}, &open{v}, closed{v}, &closed{v}, []closed{{v}}, struct{ any }{v}} {
		for how, text := range shown(holder) {
			for _, form := range []string{hush, fmt.Sprintf("%x", hush), fmt.Sprintf("%X", hush), fmt.Sprint([]byte(hush)), "czNjcjN0LWJ5dGVz"} {
				if strings.Contains(text, form) {
					t.Errorf("%T by %s shows the value", holder, how)
				}
			}
		}
	}
	if got := fmt.Sprint(v); got != "[secret]" {
		t.Errorf("shown as %s", got)
	}
}

func TestValueIsItsBytes(t *testing.T) {
	v := New([]byte{0, 0xff, 'a'})
	if !bytes.Equal(v.Reveal(), []byte{0, 0xff, 'a'}) || v.Len() != 3 {
		t.Errorf("%d bytes that are not those that were given", v.Len())
	}
	v.Clear()
	if !bytes.Equal(v.Reveal(), make([]byte, 3)) {
		t.Error("bytes are left after Clear")
	}
	var zero Value
	if zero.Reveal() != nil || zero.Len() != 0 {
		t.Error("the zero value is not empty")
	}
	zero.Clear()
}

func TestValueHasLimits(t *testing.T) {
	for n, want := range map[int]error{0: Invalid, 1: nil, MaxValue: nil, MaxValue + 1: Invalid} {
		if err := New(make([]byte, n)).Check("KEY"); !errors.Is(err, want) {
			t.Errorf("%d bytes: error %v, want %v", n, err, want)
		}
	}
}

func TestKeys(t *testing.T) {
	for _, key := range []string{"A", "z", "API_KEY", "database.password", "jwt-secret", "a..b", "A-", "a1", strings.Repeat("k", MaxKey)} {
		if err := CheckKey(key); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	for _, key := range []string{"", "1A", "_A", ".a", "-a", "A B", "A/B", "A:B", "A@B", "A|B", "A}", "A\n", "A\x00", "é", "aé", "ａ", strings.Repeat("k", MaxKey+1)} {
		err := CheckKey(key)
		if !errors.Is(err, Invalid) {
			t.Errorf("%q: error %v", key, err)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\n\x00") {
			t.Errorf("%q: the error holds control characters", key)
		}
	}
	for key, want := range map[string]string{
		"API_KEY=hunter2": "byte 8 of the key, '=', is not allowed in one",
		"1A":              "the key does not start with a letter",
		"=hunter2":        "byte 1 of the key, '=', is not allowed in one",
	} {
		if err := CheckKey(key); err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestNamesOfVariables(t *testing.T) {
	for key, want := range map[string]string{"api.key": "API_KEY", "jwt-secret": "JWT_SECRET", "A_b": "A_B", "a1": "A1"} {
		if got := EnvName(key); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	for s, want := range map[string]bool{
		"A": true, "_": true, "z9_Z": true, "": false, "9A": false, "A-B": false, "A.B": false, "A B": false, "é": false, "A=": false, "A\n": false, "@": false, "[": false, "`": false, "{": false,
	} {
		if IsName(s) != want {
			t.Errorf("%q is a name: %v, want %v", s, !want, want)
		}
	}
}

func TestErrorsHaveKinds(t *testing.T) {
	cause := errors.New("cause")
	err := WithHint(fmt.Errorf("outer: %w", Errorf(NotFound, "inner: %w", cause)), "try %s", "this")
	if !errors.Is(err, NotFound) || errors.Is(err, Invalid) || !errors.Is(err, cause) || KindOf(err) != NotFound {
		t.Errorf("%v is of kind %v", err, KindOf(err))
	}
	if err.Error() != "outer: inner: cause" || Hint(err) != "try this" {
		t.Errorf("error %q with hint %q", err, Hint(err))
	}
	if again := WithHint(err, "or that"); Hint(again) != "try this" {
		t.Errorf("the hint became %q", Hint(again))
	}
	for name, test := range map[string]struct {
		err  error
		want Kind
	}{
		"none":                  {nil, General},
		"foreign":               {cause, General},
		"joined":                {errors.Join(Errorf(NotFound, "a"), Errorf(Encryption, "b")), NotFound},
		"joined with invalid":   {errors.Join(Errorf(NotFound, "a"), Errorf(Invalid, "b")), Invalid},
		"joined with a foreign": {errors.Join(cause, Errorf(Permission, "b")), Permission},
		"outermost decides":     {Errorf(Encryption, "a: %w", Errorf(NotFound, "b")), Encryption},
	} {
		if got := KindOf(test.err); got != test.want {
			t.Errorf("%s: kind %v, want %v", name, got, test.want)
		}
	}
	if Hint(nil) != "" || Hint(cause) != "" {
		t.Error("a hint out of nothing")
	}
}
