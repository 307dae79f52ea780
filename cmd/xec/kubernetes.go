package main

import (
	"bytes"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/yaml"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// checkKubernetes refuses what a cluster would refuse, or take for something else: a value
// in the data of a Secret that is not base64.
func (p *documentPart) checkKubernetes(note func(f resolve.Found, err error)) {
	for _, datum := range p.secretData() {
		f := p.found[datum.Ref]
		switch {
		case f.Ref == nil: // is no reference, and told of already
		case len(f.Ref.Filters) == 0 || f.Ref.Filters[len(f.Ref.Filters)-1] != "base64":
			err := secret.Errorf(secret.Invalid, "the data of a Kubernetes Secret is base64, and %s is not", f.Ref.Name)
			note(f, secret.WithHint(err, "${secret:%s|base64}, or stringData in place of data", f.Ref.Name))
		case !datum.Alone:
			err := secret.Errorf(secret.Invalid, "the data of a Kubernetes Secret is base64 as a whole, and %s is only a part of it", f.Ref.Name)
			note(f, secret.WithHint(err, "stringData in place of data takes text"))
		}
	}
}

// secretData gives the references in the data of Kubernetes.
func (p *documentPart) secretData() []yaml.Datum {
	if d, ok := p.asYAML([]byte(`"kind"`)).(interface{ SecretData() []yaml.Datum }); ok {
		return d.SecretData()
	}
	return nil
}

// asYAML gives the part as YAML, nil if it is none. JSON is YAML but for tabs, which stand
// between tokens alone; it is read so only if it has a text in it.
func (p *documentPart) asYAML(hint []byte) render.Document {
	if p.dialect != "json" {
		return p.document
	}
	if len(p.document.Refs()) == 0 || !bytes.Contains(p.source, hint) {
		return nil
	}
	document, err := yaml.Format(bytes.ReplaceAll(p.source, []byte("\t"), []byte(" ")), p.spans)
	if err != nil {
		return nil
	}
	return document
}
