package trust

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

func hexOf(digest [32]byte) string { return hex.EncodeToString(digest[:]) }

// noon is when the tests approve.
var noon = time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)

func marshalled(t testing.TB, r Record) []byte {
	t.Helper()
	b, err := r.marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRecordsKeepTextsExactly(t *testing.T) {
	for _, text := range hostile {
		r := Record{Path: "/p" + text, Time: noon, Parts: []Part{{text, text, text, text}, {Text: text + "2"}}}
		b := marshalled(t, r)
		if got, err := parse(b); err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("%+.40q: error %v, or another record", text, err)
		}
		if bytes.ContainsFunc(b, func(r rune) bool { return r < ' ' && r != '\n' }) || !json.Valid(b) {
			t.Errorf("%+.40q: the record is no text", text)
		}
	}
}

// TestRecordsCanBeRead pins the syntax: a record of an earlier xec must go on to count.
func TestRecordsCanBeRead(t *testing.T) {
	s := Subject{Path: "/p/.xec/config.yaml", Parts: []Part{
		{Kind: "command", Where: "vars.A", Text: "a <b> && c\n"},
		{Kind: "program", Where: "secrets.command.get[0]", Text: "bin/\xff", Digest: "00"},
	}}
	const want = `{
  "version": 1,
  "path": "/p/.xec/config.yaml",
  "approved": "2026-02-03T12:00:00Z",
  "digest": "DIGEST",
  "parts": [
    {
      "kind": "command",
      "where": "vars.A",
      "text": "a <b> && c\n"
    },
    {
      "kind": "program",
      "where": "secrets.command.get[0]",
      "text": {
        "base64": "YmluL/8="
      },
      "digest": "00"
    }
  ]
}
`
	got := string(marshalled(t, Record{s.Path, noon, s.Parts}))
	if want := strings.Replace(want, "DIGEST", hexOf(s.digest()), 1); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWhatIsNoRecordIsRefused(t *testing.T) {
	good := string(marshalled(t, Record{project().Path, noon, project().Parts}))
	swap := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the record has no %s", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	if _, err := parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	nothing := Record{Path: "/p", Time: noon}
	for name, test := range map[string]struct{ file, want string }{
		"empty":                  {"", "not the JSON"},
		"cut":                    {good[:len(good)/2], "not the JSON"},
		"binary":                 {"\x00\xff", "not the JSON"},
		"null":                   {"null", "another version"},
		"a list":                 {"[]", "not the JSON"},
		"two records":            {good + good, "more than one"},
		"something behind":       {good + "x", "more than one"},
		"deep":                   {strings.Repeat(`{"parts":[`, 1<<16), "not the JSON"},
		"too long":               {good + strings.Repeat(" ", maxRecord), "too long"},
		"an unknown field":       {swap(`"version"`, `"more": 1, "version"`), "not the JSON"},
		"another version":        {swap(`"version": 1`, `"version": 2`), "another version"},
		"no version":             {swap(`"version": 1,`, ``), "another version"},
		"another path":           {swap(`"path": "`, `"path": "/x`), "its digest"},
		"another text":           {swap("git", "gut"), "its digest"},
		"another program":        {swap("abab", "abac"), "its digest"},
		"another digest":         {swap(`"digest": "`, `"digest": "0`), "its digest"},
		"a digest in upper case": {swap(hexOf(project().digest()), strings.ToUpper(hexOf(project().digest()))), "its digest"},
		"no time":                {swap("2026-02-03T12:00:00Z", ""), "its time"},
		"a time of elsewhere":    {swap("12:00:00Z", "12:00:00+01:00"), "its time"},
		"no such day":            {swap("2026-02-03", "2026-02-30"), "its time"},
		"no parts":               {string(marshalled(t, nothing)), "approves nothing"},
	} {
		_, err := parse([]byte(test.file))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, test.want)
		}
	}
}

// FuzzRecordFile: any bytes are a record or an error, and what parses, marshals back to
// the same record.
func FuzzRecordFile(f *testing.F) {
	f.Add(marshalled(f, Record{project().Path, noon, project().Parts}))
	for _, text := range hostile {
		f.Add([]byte(text))
		f.Add(marshalled(f, Record{text, noon, []Part{{text, text, text, text}}}))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := parse(file)
		if err != nil {
			return
		}
		if again, err := parse(marshalled(t, r)); err != nil || !reflect.DeepEqual(again, r) {
			t.Fatalf("error %v, or another record", err)
		}
	})
}

// FuzzRecord: every record parses back to itself, and a flipped bit never makes it one
// that approves something else. The fuzzer cannot make digests, so it gets here what it
// cannot reach from a file.
func FuzzRecord(f *testing.F) {
	f.Add("/p", "command", "vars.A", "date", "", int64(0), uint(0), byte(1))
	for _, text := range hostile {
		f.Add(text, text, text, text, text, int64(1<<40), uint(100), byte(0x80))
	}
	f.Fuzz(func(t *testing.T, path, kind, where, text, digest string, seconds int64, at uint, mask byte) {
		const year9999 = 253402300799
		r := Record{path, time.Unix(seconds&(1<<62-1)%year9999, 0).UTC(), []Part{{kind, where, text, digest}, {Text: text}}}
		b := marshalled(t, r)
		if got, err := parse(b); err != nil || !reflect.DeepEqual(got, r) {
			t.Fatalf("error %v, or another record", err)
		}
		b[at%uint(len(b))] ^= mask
		if got, err := parse(b); err == nil && got.subject().digest() != r.subject().digest() {
			t.Fatal("an altered record approves something else")
		}
	})
}
