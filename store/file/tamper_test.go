//go:build !windows

package file

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

// TestTampering alters a store in every way that its format allows for, and makes every
// call on each: a call that depends on what was altered is refused, with the kind of error
// that is due and without a change to any file; any other gives exactly the right answer.
// What is damaged stays so under writes that do not touch it.
func TestTampering(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1) // the same mutants in every run
	mutants := 0
	for name, open := range openings {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, open)
			r := &tampering{fixture: f}
			n := r.run()
			mutants += n
			t.Logf("%d mutants × %d calls: %d refused, %d answered right", n, len(f.calls), r.refused.Load(), r.right.Load())
			if r.refused.Load() < int64(n)/10 || r.right.Load() == 0 {
				t.Error("hardly anything was refused, or nothing answered")
			}
		})
	}
	if t.Logf("%d mutants", mutants); mutants < 10_000 {
		t.Errorf("only %d mutants", mutants)
	}
}

// opening is a store and how it is opened.
type opening struct {
	slots   []format.Kind
	by      format.Kind
	partial bool // what another opening alters too is left out: all but header and key
}

var openings = map[string]opening{
	"keyfile":             {slots: []format.Kind{format.Keyfile}, by: format.Keyfile},
	"passphrase":          {slots: []format.Kind{format.Passphrase}, by: format.Passphrase},
	"both, by keyfile":    {slots: []format.Kind{format.Keyfile, format.Passphrase}, by: format.Keyfile, partial: true},
	"both, by passphrase": {slots: []format.Kind{format.Keyfile, format.Passphrase}, by: format.Passphrase, partial: true},
}

// image is the bytes of a store's files, by their names; "key" is the key file.
type image map[string][]byte

const keyName = "key"

func (m image) with(name string, b []byte) image {
	altered := image{}
	for n, old := range m {
		altered[n] = old
	}
	altered[name] = b
	return altered
}

// recordID is a version of a key.
type recordID struct {
	key    string
	number uint64
}

// damage is what calls may depend on.
type damage struct {
	all     bool
	buckets map[int]bool
	records map[recordID]bool
	signed  bool // the buckets' digests are right: a writer finds out if it opens them
}

// part is a part of keyring.enc; those that are neither a bucket nor a record are what
// everything depends on.
type part struct {
	start, end int
	bucket     int // -1 if it is none
	record     recordID
}

// fixture is a store with three secrets, of which there are six versions, in four buckets.
type fixture struct {
	opening
	t              *testing.T
	opt            Options // of the store that was made; its files are not touched
	image          image
	older, another image // an earlier generation; a store of the same person and key file
	header         *format.Header
	parts          []part
	bucketOf       map[string]int
	newest         map[string]uint64
	calls          []call
	answers        []string         // of the calls, on the store as it is
	after          map[int][]string // the same after a call that writes
}

// value is a value; all have one length, so that records can take each other's places.
func value(key string, n int) secret.Value {
	return secret.Text(fmt.Sprintf("%s%.1s%d", valueMark, key, n))
}

// valueMark begins every value.
const valueMark = "v4lue-"

func newFixture(t *testing.T, o opening) *fixture {
	t.Helper()
	f := &fixture{opening: o, t: t, bucketOf: map[string]int{}, newest: map[string]uint64{}, after: map[int][]string{}}
	f.opt = o.options(t)
	f.older = f.fill(t, f.opt)
	f.image = f.secondHalf(t, f.opt)
	f.parse(t)
	other := o.options(t)
	other.KeyFile = f.opt.KeyFile
	f.fill(t, other)
	f.another = f.secondHalf(t, other)
	f.calls = f.allCalls()
	f.learn(t)
	return f
}

// options are those of a store in a folder that is in memory, where there is one.
func (o opening) options(t *testing.T) Options {
	parent := t.TempDir()
	if shm, err := os.MkdirTemp("/dev/shm", "xec-tamper-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(shm) })
		parent = shm
	}
	home := filepath.Join(parent, ".xec")
	opt := Options{Dir: filepath.Join(home, "secrets"), KeyFile: filepath.Join(home, keyName)}
	opt.derive = func(password, salt []byte, iterations int) ([]byte, error) {
		if iterations < format.MinIterations || iterations > format.MaxIterations {
			t.Errorf("a key is derived with %d iterations", iterations)
		}
		return cheap(password, salt, iterations)
	}
	opt.Now = func() time.Time { return time.UnixMilli(1_700_000_000_000) }
	if o.by == format.Passphrase {
		opt.Passphrase = passphrase("a passphrase")
	}
	return opt
}

