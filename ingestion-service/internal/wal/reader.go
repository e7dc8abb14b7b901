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
}

// Read copies out the durable records after a key, in order. Fewer than the page could hold means that there are no
// more for now. A record that cannot be read is skipped, counted and logged: it must not hold up the rest.
func (w *WAL) Read(after Key, page Page) ([]Record, error) {
	head, tail := w.ends()
	newest := head.key
	if tail.key.Compare(after) > 0 {
		after = tail.key // what may still lie there is being deleted
	}
	if newest.Compare(after) <= 0 {
		return nil, nil
	}
	var records []Record
	err := w.db.View(func(txn *badger.Txn) error {
		iterator := txn.NewIterator(badger.IteratorOptions{Prefix: []byte{prefixRecord}})
		defer iterator.Close()
		size := 0
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
			if len(records) > 0 && size > page.Bytes {
				return nil
			}
			if record, ok := w.copyOut(key, item); ok {
				records = append(records, record)
			}
			if len(records) == page.Records && page.Records > 0 {
				return nil
			}
		}
		return nil
	})
	return records, err
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
