package wal

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"time"

	badger "github.com/dgraph-io/badger/v4"
)

const (
	// trimSliceRecords is how many records one transaction deletes, so that appends get their turn.
	trimSliceRecords = 1000
	// gcInterval is how often files are looked at although little was trimmed.
	gcInterval = 10 * time.Minute
)

// consumer is one that confirms what it has on disk.
type consumer struct {
	confirmed    Key
	seenUnixNano int64
}

// Consumer is a registered reader.
type Consumer struct {
	ID           string
	Confirmed    Key
	SeenUnixNano int64
}

// Register makes sure that nothing behind after is trimmed before the consumer confirms it. A consumer that asks for
// less than it has confirmed, because it was restored, holds the log from there again.
func (w *WAL) Register(id string, after Key) error {
	w.trimMu.Lock()
	defer w.trimMu.Unlock()
	known, found := w.consumers[id]
	if !found && len(w.consumers) >= consumersMax {
		return ErrTooManyConsumers
	}
	if found && known.confirmed.Compare(after) <= 0 {
		known.seenUnixNano = w.options.Now().UnixNano()
		w.consumers[id] = known // the time alone is not worth an fsync
		return nil
	}
	return w.putConsumer(id, consumer{confirmed: after, seenUnixNano: w.options.Now().UnixNano()})
}

// Confirm says that a consumer has everything up to a key on its disk, and returns what all consumers have.
func (w *WAL) Confirm(id string, upTo Key) (Key, error) {
	w.trimMu.Lock()
	defer w.trimMu.Unlock()
	known, found := w.consumers[id]
	if !found {
		return Key{}, ErrUnknownConsumer
	}
	if head, _ := w.ends(); upTo.Compare(head.key) > 0 {
		return Key{}, ErrAhead
	}
	if known.confirmed.Compare(upTo) < 0 {
		if err := w.putConsumer(id, consumer{confirmed: upTo, seenUnixNano: w.options.Now().UnixNano()}); err != nil {
			return Key{}, err
		}
	}
	return w.trimmable(), w.advanceTail()
}

// Remove forgets a consumer.
func (w *WAL) Remove(id string) (bool, error) {
	w.trimMu.Lock()
	defer w.trimMu.Unlock()
	if _, found := w.consumers[id]; !found {
		return false, nil
	}
	err := w.db.Update(func(txn *badger.Txn) error { return txn.Delete(consumerKey(id)) })
	if err != nil {
		return false, err
	}
	delete(w.consumers, id)
	return true, w.advanceTail()
}

// Consumers returns the registered consumers by name.
func (w *WAL) Consumers() []Consumer {
	w.trimMu.Lock()
	defer w.trimMu.Unlock()
	list := make([]Consumer, 0, len(w.consumers))
	for id, known := range w.consumers {
		list = append(list, Consumer{ID: id, Confirmed: known.confirmed, SeenUnixNano: known.seenUnixNano})
	}
	slices.SortFunc(list, func(a, b Consumer) int { return strings.Compare(a.ID, b.ID) })
	return list
}

func consumerKey(id string) []byte { return append([]byte{prefixConsumer}, id...) }

// putConsumer stores a consumer; w.trimMu is held.
func (w *WAL) putConsumer(id string, known consumer) error {
	value := binary.BigEndian.AppendUint64(slices.Clone(known.confirmed[:]), uint64(known.seenUnixNano))
	err := w.db.Update(func(txn *badger.Txn) error { return txn.Set(consumerKey(id), value) })
	if err == nil {
		w.consumers[id] = known
	}
	return err
}

