// Package file is the file store: secrets sealed in a folder of three files.
// It is xec's default provider. [Open] names a folder; nothing is read before a
// method needs it, and nothing is made before the first write.
//
//	~/.xec/secrets/           0700
//	  keyring.enc   0600      the sealed store, replaced as a whole by every write
//	  salt          0600      32 random bytes, written once
//	  config        0600      what the store is, as text, written once
//	~/.xec/secrets.lock       0600      empty, held by a writer; it stays
//	~/.xec/key      0600      the key for keyfile slots, one for all stores of a person
//	~/.xec/seen/    0700      the last generation seen of each store, one file a store
//
// Package format, below this one, has the syntax to the byte. This page has the
// meaning.
//
// # Keys
//
// The data key, 32 random bytes, is the root. It seals nothing itself; with
// HKDF-Expand (RFC 5869, SHA-256, the data key as PRK, 32 bytes out) it gives
//
//	info "xec/1 records"         AES-256-GCM key for records
//	info "xec/1 index"           AES-256-GCM key for buckets
//	info "xec/1 names"           HMAC-SHA256 key that puts names into buckets
//	info "xec/1 authenticator"   HMAC-SHA256 key for the authenticator
//
// Each slot holds the data key, sealed under the slot's wrapping key:
//
//	wrapping key = PBKDF2-HMAC-SHA256(slot secret, salt ‖ slot id, iterations, 32 bytes)
//	check value  = HMAC-SHA256(wrapping key, "xec/1 check")[:16]
//	sealed key   = AES-256-GCM(wrapping key, nonce, data key,
//	               AD = "xec/1 slot" ‖ store id ‖ kind ‖ slot id ‖ iterations ‖ key id)
//
// with kind, iterations and key id as the bytes that stand in the slot. The slot
// secret of a keyfile slot is the 32 bytes of the key in the key file, and its
// key id is SHA-256("xec/1 key id" ‖ key)[:8]. The slot secret of a passphrase
// slot is the passphrase's bytes as they are; its key id is zeros, because a
// digest of a passphrase would be a shortcut around PBKDF2. The kinds keyring
// and recovery work as keyfile does, with another home for their 32 bytes.
//
// 100,000 iterations are the default and the floor, 10,000,000 the cap; a slot
// outside of them is refused before any work. A random key needs no stretching;
// it is stretched all the same, so that one path serves all slots.
//
// The key file is one line of text: "xec-key-1:", then 64 lower-case hex digits,
// then a line feed. The OS keyring holds the same line without the line feed, for
// each keyring slot an item "keyslot " and the key id in hex, so that a new key is in
// its place before the slot that needs it is written.
//
// A recovery key is written down by a person: the 32 bytes and the first 3 of
// SHA-256("xec/1 recovery" ‖ them), as 56 letters of base32 (RFC 4648) in groups of
// four with "-" between. It is read in any case, spaces and "-" left out, and 0, 1 and
// 8, which base32 does not have, as O, I and B.
//
// # Records and buckets
//
// A record is AES-256-GCM(records key, nonce, value, AD = "xec/1 record" ‖ store
// id ‖ version number (u64) ‖ key). Its nonce is random and stands in the bucket,
// so that an older record of the same key and number does not open either.
//
// A key lies in bucket HMAC-SHA256(names key, key), of which the first four bytes
// as u32 are shifted right by 32-b (b = 0: bucket 0). A bucket is
// AES-256-GCM(index key, nonce, entries, AD = "xec/1 bucket" ‖ store id ‖ b (u8) ‖
// bucket number (u32)), with a fresh random nonce whenever it is written.
//
// A writer chooses b so that there are about √N buckets for N keys: the least b
// with 4^b ≥ N, chosen anew when N is over 4·4^b or under 4^b/16. Any b is valid
// to a reader. A value that is replaced stays as an older version until it is the
// eleventh; deleting a key drops all of its versions, and their bytes leave the
// file.
//
// # Authenticator
//
// The authenticator is HMAC-SHA256(authenticator key, header). The header holds
// a digest of every bucket, of salt and of config, and a bucket holds the nonce of
// every record: nothing in the folder can be altered, swapped, dropped, repeated or
// brought back from an earlier write without some digest or tag that no longer
// fits.
//
// # Which slot
//
// A passphrase that the person has set is tried alone. Else the keyfile slot is tried,
// then the keyring slot, where the key is missing, damaged or another one; then the
// person is asked. What is set or typed opens the recovery slot if it is a recovery key
// whose key id is the slot's, else the passphrase slot. A store is first made with the
// one slot that fits: passphrase where one is set, else keyfile. An empty passphrase is
// refused.
//
// A key whose key id is not the slot's is "another key". A passphrase slot whose
// check value does not fit means a wrong passphrase; a check value that fits and a
// sealed key that does not open mean that the slot was altered.
//
// There is one slot of a kind: to add one replaces it, with as many iterations if nothing
// else is said. The last one cannot be removed, nor one without which nothing that is at
// hand would open the store. To add or remove a slot leaves the data key as it is, so that
// an older copy of keyring.enc opens by what it was locked with.
//
// # Rekey
//
// [Store.Rekey] draws a new data key, seals all records and buckets anew and all slots
// under new slot ids, in one write. For that it needs the secret of every slot: the
// passphrase is asked for if it is not set, and a recovery slot gets a new recovery
// key, because nobody keeps the old one at hand. Whoever knew the old data key learns
// nothing of later writes. A record that does not open stops it.
//
// # What is checked when
//
// A reader checks, before it answers: kind, owner and mode of the folder, of the
// three files and of the key file; the syntax of config and header, with the checksum
// of every slot; that config and header have one store id; the digests of salt and
// config; the length of keyring.enc; the check value and the tag of the slot it uses;
// the authenticator; then the digest, tag and syntax of each bucket it needs, that
// its keys belong there and its records have the length that the header says; and
// the tag of each record. Damage elsewhere does not keep it from answering. A writer
// checks the digest of every bucket before it signs a new header over them, and
// copies records that it does not change byte for byte, so that a damaged one stays
// damaged. [Store.Verify] checks everything.
//
// An older whole keyring.enc is a valid store: that is what makes a backup work. That
// it is older is known from ~/.xec/seen: after a store has been proved, the greatest
// generation that was found in its folder is noted there, outside of the store: in a file
// named by the store id, "-" and the first 4 bytes of the SHA-256 of the folder's path, in
// hex, the line "generation " and the number in decimal, which is believed up to 2^62. A
// smaller one than that is a warning, or with Options.Strict an error of kind
// secret.Encryption; the next write gets a generation above both, which ends the warning. The
// note is read before keyring.enc is opened, so that a write between the two is no alarm.
// Where there is a note and no store at all, that is told likewise: the store may have been
// lost, or HOME may be another one. A note is advice: nothing fails because it is missing,
// damaged or cannot be written.
//
// What does not fit is an error of kind secret.Encryption that names the part. A
// wrong passphrase, another person's key file and damage read differently. A file
// that others may read or write, that belongs to another user, or that is no
// regular file, is an error of kind secret.Permission, with the command that
// mends it; so is a folder around the store's in which others could put another one in its
// place. A folder that holds some but not all of the three files is damaged, and one that
// holds other things is no store; nothing is ever made anew beside either, and a failed read
// never becomes an empty store. Without a keyring.enc the folder's mode is not looked at,
// since what mends that of a store would close what is none. A folder that is missing, or holds nothing but what interrupted writers left
// behind, is an empty store; a link that leads nowhere is an error, because what it
// leads to may be a disk that is not there.
//
// # Writes
//
// One lock, the file of the folder's name and ".lock" beside it, admits one writer at a
// time; readers take none. Whoever waits for it is told after half a second, and gives up
// after a minute. A write makes a new keyring.enc in a temporary file in the folder, syncs
// it, renames it over the old one and syncs the folder: after a crash there is
// the old store or the new one, and a write that was acknowledged stays. salt and
// config never change. A new store is made in a folder beside its place, synced,
// and renamed into place as a whole. The key file is made before the first slot
// that uses it: temporary file, sync, link, sync of the folder; an item of the keyring
// likewise before its slot. What an interrupted writer left behind is removed by the
// next one, a key file that was not linked after an hour.
//
// # Salvage
//
// [Store.Salvage] makes a new store out of what is whole in a damaged one. It goes by
// what opens: a slot whose checksum does not fit is left out, a header that the
// authenticator does not fit is believed, a digest that does not fit is not asked, and
// each bucket and record must still open under its associated data. What may be older
// than the last write, because the header cannot be trusted, is said. The new store has a
// new id, salt and data key, and one slot: what opened the old one opens it. It is made to be
// moved, so the lock beside its folder is removed again: whoever has locked a file makes sure
// that it still is the one that lies there.
//
// # What is not hidden
//
// Who sees the folder sees the number of keys, the total size, the kinds of slots,
// and which buckets a write changed; not the names of keys and not the size of
// one value among many. Who can replace the store and the note of what was seen can bring
// an older whole store back unnoticed.
package file
