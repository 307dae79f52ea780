package mask

import "strings"

// urlStyle is what an encoder leaves alone beside letters and digits, and how it writes the
// rest.
type urlStyle struct {
	safe  string
	plus  bool // a blank is +
	lower bool // hexadecimal in lower case
}

// urlStyles are those of encoders in use, each with upper case; lower case is a style too.
var urlStyles = [...]urlStyle{
	{safe: "-._~"},                 // RFC 3986
	{safe: "-._~", plus: true},     // Go's QueryEscape, Python's quote_plus
	{safe: "-._"},                  // PHP's rawurlencode before 5.3
	{safe: "-._", plus: true},      // PHP's urlencode
	{safe: "-._*"},                 // HTML forms, with blanks as %20
	{safe: "-._*", plus: true},     // HTML forms, URLSearchParams, Java's URLEncoder
	{safe: "-._~/"},                // Python's quote
	{safe: "-._~/", plus: true},    // Python's urlencode with a slash
	{safe: "-._~!'()*"},            // encodeURIComponent
	{safe: "-._~!'()*;,/?:@&=+$#"}, // encodeURI
	{safe: "-._~$&+=:@"},           // Go's PathEscape
	{safe: "-._~$&+=:@/,;!'()*"},   // the path of RFC 3986
	{safe: "-._~$&+=:@/,;"},        // the path of Go's URL
	{safe: "-._~$&+,;="},           // Go's URL.User
	{safe: "-._~!$&'()*+,;="},      // the user part of RFC 3986
}

func appendURL(dst, v []byte, style urlStyle) []byte {
	digits := upperHex
	if style.lower {
		digits = lowerHex
	}
	for _, b := range v {
		switch {
		case isAlnum(b), strings.IndexByte(style.safe, b) >= 0:
			dst = append(dst, b)
		case b == ' ' && style.plus:
			dst = append(dst, '+')
		default:
			dst = append(dst, '%', digits[b>>4], digits[b&15])
		}
	}
	return dst
}
