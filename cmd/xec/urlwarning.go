package main

import (
	"bytes"
	"regexp"
	"slices"
	"sync"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// A value in the user part of a URL has to be percent-encoded, or another host may be
// spoken to than the one that stands there. Who forgets the filter is warned.

var (
	beforeUser = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#@"'<>]*$`)
	})
	afterUser = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[^\s/?#@"'<>]*@`)
	})
)

// urlContext is how much of a text before and behind a reference is looked at.
const urlContext = 512

// inUserPart reports whether what stands between two texts is in the user part of a URL.
func inUserPart(before, after []byte) bool {
	before = before[max(0, len(before)-urlContext):]
	return bytes.Contains(before, []byte("://")) && beforeUser().Match(before) && afterUser().Match(after[:min(len(after), urlContext)])
}

// needsEncoding reports whether a value is changed by |url.
func needsEncoding(value []byte) bool {
	encoded, err := (&resolve.Reference{Filters: []string{"url"}}).Apply(secret.New(value))
	return err == nil && !bytes.Equal(encoded.Reveal(), value)
}

// userPart is what may stand there as it is: RFC 3986, userinfo.
var userPart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*$`)
})

// warnURL warns of a value that stands in the user part of a URL as it is. A default has no
// filter: who writes it encodes it.
func (a *app) warnURL(r *resolve.Resolver) warner {
	return func(name string, ref *resolve.Reference, value secret.Value) {
		switch {
		case !r.Found(ref.Name):
			if !userPart().Match(value.Reveal()) {
				a.say("warning: %s:%v: the default of %s stands in the user part of a URL as it is; a default has no filters, so write it percent-encoded", name, ref.Position, ref.Name)
			}
		case !slices.Contains(ref.Filters, "url") && needsEncoding(value.Reveal()):
			a.say("warning: %s:%v: %s stands in the user part of a URL as it is; ${secret:%s|url} encodes it", name, ref.Position, ref.Name, ref.Name)
		}
	}
}

// warnURLs warns of what a configuration has in URLs.
func (n needs) warnURLs(r *resolve.Resolver, warn warner) {
	for _, each := range n.once() {
		if each.ref == nil || !inUserPart(each.place.Around(each.ref.Raw)) {
			continue
		}
		if value, err := r.Value(each.ref); err == nil {
			warn(each.place.File.Name, each.ref, value)
		}
	}
}

// warnURLs warns of what a variable for a program has in URLs.
func (cv *childVars) warnURLs(v unresolved) {
	var text []byte
	for _, token := range v.tokens {
		text = append(text, written(token)...)
	}
	at := 0
	for _, token := range v.tokens {
		before := text[:at]
		at += len(written(token))
		if token.Ref == nil || !inUserPart(before, text[at:]) {
			continue
		}
		if value, err := cv.resolver.Value(token.Ref); err == nil {
			cv.warn(v.from, token.Ref, value)
		}
	}
}

// written is a part of a text as it was before it was resolved.
func written(t resolve.Token) []byte {
	if t.Ref != nil {
		return []byte(t.Ref.Raw)
	}
	return t.Literal
}
