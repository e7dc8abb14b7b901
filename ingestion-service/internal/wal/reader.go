package wal

import (
	"bytes"

	badger "github.com/dgraph-io/badger/v4"
)

// Page limits one read.
type Page struct {
	// Bytes of stored values; a larger one comes alone.
	Bytes int
	// Records at most; 0 means no limit.
	Records int
	// Last is the newest key that may come; zero means the newest of all.
	Last Key
}

// Extent is what a page would hold, so that its memory can be reserved before it is read.
type Extent struct {
	// Stored is the bytes of the records, Raw of the messages in them, RawMax of the largest.
	Stored, Raw, RawMax int
	// Last is the newest of Records records.
	Last    Key
	Records int
}

// Measure says what Read would return, and copies nothing.
func (w *WAL) Measure(after Key, page Page) (Extent, error) {
	var extent Extent
	err := w.walk(after, page, func(key Key, item *badger.Item) bool {
		extent.Records++
		extent.Last = key
		extent.Stored += int(item.EstimatedSize())
		// one that cannot be read is skipped, and told, when it is to be copied
		_ = item.Value(func(value []byte) error {
			raw := rawBytes(value)
			extent.Raw, extent.RawMax = extent.Raw+raw, max(extent.RawMax, raw)
			return nil
		})
		return true
	})
	return extent, err
}

// Read copies out the durable records after a key, in order. Fewer than the page could hold means that there are no
// more for now. A record that cannot be read is skipped, counted and logged: it must not hold up the rest.
func (w *WAL) Read(after Key, page Page) ([]Record, error) {
	var records []Record
	err := w.walk(after, page, func(key Key, item *badger.Item) bool {
		record, ok := w.copyOut(key, item)
		if ok {
			records = append(records, record)
		}
		return ok
	})
	return records, err
}

// walk visits the records of a page; visit says whether one counts.
func (w *WAL) walk(after Key, page Page, visit func(Key, *badger.Item) bool) error {
	head, tail := w.ends()
	newest := head.key
	if !page.Last.IsZero() && page.Last.Compare(newest) < 0 {
		newest = page.Last
	}
	if tail.key.Compare(after) > 0 {
		after = tail.key // what may still lie there is being deleted
	}
	if newest.Compare(after) <= 0 {
		return nil
	}
	return w.db.View(func(txn *badger.Txn) error {
		iterator := txn.NewIterator(badger.IteratorOptions{Prefix: []byte{prefixRecord}})
		defer iterator.Close()
		size, visited := 0, 0
		for iterator.Seek(recordKey(after)); iterator.Valid(); iterator.Next() {
			item := iterator.Item()
			key := Key(item.Key()[1:])
			if key == after {
				continue
			}
			if key.Compare(newest) > 0 {
				return nil
			}
			size += int(item.EstimatedSize())
			if visited > 0 && size > page.Bytes {
				return nil
			}
			if visit(key, item) {
				visited++
			}
			if visited == page.Records && page.Records > 0 {
				return nil
			}
		}
		return nil
	})
}

func (w *WAL) copyOut(key Key, item *badger.Item) (Record, bool) {
	var record Record
	err := item.Value(func(value []byte) error {
		var err error
		record, err = parseRecord(key, bytes.Clone(value))
		return err
	})
	if err != nil {
		w.ReportDamage(key, err)
		return Record{}, false
	}
	return record, true
}

// ReportDamage counts and logs a record that cannot be used.
func (w *WAL) ReportDamage(key Key, err error) {
	w.damagedReads.Add(1)
	w.options.Log.Error("a stored batch cannot be read and is skipped", "key", key[:], "error", err.Error())
}

// Waiting is what lies behind a record that was read.
func (w *WAL) Waiting(read Record) Totals {
	head, _ := w.ends()
	return head.minus(read.Totals)
}