func (w *WAL) loadConsumers(txn *badger.Txn) error {
	options := badger.IteratorOptions{Prefix: []byte{prefixConsumer}}
	iterator := txn.NewIterator(options)
	defer iterator.Close()
	for iterator.Rewind(); iterator.Valid(); iterator.Next() {
		id := string(iterator.Item().Key()[1:])
		err := iterator.Item().Value(func(value []byte) error {
			if len(value) != KeyBytes+8 {
				return ErrNewer
			}
			w.consumers[id] = consumer{
				confirmed:    Key(value[:KeyBytes]),
				seenUnixNano: int64(binary.BigEndian.Uint64(value[KeyBytes:])),
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// trimmable is the lowest confirmed key; zero while there is no consumer. w.trimMu is held.
func (w *WAL) trimmable() Key {
	if len(w.consumers) == 0 {
		return Key{}
	}
	return slices.MinFunc(slices.Collect(maps.Values(w.consumers)), func(a, b consumer) int {
		return a.confirmed.Compare(b.confirmed)
	}).confirmed
}

// advanceTail moves the tail to what may be trimmed, durably; the trimmer deletes behind it. w.trimMu is held.
func (w *WAL) advanceTail() error {
	target := w.trimmable()
	_, tail := w.ends()
	if w.options.KeepAll || target.Compare(tail.key) <= 0 {
		return nil
	}
	err := w.db.Update(func(txn *badger.Txn) error {
		// a span key confirms the batches before its own
		last, found, err := lastRecord(txn, target)
		if err != nil || !found || last.key.Compare(tail.key) <= 0 {
			return err
		}
		tail = last
		return txn.Set([]byte{prefixTail}, tail.bytes())
	})
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.tail = tail
	w.mu.Unlock()
	w.wakeTrimmer()
	return nil
}

func (w *WAL) wakeTrimmer() {
	select {
	case w.trimWake <- struct{}{}:
	default:
	}
}

// runTrimmer deletes what lies before the tail and collects the files that this empties.
func (w *WAL) runTrimmer() {
	defer w.tasks.Done()
	timer := time.NewTicker(gcInterval)
	defer timer.Stop()
	trimmer := trimmer{wal: w}
	if live, files := w.Status().Live.Bytes, w.FileBytes(); files > live+w.options.GCBytes {
		trimmer.collectable = files - live // what the process before did not get to
	}
	for {
		due := false
		select {
		case <-w.closing:
			return
		case <-w.failed:
			return
		case <-w.trimWake:
		case <-timer.C:
			due = true
		}
		if err := trimmer.run(due); err != nil {
			w.options.Log.Error("trimming failed and is tried again", "error", err.Error())
		}
	}
}

type trimmer struct {
	wal *WAL
	// deleted is the newest record that is gone; seeking behind it skips the tombstones.
	deleted Key
	// collectable is what was deleted since the last collection.
	collectable uint64
}

func (t *trimmer) run(due bool) error {
	for !t.wal.isClosing() {
		more, err := t.deleteSlice()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	low := (&space{dir: t.wal.options.Dir, bytesMin: t.wal.options.FreeBytesMin}).check() != nil
	if t.collectable >= t.wal.options.GCBytes || (t.collectable > 0 && (due || low)) {
		if err := t.wal.collect(); err != nil {
			return err
		}
		t.collectable = 0
	}
	return nil
}

// deleteSlice deletes some records before the tail, and says whether there may be more.
func (t *trimmer) deleteSlice() (bool, error) {
	_, end := t.wal.ends()
	tail := end.key
	if tail.Compare(t.deleted) <= 0 {
		return false, nil
	}
	var keys [][]byte
	var size uint64
	err := t.wal.db.View(func(txn *badger.Txn) error {
		iterator := txn.NewIterator(badger.IteratorOptions{Prefix: []byte{prefixRecord}})
		defer iterator.Close()
		for iterator.Seek(recordKey(t.deleted)); iterator.Valid() && len(keys) < trimSliceRecords; iterator.Next() {
			item := iterator.Item()
			if Key(item.Key()[1:]).Compare(tail) > 0 {
				return nil
			}
			keys = append(keys, item.KeyCopy(nil))
			size += uint64(item.EstimatedSize())
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	if len(keys) == 0 {
		t.deleted = tail
		return false, nil
	}
	err = t.wal.db.Update(func(txn *badger.Txn) error {
		for _, key := range keys {
			if err := txn.Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	t.deleted = Key(keys[len(keys)-1][1:])
	t.collectable += size
	return true, nil
}

func (w *WAL) isClosing() bool {
	select {
	case <-w.closing:
		return true
	case <-w.failed:
		return true
	default:
		return false
	}
}
