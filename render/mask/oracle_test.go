package mask_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// This is the mask a second time: slow, with other means, and for a whole stream.

// written is one form of a value.
type written struct {
	encoder string
	text    string
}

// writings are the forms of a value of 8 bytes and more, by the standard library's encoders
// where it has them.
func writings(value string) (all []written) {
	values := []string{value}
	if bare := strings.TrimRight(value, "\r\n"); bare != value && len(bare) >= 8 {
		values = append(values, bare)
	}
	for _, v := range values {
		all = append(all, written{"raw", v})
		all = append(all, lines(v)...)
		all = append(all, encoded(v)...)
		for name, encode := range escapers() {
			all = append(all, written{name, encode(v)})
		}
	}
	for _, w := range all {
		if strings.Contains(w.text, "\n") && !strings.HasPrefix(w.encoder, "base64") {
			all = append(all, written{w.encoder + " on a terminal", strings.ReplaceAll(w.text, "\n", "\r\n")})
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(w written) bool {
		again := seen[w.text]
		seen[w.text] = true
		return again || len(w.text) < 8
	})
}

var border = regexp.MustCompile(`^-----(BEGIN|END)`)

func lines(v string) (all []written) {
	split := strings.Split(v, "\n")
	for _, line := range split {
		if line = strings.TrimSuffix(line, "\r"); len(split) > 1 && !border.MatchString(line) {
			all = append(all, written{"line", line})
		}
	}
	return all
}

// encoded is v in hexadecimal and base64. What v alone determines is what does not change
// with the bits around it.
func encoded(v string) (all []written) {
	all = append(all, written{"hex", hex.EncodeToString([]byte(v))}, written{"HEX", fmt.Sprintf("%X", v)})
	for name, encoding := range map[string]*base64.Encoding{"base64": base64.StdEncoding, "base64url": base64.URLEncoding} {
		for shift := range 3 {
			zeros := encoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + v + "\x00\x00\x00"))
			ones := encoding.EncodeToString([]byte(strings.Repeat("\xff", shift) + v + "\xff\xff\xff"))
			from := 0
			for zeros[from] != ones[from] {
				from++
			}
			to := from
			for to < len(zeros) && zeros[to] == ones[to] {
				to++
			}
			all = append(all, written{fmt.Sprint(name, " at ", shift), zeros[from:to]})
			if shift == 0 {
				for _, width := range []string{"64", "76"} {
					broken := regexp.MustCompile(`.{`+width+`}`).ReplaceAllString(zeros[from:to], "$0\n")
					broken = strings.TrimSuffix(broken, "\n")
					all = append(all, written{name + " lines", broken}, written{name + " CRLF lines", strings.ReplaceAll(broken, "\n", "\r\n")})
				}
			}
		}
	}
	return all
}

// by gives what f makes of each character; what is not UTF-8 is given byte by byte, as -1.
func by(f func(r rune, s string) string) func(string) string {
	return func(v string) string {
		var b strings.Builder
		for len(v) > 0 {
			r, n := utf8.DecodeRuneInString(v)
			if r == utf8.RuneError && n == 1 {
				r = -1
			}
			b.WriteString(f(r, v[:n]))
			v = v[n:]
		}
		return b.String()
	}
}

// units is \u for each UTF-16 unit.
func units(format string, r rune) (s string) {
	for _, u := range utf16.Encode([]rune{r}) {
		s += fmt.Sprintf(format, u)
	}
	return s
}

