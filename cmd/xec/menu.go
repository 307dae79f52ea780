package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// # The menu
//
// xec secrets alone, with standard input and output on a terminal, is a menu of what is done
// most. It does nothing itself: it asks for what a command would be told by flags, and runs
// what the command runs. Values are typed at the same hidden prompt.
//
// It has a screen of its own, the terminal's alternate one, so that nothing of it stays or is
// scrolled back to. A value that is shown never scrolls, and its lines are overwritten when
// the person goes on. Every way out leaves the terminal as it was found. With ACCESSIBLE or
// XEC_ACCESSIBLE set, and on a terminal that cannot move its cursor, it asks line by line.
//
// It is drawn with golang.org/x/term alone, which xec has anyway. A library of forms is paid
// for at the start of every command: charm.land/huh/v2 makes a start 0.4 ms longer, of 2 ms,
// and charm.land/bubbletea/v2 0.25 ms. They keep what is typed in strings besides, which
// nobody can clear.

// menu is the app that talks on the terminal, whatever the standard streams are.
type menu struct {
	*app
	ask  questions
	told *notes
	keys []string // of the store, as they were last listed
}

// questions are how a person is asked. Every one of them gives errBack where the person does
// not answer, errQuit where nobody is there any more, and the end of a process where it is
// to end.
type questions interface {
	// choose gives which of the items was chosen.
	choose(q choice) (int, error)
	// line gives a line that check accepts. What is offered is there already.
	line(question, offered string, check func(string) error) (string, error)
	// reveal shows a value, and takes it off the terminal again.
	reveal(title string, text []byte) error
	// lend lets commands have the terminal as it was found.
	lend(title string, command func() error) error
	// close leaves the terminal as it was found.
	close()
}

// choice is a question with a number of answers.
type choice struct {
	notes    []string // what is told before
	question string
	label    string // of what is typed to find an item
	items    []string
}

// errQuit says that nobody answers any more.
var errQuit = secret.Errorf(secret.General, "the terminal was closed")

// errNo says that the person does not want what was asked.
var errNo = secret.Errorf(secret.General, "nothing was done")

// menuAction is what an entry of the menu does.
type menuAction func(*menu, context.Context) error

// menuEntries are those of the menu, in their order.
var menuEntries = []struct {
	name, about string
	do          menuAction
}{
	{"set", "set the value of a secret", (*menu).set},
	{"get", "show the value of a secret", (*menu).get},
	{"list", "look through the keys", (*menu).list},
	{"generate", "set a random value", (*menu).generateNew},
	{"delete", "delete a secret", (*menu).delete},
	{"import", "set secrets from a file", (*menu).importFile},
	{"export", "write all into a file", (*menu).exportFile},
	{"quit", "", nil},
}

// runMenu asks what to do until the person has enough. Without a terminal it names the
// commands.
func runMenu(cmd *cobra.Command, a *app) error {
	if !a.inTerminal || !a.outTerminal {
		return groupHelp(cmd)
	}
	t, err := a.terminal()
	if err != nil {
		return groupHelp(cmd)
	}
	m, err := newMenu(a, t)
	if err != nil {
		return err
	}
	defer m.closeStores()
	defer m.ask.close()
	err = m.loop(cmd.Context())
	if errors.Is(err, errQuit) || errors.Is(err, errBack) {
		return nil
	}
	return err
}

// newMenu makes a menu on a terminal.
func newMenu(a *app, t *terminal) (*menu, error) {
	own := *a
	m := &menu{app: &own, told: &notes{terminal: t.out}}
	own.in, own.out, own.err = t.in, t.out, m.told
	own.errTerminal = true
	noColor := a.getenv("NO_COLOR") != ""
	canDraw := t.drawable(a.getenv("TERM"))
	if a.accessible() || !canDraw {
		m.ask, m.told.live = &byLine{t, noColor, !canDraw}, true
		own.terminal = func() (*terminal, error) { return a.openWithin(nil) }
		return m, nil
	}
	s, err := newFullScreen(t, noColor)
	own.terminal = func() (*terminal, error) { return a.openWithin(s) }
	m.ask = s
	return m, err
}

