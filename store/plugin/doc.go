// Package plugin is the protocol by which xec speaks to a store in another process. An
// executable xec-provider-NAME speaks it on its standard streams, and is the provider NAME;
// the broker of xec run speaks it on a Unix socket (package broker). [Client] is a store
// that asks, [Server] one half of a program that answers out of any store.
//
// # The protocol, version 1
//
// One side asks, the other answers. A request is a JSON object on one line, and so is the
// answer; answers come in the order of the requests. Lines end with "\n"; texts are UTF-8;
// what a side does not know within an object it leaves alone. A value is written as
// base64 (RFC 4648, with padding), so that it can be any bytes.
//
//	{"op":"hello","protocol":1,"settings":{"address":"https://…"}}
//	                                     {"protocol":1}
//	{"op":"get","keys":["A","B"]}        {"values":{"A":"aHVudGVyMg=="}}   without those that are missing;
//	                                                          of one alone, "not-found" is the same
//	{"op":"set","key":"A","value":"…"}   {}
//	{"op":"delete","key":"A"}            {}
//	{"op":"list"}                        {"keys":["A"]}
//
// hello is the first request to an executable; settings is what the configuration says
// below secrets.NAME, and is left out where it says nothing. The others a provider may
// leave out, with the answer "unsupported":
//
//	{"op":"has","key":"A"}               {"found":true}
//	{"op":"add","key":"A","value":"…"}   {}                   never in place of a value that is there
//	{"op":"set-batch","values":{…}}      {}                   all or none
//	{"op":"purge","key":"A"}             {}                   where delete can be taken back
//	{"op":"versions","key":"A"}          {"versions":[{"number":2,"changed":"2026-01-31T12:00:00Z","size":7}]}
//	{"op":"rollback","key":"A","version":1}
//	                                     {"version":1}        the version that was taken; 0 asks for the one before the newest
//	{"op":"describe"}                    {"secrets":[{"key":"A","created":"…","changed":"…","size":7,"versions":2}]}
//
// What failed is answered so, and has changed nothing:
//
//	{"error":{"kind":"permission","message":"the token may not read secret/xec/A","hint":"…"}}
//
//	not-found    a key that is missing, or a version of one
//	invalid      settings, a key or a value that cannot be
//	permission   denied; credentials that are wrong or have expired
//	encryption   a store that is sealed or locked, or that cannot be opened
//	exists       the answer to add where the key exists
//	unsupported  a request that this provider does not know
//	general      anything else: a service that cannot be reached
//
// A message says to a person what went wrong, and with which key where the request has
// several; it never holds a value, and has one line. The rules of keys and values are those
// of package secret.
//
// A request line has 64 MiB at most and an answer line too; get asks for 100 keys at most.
// Who asks for more than a side takes is answered with an error of kind invalid, and the
// connection ends.
//
// # Executables
//
// It is started when the first secret is needed, with the person's environment (but for
// what unlocks xec's own store) in the person's working folder, and ends when its standard
// input does. Its standard error is the person's. An interrupt from the terminal reaches it
// too: it should leave that alone, since what it is needed for goes on. Hello has 10
// seconds, any other request a minute; a provider that needs longer, dies, or answers what
// is not of the protocol is ended, and the error says so, without what it has answered.
// To be ended is the end of its input and, half a second later, to be killed. It alone is
// killed: it is in the process group of xec, so that it can ask the person on the terminal,
// and what it has started itself it has to end itself.
package plugin
