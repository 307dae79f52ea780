package yaml

import (
	"slices"

	yamlv3 "gopkg.in/yaml.v3"
)

// Below gives those of Refs that stand in the value of a map at one of these keys, or
// anywhere below it.
func (t *template) Below(keys ...string) (refs []int) {
	within := map[*yamlv3.Node]bool{}
	for _, node := range t.nodes {
		collectBelow(node, keys, false, within)
	}
	for _, s := range t.scalars {
		for _, p := range s.splices {
			if within[s.node] && !p.Literal {
				refs = append(refs, p.Ref)
			}
		}
	}
	slices.Sort(refs)
	return refs
}

// collectBelow gathers nodes that stand below one of the keys. What an alias repeats counts
// where its anchor is.
func collectBelow(node *yamlv3.Node, keys []string, below bool, within map[*yamlv3.Node]bool) {
	if below {
		within[node] = true
	}
	for i, child := range node.Content {
		isValue := node.Kind == yamlv3.MappingNode && i%2 == 1
		collectBelow(child, keys, below || isValue && slices.Contains(keys, node.Content[i-1].Value), within)
	}
}
