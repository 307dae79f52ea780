package yaml

import (
	"slices"

	yamlv3 "gopkg.in/yaml.v3"
)

// SecretData gives those of Refs that stand in the data of a Kubernetes Secret, whose
// values must be base64.
func (t *template) SecretData() (refs []int) {
	data := map[*yamlv3.Node]bool{}
	for _, node := range t.nodes {
		collectData(node, data)
	}
	for _, s := range t.scalars {
		for _, h := range s.holes {
			if data[s.node] && !h.literal() {
				refs = append(refs, h.span)
			}
		}
	}
	slices.Sort(refs)
	return refs
}

// collectData gathers the values of data in every map whose kind is Secret.
func collectData(node *yamlv3.Node, data map[*yamlv3.Node]bool) {
	if node.Kind == yamlv3.AliasNode {
		return
	}
	if kind := at(node, "kind"); kind != nil && kind.Value == "Secret" {
		if values := at(node, "data"); values != nil && values.Kind == yamlv3.MappingNode {
			for i := 1; i < len(values.Content); i += 2 {
				data[values.Content[i]] = true
			}
		}
	}
	for _, child := range node.Content {
		collectData(child, data)
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
