package yaml

import (
	"slices"
	"strings"

	yamlv3 "gopkg.in/yaml.v3"
)

// Datum is a reference whose value must be base64, for a Kubernetes cluster decodes it.
type Datum struct {
	Ref   int
	Alone bool // nothing else stands in the scalar
}

// SecretData gives those of Refs that stand in the data of a Kubernetes Secret, or in the
// binaryData of a ConfigMap.
func (t *template) SecretData() (all []Datum) {
	data := map[*yamlv3.Node]bool{}
	for _, node := range t.nodes {
		collectData(node, data)
	}
	for _, s := range t.scalars {
		text := strings.TrimRight(s.node.Value, "\n")
		for _, p := range s.splices {
			if data[s.node] && !p.Literal {
				all = append(all, Datum{p.Ref, len(text) == p.End-p.Start})
			}
		}
	}
	slices.SortFunc(all, func(a, b Datum) int { return a.Ref - b.Ref })
	return all
}

// decodedBy are the kinds of which a map is base64, and its key.
var decodedBy = map[string]string{"Secret": "data", "ConfigMap": "binaryData"}

// collectData gathers the values of such maps wherever they stand.
func collectData(node *yamlv3.Node, data map[*yamlv3.Node]bool) {
	if node.Kind == yamlv3.AliasNode {
		return
	}
	if kind := at(node, "kind"); kind != nil && decodedBy[kind.Value] != "" {
		if values := at(node, decodedBy[kind.Value]); values != nil {
			gather(values, data)
		}
	}
	for _, child := range node.Content {
		collectData(child, data)
	}
}

// gather adds the values of a map, also those of maps that are merged into it.
func gather(node *yamlv3.Node, data map[*yamlv3.Node]bool) {
	if node.Kind == yamlv3.AliasNode {
		node = node.Alias
	}
	if data[node] {
		return
	}
	data[node] = true
	switch node.Kind {
	case yamlv3.SequenceNode: // of maps, behind <<
		for _, child := range node.Content {
			gather(child, data)
		}
	case yamlv3.MappingNode:
		for i := 1; i < len(node.Content); i += 2 {
			gather(node.Content[i], data)
		}
	}
}

// at gives what stands at a key of a map.
func at(node *yamlv3.Node, key string) *yamlv3.Node {
	if node.Kind != yamlv3.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}