// openWithin opens the terminal for a question of a command within the menu.
func (a *app) openWithin(s *fullScreen) (*terminal, error) {
	t, err := a.terminal()
	if err != nil {
		return nil, err
	}
	t.escapes = true
	if s != nil {
		t.away, t.pause = s.away, s.pause
	}
	return t, nil
}

// accessible reports whether the person wants to be asked line by line.
func (a *app) accessible() bool {
	for _, name := range []string{"XEC_ACCESSIBLE", "ACCESSIBLE"} {
		if value := a.getenv(name); value != "" {
			return value != "0" && value != "false"
		}
	}
	return false
}

// loop asks for one action after the other.
func (m *menu) loop(ctx context.Context) error {
	for {
		err := follow(m.action, func(do menuAction) error {
			if do == nil {
				return errQuit
			}
			return do(m, ctx)
		})
		if errors.Is(err, errNo) {
			continue
		}
		if errors.Is(err, errBack) {
			return err
		}
		if err := m.failed(err); err != nil {
			return err
		}
		more, err := m.ask.choose(m.choice("Another action?", "yes", "no"))
		if err != nil && !errors.Is(err, errBack) || more == 1 {
			return err
		}
	}
}

// action asks what to do, nil for nothing more.
func (m *menu) action() (menuAction, error) {
	i, err := m.ask.choose(m.choice("xec secrets: what is to be done?", menuItems()...))
	if err != nil {
		return nil, err
	}
	return menuEntries[i].do, nil
}

// failed tells what went wrong, and gives what ends the menu.
func (m *menu) failed(err error) error {
	var exit *child.ExitError
	if err == nil || errors.Is(err, errQuit) || errors.As(err, &exit) {
		return err
	}
	m.report(err)
	return nil
}

func menuItems() (items []string) {
	for _, e := range menuEntries {
		items = append(items, strings.TrimSpace(e.name+strings.Repeat(" ", len("generate  ")-len(e.name))+e.about))
	}
	return items
}

// choice is a question that begins with what was told since the last.
func (m *menu) choice(question string, items ...string) choice {
	c := choice{m.told.lines, question, "", items}
	m.told.lines = nil
	return c
}

// yes asks a question whose answer is no unless it is yes. A no is errNo.
func (m *menu) yes(question string) error {
	i, err := m.ask.choose(m.choice(question, "no", "yes"))
	if err == nil && i == 0 {
		return errNo
	}
	return err
}

// follow asks a question, and has its answer followed up. To go back from there is to be asked
// the question again; to go back from the question itself is errBack.
func follow[T any](question func() (T, error), then func(T) error) error {
	for {
		answer, err := question()
		if err != nil {
			return err
		}
		if err := then(answer); !errors.Is(err, errBack) {
			return err
		}
	}
}

// lend lets a command have the terminal.
func (m *menu) lend(title string, command func() error) error {
	live := m.told.live
	m.told.live = true
	defer func() { m.told.live = live }()
	return m.ask.lend(title, command)
}

// load lists the keys of the store.
func (m *menu) load(ctx context.Context) error {
	return m.lend("", func() error {
		s, err := m.openStore()
		if err != nil {
			return err
		}
		// A wrong key or passphrase is told before anything is asked for nothing.
		if err := store.Warm(ctx, s); err != nil {
			m.closeStores() // so that the next action asks for another passphrase
			return err
		}
		m.keys, err = s.List(ctx)
		return err
	})
}

// notes is the standard error of the menu. A screen is cleared for the next question, so what
// was said is said above that.
type notes struct {
	terminal *os.File
	live     bool // the terminal can be written to
	lines    []string
}

func (n *notes) Write(b []byte) (int, error) {
	if line, whole := strings.CutSuffix(string(b), "\n"); whole && !strings.HasPrefix(line, "\r") {
		n.lines = append(n.lines, line)
	}
	if !n.live {
		return len(b), nil
	}
	return n.terminal.Write(b)
}
