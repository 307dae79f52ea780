package file

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"
	"slices"

	"github.com/xec-sh/xec-go/store/file/format"
)

// keys are what the data key gives for the store id.
type keys struct {
	id            format.ID
	records       cipher.AEAD
	index         cipher.AEAD
	names         hash.Hash // HMAC, kept because making one costs more than using it
	authenticator []byte
}

func newKeys(id format.ID, dataKey []byte) (*keys, error) {
	var derived [4][]byte
	for i, label := range []string{"records", "index", "names", "authenticator"} {
		key, err := hkdf.Expand(sha256.New, dataKey, "xec/1 "+label, 32)
		if err != nil {
			return nil, err
		}
		derived[i] = key
	}
	defer func() { // what is made of them copies them
		for _, key := range derived[:3] {
			clear(key)
		}
	}()
	records, err := newAEAD(derived[0])
	if err != nil {
		return nil, err
	}
	index, err := newAEAD(derived[1])
	if err != nil {
		return nil, err
	}
	return &keys{id, records, index, hmac.New(sha256.New, derived[2]), derived[3]}, nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// bucket is the number of the bucket, of 1<<bits, in which key lies.
func (k *keys) bucket(key string, bits int) int {
	if bits == 0 {
		return 0
	}
	k.names.Reset()
	io.WriteString(k.names, key)
	var sum [sha256.Size]byte
	k.names.Sum(sum[:0])
	return int(binary.BigEndian.Uint32(sum[:]) >> (32 - bits))
}

func (k *keys) sealRecord(key string, number uint64, nonce format.Nonce, value []byte) []byte {
	return k.records.Seal(nil, nonce[:], value, k.recordAD(key, number))
}

func (k *keys) openRecord(key string, v format.Version, sealed []byte) ([]byte, error) {
	return k.records.Open(nil, v.Nonce[:], sealed, k.recordAD(key, v.Number))
}

func (k *keys) recordAD(key string, number uint64) []byte {
	ad := slices.Concat([]byte("xec/1 record"), k.id[:])
	ad = binary.BigEndian.AppendUint64(ad, number)
	return append(ad, key...)
}

func (k *keys) sealBucket(bits, number int, plain []byte) []byte {
	nonce := random(make([]byte, format.NonceSize, format.NonceSize+len(plain)+format.TagSize))
	return k.index.Seal(nonce, nonce, plain, k.bucketAD(bits, number))
}

func (k *keys) openBucket(bits, number int, sealed []byte) ([]byte, error) {
	return k.index.Open(nil, sealed[:format.NonceSize], sealed[format.NonceSize:], k.bucketAD(bits, number))
}

func (k *keys) bucketAD(bits, number int) []byte {
	ad := slices.Concat([]byte("xec/1 bucket"), k.id[:], []byte{byte(bits)})
	return binary.BigEndian.AppendUint32(ad, uint32(number))
}

func (k *keys) authenticate(header []byte) []byte { return mac(k.authenticator, header) }

func mac(key, message []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil)
}

// pbkdf2SHA256 works on a goroutine of its own, whose stack is all but empty. The depth at
// which it is called decides how fast it is: the copies of the hash's state on the stack
// and the state on the heap can get into each other's way in the processor, which costs
// up to a tenth of the time.
func pbkdf2SHA256(password, salt []byte, iterations int) (key []byte, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		key, err = pbkdf2.Key(sha256.New, string(password), salt, iterations, 32)
	}()
	<-done
	return key, err
}

// random fills b. crypto/rand does not fail: it ends the program instead.
func random(b []byte) []byte {
	rand.Read(b)
	return b
}

// errWrongKey says that a wrapping key is not the slot's.
var errWrongKey = errors.New("the key does not open the slot")

// sealSlot puts dataKey into the slot, whose public part is set.
func sealSlot(s *format.Slot, id format.ID, wrapping, dataKey []byte) error {
	aead, err := newAEAD(wrapping)
	if err != nil {
		return err
	}
	copy(s.Check[:], mac(wrapping, []byte("xec/1 check")))
	random(s.Nonce[:])
	copy(s.Sealed[:], aead.Seal(nil, s.Nonce[:], dataKey, slotAD(s, id)))
	return nil
}

// openSlot takes the data key out of the slot. A wrapping key that is not the
// slot's is errWrongKey; any other error means that the slot was altered.
func openSlot(s *format.Slot, id format.ID, wrapping []byte) ([]byte, error) {
	if !hmac.Equal(s.Check[:], mac(wrapping, []byte("xec/1 check"))[:format.CheckSize]) {
		return nil, errWrongKey
	}
	aead, err := newAEAD(wrapping)
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, s.Nonce[:], s.Sealed[:], slotAD(s, id))
}

func slotAD(s *format.Slot, id format.ID) []byte {
	return slices.Concat([]byte("xec/1 slot"), id[:], s.Public())
}

// keyID names a random key without giving it away.
func keyID(key []byte) (id [format.KeyIDSize]byte) {
	named := slices.Concat([]byte("xec/1 key id"), key)
	defer clear(named)
	sum := sha256.Sum256(named)
	copy(id[:], sum[:])
	return id
}
