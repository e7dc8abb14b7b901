package wal

import (
	"context"
	"fmt"
	"sync"
	"time"

	badger "github.com/dgraph-io/badger/v4"
)

// waiting is a record on its way to the disk.
type waiting struct {
	record *NewRecord
	err    error
	done   chan struct{}
	key    Key
}

var waitingPool = sync.Pool{New: func() any { return &waiting{done: make(chan struct{}, 1)} }}

// Append stores a record and returns its key after the fsync. It waits while the queue is full, as long as ctx lasts;
// once queued it does not give up, for then nobody knows whether the record is stored. The record is released.
func (w *WAL) Append(ctx context.Context, record *NewRecord) (Key, error) {
	entry := waitingPool.Get().(*waiting)
	entry.record, entry.err, entry.key = record, nil, Key{}
	if err := w.enqueue(ctx, entry); err != nil {
		record.Release()
		return Key{}, err
	}
	<-entry.done
	key, err := entry.key, entry.err
	record.Release()
	entry.record = nil
	waitingPool.Put(entry)
	return key, err
}

func (w *WAL) enqueue(ctx context.Context, entry *waiting) error {
	w.appending.RLock()
	defer w.appending.RUnlock()
	if w.closed {
		return ErrClosed
	}
	select {
	case w.queue <- entry:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the write-ahead log is busy: %w", context.Cause(ctx))
	}
}

// runWriter is the one writer of records: it groups what waits into one transaction and one fsync.
func (w *WAL) runWriter() {
	defer w.tasks.Done()
	writer := writer{wal: w, space: space{dir: w.options.Dir, bytesMin: w.options.FreeBytesMin}, folder: folder{dir: w.options.Dir}}
	for {
		select {
		case first := <-w.queue:
			writer.write(first)
		case <-w.closing:
			for { // Close has locked out new ones
				select {
				case first := <-w.queue:
					writer.write(first)
				default:
					return
				}
			}
		}
	}
}

type writer struct {
	wal    *WAL
	space  space
	folder folder
	group  []*waiting
}

// write stores a group that begins with first, and answers all that wait for it.
func (w *writer) write(first *waiting) {
	w.group = append(w.group[:0], first)
	bytes := len(first.record.value)
fill:
	for len(w.group) < groupRecordsMax && bytes < groupBytesMax {
		select {
		case entry := <-w.wal.queue:
			w.group = append(w.group, entry)
			bytes += len(entry.record.value)
		default:
			break fill
		}
	}
	if err := w.store(); err != nil {
		for _, entry := range w.group {
			if entry.err == nil {
				entry.err = err
			}
		}
	}
	for i, entry := range w.group {
		w.group[i] = nil
		entry.done <- struct{}{}
	}
}

// store gives keys, commits and publishes. Entries that do not fit get their own error; a returned one is for all.
func (w *writer) store() error {
	wal := w.wal
	select {
	case <-wal.failed:
		return wal.fail(nil)
	default:
	}
	head, tail := wal.ends()
	if err := w.space.check(); err != nil {
		wal.wakeTrimmer() // perhaps there is something to collect
		return err
	}
	now := wal.options.Now().UnixMilli()
	txn := wal.db.NewTransaction(true)
	defer txn.Discard()
	stored := 0
	for _, entry := range w.group {
		if live := head.Bytes - tail.Bytes; live+entry.record.payloadBytes() > wal.options.BytesMax {
			entry.err = &FullError{LiveBytes: live, BytesMax: wal.options.BytesMax}
			continue
		}
		head.key = next(head.key, now, entry.record.items)
		head.Totals = entry.record.seal(head.Totals)
		entry.key = head.key
		if err := txn.SetEntry(badger.NewEntry(recordKey(head.key), entry.record.value)); err != nil {
			return wal.fail(err)
		}
		stored++
	}
	if stored == 0 {
		return nil
	}
	started := time.Now()
	if err := txn.Commit(); err != nil {
		return wal.fail(err)
	}
	if wal.badgerLog.syncFailed.Load() {
		return wal.fail(fmt.Errorf("the value log could not be synced"))
	}
	if err := w.folder.sync(); err != nil {
		return wal.fail(err)
	}
	wal.publish(head)
	wal.options.OnCommit(stored, time.Since(started))
	return nil
}

// publish makes the group visible to readers and wakes those that wait.
func (w *WAL) publish(head position) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.head = head
	close(w.changed)
	w.changed = make(chan struct{})
}

// fail ends writing for good, and returns the reason of the first call.
func (w *WAL) fail(reason error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failure == nil {
		w.failure = &WriteError{Reason: reason}
		w.options.Log.Error("the write-ahead log failed", "error", reason.Error())
		close(w.failed)
	}
	return w.failure
}
