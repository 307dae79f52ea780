package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPeersTableIsTrue tries xec's own column of the table that sets it beside its peers, and
// compares it with golden/peers.md, as fixtures/peers/README.md says how to make it. Of the
// README every row must be one of that file. A figure is not compared.
func TestPeersTableIsTrue(t *testing.T) {
	stored := peersTable(t, "../../golden/peers.md", "")
	t.Run("README", func(t *testing.T) {
		shown := peersTable(t, "../../README.md", "Beside its peers")
		if len(shown.rows) < 11 {
			t.Errorf("%d rows", len(shown.rows))
		}
		if shown.head != stored.head {
			t.Errorf("the README has the columns %q, and golden/peers.md %q", shown.head, stored.head)
		}
		for title, cells := range shown.rows {
			if cells != stored.rows[title] {
				t.Errorf("%s:\nREADME.md       %s\ngolden/peers.md %s", title, cells, stored.rows[title])
			}
		}
	})
	t.Run("xec", func(t *testing.T) {
		for _, name := range []string{"linux", "bash", "python3", "git"} {
			need(t, name)
		}
		if err := exec.Command("python3", "-c", "import yaml").Run(); err != nil {
			t.Skip("no PyYAML")
		}
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(program(t, "xec"), filepath.Join(dir, "bin", "xec")); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("../../fixtures/peers/compare", "run", dir, "xec").Output()
		if err != nil {
			t.Fatal(err)
		}
		tried := peersRows(t, string(out))
		if len(tried.rows) != len(stored.rows) {
			t.Errorf("%d rows are tried, and %d are stored", len(tried.rows), len(stored.rows))
		}
		for title, got := range tried.rows {
			want, _, _ := strings.Cut(stored.rows[title], " | ")
			switch {
			case strings.HasPrefix(got, "?"):
				t.Logf("%s: not tried on this machine: %s", title, got)
			case figure.ReplaceAllString(got, "") != figure.ReplaceAllString(want, ""):
				t.Errorf("%s: %s, and %s is stored", title, got, want)
			}
		}
	})
}

var figure = regexp.MustCompile(` [0-9.]+( s)?$`)

// peers is a table: its heading, and the cells of each row by its title.
type peers struct {
	head string
	rows map[string]string
}

// peersTable reads the table of a file, or of one section of it.
func peersTable(t *testing.T, path, heading string) peers {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if heading != "" {
		return peersRows(t, section(string(text), heading))
	}
	return peersRows(t, string(text))
}

func peersRows(t *testing.T, text string) peers {
	t.Helper()
	p := peers{rows: map[string]string{}}
	for line := range strings.Lines(text) {
		title, cells, isRow := strings.Cut(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		switch title = strings.TrimSpace(title); {
		case !isRow || !strings.HasPrefix(line, "|"):
		case p.head == "":
			p.head = cells
		default:
			p.rows[title] = strings.TrimSpace(cells)
		}
	}
	if len(p.rows) == 0 {
		t.Fatal("there is no table")
	}
	return p
}
