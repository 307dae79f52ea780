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

// warnURL warns of a value that stands in the user part of a URL as it is.
func (a *app) warnURL(name string, ref *resolve.Reference, value secret.Value) {
	if !slices.Contains(ref.Filters, "url") && needsEncoding(value.Reveal()) {
		a.say("warning: %s:%v: %s stands in the user part of a URL as it is; ${secret:%s|url} encodes it", name, ref.Position, ref.Name, ref.Name)
	}
}
