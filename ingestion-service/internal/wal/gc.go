package wal

import (
	"encoding/binary"
	"errors"
	"path/filepath"
	"slices"
	"time"

	badger "github.com/dgraph-io/badger/v4"
)

const (
	// discardRatio: consumers trim from the front, so a file is either empty but for a few records or not worth moving.
	discardRatio = 0.9
	// fillerEntryBytes stays below valueThreshold, so that filler never enters the value log.
	fillerEntryBytes = 1000
	// fillerTxnEntries keeps a transaction below Badger's limit of 15 % of a table.
	fillerTxnEntries = 1000
	// fillerTxnsMax is twice what fills a table.
	fillerTxnsMax = 2 * memTableBytes / (fillerEntryBytes * fillerTxnEntries)
	// flushWait is how long a collection waits for Badger to flush and compact; what is late counts in the next one.
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
	w.await(func() bool { return w.db.Levels()[0].NumTables == 0 }) // compacted as soon as there is one, see Open
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
	old := w.memTables()
	filler := make([]byte, fillerEntryBytes)
	for range fillerTxnsMax {
		if w.isClosing() || anyNotIn(w.memTables(), old) {
			break
		}
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
	w.await(func() bool {
		now := w.memTables()
		return !slices.ContainsFunc(old, func(path string) bool { return slices.Contains(now, path) })
	})
	return nil
}

// memTables lists the files behind Badger's tables in memory; one goes away when its table is flushed.
func (w *WAL) memTables() []string {
	paths, err := filepath.Glob(filepath.Join(w.options.Dir, "*.mem"))
	if err != nil {
		panic("the pattern is constant: " + err.Error())
	}
	return paths
}

func anyNotIn(now, old []string) bool {
	return slices.ContainsFunc(now, func(path string) bool { return !slices.Contains(old, path) })
}

// await waits a little for something that Badger does on its own.
func (w *WAL) await(holds func() bool) {
	for deadline := time.Now().Add(flushWait); !holds() && time.Now().Before(deadline) && !w.isClosing(); {
		time.Sleep(flushInterval)
	}
}
