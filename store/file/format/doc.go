// Package format is the syntax of a file store: it parses and marshals the
// bytes, purely and totally, and holds no cryptography but the digests that
// are part of the syntax. Package file, one folder up, gives them meaning. This
// page and that package's doc together are the specification of the format,
// version 1; a program written from them alone reads what xec writes.
//
// Integers are unsigned and big-endian. u8, u16, u32 and u64 are their widths,
// "‖" joins bytes, SHA-256 and HMAC give 32 bytes, [:n] takes the first n.
// Times are milliseconds since 1970-01-01 UTC.
//
// # The folder
//
//	keyring.enc   header ‖ buckets ‖ records ‖ authenticator
//	salt          32 random bytes
//	config        text, below
//
// # config
//
// Four lines, each ended by one line feed, exactly:
//
//	format: 1
//	store: 00112233445566778899aabbccddeeff
//	cipher: AES-256-GCM
//	kdf: PBKDF2-HMAC-SHA256
//
// The second holds the store id, 16 random bytes as 32 lower-case hex digits. A
// reader that finds another decimal number behind "format: " says that a newer xec
// wrote the store.
//
// # Header
//
//	8    magic, the ASCII letters "XEC-KEYS"
//	u16  format version, 1; of a greater one a reader says that a newer xec wrote it
//	u32  length of the header in bytes, from the magic to the end of the table
//	16   store id, as in config
//	u64  generation: 1 in a new store, more with every write
//	u64  number of keys, checked by who reads every bucket
//	32   SHA-256 of the file salt
//	32   SHA-256 of the file config
//	u8   number of slots, 1 to 4
//	     that many slots
//	u8   b, 0 to 16: the store has 2^b buckets
//	     the table: 2^b rows
//
// A row of the table describes one bucket, in order from bucket 0:
//
//	32   SHA-256 of the sealed bucket
//	u32  length of the sealed bucket in bytes, at least 28: a bucket without keys
//	u64  length of the bucket's records in bytes, the sum of what the bucket says
//
// The sealed buckets follow the header without gaps, in order; behind the last
// bucket the records of bucket 0, then of bucket 1, and so on; behind the last
// record the authenticator, 32 bytes, which end the file. The length of the
// file is therefore known from the header, and any other length is an error.
//
// # Slot
//
// A slot has 121 bytes:
//
//	u8   kind: 1 keyfile, 2 passphrase, 3 keyring, 4 recovery
//	16   slot id, random
//	u32  PBKDF2 iterations, 100,000 to 10,000,000
//	8    key id: which key opens the slot; zeros for a passphrase
//	16   check value of the wrapping key
//	12   nonce
//	48   the sealed data key
//	16   checksum: SHA-256 of the 105 bytes before it, [:16]
//
// No two slots have the same kind; slots stand in the order of their kinds. The
// checksum of every slot is checked before anything in it is looked at: one that
// does not fit means damage, whatever else is wrong. Then every slot must be as
// above, also those that are not used.
//
// # Bucket
//
// A sealed bucket is a nonce of 12 bytes ‖ ciphertext ‖ tag of 16 bytes. Its
// plaintext is entries without gaps, one a key, in strictly ascending byte order
// of their keys:
//
//	u16  length of the key, 1 to 256
//	     the key, by the rule of package secret
//	u64  time at which the key was created
//	u8   number of versions kept, 1 to 10
//	     that many versions, the newest first
//
// and a version is
//
//	u64  number: 1 for a key's first value, more for each later one
//	u64  time at which this value was set
//	u32  length of the sealed record in bytes, 17 to 65,552
//	12   nonce of the record
//
// The numbers descend strictly; a key that was deleted and is set again begins at 1.
// Times are information: no order among them is required. The records of a bucket are the
// ciphertext ‖ tag of each version, in the order in which the bucket lists them: the place
// of a record is the sum of the lengths before it.
//
// # Errors
//
// Parsing fails with an [Error], which names the part and the offset and never
// holds bytes of the file. What parses marshals to the same bytes.
package format
