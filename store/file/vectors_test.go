package file

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

func unhex(t *testing.T, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPBKDF2KnownAnswers: RFC 7914, section 11, of which 32 bytes are used here.
func TestPBKDF2KnownAnswers(t *testing.T) {
	for _, v := range []struct {
		password, salt string
		iterations     int
		want           string
	}{
		{"passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"},
		{"Password", "NaCl", 80000, "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"},
	} {
		got, err := pbkdf2SHA256([]byte(v.password), []byte(v.salt), v.iterations)
		if err != nil || !bytes.Equal(got, unhex(t, v.want)) {
			t.Errorf("%d iterations: another key, error %v", v.iterations, err)
		}
	}
}

// TestAESGCMKnownAnswers: test cases 14 and 16 of the GCM specification that was submitted
// to NIST.
func TestAESGCMKnownAnswers(t *testing.T) {
	for _, v := range []struct{ key, nonce, plain, data, sealed string }{
		{
			"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
			"00000000000000000000000000000000", "",
			"cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919",
		},
		{
			"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
			"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
			"feedfacedeadbeeffeedfacedeadbeefabaddad2",
			"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662" +
				"76fc6ece0f4e1768cddf8853bb2d551b",
		},
	} {
		aead, err := newAEAD(unhex(t, v.key))
		if err != nil {
			t.Fatal(err)
		}
		sealed := aead.Seal(nil, unhex(t, v.nonce), unhex(t, v.plain), unhex(t, v.data))
		if !bytes.Equal(sealed, unhex(t, v.sealed)) {
			t.Errorf("key %.8s…: another ciphertext or tag", v.key)
		}
	}
}

// TestHKDFKnownAnswer: RFC 5869, test case 1, the expansion.
func TestHKDFKnownAnswer(t *testing.T) {
	prk := unhex(t, "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5")
	got, err := hkdf.Expand(sha256.New, prk, string(unhex(t, "f0f1f2f3f4f5f6f7f8f9")), 42)
	want := unhex(t, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("other bytes, error %v", err)
	}
}

// TestEveryRecordHasItsOwnNonce: 10,000 sets of one value of one key.
func TestEveryRecordHasItsOwnNonce(t *testing.T) {
	opt := made(t, "KEY")
	seen := map[format.Nonce]bool{}
	err := Open(opt).read(ctx, func(n *snapshot) error {
		d := newDraft(n, 1)
		for range 10_000 {
			if err := d.put("KEY", secret.Text("value")); err != nil {
				return err
			}
			p, err := d.find("KEY")
			if err != nil {
				return err
			}
			seen[p.entries[p.i].Versions[0].Nonce] = true
		}
		return nil
	})
	if err != nil || len(seen) != 10_000 {
		t.Errorf("%d nonces, error %v", len(seen), err)
	}
}
