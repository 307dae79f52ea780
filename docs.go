package xec

import _ "embed"

// Readme is README.md, parts of which xec help shows.
//
//go:embed README.md
var Readme string

// Security is SECURITY.md, which xec help security shows.
//
//go:embed SECURITY.md
var Security string
