package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

// byLine asks line by line, for screen readers and for terminals that can do no more. The
// terminal stays as it was found: Ctrl-C is what it is outside.
type byLine struct {
	t       *terminal
	noColor bool
	plain   bool // a terminal on which nothing can be erased
}

// mostListed is how many items are read out at once.
const mostListed = 20

func (l *byLine) close() { l.t.close() }

func (l *byLine) lend(_ string, command func() error) error { return command() }

func (l *byLine) say(format string, args ...any) { fmt.Fprintf(l.t.out, format+"\n", args...) }

// read reads an answer. An empty one, or Esc, goes back.
func (l *byLine) read() (string, error) {
	line, err := l.t.shownLine()
	if err != nil {
		l.say("")
		return "", errQuit
	}
	answer := strings.TrimSpace(string(line))
	if answer == "" || answer[0] == byte(keyEsc) {
		return "", errBack
	}
	return answer, nil
}

func (l *byLine) choose(q choice) (int, error) {
	f, found := newFinder(q.items), []int(nil)
	for part := ""; ; {
		if found = f.find(part); len(found) == 0 {
			l.say("None of them.")
			found = f.find("")
		}
		l.list(q, found)
		answer, err := l.read()
		if err != nil {
			return 0, err
		}
		if i, ok := picked(q, found, answer); ok {
			return i, nil
		}
		part = answer
	}
}

// list reads items out.
func (l *byLine) list(q choice, found []int) {
	l.say("\n%s", q.question)
	for n, i := range found[:min(len(found), mostListed)] {
		l.say("%d. %s", n+1, q.items[i])
	}
	if n := len(found) - mostListed; n > 0 {
		l.say("And %s.", count(n, "other"))
	}
	fmt.Fprint(l.t.out, "Number or name, empty goes back: ")
}

// picked is the item that an answer means alone: by its number or its name. In the menu and
// behind yes and no the start of a name will do.
func picked(q choice, found []int, answer string) (int, bool) {
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= min(len(found), mostListed) {
		return found[n-1], true
	}
	begin := []int(nil)
	for i, item := range q.items {
		name, _, _ := strings.Cut(item, " ")
		if name == answer {
			return i, true
		}
		if q.label == "" && strings.HasPrefix(name, strings.ToLower(answer)) {
			begin = append(begin, i)
		}
	}
	if len(begin) == 1 {
		return begin[0], true
	}
	return 0, false
}

// reveal shows a value on a screen of its own, from which it is taken off again. Where there
// is none that is said before.
func (l *byLine) reveal(title string, text []byte) error {
	if !l.plain {
		s, err := newFullScreen(l.t, l.noColor)
		if err != nil {
			return err
		}
		defer s.end()
		return s.reveal(title, text)
	}
	i, err := l.choose(choice{question: "This terminal cannot take it off the screen again. Show it?", items: []string{"no", "yes"}})
	if err == nil && i == 1 {
		_, err = l.t.out.Write(append(text, '\n'))
	}
	return err
}

func (l *byLine) line(question, offered string, check func(string) error) (string, error) {
	for {
		l.say("\n%s", question)
		if offered != "" {
			l.say("Empty is %s.", offered)
		}
		fmt.Fprint(l.t.out, "> ")
		answer, err := l.read()
		if errors.Is(err, errBack) && offered != "" {
			answer, err = offered, nil
		}
		if err != nil {
			return "", err
		}
		err = check(answer)
		if err == nil {
			return answer, nil
		}
		l.say("%s", onOneLine(message(err)))
		if hint := secret.Hint(err); hint != "" {
			l.say("%s", hint)
		}
	}
}
