package file

import (
	"bufio"
	"crypto/sha256"
	"io"
	"os"

	"github.com/xec-sh/xec-go/store/file/format"
)

// commit writes the draft as a whole keyring.enc to f: buckets and records side by
// side, then the header over them, then the authenticator over the header.
func (d *draft) commit(f *os.File) error {
	sealed := d.seal()
	records := int64(d.header.Size())
	for i := range d.header.Rows {
		records += int64(d.header.Rows[i].Index)
	}
	copied := make(chan error, 1)
	go func() { copied <- buffered(f, records, d.writeRecords) }()
	err := buffered(f, int64(d.header.Size()), func(w *bufio.Writer) error { return d.writeBuckets(w, sealed) })
	if copyErr := <-copied; err == nil {
		err = copyErr
	}
	if err != nil {
		return err
	}
	header := d.header.Marshal()
	if _, err := f.WriteAt(header, 0); err != nil {
		return err
	}
	_, err = f.WriteAt(d.keys.authenticate(header), d.header.FileSize()-format.AuthenticatorSize)
	return err
}

// buffered calls write with a buffer in front of f at offset.
func buffered(f *os.File, offset int64, write func(*bufio.Writer) error) error {
	w := bufio.NewWriterSize(io.NewOffsetWriter(f, offset), 256<<10)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}

// untouched reports whether a bucket is as in the base.
func (d *draft) untouched(number int) bool {
	_, touched := d.touched[number]
	return !touched && d.base.file != nil
}

// seal sets all rows and gives the sealed bytes of the touched buckets.
func (d *draft) seal() map[int][]byte {
	d.header.Rows = make([]format.Row, 1<<d.header.Bits)
	sealed := make(map[int][]byte, len(d.touched))
	for number := range d.header.Rows {
		row := &d.header.Rows[number]
		if d.untouched(number) {
			*row = d.base.header.Rows[number]
			continue
		}
		entries := d.touched[number]
		plain := make([]format.Entry, len(entries))
		for i := range entries {
			plain[i] = entries[i].Entry
			row.Records += entries[i].RecordsLength()
		}
		b := d.keys.sealBucket(d.header.Bits, number, format.MarshalBucket(plain))
		row.Index, row.Digest = uint32(len(b)), sha256.Sum256(b)
		sealed[number] = b
	}
	return sealed
}

// writeBuckets writes the touched buckets and copies the others, each of which it
// proves by its digest: nothing is signed that was not checked.
func (d *draft) writeBuckets(w *bufio.Writer, sealed map[int][]byte) error {
	var buf []byte
	for number := range d.header.Rows {
		b, touched := sealed[number]
		if !touched {
			var err error
			if buf, err = d.base.sealedBucket(number, buf); err != nil {
				return err
			}
			b = buf
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// writeRecords writes the records of all buckets. Neighbours in the base are
// copied in one go.
func (d *draft) writeRecords(w *bufio.Writer) error {
	run := copier{base: d.base, keys: d.keys, w: w}
	for number := range d.header.Rows {
		if d.untouched(number) {
			if err := run.add(d.base.records[number], int64(d.header.Rows[number].Records)); err != nil {
				return err
			}
			continue
		}
		if err := run.entries(d.touched[number]); err != nil {
			return err
		}
	}
	return run.flush()
}

// copier gathers neighbouring parts of the base into one copy.
type copier struct {
	base        *snapshot
	keys        *keys // of the new file
	w           *bufio.Writer
	start, size int64
}

func (c *copier) entries(entries []draftEntry) error {
	for i := range entries {
		e := &entries[i]
		for j, r := range e.records {
			if err := c.record(r, e.Key, e.Versions[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *copier) record(r record, key string, v format.Version) error {
	if r.fresh == nil && !r.reseal {
		return c.add(r.offset, int64(v.Length))
	}
	if err := c.flush(); err != nil {
		return err
	}
	if r.reseal {
		value, err := c.base.value(key, format.Version{Number: v.Number, Length: v.Length, Nonce: r.old}, r.offset)
		if err != nil {
			return err
		}
		defer clear(value)
		r.fresh = c.keys.sealRecord(key, v.Number, v.Nonce, value)
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

func (c *copier) flush() error {
	if c.size == 0 {
		return nil
	}
	size := c.size
	c.size = 0
	n, err := c.w.ReadFrom(io.NewSectionReader(c.base.file, c.start, size))
	if err == nil && n != size {
		return c.base.store.damaged(format.KeyringFile, "cut off")
	}
	return err
}
