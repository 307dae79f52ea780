// Package command is the store that any other manager of secrets is, through commands of
// the person's own: one that prints a value, and where there is more than reading to do one
// each that sets, deletes and lists.
//
// # Settings
//
// Of the block secrets.command:
//
//	get:         [op, read, "op://prod/{key}/password"]   prints the value
//	set:         [pass, insert, -m, -f, "xec/{key}"]      takes the value on standard input
//	delete:      [pass, rm, -f, "xec/{key}"]
//	list:        [gopass, ls, --flat, --strip-prefix, xec] prints one key a line
//	timeout:     30                                       seconds, or a duration as "1m30s"
//	keepNewline: false
//	exit:        {notFound: [10], denied: [5], locked: [11]}
//	stderr:      {notFound: ["not found"], denied: [], locked: ["is locked"]}
//	parallel:    8                                        commands at once, 64 at most
//
// get is required. Without set, or delete, the provider only reads: kind secret.Permission.
// Without list the keys cannot be listed: kind secret.Invalid.
//
// # Commands
//
// A command is a program and its arguments, and no shell sees it. {key} in an argument
// becomes the key, as often as it stands there. Braces mean nothing else and there is no
// escape: {{key}} becomes the key in braces. get, set and delete hold {key}, list does not,
// and the program never does. A key is a letter and then letters, digits, '.', '_' and '-',
// so that it is neither an option nor a path out of a folder, and needs no quoting in a URL,
// JSON or a pattern; an argument that begins with {key} is safe too.
//
// A program without a slash is looked for on PATH as Options.Environ has it, in its absolute
// folders alone; one with a slash counts from Options.Dir, where commands run. Their
// environment is Options.Environ. Each is the leader of a process group of its own: one that
// reads from the terminal is stopped and runs out of time, so what has to be asked (op signin,
// bw unlock) is to be done before. On the end of time and when the context is cancelled the
// whole group is killed; on Windows the program alone.
//
// # Values
//
// get's standard output is the value, without one newline behind it ("\n"; on Windows also
// "\r\n"), as xec secrets set takes one from a pipe. With keepNewline the output is the value
// byte for byte. A value that ends with a newline needs keepNewline and a command that adds
// none; without keepNewline set refuses it. set's standard input is the value, byte for byte,
// with no newline added. Output that is empty is no value but an error, and so is more than
// 64 KiB. A value stands in no argument, no variable and no file.
//
// list's output is read line by line; a line that is no key, such as a heading or a path, is
// left out. It may have 16 MiB.
//
// # What a failure means
//
// A command has failed if its status is not 0. Its complaint, standard error, is then looked
// through for the texts of stderr, and if none is found its status is looked for in exit:
//
//	denied     secret.Permission  wrong credentials, or not this person's
//	locked     secret.Encryption  to be unlocked, or not to be opened
//	notFound   secret.NotFound    of get and delete
//	anything   secret.General     also a command that cannot be found, that runs out of time,
//	                              or that prints nothing
//
// What a manager does not tell this does not tell either: where a command succeeds in deleting
// what never was, so does Delete.
//
// The complaint may hold a value, so it stands in no error. It goes to Options.Stderr when the
// command has ended, for the person to see, up to 64 KiB, with [secret] for the value as it
// was printed or handed over, if that has 4 bytes or more; in another form it is not found. Where
// Options.Stderr is nil the complaint is dropped, and the hint of the error says how to see it.
//
// # Recipes
//
// How well-known managers say that a secret is missing is part of each. They follow what
// manuals and sources say, and no test runs them; the next version may say it otherwise. So
// before relying on one run its get with a key that is not there, and look at $? and at what
// it says. What no text and no status fits is secret.General, never a missing secret.
//
// 1Password (op 2), where each key is an item with a field "password". Every failure has
// status 1. Sign in before, or set OP_SERVICE_ACCOUNT_TOKEN:
//
//	secrets:
//	  provider: command
//	  command:
//	    get: [op, read, "op://prod/{key}/password"]
//	    stderr:
//	      notFound: ["isn't an item in", "does not have a field"]
//	      denied: ["not currently signed in", "authorization prompt dismissed"]
//
// Bitwarden (bw). It searches: a name that is part of another is ambiguous, which is an error.
// Every failure has status 1. BW_SESSION comes from bw unlock --raw:
//
//	get: [bw, --nointeraction, get, password, "{key}"]
//	stderr:
//	  notFound: ["Not found."]
//	  denied: ["You are not logged in."]
//	  locked: ["Vault is locked."]
//
// pass, in a folder of their own. It keeps values byte for byte; gpg's agent asks for the
// passphrase. Names are listed by a program of one's own, as by find ~/.password-store/xec:
//
//	get: [pass, show, "xec/{key}"]
//	set: [pass, insert, --multiline, --force, "xec/{key}"]
//	delete: [pass, rm, --force, "xec/{key}"]
//	keepNewline: true
//	stderr:
//	  notFound: ["is not in the password store"]
//	  locked: ["decryption failed"]
//
// gopass, in a folder of their own. cat keeps values byte for byte:
//
//	get: [gopass, cat, "xec/{key}"]
//	set: [gopass, cat, "xec/{key}"]
//	delete: [gopass, rm, --force, "xec/{key}"]
//	list: [gopass, ls, --flat, --strip-prefix, xec]
//	keepNewline: true
//	exit: {notFound: [10], locked: [11]}
//
// Where values were made with gopass insert, get is [gopass, show, --password, "xec/{key}"], and
// keepNewline is off.
//
// Google Secret Manager (gcloud), whose names have no '.'. Output is text: for other bytes use
// a program of one's own around --format='get(payload.data)', which prints base64url. A secret
// has to exist before set can add a version:
//
//	get: [gcloud, secrets, versions, access, latest, "--secret={key}"]
//	set: [gcloud, secrets, versions, add, "{key}", "--data-file=-"]
//	delete: [gcloud, secrets, delete, "{key}", --quiet]
//	list: [gcloud, secrets, list, "--format=value(name)"]
//	stderr:
//	  notFound: ["NOT_FOUND:"]
//	  denied: ["PERMISSION_DENIED:", "You do not currently have an active account selected"]
//
// Azure Key Vault (az), whose names are letters, digits and '-'. Its set takes a value from an
// argument or a file and not from standard input, so this only reads:
//
//	get: [az, keyvault, secret, show, --vault-name, prod, --name, "{key}", --query, value, -o, tsv]
//	list: [az, keyvault, secret, list, --vault-name, prod, --query, "[].name", -o, tsv]
//	exit: {notFound: [3]}
//	stderr:
//	  notFound: ["(SecretNotFound)"]
//	  denied: ["(Forbidden)", "Please run 'az login'"]
//
// sops, one file with a key a line; its set takes JSON, so this only reads:
//
//	get: [sops, decrypt, --extract, '["{key}"]', secrets.enc.yaml]
//	keepNewline: true
//	stderr:
//	  notFound: ["error truncating tree: component"]
//	exit: {locked: [128]}
package command
