// Command xec resolves ${secret:KEY} in configurations, in texts and for
// programs, against an encrypted store. It keeps secrets (xec secrets), fills
// files in (xec render) and starts programs (xec exec).
//
// # How this package is built
//
// main is one line. A command is a file of three parts: its options, a
// constructor that only parses, and a run function that does. Every command gets
// the same [app]: streams, terminal, environment. What commands share has files by
// what it does: talk.go tells and asks, args.go checks arguments, project.go and
// provider.go say which configuration and which store, resolver.go fetches values,
// show.go writes answers. They wire packages store, resolve and render, which do not
// know each other.
//
// # Talking to people
//
// An answer goes to standard output, everything else to standard error, with
// "xec:" before it, in lower case and without a full stop; what to do about it is
// a hint, on a line of its own. A question is written to the terminal and read
// from it, whatever the standard streams are; where there is no terminal it is
// refused, with the flag that answers it. The home folder is written as ~. What is
// told has one line, and names in it act on no terminal. No message holds a value.
//
// # Exit codes
//
//	0  done
//	1  general error
//	2  invalid arguments, keys or values; an unknown flag, task or provider; a reference
//	   that is not of the grammar; a question refused for want of a terminal
//	3  secret not found
//	4  encryption or decryption error: wrong key or passphrase, damaged or altered store
//	5  permission error: files that others may read or change, a provider that refuses, a
//	   configuration that is not approved
//	n  the child's own, once it has started; 126 and 127 as shells use them,
//	   124 of a task's step whose time is up
//
// # Memory
//
// On Linux xec is not dumpable from its start: the kernel writes no core of it, and no other
// process of the person can read its memory or its environment. Elsewhere on Unix it has no
// core file. What it has read, opened, derived or asked for is overwritten when it is done
// with. What Go gives no way to overwrite stays until the process ends: strings, which are
// what arguments, environments and the texts of a JSON or YAML document are; the state of
// ciphers and hashes; the insides of packages that encode. A program that xec becomes takes
// the place of all of that.
//
// # The command line
//
//   - A flag that is given and empty is an error, but for --value and --prefix: with --only
//     "$KEYS" and KEYS not set a child would else get everything. For the same reason a flag of
//     exec behind the command needs "--" before the command.
//   - What should be a key or a command and is none is not repeated in the error: in "set
//     KEY=value" it holds a value.
//   - "-" is standard input for a file that is read, standard output for render -o.
//   - Commands that change something say nothing when their standard error is not a terminal.
//   - xec help TOPIC shows parts of the README, and of SECURITY.md: there is one text. Help for a
//     command that does not exist exits 2, also as --help.
//   - Completion offers keys only if the store opens without asking. Behind xec run it offers
//     tasks, or files where no task begins like that.
//
// # The menu
//
//   - xec alone prints its help and exits 0. xec secrets alone is a menu where standard input and
//     output are a terminal, and talks there as all questions do; elsewhere it prints its help and
//     exits 2. The menu (menu.go) asks line by line with ACCESSIBLE=1 or XEC_ACCESSIBLE=1, and
//     where TERM is dumb. Esc goes back to the question before, and from the menu itself; that and
//     quit exit 0, whatever failed before, since it has been told. Ctrl-C is SIGINT. It asks
//     before it replaces, deletes or exports. A value that it shows is overwritten on the screen
//     and in xec's memory when the person goes on; the terminal's own memory of a screen is not
//     xec's to clear, and neither is what a terminal logs.
//
// # Passphrases and keys
//
//   - XEC_PASSPHRASE_COMMAND runs in the system's shell, because it is the person's own text; it
//     gets no standard input and none of xec's passphrase variables. A variable of the three that
//     is set but empty is an error.
//   - A recovery key is taken wherever a passphrase is, on the terminal and from the variables:
//     its checksum tells it apart.
//   - keyslot add passphrase takes the new one from XEC_NEW_PASSPHRASE and its relatives, or asks.
//     Where those are not set, and XEC_PASSPHRASE is, that is the new one if there is none yet,
//     and else the present one. keyslot remove does not ask, but refuses where the keys of what is
//     left are not there.
//   - rekey needs the secret of every slot. It prints a new recovery key, since nobody keeps the
//     old one at hand.
//
// # Looking after a store
//
//   - import replaces the values of keys that exist, as copy does; one that is the same is left
//     alone, and makes no older value.
//   - delete --purge is delete where nothing is kept of what is deleted.
//   - verify exits with 4 where something is damaged; with --salvage only what could not be saved
//     at all is an error.
//   - redact hides the secrets of the whole store, in a project too.
//
// # Configuration and trust
//
//   - The person's own configuration is trusted, but refused where others may write it.
//   - Files of a project that others may write are refused for whatever resolves or runs what
//     stands there, or keeps secrets where it says. What shows or changes a configuration as it
//     is written takes them. What only keeps secrets looks at nothing but the secrets block.
//   - Commands of a configuration (${cmd:…}) have 30 seconds, print 1 MiB at most, and get no
//     variable that begins with XEC_.
//   - config get and list show what is written; with --resolve secrets are ***. config set makes a
//     number, true or false of a value that is written like one, where no quotes stand; it makes
//     .xec/config.yaml where there is no project. What it has changed is approved as the person's
//     own word if nothing in the file had to be, or everything was.
//
// # Providers
//
//   - Within a run the broker is the store, also where XEC_SECRETS_PROVIDER names another;
//     --provider overrules it. Commands about the files of a store (keyslot, rekey, verify) do not
//     speak to it.
//   - A provider that is named takes its settings from the configuration as far as those have been
//     approved, and else from the person's own; nobody is asked. --provider file is the person's
//     own store. copy takes both sides as the configuration sets them up.
//   - A provider that is a program ends before xec becomes another one, or starts one.
//
// # Rendering
//
//   - render -o writes into a folder where FILEs are several, or the output is a folder or ends
//     with a slash; FILEs below the working folder keep their paths there, others their names, and
//     .tmpl, .template and .tpl are cut off. Folders of FILEs are gone through.
//   - render -o refuses a symbolic link instead of replacing it, and removes what it has written
//     when it is interrupted.
//   - A document that is read in parts is rendered twice to standard output, the first time into
//     nothing: of one whose end cannot be rendered nothing is written.
//   - The format of a file is told by its name, before an ending like .tmpl too; --format
//     overrules it. --diff compares with the template, never with an older output, which may hold
//     older values; it renders masks, of as many lines as the values, once the values themselves
//     could be put in.
//   - A .json file may have comments, since many programs read them; what it has stays.
//   - The value in the user part of a URL that lacks |url is a warning, in a file, in the
//     configuration and in what exec sets, and so is a default there that is not percent-encoded;
//     a value in the data of a Kubernetes Secret that lacks |base64 is an error.
//   - Of a key that is missing in many places 100 are told, and the rest counted; which key was
//     meant is told as far as a million comparisons go.
//
// # Programs with secrets
//
//   - exec finds the command on its own PATH, whatever the child is given.
//   - In a project without env, exec leaves out a key that is missing and has a default wherever
//     the project refers to it.
//   - A project's env sets no variable whose name begins with XEC_ unless --allow-name names it:
//     an xec that the child starts would take it for the person's word.
//   - A value that is delivered as a file or on standard input is no variable as well, unless that
//     is asked for.
//   - What a child prints is masked as package mask says; exec becomes the program where nothing
//     is to be hidden: no secret is handed over, all are shorter than 4 bytes, every output is a
//     file or a device, or masking is off. The value and what the filters of a reference have made
//     of it count as values.
//   - --fail-on-leak is refused where an output is not looked at.
//   - Neither not being dumpable nor a limit on cores is for children. On Linux the kernel ends
//     the first with every program that is executed, and the second is not needed: of what is not
//     dumpable no core is written, whatever the limit. Elsewhere exec puts the limit back;
//     commands that run beside xec (XEC_PASSPHRASE_COMMAND, ${cmd:…}) keep it, and may raise it
//     again.
//
// # Tasks and scripts
//
//   - A project's env is for exec. A task gets the values that it names itself: it could not be
//     told which of the others it needs.
//   - run: a flag behind the task that is none of xec's is a parameter; one that xec has is xec's,
//     so such a parameter is given with -p. Parameters that no task declares are refused. A task's
//     commands run in the folder of the project.
//   - A step that registers its output, has a time limit or runs beside others has no terminal,
//     and a process group that ends as a whole; what is registered is not shown. The status of a
//     step whose time is up is 124.
//   - After an interrupt those steps of a task follow that are meant for a failure; then xec dies
//     of the signal.
//   - A task goes on where nobody reads what it or xec writes: the step that writes there dies of
//     SIGPIPE as it would without xec, what is meant for a failure follows, and xec dies of the
//     same.
//   - A secret in the arguments of a script is refused, for it would stand on a command line; one
//     in the arguments of a program within a shell command is a warning. What a parameter holds,
//     or a variable that a step has registered, is known for one by its value.
//   - A file that run starts gets values from the store as it asks for them, all of it unless
//     --only says which; it may set secrets too, within that. What it prints is always looked
//     through, since nobody knows yet what it will ask for. The store is opened before it starts,
//     so that a question or an error comes first; none is made for a script.
//   - A .js or .ts file is a module if it would be no CommonJS, whatever package.json says; a .sh
//     file is run by the shell that its first line names, else by sh; the tsx of a project comes
//     before Node for TypeScript, since the project has chosen it. Deno is given all permissions,
//     as the others have them.
//
// # Looking at things
//
//   - inspect of one type names things without the type before them.
//   - inspect --resolve shows profiles, and parameters of tasks, as they are written.
//   - doctor needs no key, but tries the key file. It calls a problem what keeps xec from working
//     or gives the key away; its exit code is that of the worst one. A store that does not exist
//     is none, and neither is a configuration that is not approved, or a store that git would
//     commit, which is sealed. Of git it believes nothing but whether a file is ignored or
//     tracked.
//   - check looks up no value and runs nothing; it reads the names of the store's keys if the
//     store opens without asking, and says so where it does not. It asks no git: what git ignores
//     may be what is rendered here. Prose (.md and its like, .sarif) shows references to people,
//     so within folders it is left out, as are .git, node_modules, vendor, stores, other projects,
//     links, binary files, and files of more than 4 MiB. PATHs are looked at whatever they are
//     called.
//   - check ends with 3 if a key is missing, whatever else is wrong. Its --strict takes warnings
//     for errors: it is no command that uses the store, whose --strict is about old ones.
//   - A key that nothing refers to is a note of its own only where the store lies in the project;
//     of a store that other projects may use such keys are only counted.
package main

import "os"

func main() { os.Exit(run(newApp(), os.Args)) }
