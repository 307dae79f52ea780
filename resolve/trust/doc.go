// Package trust remembers what a person allowed a configuration to do, and decides
// whether that is still what it does.
//
// A project's configuration arrives with the project, and some of its texts act before
// anybody asked for anything: a command in it runs, a secrets: block says where values
// are read from and where a token is sent. This package is handed those texts and knows
// nothing else of configurations.
//
// # What is approved
//
// A [Subject] is the path of a configuration and the texts in it that act, its parts. A
// person approves exactly them: the digest of a subject is the SHA-256 of
//
//	"xec trust 1\n"  text(path)  number of parts  { text(Kind) text(Where) text(Text) text(Digest) }
//
// with text(s) its length in bytes and then its bytes, and lengths and numbers as 64
// bits, the highest first. So no two subjects have one encoding. Another path, another
// order of the parts, one byte more or another program under the same name is another
// subject. A subject without parts needs no approval, as nothing acts.
//
// The path is absolute and clean, and should be the one behind all symbolic links: what
// is relative to the project means something else when a link is turned to another one.
//
// An [Approval] is the proof that a subject was approved, and only this package makes
// one. What acts should be had only in exchange for one, and be what the subject was made
// of: a file that is read a second time may say something else.
//
// # Records
//
// A record is a file of mode 0600 in the registry's folder, which has mode 0700; its
// name is the SHA-256 of the path in hexadecimal. It is a JSON object:
//
//	version   1
//	path      of the configuration
//	approved  when, in UTC and RFC 3339, to the second
//	digest    of the subject, in hexadecimal
//	parts     a list of objects: kind, where, text and, unless it is empty, digest
//
// A record stays when its configuration changes, moves or goes: [Record.Fits] tells whether it
// is still of what acts there.
//
// A text that is not UTF-8 is {"base64": "…"}, so that every text is kept exactly. A
// record has 16 MiB at most. It is written beside its place, synced and renamed, and so
// is never seen half written; of two approvals at once the later one stays.
//
// The digest guards against damage, not against the person who owns the folder. So a
// record counts only if nobody else can have written it. One that belongs to another
// user, that its mode opens to others, that is no regular file or not of this syntax, or
// that is a record of something else, approves nothing and is an error of kind
// secret.Permission that names the file; as is a folder that lets others in. Symbolic
// links are not followed, but for the folder. [Registry.Approve] and [Registry.Revoke] do
// away with such a record, since they neither read it nor write through it.
//
// # Files
//
// [CheckFile] is asked before a configuration is believed to be the project's own: one
// that others can change is theirs. It sees owners and modes. It does not see access
// lists beyond what the mode shows of them.
//
// On Windows owners and modes say nothing, and are not looked at.
package trust