// fill makes the store, and gives it with a value of C that is deleted later.
func (o opening) fill(t *testing.T, opt Options) image {
	t.Helper()
	s := Open(opt)
	must(t, s.SetBatch(ctx, map[string]secret.Value{"A": value("A", 1), "B": value("B", 1), "C": value("C", 0), "D": value("D", 1), "E": value("E", 1)}))
	if len(o.slots) > 1 {
		addSlot(t, opt)
	}
	must(t, Open(opt).Set(ctx, "A", value("A", 2)))
	return readImage(t, opt)
}

// secondHalf makes the store what the test is about.
func (o opening) secondHalf(t *testing.T, opt Options) image {
	t.Helper()
	s := Open(opt)
	for _, key := range []string{"C", "D", "E"} {
		must(t, s.Delete(ctx, key))
	}
	must(t, s.Set(ctx, "C", value("C", 1))) // its first version again
	must(t, s.Set(ctx, "B", value("B", 2)))
	must(t, s.Set(ctx, "A", value("A", 3)))
	return readImage(t, opt)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func readImage(t *testing.T, opt Options) image {
	t.Helper()
	m := image{}
	for _, name := range storeFiles {
		b, err := os.ReadFile(filepath.Join(opt.Dir, name))
		must(t, err)
		m[name] = b
	}
	if b, err := os.ReadFile(opt.KeyFile); err == nil {
		m[keyName] = b
	}
	return m
}

// addSlot gives the store the slot that it does not have yet.
func addSlot(t *testing.T, opt Options) {
	t.Helper()
	s := Open(opt)
	must(t, s.read(ctx, func(n *snapshot) error {
		salt, err := readOwn(s.path(format.SaltFile))
		must(t, err)
		have := n.header.Slots[0]
		dataKey, err := openSlot(&have, n.header.StoreID, s.wrapping[have.ID])
		must(t, err)
		added := format.Slot{Kind: format.Passphrase, Iterations: format.MinIterations, ID: format.ID{1}}
		secretOf := []byte("a passphrase")
		if have.Kind == format.Passphrase {
			added.Kind = format.Keyfile
			secretOf, err = s.needKeyFile()
			must(t, err)
			added.KeyID = keyID(secretOf)
		}
		wrapping, err := cheap(secretOf, slices.Concat(salt, added.ID[:]), int(added.Iterations))
		must(t, err)
		must(t, sealSlot(&added, n.header.StoreID, wrapping, dataKey))
		raw, err := os.ReadFile(s.path(format.KeyringFile))
		must(t, err)
		body := raw[n.header.Size() : len(raw)-format.AuthenticatorSize]
		n.header.Slots = append(n.header.Slots, added)
		slices.SortFunc(n.header.Slots, func(a, b format.Slot) int { return int(a.Kind) - int(b.Kind) })
		header := n.header.Marshal()
		return os.WriteFile(s.path(format.KeyringFile), slices.Concat(header, body, n.keys.authenticate(header)), 0o600)
	}))
}

// parse finds out what lies where.
func (f *fixture) parse(t *testing.T) {
	t.Helper()
	must(t, Open(f.opt).read(ctx, func(n *snapshot) error {
		f.header = n.header
		for _, key := range []string{"NONE", "NEW"} {
			f.bucketOf[key] = n.keys.bucket(key, n.header.Bits)
		}
		for i := range n.header.Rows {
			f.parts = append(f.parts, part{start: int(n.index[i]), end: int(n.index[i+1]), bucket: i})
		}
		return n.each(func(number int, entries []format.Entry) error {
			at := int(n.records[number])
			for _, e := range entries {
				f.bucketOf[e.Key], f.newest[e.Key] = number, e.Versions[0].Number
				for _, v := range e.Versions {
					f.parts = append(f.parts, part{at, at + int(v.Length), -1, recordID{e.Key, v.Number}})
					at += int(v.Length)
				}
			}
			return nil
		})
	}))
	if len(f.header.Rows) != 4 || len(f.records()) != 6 || len(f.header.Slots) != len(f.slots) {
		t.Fatalf("%d buckets, %d records, %d slots", len(f.header.Rows), len(f.records()), len(f.header.Slots))
	}
}

// records are the parts that are records.
func (f *fixture) records() []part { return f.parts[len(f.header.Rows):] }

// damageOf tells which parts of the store an image has altered.
func (f *fixture) damageOf(m image) damage {
	d := damage{buckets: map[int]bool{}, records: map[recordID]bool{}}
	for name, good := range f.image {
		switch bad := m[name]; {
		case bytes.Equal(good, bad) && (bad == nil) == (good == nil):
		case name == keyName:
			d.all = d.all || f.by == format.Keyfile
		case name != format.KeyringFile || len(bad) != len(good):
			d.all = true
		default:
			f.compare(&d, good, bad)
		}
	}
	return d
}

func (f *fixture) compare(d *damage, good, bad []byte) {
	for i := range good {
		if good[i] == bad[i] {
			continue
		}
		at := slices.IndexFunc(f.parts, func(p part) bool { return p.start <= i && i < p.end })
		switch {
		case at < 0:
			d.all = true
		case f.parts[at].bucket >= 0:
			d.buckets[f.parts[at].bucket] = true
		default:
			d.records[f.parts[at].record] = true
		}
	}
}

// call is a call of a store. It gives its answer as a text; an error that is neither of
// kind secret.Encryption nor secret.Permission is an answer too.
type call struct {
	name   string
	do     func(*Store) (string, error)
	needs  func(damage) bool
	writes bool
}

// allCalls are all calls there are. Whoever adds a method to the store, as one that
// verifies it, adds it here.
func (f *fixture) allCalls() []call {
	keys := []string{"A", "B", "C", "NONE"}
	get := func(key string) call {
		return call{"Get " + key, func(s *Store) (string, error) {
			v, err := s.Get(ctx, key)
			return string(v.Reveal()), err
		}, f.values(key), false}
	}
	calls := []call{ // first those that together tell all there is
		{"List", func(s *Store) (string, error) { return answer(s.List(ctx)) }, anyBucket, false},
		{"Describe", func(s *Store) (string, error) { return answer(s.Describe(ctx)) }, anyBucket, false},
		{"GetBatch", func(s *Store) (string, error) { return revealed(s.GetBatch(ctx, keys)) }, f.values(keys...), false},
		{"Has B", func(s *Store) (string, error) { return answer(s.Has(ctx, "B")) }, f.bucketsOf("B"), false},
		{"Versions A", func(s *Store) (string, error) { return answer(s.Versions(ctx, "A")) }, f.bucketsOf("A"), false},
		get("A"), get("B"), get("C"), get("NONE"),
		{"Slots", func(s *Store) (string, error) { return answer(s.Slots(ctx)) }, nothing, false},
		{"Verify", verified, anything, false},
	}
	write := func(name string, do func(*Store) error, keys ...string) {
		needs := func(d damage) bool { return f.bucketsOf(keys...)(d) || anyBucket(d) && !d.signed }
		calls = append(calls, call{name, func(s *Store) (string, error) { return "", do(s) }, needs, true})
	}
	write("Set A", func(s *Store) error { return s.Set(ctx, "A", value("A", 9)) }, "A")
	write("SetBatch", func(s *Store) error {
		return s.SetBatch(ctx, map[string]secret.Value{"B": value("B", 9), "NEW": value("N", 1)})
	}, "B", "NEW")
	write("Add NEW", func(s *Store) error { return s.Add(ctx, "NEW", value("N", 1)) }, "NEW")
	write("Delete B", func(s *Store) error { return s.Delete(ctx, "B") }, "B")
	write("Rollback A", func(s *Store) error { _, err := s.Rollback(ctx, "A", 1); return err }, "A")
	whole := calls[len(calls)-1].needs
	calls[len(calls)-1].needs = func(d damage) bool { return whole(d) || d.records[recordID{"A", 1}] }
	write("Add A", func(s *Store) error { return s.Add(ctx, "A", value("A", 9)) })
	calls[len(calls)-1].needs = f.bucketsOf("A") // it finds the key there, and writes nothing
	write("AddSlot", func(s *Store) error {
		_, err := s.AddSlot(ctx, NewSlot{Kind: format.Recovery, Show: keep(nil)})
		return err
	})
	if len(f.slots) == 1 { // else the secret of the other one is not at hand
		write("Rekey", func(s *Store) error { return s.Rekey(ctx, 0, nil) })
		calls[len(calls)-1].needs = anything
	}
	return calls
}

// verified is the answer of Verify, which gives what is damaged and no error.
func verified(s *Store) (string, error) {
	found, err := s.Verify(ctx)
	if err == nil && len(found.Damage) > 0 {
		err = secret.Errorf(secret.Encryption, "%v", found.Damage)
	}
	return fmt.Sprint(found.Keys, found.Versions, found.Lost), err
}

// anything is what Verify depends on, and a call that seals all anew.
func anything(d damage) bool { return len(d.buckets)+len(d.records) > 0 }

func nothing(damage) bool { return false }

func answer[T any](v T, err error) (string, error) { return fmt.Sprint(v), err }

func revealed(values map[string]secret.Value, err error) (string, error) {
	var lines []string
	for key, v := range values {
		lines = append(lines, key+"="+string(v.Reveal()))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n"), err
}

func anyBucket(d damage) bool { return len(d.buckets) > 0 }

func (f *fixture) bucketsOf(keys ...string) func(damage) bool {
	return func(d damage) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return d.buckets[f.bucketOf[key]] })
	}
}

