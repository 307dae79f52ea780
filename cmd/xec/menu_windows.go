package main

import "golang.org/x/sys/windows"

// drawable has the console understand what draws on it.
func (t *terminal) drawable(string) bool {
	var mode uint32
	out := windows.Handle(t.out.Fd())
	if windows.GetConsoleMode(out, &mode) != nil {
		return false
	}
	t.restore = func() { windows.SetConsoleMode(out, mode) }
	return windows.SetConsoleMode(out, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}

// watch has nothing to do: in raw mode Ctrl-C is a key, and there is no job control.
func (s *fullScreen) watch() (stop func()) { return func() {} }

// pause has nothing to do: there is no job control.
func (s *fullScreen) pause() {}

// lastingKeys has nothing to do: there is no job control.
func lastingKeys(int) {}
