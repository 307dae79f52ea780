// Package child gives a program its environment and starts it.
//
// # Environment
//
// [Environment] composes what a child gets: the parent's variables, unless it is
// pristine, without those that are dropped; then the named values, which replace
// variables of the same name. The parent's values are handed on as they are and
// never read for references. XEC_PASSPHRASE and its relatives never reach a
// child. A value with a NUL, two values for one name, and a name that makes
// programs load or run something (PATH, LD_*, NODE_OPTIONS and their like, unless
// it is allowed by name) are errors of kind secret.Invalid that name the key,
// before anything starts.
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
// # Values in files
//
// [Delivery] hands values over to programs that take them from a file, or from their
// standard input. On Linux such a file lies in memory, sealed, of mode 0400: its path is
// /dev/fd/N, which can be opened again and again, in the program and in what inherits its
// descriptors. Elsewhere, and where no /proc is mounted, it lies in a folder of mode 0700
// and is removed by [Delivery.Remove], for which this process must outlive the program.
package child
