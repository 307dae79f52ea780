package yaml

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"

	yamlv3 "gopkg.in/yaml.v3"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/store/secret"
)

func (t *template) Render(value func(ref int) secret.Value) ([]byte, error) {
	return t.Proved(value, t.fill, t.write, t.prove)
}

func (t *template) fill(texts render.Texts, value render.Values) error {
	return t.Fill(texts, t.Splices, value, check)
}

// check says whether a text can stand in YAML at all.
func check(text []byte, s render.Splice) error {
	if utf8.Valid(text) {
		return nil
	}
	return render.Refusal(s.Start, "the value is not UTF-8, so no YAML holds it", "|base64 makes text of any bytes")
}

// write appends the source with texts in their places.
func (t *template) write(dst []byte, texts render.Texts) ([]byte, error) {
	var changes []change
	for _, s := range t.scalars {
		if s.node.ShortTag() == "!!binary" && !isBase64(t.decoded(s, texts)) {
			return nil, notBase64(s.splices[0].Start)
		}
		changes = append(changes, t.encode(s, texts)...)
	}
	return t.apply(dst, changes), nil
}

// isBase64 reports whether text is what !!binary says, with blanks and line ends in it.
func isBase64(text string) bool {
	_, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	return err == nil
}

func notBase64(offset int) error {
	return render.Refusal(offset, "the tag !!binary says base64, and with the value the scalar is none", "${secret:KEY|base64}")
}

// apply appends the source with changes, which do not overlap.
func (t *template) apply(dst []byte, changes []change) []byte {
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.start, b.start) })
	done := 0
	for _, c := range changes {
		dst = append(dst, t.Source[done:c.start]...)
		dst = append(dst, c.text...)
		done = c.end
	}
	return append(dst, t.Source[done:]...)
}

// prove reads what was rendered and compares it with the template.
func (t *template) prove(out []byte, texts render.Texts) error {
	nodes, err := parse(out)
	if err != nil || len(nodes) != len(t.nodes) {
		return t.unproved(0)
	}
	p := prover{t: t, texts: texts, scalars: map[*yamlv3.Node]*scalar{}}
	for _, s := range t.scalars {
		p.scalars[s.node] = s
	}
	for i := range nodes {
		if !p.same(t.nodes[i], nodes[i]) {
			return t.unproved(p.last)
		}
	}
	return nil
}

// unproved is the error for a document that came out with another tree than it has.
func (t *template) unproved(offset int) error {
	return render.Refusal(offset, "the value cannot stand here without changing the document around it", "put double quotes around the scalar")
}

// prover compares trees.
type prover struct {
	t       *template
	texts   render.Texts
	scalars map[*yamlv3.Node]*scalar
	last    int // offset of the last scalar with references that was compared
}

// same reports whether got is want with the values put in.
func (p *prover) same(want, got *yamlv3.Node) bool {
	text := want.Value
	if s := p.scalars[want]; s != nil {
		text = p.t.decoded(s, p.texts)
		p.last = s.start
	}
	if want.Kind != got.Kind || text != got.Value || want.Anchor != got.Anchor || want.ShortTag() != got.ShortTag() || len(want.Content) != len(got.Content) {
		return false
	}
	if want.Kind == yamlv3.AliasNode {
		return true
	}
	for i := range want.Content {
		if !p.same(want.Content[i], got.Content[i]) {
			return false
		}
	}
	return true
}