// jsonLike escapes as JSON does, what matches set and control characters by number.
func jsonLike(format, set, invalid string) func(string) string {
	numbered := regexp.MustCompile(`^[` + set + `]$`)
	short := map[string]string{"\"": `\"`, `\`: `\\`, "\b": `\b`, "\f": `\f`, "\n": `\n`, "\r": `\r`, "\t": `\t`}
	return by(func(r rune, s string) string {
		switch {
		case r < 0 && invalid == "surrogate":
			return fmt.Sprintf(format, 0xdc00+int(s[0]))
		case r < 0 && invalid != "":
			return invalid
		case r < 0:
			return s
		case numbered.MatchString(s):
			return units(format, r)
		case short[s] != "":
			return short[s]
		case r < ' ':
			return units(format, r)
		}
		return s
	})
}

func goJSON(htmlEscapes bool) func(string) string {
	return func(v string) string {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(htmlEscapes)
		e.Encode(v)
		return unquote(strings.TrimSuffix(b.String(), "\n"))
	}
}

func unquote(s string) string { return s[1 : len(s)-1] }

// oldGo is what Go before 1.22 wrote: no short escapes for \b and \f.
func oldGo(encode func(string) string) func(string) string {
	return func(v string) string {
		// A backslash in the value is \\, so that a single one begins an escape.
		return regexp.MustCompile(`\\.`).ReplaceAllStringFunc(encode(v), func(e string) string {
			switch e {
			case `\b`:
				return `\u0008`
			case `\f`:
				return `\u000c`
			}
			return e
		})
	}
}

func then(encoders ...func(string) string) func(string) string {
	return func(v string) string {
		for _, e := range encoders {
			v = e(v)
		}
		return v
	}
}

func slashes(encode func(string) string) func(string) string {
	return func(v string) string { return strings.ReplaceAll(encode(v), "/", `\/`) }
}

func replacer(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }

// percent keeps what matches set.
func percent(set, format, blank string) func(string) string {
	ascii := regexp.MustCompile(`^[A-Za-z0-9` + set + `]$`)
	var kept [256]bool
	for c := range 0x80 {
		kept[c] = ascii.MatchString(string(rune(c)))
	}
	return func(v string) string {
		var b strings.Builder
		for _, c := range []byte(v) {
			switch {
			case c == ' ' && blank != "":
				b.WriteString(blank)
			case kept[c]:
				b.WriteByte(c)
			default:
				fmt.Fprintf(&b, format, c)
			}
		}
		return b.String()
	}
}

// cLike escapes as C does, names being the letters of escapes, wide what stands for itself
// beside ASCII.
func cLike(names map[string]string, wide func(rune) bool, number func(rune, string) string) func(string) string {
	return by(func(r rune, s string) string {
		switch {
		case names[s] != "":
			return `\` + names[s]
		case r >= ' ' && r < 0x7f, r > 0x7f && wide != nil && wide(r):
			return s
		}
		return number(r, s)
	})
}

var escapers = sync.OnceValue(func() map[string]func(string) string {
	const lower, upper = `\u%04x`, `\u%04X`
	minimal := jsonLike(lower, `^\x00-\x{10ffff}`, "")
	all := map[string]func(string) string{
		"Go JSON":                   goJSON(true),
		"Go JSON without HTML":      goJSON(false),
		"old Go JSON":               oldGo(goJSON(true)),
		"old Go JSON without HTML":  oldGo(goJSON(false)),
		"Go JSON twice":             then(goJSON(true), goJSON(true)),
		"JSON":                      minimal,
		"JSON twice":                then(minimal, minimal),
		"Rails":                     jsonLike(lower, `<>&\x{2028}\x{2029}`, ""),
		"Python":                    jsonLike(lower, `\x7f-\x{10ffff}`, "surrogate"),
		"Python without ASCII":      jsonLike(lower, `^\x00-\x{10ffff}`, "surrogate"),
		"JSON in ASCII":             jsonLike(lower, `\x80-\x{10ffff}`, `\ufffd`),
		"Jackson in ASCII":          jsonLike(upper, `\x80-\x{10ffff}`, `\uFFFD`),
		"Jackson":                   jsonLike(upper, `^\x00-\x{10ffff}`, ""),
		"JSON.stringify":            jsonLike(lower, `^\x00-\x{10ffff}`, "\ufffd"),
		"jq":                        jsonLike(lower, `\x7f`, "\ufffd"),
		"jq -a":                     jsonLike(lower, `\x7f-\x{10ffff}`, `\ufffd`),
		"JSON with slashes":         slashes(minimal),
		"PHP":                       slashes(jsonLike(lower, `\x80-\x{10ffff}`, "")),
		"PHP in Unicode":            slashes(jsonLike(lower, `\x{2028}\x{2029}`, "")),
		"JSON.stringify of slashes": slashes(jsonLike(lower, `^\x00-\x{10ffff}`, "\ufffd")),
		"Gson":                      jsonLike(lower, `<>&='\x{2028}\x{2029}`, ""),
		".NET":                      jsonLike(upper, "\"&'+<>`\\x7f-\\x{10ffff}", `\uFFFD`),

		"single quotes":           replacer(`'`, `'\''`),
		"single quotes in double": replacer(`'`, `'"'"'`),
		"doubled single":          replacer(`'`, `''`),
		"fish":                    replacer(`'`, `\'`, `\`, `\\`),
		"dash":                    dash,
		"doubled dollars":         replacer(`$`, `$$`),
		"doubled double":          replacer(`"`, `""`),
		"double quotes":           func(v string) string { return regexp.MustCompile("[\"\\\\$`]").ReplaceAllString(v, `\$0`) },
		"interactive":             func(v string) string { return regexp.MustCompile("[\"\\\\$`!]").ReplaceAllString(v, `\$0`) },
		"printf %q":               backslashed,
		"Go literal":              func(v string) string { return unquote(strconv.Quote(v)) },
		"Go ASCII literal":        func(v string) string { return unquote(strconv.QuoteToASCII(v)) },

		"html.EscapeString": html.EscapeString,
		"xml.EscapeText": func(v string) string { // but it replaces what XML cannot hold
			var b strings.Builder
			for _, c := range []byte(v) {
				if c == '\t' || c == '\n' || c == '\r' || c > ' ' && c < 0x7f {
					xml.EscapeText(&b, []byte{c})
				} else {
					b.WriteByte(c)
				}
			}
			return b.String()
		},
		"XML text":             replacer("&", "&amp;", "<", "&lt;"),
		"XML attribute":        replacer("&", "&amp;", "<", "&lt;", `"`, "&quot;"),
		"XML with >":           replacer("&", "&amp;", "<", "&lt;", ">", "&gt;"),
		"htmlspecialchars":     replacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;"),
		"saxutils":             replacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;"),
		"XML with 39":          replacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;"),
		"PHP with quotes":      replacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#039;"),
		"Python html.escape":   replacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;"),
		"OWASP":                replacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;", "/", "&#x2F;"),
		"Handlebars":           replacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;", "`", "&#x60;", "=", "&#x3D;"),
		"quoteattr":            replacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\t", "&#9;", "\n", "&#10;", "\r", "&#13;"),
		"canonical XML":        replacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#9;", "\n", "&#10;", "\r", "&#13;"),
		"decimal":              numeric("&#%d;"),
		"hexadecimal":          numeric("&#x%x;"),
		"hexadecimal in upper": numeric("&#x%X;"),

		"url.QueryEscape": url.QueryEscape,
		"url.PathEscape":  url.PathEscape,
		"url.User":        func(v string) string { return url.User(v).String() },
		"url.URL":         func(v string) string { return strings.TrimPrefix((&url.URL{Path: "/" + v}).EscapedPath(), "/") },
	}
	for name, set := range map[string]string{
		"RFC 3986": `._~\-`, "rawurlencode": `._\-`, "form": `*._\-`, "quote": `._~/\-`,
		"encodeURIComponent": `._~!'()*\-`, "encodeURI": `._~!'()*;,/?:@&=+$#\-`, "PathEscape": `._~$&+=:@\-`,
		"path": `._~$&+=:@/,;!'()*\-`, "EscapedPath": `._~$&+=:@/,;\-`, "User": `._~$&+,;=\-`, "user": `._~!$&'()*+,;=\-`,
	} {
		all[name] = percent(set, "%%%02X", "")
		all[name+" in lower"] = percent(set, "%%%02x", "")
		if name == "RFC 3986" || name == "rawurlencode" || name == "form" || name == "quote" {
			all[name+" with +"] = percent(set, "%%%02X", "+")
			all[name+" with + in lower"] = percent(set, "%%%02x", "+")
		}
	}
	bash := map[string]string{"'": "'", `\`: `\`, "\a": "a", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v", "\x1b": "E"}
	zsh := map[string]string{"'": "'", "!": "!", `\`: `\`, "\a": "a", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v"}
	c := map[string]string{`"`: `"`, `\`: `\`, "\a": "a", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v"}
	python := map[string]string{"'": "'", `\`: `\`, "\n": "n", "\r": "r", "\t": "t"}
	double := map[string]string{`\`: `\`, "\n": "n", "\r": "r", "\t": "t"}
	for name, names := range map[string]map[string]string{"bash": bash, "zsh": zsh, "C": c} {
		all[name] = cLike(names, unicode.IsPrint, bytesAs(`\%03o`))
		all[name+" in C"] = cLike(names, nil, bytesAs(`\%03o`))
		if name != "C" {
			all[name+" with all"] = cLike(names, func(r rune) bool { return r >= 0xa0 }, bytesAs(`\%03o`))
		}
	}
	for name, names := range map[string]map[string]string{"repr": python, "repr in double": double} {
		all[name] = cLike(names, unicode.IsPrint, pythonRune)
		all[name+" in ASCII"] = cLike(names, nil, pythonRune)
		all[name+" of bytes"] = cLike(names, nil, bytesAs(`\x%02x`))
	}
	for name, special := range map[string]string{"zsh word": "", "zsh word with history": "!"} {
		all[name] = zshWord(special, unicode.IsPrint, all["zsh"])
	}
	all["zsh word with all"] = zshWord("", func(r rune) bool { return r >= 0xa0 }, all["zsh with all"])
	return all
})

// dash writes single quotes in double ones, all that are in a row.
func dash(v string) string {
	v = regexp.MustCompile(`'+`).ReplaceAllString(v, `'"$0"'`)
	return strings.TrimSuffix(v, `"'`)
}

func zshWord(special string, wide func(rune) bool, dollar func(string) string) func(string) string {
	return func(v string) string {
		v = by(func(r rune, s string) string {
			switch {
			case r < ' ' || r == 0x7f || r > 0x7f && !wide(r), r < 0:
				return "$'" + dollar(s) + "'"
			case strings.Contains(" '\"\\|&;()<>{}*[]?^$`#"+special, s):
				return `\` + s
			}
			return s
		})(v)
		return regexp.MustCompile(`^[=~]`).ReplaceAllString(v, `\$0`)
	}
}

func bytesAs(format string) func(rune, string) string {
	return func(_ rune, s string) (out string) {
		for _, c := range []byte(s) {
			out += fmt.Sprintf(format, c)
		}
		return out
	}
}

func pythonRune(r rune, s string) string {
	switch {
	case r < 0:
		return fmt.Sprintf(`\udc%02x`, s[0])
	case r < 0x100:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

func backslashed(v string) string {
	v = regexp.MustCompile("(?s)[ \t\n'\"\\\\|&;()<>!{}*\\[\\]?^$`,]").ReplaceAllStringFunc(v, func(s string) string { return `\` + s })
	v = regexp.MustCompile(`([:=])~`).ReplaceAllString(v, `$1\~`)
	return regexp.MustCompile(`^[#~]`).ReplaceAllString(v, `\$0`)
}

func numeric(format string) func(string) string {
	return func(v string) string {
		return regexp.MustCompile(`[&<>"']`).ReplaceAllStringFunc(v, func(s string) string { return fmt.Sprintf(format, s[0]) })
	}
}

// known is a value with its forms.
type known struct {
	key, name, value string
	forms            []written
}

func know(key, name, value string) known {
	k := known{key: key, name: name, value: value}
	switch {
	case len(value) >= 8:
		k.forms = writings(value)
	case len(value) >= 4:
		k.forms = []written{{"short", value}}
	}
	return k
}

// place is an occurrence of a form.
type place struct {
	start, end int
	key        string
	open       bool // it counts only while it ends the stream, for what comes next decides
}

func wordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

// naive knows all about a stream.
type naive struct {
	stream string
	places []place
	reach  []int // for each byte, up to where what begins there may still become a form
}

func look(values []known, stream string) *naive {
	n := &naive{stream: stream, reach: make([]int, len(stream)+1)}
	for _, k := range values {
		for _, f := range k.forms {
			for s := range len(stream) {
				n.at(s, k.key, f)
			}
		}
	}
	return n
}

func (n *naive) at(s int, key string, f written) {
	if s > 0 && f.encoder == "short" && wordByte(n.stream[s-1]) {
		return
	}
	common := 0
	for common < len(f.text) && s+common < len(n.stream) && f.text[common] == n.stream[s+common] {
		common++
	}
	n.reach[s] = max(n.reach[s], s+min(common, len(f.text)-1))
	if common < len(f.text) {
		return
	}
	e := s + common
	if f.encoder == "short" {
		n.places = append(n.places, place{s, e, key, true})
	}
	if f.encoder != "short" || e < len(n.stream) && !wordByte(n.stream[e]) {
		n.places = append(n.places, place{s, e, key, false})
	}
}

// partial is where the longest end of the stream up to end begins that may become a form.
func (n *naive) partial(end int) int {
	for s := range end {
		if n.reach[s] >= end {
			return s
		}
	}
	return end
}

// spans are the places up to end that count, and of the open ones those that do.
func (n *naive) spans(end int, open func(place) bool) (all []place) {
	for _, p := range n.places {
		decided := p.end < end || p.end == end && p.end-p.start >= 8
		if p.open && p.end <= end && open(p) || !p.open && decided {
			all = append(all, p)
		}
	}
	return all
}

// unions joins places that overlap.
func unions(all []place) (joined []place) {
	sort.Slice(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if a.start != b.start {
			return a.start < b.start
		}
		if a.end != b.end {
			return a.end > b.end
		}
		return a.key < b.key
	})
	for _, p := range all {
		if k := len(joined) - 1; k >= 0 && p.start < joined[k].end {
			joined[k].end = max(joined[k].end, p.end)
			continue
		}
		joined = append(joined, p)
	}
	return joined
}

// whole is what becomes of the whole stream.
func (n *naive) whole() (out string, masks map[string]int64) {
	masks = map[string]int64{}
	shown := 0
	var b strings.Builder
	for _, u := range unions(n.spans(len(n.stream), func(p place) bool { return p.end == len(n.stream) })) {
		b.WriteString(n.stream[shown:u.start] + "[secret:" + u.key + "]")
		masks[u.key]++
		shown = u.end
	}
	return b.String() + n.stream[shown:], masks
}

// replay is what a writer has written by now.
type replay struct {
	*naive
	shown, masked int
	out           []byte
	bare          []bool // the bytes that stand as they are
	forced        map[place]bool
}

func (n *naive) replay() *replay {
	return &replay{naive: n, bare: make([]bool, len(n.stream)), forced: map[place]bool{}}
}

// write is called when the stream has been written up to end.
func (r *replay) write(end int) {
	limit := r.partial(end)
	for _, p := range r.places {
		if p.open && p.end == end {
			limit = min(limit, p.start)
		}
	}
	r.show(end, limit)
}

// pause is called when nothing comes for a time.
func (r *replay) pause(end int) {
	partial := r.partial(end)
	covered := false
	for _, u := range unions(r.spans(end, func(p place) bool { return p.end == end || r.forced[p] })) {
		covered = covered || u.end == end && u.start <= partial
	}
	if end-partial <= 3 || covered {
		r.release(end)
	}
}

func (r *replay) release(end int) {
	for _, p := range r.places {
		if p.open && p.end == end {
			r.forced[p] = true
		}
	}
	r.show(end, end)
}

func (r *replay) show(end, limit int) {
	counts := slices.DeleteFunc(r.spans(end, func(p place) bool { return r.forced[p] }), func(p place) bool { return p.end <= r.shown })
	for _, u := range unions(counts) {
		if u.start >= limit {
			break
		}
		r.raw(u.start)
		if u.start >= r.masked || r.shown != r.masked {
			r.out = append(r.out, "[secret:"+u.key+"]"...)
		}
		r.shown, r.masked = u.end, u.end
	}
	r.raw(limit)
}

func (r *replay) raw(limit int) {
	for ; r.shown < limit; r.shown++ {
		r.out = append(r.out, r.stream[r.shown])
		r.bare[r.shown] = true
	}
}

// leaked is how many bytes of values stand as they are, without the first 3 of each.
func (r *replay) leaked() (n int) {
	for _, p := range r.spans(len(r.stream), func(p place) bool { return p.end == len(r.stream) }) {
		for i := p.start + 3; i < p.end; i++ {
			if r.bare[i] {
				n++
			}
		}
	}
	return n
}
