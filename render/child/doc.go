// Package child gives a program its environment and starts it: in the place of this
// process, or beside it with its output going through filters.
//
// # Environment
//
// [Environment] composes what a child gets: the parent's variables, unless it is
// pristine, without those that are dropped; then the named values, which replace
// variables of the same name. The parent's values are handed on as they are and
// never read for references. Of the parent's, XEC_PASSPHRASE*, XEC_NEW_PASSPHRASE* and
// XEC_TRUST_CONFIG never come along. A value with a NUL, two values for one name, what is
// not the name of a variable, and a name that makes programs load or run something (PATH,
// LD_*, NODE_OPTIONS and their like, and those of xec itself, unless it is allowed by name)
// are errors of kind secret.Invalid that name the key, before anything starts.
//
// # Starting
//
// [Command.Exec] replaces this process by the program, so that nothing stands between it
// and whoever waits: same process id, same descriptors, same signals, its own
// exit status. The program is found on this process's PATH, whatever PATH the
// child is given, and gets its arguments verbatim: no shell. A program that
// cannot be started is an [*ExitError] with the status that shells use: 127 when
// there is none, 126 when it cannot be run. On Windows, which cannot replace a
// process, this process stays as the parent and ends with the child's status.
//
// What a program inherits besides is what this process was started with: working
// folder, limits, descriptors, and SIGHUP and SIGINT ignored where they were. Three
// things the Go runtime changes before a program of its can look at them: of other
// signals that were ignored the child has the default, of those that were blocked it
// unblocks some, SIGINT and SIGTERM among them, and a descriptor of 0, 1 and 2 that was
// closed is the null device.
//
// # Beside this process
//
// Where something has to be hidden in what a program prints, this process stays and
// [Command.Run] starts it with [Filters] in its output. Which streams go through a filter
// is [Filters.Plan]: pipes and sockets through a pipe; terminals through a
// pseudo-terminal; regular files not, unless the mode is Always; other devices never. If
// standard output and standard error are the same, there is one way and one filter for
// both, and the program's order of bytes stays. If nothing is to be filtered, Exec is
// right. A program finds terminals where it would find them, of the same size; only pipes
// take the place of sockets, and of files where those are filtered. What it writes to
// a terminal that it opens itself passes by, except in a session.
//
//   - Status. That of the program, 0 to 255. After a program that has died of a signal,
//     [ExitError.Raise] has this process die of the same, without a core; where that
//     cannot be, as for the first process of a system, the status is 128 and the signal's
//     number. A program that does not start is told as by Exec, before anything is seen.
//   - Signals. In a session, whatever this process hears goes to the program's process
//     group; a new size of the terminal by way of the pseudo-terminal. Elsewhere the program is in this process's own group. SIGINT, SIGQUIT,
//     SIGTSTP and SIGWINCH then count as sent to both by the terminal while this process
//     is in its foreground, since Go does not tell who sends a signal; all others, and
//     those too where no terminal could have sent them, are forwarded: all that can be
//     heard but SIGCHLD, SIGURG, SIGPIPE, SIGTTIN, SIGTTOU and those of faults. The rarer
//     ones, real-time signals among them, are heard a moment after the start. This process
//     does not end by them, and never sends a stronger one by itself. What is ignored
//     at the start stays ignored as far as for Exec.
//   - Stops. When the program has been stopped, this process stops too, by the same
//     signal, so that a shell sees a stopped job, and has the program continued with it.
//     In a session all of this process's group stops, as by Ctrl-Z, but for SIGSTOP, which
//     was meant for one process; elsewhere the terminal has seen to that. Without a
//     terminal, or a parent in its session, nobody would continue it: then it does not stop,
//     and in a session Ctrl-Z does not stop the program either. A program that others continue while this
//     process is stopped waits with its output until a shell continues the job.
//   - Broken pipes. When the reader of standard output or standard error is gone, the
//     program's pipe is broken too: at once on Linux, elsewhere at the next write. A named
//     pipe is broken by a write only, since it may have another reader later.
//   - The end. A pipe is passed on until everybody who writes to it has ended, programs
//     left in the background too, because its reader waits for them in any case; SIGINT,
//     SIGTERM, SIGHUP or SIGQUIT then end the waiting. A terminal is passed on until
//     the program has ended and what it has written by then has been shown; who
//     is left behind lives on and can write there no more.
//   - The end of this process. On Linux the program is killed when this process is; not
//     what it has started itself, and not a program of another user's rights.
//   - Descriptors. Those that a program would inherit it inherits, at the same numbers, and
//     no others.
//   - The first process of a system buries whoever is left to it.
//
// # Sessions
//
// If standard input and standard output are the same terminal, the program runs in a
// session of its own on a pseudo-terminal, whose modes and size are those of the terminal.
// The terminal passes on every key as it is, the pseudo-terminal makes of Ctrl-C and Ctrl-Z
// what the program wants, and the terminal is put back on every way out, but for SIGKILL
// and a fatal error of the Go runtime.
// If only standard error is the terminal there is no session, since the keys
// may be for the next program of a pipeline; neither is there one for a terminal that
// is not standard input. Then the pseudo-terminal is one for output alone, without modes of
// its own for it, and the program's controlling terminal remains what it was.
//
// In the background this process changes no terminal and reads none: the program is in the
// background of its own, and is stopped when it asks for it. Taken to the foreground, with
// or without a stop, it gets it. Keys that were typed ahead and not read are lost with the
// session, as over ssh. When the terminal hangs up, the session's does.
//
// The session is led by a monitor: this program, started again, which [Helper] makes out
// of it; another that it starts becomes the program. Neither has an environment, nor
// more than numbers for arguments; what the program is given is told through a socket to
// the one that becomes it. To call Helper first costs a comparison. Whoever could have it do
// something could start programs as he likes already: it takes orders from a descriptor
// that it has inherited, and has no rights but those it was started with.
//
// # Elsewhere
//
// Windows has pipes and files only; a console is left alone, and nothing is forwarded. What
// is there for it is compiled and vetted, not run.
//
// # Values in files
//
// [Delivery] hands values over to programs that take them from a file, or from their
// standard input. On Linux such a file lies in memory, sealed, of mode 0400: its path is
// /dev/fd/N, which can be opened again and again, in the program and in what inherits its
// descriptors. Elsewhere, and where no /proc is mounted, it lies in a folder of mode 0700
// and is removed by [Delivery.Remove]. A standard input is such a file in memory, or a pipe.
// Where a value is not in memory this process must outlive the program.
package child
