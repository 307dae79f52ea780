package trust

import (
	"slices"
	"strings"
	"testing"
)

// hostile are texts that are hard to store, to show and to tell apart.
var hostile = []string{
	"", " ", "a\nb\r\n\x00\x1b[2J\x7f", "\u202e\u2066\u200b\ufeff\u00ad", `\"\\`, "<&>\u2028\u2029", "{\"base64\":\"YQ==\"}",
	"\xff\xfe", "a\xc3", "\ufffd", "\xed\xa0\x80", strings.Repeat("x", 1<<16), "🔑",
}

func project() Subject {
	return Subject{Path: here("/home/me/app/.xec/config.yaml"), Parts: []Part{
		{Kind: "command", Where: "vars.REV", Text: "git rev-parse HEAD"},
		{Kind: "provider", Where: "secrets.provider", Text: "command"},
		{Kind: "program", Where: "secrets.command.get[0]", Text: "bin/get", Digest: strings.Repeat("ab", 32)},
	}}
}

// with gives a copy of s after change.
func with(s Subject, change func(*Subject)) Subject {
	s.Parts = slices.Clone(s.Parts)
	change(&s)
	return s
}

// others are subjects that differ from project in one thing.
func others() map[string]Subject {
	p := project()
	return map[string]Subject{
		"a moved project":    with(p, func(s *Subject) { s.Path = here("/home/me/app2/.xec/config.yaml") }),
		"a changed command":  with(p, func(s *Subject) { s.Parts[0].Text += " " }),
		"a changed program":  with(p, func(s *Subject) { s.Parts[2].Digest = strings.Repeat("ac", 32) }),
		"a vanished program": with(p, func(s *Subject) { s.Parts[2].Digest = "" }),
		"another place":      with(p, func(s *Subject) { s.Parts[0].Where = "vars.REV2" }),
		"another kind":       with(p, func(s *Subject) { s.Parts[0].Kind = "address" }),
		"another order":      with(p, func(s *Subject) { slices.Reverse(s.Parts) }),
		"a part more":        with(p, func(s *Subject) { s.Parts = append(s.Parts, Part{}) }),
		"a part twice":       with(p, func(s *Subject) { s.Parts = append(s.Parts, s.Parts[0]) }),
		"a part less":        with(p, func(s *Subject) { s.Parts = s.Parts[:2] }),
	}
}

func TestAnApprovalIsForExactlyItsTexts(t *testing.T) {
	a := Once(project())
	if !a.Covers(project()) {
		t.Error("what was approved is not covered")
	}
	for name, s := range others() {
		if a.Covers(s) {
			t.Errorf("%s is covered", name)
		}
		if !Once(s).Covers(s) {
			t.Errorf("%s is not covered by its own approval", name)
		}
	}
}

func TestTheZeroApprovalCoversNothingThatActs(t *testing.T) {
	var zero Approval
	if zero.Covers(project()) {
		t.Error("a subject with parts is covered")
	}
	still := Subject{Path: project().Path}
	if !zero.Covers(still) || !Once(project()).Covers(still) || !zero.Covers(Subject{}) {
		t.Error("a subject without parts is not covered")
	}
	if Once(still).Covers(project()) {
		t.Error("an approval of nothing covers parts")
	}
}

func TestSubjectsDoNotCollide(t *testing.T) {
	seen := map[[32]byte]string{}
	for name, s := range map[string]Subject{
		"ab c":               {Parts: []Part{{Kind: "ab", Where: "c"}}},
		"a bc":               {Parts: []Part{{Kind: "a", Where: "bc"}}},
		"abc":                {Parts: []Part{{Kind: "abc"}}},
		"where ab c":         {Parts: []Part{{Where: "ab", Text: "c"}}},
		"where a bc":         {Parts: []Part{{Where: "a", Text: "bc"}}},
		"text ab c":          {Parts: []Part{{Text: "ab", Digest: "c"}}},
		"text a bc":          {Parts: []Part{{Text: "a", Digest: "bc"}}},
		"a path":             {Path: "ab", Parts: []Part{{Kind: "c"}}},
		"a shorter path":     {Path: "a", Parts: []Part{{Kind: "bc"}}},
		"two parts":          {Parts: []Part{{Text: "ab"}, {Text: "c"}}},
		"two others":         {Parts: []Part{{Text: "a"}, {Text: "bc"}}},
		"an empty part":      {Parts: []Part{{}}},
		"two empty parts":    {Parts: []Part{{}, {}}},
		"no part":            {},
		"eight zeros, a NUL": {Path: strings.Repeat("\x00", 8)},
		"a length in a text": {Parts: []Part{{Kind: "\x00\x00\x00\x00\x00\x00\x00\x01a"}}},
	} {
		if other, ok := seen[s.digest()]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[s.digest()] = name
	}
}

// TestTheDigestIsAsDocumented: records of an earlier xec must go on to count.
func TestTheDigestIsAsDocumented(t *testing.T) {
	// printf 'xec trust 1\n\0\0\0\0\0\0\0\2/p\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1k\0\0\0\0\0\0\0\1w\0\0\0\0\0\0\0\2tt\0\0\0\0\0\0\0\0' | sha256sum
	const want = "51bbe4a7466b991c3dd02f47c17fd343acb0c02a572799a271fa1289c495c30f"
	s := Subject{Path: "/p", Parts: []Part{{Kind: "k", Where: "w", Text: "tt"}}}
	if got := hexOf(s.digest()); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func TestWhatChangedIsShown(t *testing.T) {
	a, b, c := Part{Text: "a"}, Part{Text: "b"}, Part{Text: "c"}
	for name, test := range map[string]struct{ last, now, added, removed []Part }{
		"never approved":  {nil, []Part{a, b}, []Part{a, b}, nil},
		"nothing left":    {[]Part{a, b}, nil, nil, []Part{a, b}},
		"the same":        {[]Part{a, b}, []Part{a, b}, nil, nil},
		"another order":   {[]Part{a, b}, []Part{b, a}, nil, nil},
		"one changed":     {[]Part{a, b}, []Part{a, c}, []Part{c}, []Part{b}},
		"one twice":       {[]Part{a}, []Part{a, a}, []Part{a}, nil},
		"one less often":  {[]Part{a, b, a}, []Part{a}, nil, []Part{b, a}},
		"in their orders": {[]Part{c, b}, []Part{b, a, c, c}, []Part{a, c}, nil},
		"a new digest":    {[]Part{{Text: "p", Digest: "1"}}, []Part{{Text: "p", Digest: "2"}}, []Part{{Text: "p", Digest: "2"}}, []Part{{Text: "p", Digest: "1"}}},
		"moved":           {[]Part{{Where: "x"}}, []Part{{Where: "y"}}, []Part{{Where: "y"}}, []Part{{Where: "x"}}},
	} {
		added, removed := Diff(test.last, test.now)
		if !slices.Equal(added, test.added) || !slices.Equal(removed, test.removed) {
			t.Errorf("%s: added %v, removed %v; want %v, %v", name, added, removed, test.added, test.removed)
		}
	}
}
