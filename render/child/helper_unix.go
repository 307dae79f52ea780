//go:build unix

package child

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Names under which this program is started again.
const (
	helperName  = "xec: "
	monitorName = helperName + "monitor"
	starterName = helperName + "start"
)

// Helper does the work of a process that [Command.Run] needs beside its own, if the
// arguments say that this is one, and gives the status to end with. private keeps this
// process's memory from others, and undo undoes what of that programs inherit.
func Helper(args []string, private func() (undo func())) (status int, is bool) {
	if len(args) != 2 || !strings.HasPrefix(args[0], helperName) {
		return 0, false
	}
	switch args[0] {
	case monitorName:
		return monitor(args[1]), true
	case starterName:
		return starter(args[1], private), true
	}
	return 0, false
}

// starter becomes the program that it reads from a socket once that is told completely.
// What it says there is the number of the error why not.
func starter(arg string, private func() (undo func())) (status int) {
	fd, err := strconv.Atoi(arg)
	if err != nil {
		return notRun
	}
	unix.CloseOnExec(fd)
	socket := os.NewFile(uintptr(fd), "socket")
	undo := func() {}
	if private != nil {
		undo = private()
	}
	request, err := io.ReadAll(socket)
	if err != nil {
		return notRun
	}
	path, argv, env, ok := decode(request)
	if !ok {
		return notRun
	}
	undo()
	runtime.LockOSThread()
	dieWithParent() // this thread becomes the program, and may be another than the monitor has started
	err = syscall.Exec(path, argv, env)
	if errno, ok := err.(syscall.Errno); ok {
		fmt.Fprint(socket, int(errno))
	}
	return notRun
}

// encode writes a program down: its file, the number of arguments, arguments,
// environment, each with a NUL behind it.
func encode(path string, c Command) ([]byte, error) {
	var b bytes.Buffer
	count := 0
	for _, texts := range [][]string{{path, strconv.Itoa(len(c.Argv))}, c.Argv, c.Env} {
		for _, text := range texts {
			count++
			b.WriteString(text)
			b.WriteByte(0)
		}
	}
	if bytes.Count(b.Bytes(), []byte{0}) != count {
		return b.Bytes(), unix.EINVAL // as the system says of a NUL
	}
	return b.Bytes(), nil
}

// decode is the opposite of encode.
func decode(request []byte) (path string, argv, env []string, ok bool) {
	texts := strings.Split(string(bytes.TrimSuffix(request, []byte{0})), "\x00")
	if len(texts) < 3 {
		return "", nil, nil, false
	}
	count, err := strconv.Atoi(texts[1])
	if err != nil || count < 1 || count > len(texts)-2 {
		return "", nil, nil, false
	}
	return texts[0], texts[2 : 2+count], texts[2+count:], true
}

// socketPair gives an end for this process, and one to be inherited by a number.
func socketPair() (near *os.File, far int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, -1, err
	}
	unix.CloseOnExec(fds[0])
	if err := unix.SetNonblock(fds[0], true); err != nil { // so that Close ends a Read
		return nil, -1, err
	}
	return os.NewFile(uintptr(fds[0]), "socket"), fds[1], nil
}
