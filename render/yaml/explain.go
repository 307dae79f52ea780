package yaml

import (
	"strings"

	yamlv3 "gopkg.in/yaml.v3"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

var _ render.Explainer = (*template)(nil)

func (t *template) Explain(value func(ref int) (secret.Value, bool)) (all []render.Explanation) {
	texts := make(render.Texts, len(t.Spans))
	for _, s := range t.scalars {
		var done []string
		if t.Fill(texts, s.splices, value, check) == nil {
			done = t.done(s, texts)
		}
		all = render.Explained(all, s.splices, "in a "+s.name(), done)
	}
	return all
}

// done says what is done with each value of a scalar: what encode does.
func (t *template) done(s *scalar, texts render.Texts) (all []string) {
	changes := t.encode(s, texts)
	becomes := s.becomes(changes[0])
	for i, p := range s.splices {
		how := becomes
		if how == "" {
			how = render.Kept(changes[i].text == string(texts[p.Ref]), s.encoding())
		}
		all = append(all, how)
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
