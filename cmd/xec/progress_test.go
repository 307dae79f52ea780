package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgressIsForLongWork(t *testing.T) {
	for name, test := range map[string]struct {
		terminal bool
		takes    time.Duration
		shown    int
	}{
		"short":       {true, 900 * time.Millisecond, 0},
		"long":        {true, 1500 * time.Millisecond, 3},
		"no terminal": {false, time.Minute, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			var screen bytes.Buffer
			a := &app{err: &screen, errTerminal: test.terminal}
			end := a.progress(func() string { return "at\nwork" })
			time.Sleep(test.takes)
			end()
			end()
			time.Sleep(time.Minute)
			if n := strings.Count(screen.String(), "xec: at\\nwork"); n != test.shown {
				t.Errorf("%s: told %d times, want %d", name, n, test.shown)
			}
			if test.shown > 0 && !strings.HasSuffix(screen.String(), "\r\x1b[K") || test.shown == 0 && screen.Len() > 0 {
				t.Errorf("%s: something is left on the screen", name)
			}
		})
	}
}

func TestProgressGivesWayToAQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var screen bytes.Buffer
		a := &app{err: &screen, errTerminal: true}
		defer a.progress(func() string { return "work" })()
		time.Sleep(1500 * time.Millisecond)
		again := a.pauseProgress()
		synctest.Wait()
		before := screen.Len()
		if !strings.HasSuffix(screen.String(), "\r\x1b[K") {
			t.Error("the line is not free")
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if screen.Len() != before {
			t.Error("something is written into the question")
		}
		again()
		time.Sleep(time.Second)
		synctest.Wait()
		if screen.Len() == before {
			t.Error("it does not go on")
		}
	})
}
