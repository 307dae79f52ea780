//go:build unix

package child

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// order tells a monitor what to do, and a number.
type order [2]byte

// What there is to do.
const (
	orderForeground = 'f' // put the program into the foreground, and continue it if 1
	orderBackground = 'b' // the same for the background
	orderSignal     = 's' // send its process group a signal
)

// placed is no status: it says that the program is in the foreground as ordered.
const placed = ^syscall.WaitStatus(0)

// monitor leads the session, in which its first child is the program. It ends when the
// other end of its socket is closed.
func monitor(arg string) (status int) {
	var socket, forStarter, background int
	if n, err := fmt.Sscanf(arg, "%d,%d,%d", &socket, &forStarter, &background); n != 3 || err != nil {
		return notRun
	}
	unix.CloseOnExec(socket)
	orders := os.NewFile(uintptr(socket), "socket")
	runtime.LockOSThread() // with which the program dies
	children := make(chan os.Signal, 1)
	signal.Notify(children, unix.SIGCHLD)
	m := monitored{socket: orders}
	if err := m.start(forStarter); err != nil {
		return notRun
	}
	unix.Close(forStarter)
	if background == 0 {
		m.place(m.pid)
	}
	hangups := m.deafen()
	if _, err := orders.Write([]byte{0}); err != nil {
		return notRun
	}
	m.lead(children, hangups)
	return 0
}

// lead does what there is to do until nobody is there who would give orders.
func (m *monitored) lead(children, hangups <-chan os.Signal) {
	orders := make(chan order)
	go listenTo(m.socket, orders)
	for {
		select {
		case <-children:
			m.reap()
		case <-hangups:
			// The system tells only the leader; the program may stand still.
			m.obey(order{orderSignal, byte(unix.SIGHUP)})
			m.obey(order{orderSignal, byte(unix.SIGCONT)})
		case o, ok := <-orders:
			if !ok {
				m.end()
				return
			}
			m.obey(o)
		}
	}
}

// monitored is the program of a session.
type monitored struct {
	socket *os.File
	pid    int // 0 when it has ended
}

// start starts the process that becomes the program, in a group of its own.
func (m *monitored) start(socket int) error {
	path, err := self()
	if err != nil {
		return err
	}
	as := Attributes()
	as.Setpgid = true
	m.pid, err = syscall.ForkExec(path, []string{starterName, strconv.Itoa(socket)}, &syscall.ProcAttr{Files: []uintptr{0, 1, 2}, Sys: as})
	return err
}

// place puts a process group into the foreground of the session's terminal.
func (m *monitored) place(group int) { _ = unix.IoctlSetPointerInt(0, unix.TIOCSPGRP, group) }

// deafen keeps signals from ending or stopping the monitor. The program has been started
// before, and has what this process was started with.
func (m *monitored) deafen() (hangups chan os.Signal) {
	signal.Ignore(unix.SIGTTIN, unix.SIGTTOU, unix.SIGTSTP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM)
	hangups = make(chan os.Signal, 1)
	if !signal.Ignored(unix.SIGHUP) {
		signal.Notify(hangups, unix.SIGHUP)
	}
	return hangups
}

// listenTo hears orders until there will be no more.
func listenTo(socket io.Reader, orders chan<- order) {
	defer close(orders)
	for {
		var o order
		if _, err := io.ReadFull(socket, o[:]); err != nil {
			return
		}
		orders <- o
	}
}

// reap tells what has become of the program.
func (m *monitored) reap() {
	for m.pid != 0 {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(m.pid, &status, syscall.WNOHANG|syscall.WUNTRACED, nil)
		if err == unix.EINTR {
			continue
		}
		if pid != m.pid {
			return
		}
		if !status.Stopped() {
			m.pid = 0
			// The end of this process hangs up whoever is in the foreground.
			m.place(unix.Getpgrp())
		}
		m.tell(status)
	}
}

// tell says what has become of the program.
func (m *monitored) tell(status syscall.WaitStatus) {
	_, _ = m.socket.Write(binary.LittleEndian.AppendUint32(nil, uint32(status)))
}

// obey carries out an order.
func (m *monitored) obey(o order) {
	if m.pid == 0 {
		return
	}
	what, number := o[0], o[1]
	switch what {
	case orderSignal:
		_ = unix.Kill(-m.pid, syscall.Signal(number))
		return
	case orderForeground:
		m.place(m.pid)
		m.tell(placed)
	case orderBackground:
		m.place(unix.Getpgrp())
	}
	if number != 0 {
		_ = unix.Kill(-m.pid, unix.SIGCONT)
	}
}

// end ends a program that nobody waits for any more.
func (m *monitored) end() {
	if m.pid != 0 {
		_ = unix.Kill(m.pid, unix.SIGKILL)
	}
}
