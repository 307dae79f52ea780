package file

import (
	"bufio"
	"crypto/sha256"
	"io"
	"os"

	"github.com/xec-sh/xec-go/store/file/format"
)

// commit writes the draft as a whole keyring.enc to f: buckets and records first,
// then the header over them, then the authenticator over the header.
func (d *draft) commit(f *os.File) error {
	d.header.Rows = make([]format.Row, 1<<d.header.Bits)
	if _, err := f.Seek(int64(d.header.Size()), io.SeekStart); err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 256<<10)
	if err := d.writeBuckets(w); err != nil {
		return err
	}
	if err := d.writeRecords(w, f); err != nil {
		return err
	}
	header := d.header.Marshal()
	if _, err := w.Write(d.base.keys.authenticate(header)); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := f.WriteAt(header, 0)
	return err
}

// writeBuckets seals the touched buckets and copies the others, each of which it
// proves by its digest: nothing is signed that was not checked.
func (d *draft) writeBuckets(w *bufio.Writer) error {
	for number := range d.header.Rows {
		sealed, err := d.sealedBucket(number)
		if err != nil {
			return err
		}
		if _, err := w.Write(sealed); err != nil {
			return err
		}
	}
	return nil
}

// sealedBucket gives the bytes of a bucket and sets its row.
func (d *draft) sealedBucket(number int) ([]byte, error) {
	row := &d.header.Rows[number]
	entries, touched := d.touched[number]
	if !touched && d.base.file != nil {
		*row = d.base.header.Rows[number]
		sealed, err := d.base.readAt(d.base.index[number], int64(row.Index))
		if err == nil && sha256.Sum256(sealed) != row.Digest {
			err = d.base.store.damaged(format.KeyringFile, "bucket %d does not have the digest that the header says", number)
		}
		return sealed, err
	}
	plain := make([]format.Entry, len(entries))
	for i := range entries {
		plain[i] = entries[i].Entry
		row.Records += entries[i].RecordsLength()
	}
	sealed := d.base.keys.sealBucket(d.header.Bits, number, format.MarshalBucket(plain))
	row.Index = uint32(len(sealed))
	row.Digest = sha256.Sum256(sealed)
	return sealed, nil
}

// writeRecords writes the records of all buckets. Neighbours in the base are
// copied in one go.
func (d *draft) writeRecords(w *bufio.Writer, f *os.File) error {
	run := copier{base: d.base, w: w, f: f}
	for number := range d.header.Rows {
		entries, touched := d.touched[number]
		if !touched && d.base.file != nil {
			if err := run.add(d.base.records[number], int64(d.header.Rows[number].Records)); err != nil {
				return err
			}
			continue
		}
		if err := run.entries(entries); err != nil {
			return err
		}
	}
	return run.flush()
}

// copier gathers neighbouring parts of the base into one copy.
type copier struct {
	base        *snapshot
	w           *bufio.Writer
	f           *os.File
	start, size int64
}

func (c *copier) entries(entries []draftEntry) error {
	for i := range entries {
		for j, r := range entries[i].records {
			if err := c.record(r, int64(entries[i].Versions[j].Length)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *copier) record(r record, length int64) error {
	if r.fresh == nil {
		return c.add(r.offset, length)
	}
	if err := c.flush(); err != nil {
		return err
	}
	_, err := c.w.Write(r.fresh)
	return err
}

// add takes a part of the base, copying what came before if it is no neighbour.
func (c *copier) add(offset, size int64) error {
	if c.size > 0 && c.start+c.size == offset {
		c.size += size
		return nil
	}
	err := c.flush()
	c.start, c.size = offset, size
	return err
}

// directCopy is the size from which the kernel copies from file to file.
const directCopy = 256 << 10

func (c *copier) flush() error {
	if c.size == 0 {
		return nil
	}
	size := c.size
	c.size = 0
	n, err := c.copy(size)
	if err == nil && n != size {
		return c.base.store.damaged(format.KeyringFile, "cut off")
	}
	return err
}

// copy copies the gathered part. io.Copy from file to file, of which there must
// be no wrapper but a limit, is the kernel's work.
func (c *copier) copy(size int64) (int64, error) {
	if size < directCopy {
		return io.Copy(c.w, io.NewSectionReader(c.base.file, c.start, size))
	}
	if err := c.w.Flush(); err != nil {
		return 0, err
	}
	if _, err := c.base.file.Seek(c.start, io.SeekStart); err != nil {
		return 0, err
	}
	return io.Copy(c.f, io.LimitReader(c.base.file, size))
}