func (f *fixture) values(keys ...string) func(damage) bool {
	return func(d damage) bool {
		return f.bucketsOf(keys...)(d) || slices.ContainsFunc(keys, func(key string) bool { return d.records[recordID{key, f.newest[key]}] })
	}
}

// learn notes the answers of the store as it is, and after each call that writes.
func (f *fixture) learn(t *testing.T) {
	t.Helper()
	w := f.newWorker()
	for i, c := range f.calls {
		w.build(mutant{image: f.image})
		answer, refused := w.ask(c)
		if refused != nil {
			t.Fatalf("%s of a whole store: %v", c.name, refused)
		}
		f.answers = append(f.answers, answer)
		if c.writes {
			f.after[i] = w.readings()
		}
	}
}

// worker has a folder in which a mutant is built.
type worker struct {
	*fixture
	opt Options
}

func (f *fixture) newWorker() *worker {
	w := &worker{fixture: f, opt: f.options(f.t)}
	w.opt.KeyFile = filepath.Join(filepath.Dir(w.opt.Dir), keyName)
	return w
}

// build makes the mutant anew.
func (w *worker) build(m mutant) {
	home := filepath.Dir(w.opt.Dir)
	os.Chmod(w.opt.Dir, 0o700) // so that it can be removed
	err := errors.Join(os.RemoveAll(home), os.Mkdir(home, 0o700), os.Mkdir(w.opt.Dir, 0o700))
	for name, b := range m.image {
		if b != nil {
			err = errors.Join(err, os.WriteFile(w.path(name), b, 0o600))
		}
	}
	if err == nil && m.spoil != nil {
		err = m.spoil(w)
	}
	if err != nil {
		w.t.Errorf("%s: %v", m.name, err)
	}
}

