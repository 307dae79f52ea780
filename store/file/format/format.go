package format

import (
	"crypto/sha256"
	"fmt"
)

// Sizes and limits of the format.
const (
	version       = 1
	IDSize        = 16
	digestSize    = sha256.Size
	NonceSize     = 12
	TagSize       = 16
	KeyIDSize     = 8
	CheckSize     = 16
	DataKeySize   = 32
	MaxBits       = 16
	MaxVersions   = 10
	MinIterations = 100_000
	MaxIterations = 10_000_000

	maxKey    = 256
	minRecord = 1 + TagSize
	maxRecord = 64<<10 + TagSize
)

// Names of the three files.
const (
	KeyringFile = "keyring.enc"
	SaltFile    = "salt"
	ConfigFile  = "config"
)

// ID identifies a store or a slot.
type ID [IDSize]byte

// Digest is a SHA-256.
type Digest [digestSize]byte

// Nonce is the nonce of one AES-256-GCM message.
type Nonce [NonceSize]byte

// Error says where bytes are not of the format, and why.
type Error struct {
	Part   string // "keyring.enc", "config", "bucket"
	Offset int    // in bytes, within the part
	Why    string
	Newer  bool // the bytes are of a later version of the format
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s: byte %d: %s", e.Part, e.Offset, e.Why)
}
