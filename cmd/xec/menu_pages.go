package main

import "github.com/xec-sh/xec-go/store/secret"

// list is a question with a number of answers, of which typing finds some.
type list struct {
	choice
	finder
	typed string
	found []int
	at    int // which of found is pointed at
	top   int // which of found is the first that is shown
	shown int // how many are
}

func newList(q choice) *list {
	l := &list{choice: q, finder: newFinder(q.items)}
	l.found = l.find("")
	return l
}

func (l *list) chosen() int { return l.found[l.at] }

func (l *list) press(k key) (done bool) {
	switch k {
	case keyEnter:
		return len(l.found) > 0
	case keyUp:
		l.at--
	case keyDown, keyTab:
		l.at++
	case keyPageUp:
		l.at -= l.shown
	case keyPageDown:
		l.at += l.shown
	case keyHome:
		l.at = 0
	case keyEnd:
		l.at = len(l.found)
	default:
		if typed := edited(l.typed, k); typed != l.typed && len(typed) <= secret.MaxKey {
			l.typed, l.at = typed, 0
			l.found = l.find(typed)
		}
	}
	l.at = max(0, min(l.at, len(l.found)-1))
	return false
}

func (l *list) page(width, height int) (p page) {
	p.help = "Arrows or typing, Enter, Esc goes back"
	if len(l.notes) > 0 {
		p.addWrapped("", width, l.notes...)
		p.add("", "")
	}
	p.addWrapped(bold, width, l.question)
	p.cursor = len(p.rows)
	p.add("", tail("> "+l.typed, width-1))
	if l.label != "" {
		p.rows[p.cursor].text = []byte(tail(l.label+": "+l.typed, width-1))
	}
	l.shown = max(height-len(p.rows)-2, 1)
	l.top = max(0, min(l.top, l.at, len(l.found)-l.shown), l.at-l.shown+1)
	for i := l.top; i < min(l.top+l.shown, len(l.found)); i++ {
		if i == l.at {
			p.add(pointed, "* "+l.choice.items[l.found[i]])
		} else {
			p.add("", "  "+l.choice.items[l.found[i]])
		}
	}
	switch hidden := len(l.found) - l.shown; {
	case len(l.found) == 0:
		p.add("", "  none")
	case hidden > 0:
		p.add(faint, "  and "+count(hidden, "other"))
	}
	return p
}

// field is a question that is answered by a line.
type field struct {
	question, typed string
	check           func(string) error
}

func (f *field) press(k key) (done bool) {
	if k == keyEnter {
		return f.check(f.typed) == nil
	}
	f.typed = edited(f.typed, k)
	return false
}

func (f *field) page(width, _ int) (p page) {
	p.help = "Enter, Esc goes back"
	p.addWrapped(bold, width, f.question)
	p.cursor = len(p.rows)
	p.add("", "> "+tail(f.typed, width-3))
	if err := f.check(f.typed); err != nil && f.typed != "" {
		p.add("", "")
		p.addWrapped(red, width, onOneLine(message(err)))
		if hint := secret.Hint(err); hint != "" {
			p.addWrapped(faint, width, onOneLine(hint))
		}
	}
	return p
}

// viewer shows a value.
type viewer struct {
	title string
	text  []byte
	top   int // the first row that is shown
	shown int
	rows  int
}

func (v *viewer) press(k key) (done bool) {
	switch k {
	case keyEnter:
		return true
	case keyUp:
		v.top--
	case keyDown:
		v.top++
	case keyPageUp:
		v.top -= v.shown
	case keyPageDown, ' ':
		v.top += v.shown
	case keyHome:
		v.top = 0
	case keyEnd:
		v.top = v.rows
	}
	v.top = max(0, min(v.top, v.rows-v.shown))
	return false
}

func (v *viewer) page(width, height int) (p page) {
	p.help, p.cursor = "Enter hides it", -1
	p.addWrapped(bold, width, v.title)
	p.add("", "")
	rows := broken(v.text, width)
	v.rows, v.shown = len(rows), max(height-len(p.rows)-1, 1)
	v.top = max(0, min(v.top, v.rows-v.shown))
	for _, text := range rows[v.top:min(v.top+v.shown, v.rows)] {
		p.rows = append(p.rows, row{text: text})
	}
	if v.rows > v.shown {
		p.help = "Space shows more, Enter hides it"
	}
	return p
}
