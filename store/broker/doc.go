// Package broker serves a store on a Unix socket for as long as something runs, so that
// scripts in any language, and an xec that they start, get values without being handed the
// store. xec run FILE puts the path of the socket into XEC_SECRETS_SOCKET.
//
// What is spoken there is the protocol of package plugin. hello is not needed, and one
// request asks for one value at most:
//
//	{"op":"get","keys":["DATABASE_PASSWORD"]}
//	{"values":{"DATABASE_PASSWORD":"aHVudGVyMg=="}}
//
// so a client connects, writes such a line, reads one line, and decodes base64. It may keep
// the connection for more, and may write a request before the last one is answered. A
// connection that it has not used for some time may be closed, when very many others come;
// then it connects again. [Dial] gives the client as a store.
//
// # Promises
//
// The socket lies in a folder of mode 0700 of its own, which is removed in the end; what a
// killed process left behind is removed by the next one, from a minute later on. Only
// processes of the same user are answered, root's too only where that is the user: the
// kernel says who has connected. A system that cannot say that has no broker.
//
// With Only, those keys are all that the store has: another one is an error of kind
// secret.Permission for every request but has and list, for which it does not exist. The
// broker reads and writes as far as the store does.
//
// Every value is handed to Seen before it is answered, and before it is set.
//
// A request has 128 KiB at most. A line that has begun must end within ten seconds, and an
// answer must be read within ten; then the connection is closed. Of 512 connections the
// one that was quiet for longest makes room for the next. Requests of all connections take
// turns. None of that harms another connection.
//
// It does not guard against other processes of the same user: what they may, they could do
// to the store itself.
package broker
