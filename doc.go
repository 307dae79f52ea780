// Package xec is the root of the xec module. It holds no code, only the texts that the
// application shows as help: that is cmd/xec, and the packages it is made of are
//
//   - resolve: references, their grammar, their parser, the resolver
//   - render: values into documents, environments and programs
//   - store: where secrets live
//
// These three do not import each other, but for store/secret, the leaf in which
// they agree on keys, values and kinds of error, and what lies below it; cmd wires them. A test beside
// this file holds that and the other laws of the house, each with its reason.
package xec
