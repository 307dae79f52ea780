package main

import (
	"os"

	"golang.org/x/sys/windows"
)

func terminalFiles() (in, out *os.File, err error) {
	in, err = os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	out, err = os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		in.Close()
		return nil, nil, err
	}
	return in, out, nil
}

// onEndingSignal has nothing to do: the console restores its own modes.
func onEndingSignal(func()) (stop func()) { return func() {} }

var endingSignals = []os.Signal{os.Interrupt}

// hiddenAgain has nothing to do: nothing stops a process here.
func hiddenAgain(func()) (stop func()) { return func() {} }

// dieOf has nothing to do: the error ends the command.
func dieOf(os.Signal) {}

// suspend has nothing to do: there is no job control.
func suspend() {}

// interrupt has nothing to do: the error ends the command.
func interrupt() {}

func dropInput(f *os.File) { windows.FlushConsoleInputBuffer(windows.Handle(f.Fd())) }
