module github.com/xec-sh/xec-go

go 1.26.8

require (
	github.com/gofrs/flock v0.13.2
	golang.org/x/crypto v0.58.0
	golang.org/x/sys v0.49.0
)