func (w *worker) path(name string) string {
	if name == keyName {
		return w.opt.KeyFile
	}
	return filepath.Join(w.opt.Dir, name)
}

// ask makes a call. Its answer holds what is no refusal.
func (w *worker) ask(c call) (answer string, refused error) {
	answer, err := c.do(Open(w.opt))
	if errors.Is(err, secret.Encryption) || errors.Is(err, secret.Permission) {
		return answer, err
	}
	return fmt.Sprintf("%s %v", answer, err), nil
}

// readings gives all that the store tells; what is refused is "".
func (w *worker) readings() (all []string) {
	for _, c := range w.calls[:3] {
		answer, err := w.ask(c)
		if err != nil {
			answer = ""
		}
		all = append(all, answer)
	}
	return all
}

// state is everything that a refusal must not change: names, kinds, modes and contents.
func (w *worker) state() string {
	var b strings.Builder
	note := func(path string) {
		info, err := os.Lstat(path)
		if err != nil {
			fmt.Fprintln(&b, path, err)
			return
		}
		fmt.Fprintln(&b, path, info.Mode())
		if info.Mode().IsRegular() {
			content, _ := os.ReadFile(path)
			b.Write(content)
		}
	}
	for _, folder := range []string{filepath.Dir(w.opt.Dir), w.opt.Dir} {
		entries, _ := os.ReadDir(folder)
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), ".lock") && !strings.Contains(e.Name(), "seen") {
				note(filepath.Join(folder, e.Name()))
			}
		}
	}
	return b.String()
}

