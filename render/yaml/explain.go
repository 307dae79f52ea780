package yaml

import (
	"strings"

	yamlv3 "gopkg.in/yaml.v3"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*template)(nil)

// Explain implements render.Explainer.
func (t *template) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	for _, s := range t.scalars {
		texts, known := t.know(s, value)
		var done []string
		if known {
			done = t.done(s, func(h hole) string { return texts[h.span] })
		}
		for i, h := range s.holes {
			e := render.Explanation{Ref: h.span, Place: "in a " + s.name()}
			if known {
				e.Done = done[i]
			}
			if !h.literal() {
				all = append(all, e)
			}
		}
	}
	return all
}

// know gives what a scalar is to hold, and reports whether all of it is known and can be
// held.
func (t *template) know(s *scalar, value func(ref int) (secret.Value, bool)) (texts map[int]string, all bool) {
	texts, all = map[int]string{}, true
	for _, h := range s.holes {
		span := t.words.spans[h.span]
		if h.literal() {
			texts[h.span] = string(t.source[span.Start:span.End])
			continue
		}
		v, known := value(h.span)
		texts[h.span] = string(v.Reveal())
		all = all && known && validText(v.Reveal())
	}
	return texts, all
}

// done says what is done with the value of each hole of a scalar: what encode does.
func (t *template) done(s *scalar, value values) []string {
	changes := t.encode(s, value)
	all := make([]string, len(s.holes))
	becomes := s.becomes(changes[0])
	for i, h := range s.holes {
		if all[i] = becomes; becomes == "" {
			slashes := s.slashSize() * (h.slashes / 2)
			all[i] = render.Kept(changes[i].text[slashes:] == value(h), s.encoding())
		}
	}
	return all
}

// becomes says what a scalar becomes whose first change is c, "" if only references give
// way. In a plain scalar that stays nothing begins with a quote, and in another nothing is
// replaced at its start.
func (s *scalar) becomes(c change) string {
	if c.start != s.start || !strings.HasPrefix(c.text, "'") && !strings.HasPrefix(c.text, `"`) {
		return ""
	}
	after := "single-quoted"
	if c.text[0] == '"' {
		after = "double-quoted"
	}
	if strings.HasPrefix(s.name(), after) {
		return "which is quoted anew"
	}
	return "which becomes " + after
}

// encoding says how a value differs that is put into a scalar which stays.
func (s *scalar) encoding() string {
	switch style := s.node.Style; {
	case style&(yamlv3.LiteralStyle|yamlv3.FoldedStyle) != 0:
		return "its lines indented"
	case style&yamlv3.SingleQuotedStyle != 0:
		return "its quotes doubled"
	}
	return render.WithEscapes
}

// name says what kind of scalar it is.
func (s *scalar) name() string {
	switch style := s.node.Style; {
	case style&yamlv3.LiteralStyle != 0:
		return "literal block"
	case style&yamlv3.FoldedStyle != 0:
		return "folded block"
	case style&yamlv3.SingleQuotedStyle != 0:
		return "single-quoted scalar"
	case style&yamlv3.DoubleQuotedStyle != 0:
		return "double-quoted scalar"
	}
	return "plain scalar"
}
