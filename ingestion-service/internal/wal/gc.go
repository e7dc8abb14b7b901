package wal

import (
	"encoding/binary"
	"errors"
	"path/filepath"
	"time"

	badger "github.com/dgraph-io/badger/v4"
)

const (
	// discardRatio: consumers trim from the front, so a file is either empty but for a few records or not worth moving.
	discardRatio = 0.9
	// fillerEntryBytes stays below valueThreshold, so that filler never enters the value log.
	fillerEntryBytes = 1000
	fillerTxnEntries = 1000
	// flushWait is how long a collection waits for Badger to flush; what comes later counts in the next one.
	flushWait     = 5 * time.Second
	flushInterval = 5 * time.Millisecond
)

// collect gives the disk back what was trimmed. Badger learns that a value is garbage only when a compaction meets its
// tombstone, and compacts only flushed tables, yet it flushes a table of pointers once in a hundred thousand records. So
// the table is filled up first; this costs memTableBytes of writes for each GCBytes that were trimmed.
func (w *WAL) collect() error {
	started := time.Now()
	before := fileBytes(w.options.Dir)
	if err := w.flushMemTable(); err != nil {
		return err
	}
	if err := w.db.Flatten(1); err != nil {
		return err
	}
	files := 0
	for !w.isClosing() {
		err := w.db.RunValueLogGC(discardRatio)
		if errors.Is(err, badger.ErrNoRewrite) {
			break
		}
		if err != nil {
			return err
		}
		files++
	}
	w.collections.Add(1)
	w.options.Log.Info("collected trimmed batches", "files", files, "file_bytes_before", before,
		"file_bytes", fileBytes(w.options.Dir), "duration_ms", time.Since(started).Milliseconds())
	return nil
}

// flushMemTable overwrites filler keys until Badger starts a new table, and waits until the old ones are flushed.
func (w *WAL) flushMemTable() error {
	pattern := filepath.Join(w.options.Dir, "*.mem")
	old, err := filepath.Glob(pattern)
	if err != nil {
		return err
	}
	filler := make([]byte, fillerEntryBytes)
	for written := 0; written <= memTableBytes && !w.isClosing(); written += fillerTxnEntries * fillerEntryBytes {
		err := w.db.Update(func(txn *badger.Txn) error {
			for number := range uint16(fillerTxnEntries) {
				key := binary.BigEndian.AppendUint16([]byte{prefixFiller}, number)
				if err := txn.Set(key, filler); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for deadline := time.Now().Add(flushWait); time.Now().Before(deadline) && !w.isClosing(); time.Sleep(flushInterval) {
		now, err := filepath.Glob(pattern)
		if err != nil {
			return err
		}
		if !anyIn(old, now) {
			return nil
		}
	}
	return nil
}

func anyIn(old, now []string) bool {
	for _, path := range old {
		for _, other := range now {
			if path == other {
				return true
			}
		}
	}
	return false
}