// tampering tries mutants.
type tampering struct {
	*fixture
	refused, right atomic.Int64
	faults         atomic.Int64
}

// run tries all mutants, on all processors, and gives their number.
func (r *tampering) run() (n int) {
	mutants := make(chan mutant, 64)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		w := r.newWorker()
		wg.Go(func() {
			for m := range mutants {
				if r.faults.Load() < 20 {
					r.try(w, m)
				}
			}
			w.build(mutant{image: r.image})
		})
	}
	r.mutants(func(m mutant) {
		n++
		if !underRace || n%10 == 0 {
			mutants <- m
		}
	})
	close(mutants)
	wg.Wait()
	return n
}

// fault tells what is wrong with a mutant, never what a call has answered.
func (r *tampering) fault(m mutant, c call, format string, args ...any) {
	r.faults.Add(1)
	r.t.Errorf("%s: %s: %s", m.name, c.name, fmt.Sprintf(format, args...))
}

func (r *tampering) try(w *worker, m mutant) {
	w.build(m)
	before := w.state()
	r.look(w, m)
	for i, c := range r.calls {
		answer, err := w.ask(c)
		if needs := m.damage.all || c.needs(m.damage); needs != (err != nil) {
			r.fault(m, c, "depends on what was altered: %v; error %v", needs, err)
		}
		switch {
		case err == nil && answer != r.answers[i]:
			r.fault(m, c, "not the right answer")
		case err != nil && !errors.Is(err, m.kind):
			r.fault(m, c, "an error of kind %v, not %v: %v", secret.KindOf(err), m.kind, err)
		case err != nil && tells(err):
			r.fault(m, c, "the error holds a value")
		}
		if err == nil {
			r.right.Add(1)
		} else {
			r.refused.Add(1)
		}
		if err == nil && c.writes {
			r.written(w, m, c, i)
			w.build(m)
		} else if !m.damage.all && w.state() != before {
			r.fault(m, c, "changed files")
			w.build(m)
		}
	}
	if w.state() != before {
		r.fault(m, call{name: "all calls"}, "changed files")
	}
}

// look looks at the mutant from outside.
func (r *tampering) look(w *worker, m mutant) {
	look := call{name: "Look"}
	report := Open(w.opt).Look()
	if m.spoil != nil && m.damage.all && len(report.Problems)+len(report.Warnings) == 0 {
		r.fault(m, look, "no problem")
	}
	if slices.ContainsFunc(slices.Concat(report.Problems, report.Warnings), tells) {
		r.fault(m, look, "an error holds a value")
	}
}

// tells reports whether an error, or its hint, holds a value.
func tells(err error) bool { return strings.Contains(err.Error()+secret.Hint(err), valueMark) }

// written looks at what a write has left: what it should, and the damage where it was.
func (r *tampering) written(w *worker, m mutant, c call, i int) {
	readings := w.readings()
	if m.damage.signed && readings[0] != "" {
		r.fault(m, c, "buckets were damaged and are not afterwards")
	}
	for j, got := range readings {
		if want := r.after[i][j]; got != want && (got != "" || !r.calls[j].needs(m.damage)) {
			r.fault(m, c, "a wrong answer of %s afterwards", r.calls[j].name)
		}
	}
	for name, b := range m.image {
		if name == format.KeyringFile || m.spoil != nil {
			continue
		}
		if now, err := os.ReadFile(w.path(name)); !bytes.Equal(now, b) {
			r.fault(m, c, "changed %s, error %v", name, err)
		}
	}
	for id := range m.damage.records {
		versions, err := Open(w.opt).Versions(ctx, id.key)
		if errors.Is(err, secret.NotFound) {
			continue
		}
		_, err = Open(w.opt).Rollback(ctx, id.key, id.number)
		if !errors.Is(err, secret.Encryption) {
			r.fault(m, c, "version %d of %s, of %d that are kept, was damaged and is not afterwards: error %v", id.number, id.key, len(versions), err)
		}
	}
}
