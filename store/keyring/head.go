package keyring

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

// Sizes, in bytes.
const (
	itemSize = 2500             // of a text at most
	partSize = itemSize / 4 * 3 // of what a part holds
	headSize = 1800             // of a value that its head holds
	maxParts = secret.MaxValue/partSize + 1
)

// head is the text of the item that a secret is.
type head struct {
	gen    string // "" if the value lies in the head
	count  int    // of parts
	length int    // of the value
	sum    string
	value  []byte // if it lies in the head
}

const headBegin = "xec-secret 1"

// headOf is the head of a value; a value that it cannot hold lies in parts of the generation.
func headOf(key string, value []byte, gen string) head {
	h := head{length: len(value), sum: sumOf(key, value)}
	if len(value) <= headSize {
		h.value = value
		return h
	}
	h.gen, h.count = gen, (len(value)+partSize-1)/partSize
	return h
}

func (h head) text() string {
	gen := h.gen
	if gen == "" {
		gen = "-"
	}
	return fmt.Sprintf("%s %s %d %d %s\n%s", headBegin, gen, h.count, h.length, h.sum, base64.StdEncoding.EncodeToString(h.value))
}

// parseHead reads a head. What it takes, text writes.
func parseHead(text string) (h head, ok bool) {
	line, rest, _ := strings.Cut(text, "\n")
	fields := strings.Fields(strings.TrimPrefix(line, headBegin))
	if len(fields) != 4 {
		return head{}, false
	}
	if fields[0] != "-" {
		h.gen = fields[0]
	}
	h.count, _ = strconv.Atoi(fields[1])
	h.length, _ = strconv.Atoi(fields[2])
	h.sum = fields[3]
	h.value, _ = base64.StdEncoding.DecodeString(rest)
	return h, h.isSound() && h.text() == text
}

// isSound reports whether the fields of a head agree.
func (h head) isSound() bool {
	if h.length < 1 || h.length > secret.MaxValue || !isHex(h.sum, 2*sha256.Size) {
		return false
	}
	if h.gen == "" {
		return h.count == 0 && h.length <= headSize && len(h.value) == h.length
	}
	return isHex(h.gen, genSize) && h.length > headSize && h.count == (h.length+partSize-1)/partSize && len(h.value) == 0
}

// genSize is the number of digits of a generation.
const genSize = 16

func isHex(s string, size int) bool {
	return len(s) == size && strings.Trim(s, "0123456789abcdef") == ""
}

func sumOf(key string, value []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "xec-secret\x00%s\x00", key)
	h.Write(value)
	return hex.EncodeToString(h.Sum(nil))
}

// headName is the name of the item that a secret is.
func headName(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "secret/" + key + "/" + hex.EncodeToString(sum[:16])
}

func partName(key, gen string, n int) string {
	return fmt.Sprintf("%s/%s/%d", headName(key), gen, n)
}

// partOf is the text of a part.
func partOf(value []byte, n int) string {
	return base64.StdEncoding.EncodeToString(value[n*partSize : min((n+1)*partSize, len(value))])
}
