package wal

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	badger "github.com/dgraph-io/badger/v4"
	badgeroptions "github.com/dgraph-io/badger/v4/options"
)

// walVersion is the version of the table in doc.go.
const walVersion = 1

const (
	prefixWalID    = 'w'
	prefixRecord   = 'r'
	prefixTail     = 't'
	prefixConsumer = 'c'
	prefixFiller   = 'f'
)

// ID is the random identity of one log; cursors of one mean nothing in another.
type ID [16]byte

// WAL is an open log; safe for concurrent use.
type WAL struct {
	db        *badger.DB
	badgerLog *badgerLog
	options   Options
	id        ID

	queue   chan *waiting
	closing chan struct{}
	failed  chan struct{}
	tasks   sync.WaitGroup
	close   sync.Once
	// appending is held for reading by Append, so that the queue is drained when Close has it.
	appending sync.RWMutex
	closed    bool

	// mu is held for moments only: the writer needs it for every group.
	mu      sync.Mutex
	head    position      // newest durable batch
	tail    position      // newest trimmed batch; moved with trimMu held
	changed chan struct{} // closed and replaced when head moves
	failure error

	// trimMu is held over writes of consumers and of the tail; always taken before mu.
	trimMu    sync.Mutex
	consumers map[string]consumer // what is on disk under 'c'

	trimWake     chan struct{}
	damagedReads atomic.Uint64
	collections  atomic.Uint64
}

// position is a batch and what was stored up to it, itself included.
type position struct {
	Totals
	key Key
}

// Open opens or makes the log in options.Dir.
func Open(options Options) (*WAL, error) {
	options = options.withDefaults()
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the write-ahead log: %w", err)
	}
	if err := tighten(options.Dir); err != nil { // a volume that another user owns is that user's to close
		options.Log.Warn("the folder of the write-ahead log may be open to others", "dir", options.Dir, "error", err.Error())
	}
	if free, _, err := freeSpace(options.Dir); err == nil && free < openFreeBytesMin {
		return nil, &DiskFullError{FreeBytes: free, FloorBytes: openFreeBytesMin}
	}
	w := &WAL{
		options:   options,
		badgerLog: &badgerLog{log: options.Log},
		queue:     make(chan *waiting, queueMax),
		closing:   make(chan struct{}),
		failed:    make(chan struct{}),
		changed:   make(chan struct{}),
		trimWake:  make(chan struct{}, 1),
		consumers: map[string]consumer{},
	}
	db, err := badger.Open(badger.DefaultOptions(options.Dir).
		WithLogger(w.badgerLog).
		WithSyncWrites(true).
		WithDetectConflicts(false). // every key has one writer
		WithCompression(badgeroptions.None).
		WithBlockCacheSize(0). // payloads are compressed, and the tree holds little else than pointers
		WithMemTableSize(memTableBytes).
		WithNumMemtables(3).
		WithNumCompactors(2).
		WithNumLevelZeroTables(1). // compact what is flushed, so that garbage collection learns of it
		WithValueThreshold(valueThreshold).
		WithValueLogFileSize(valueLogFileBytes).
		WithMetricsEnabled(false))
	if err != nil {
		return nil, fmt.Errorf("open the write-ahead log in %s: %w", options.Dir, err)
	}
	w.db = db
	if err := w.load(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	w.tasks.Add(2)
	go w.runWriter()
	go w.runTrimmer()
	w.wakeTrimmer() // what a crash left behind
	return w, nil
}

// load reads or makes the identity, both ends of the log, and the consumers.
func (w *WAL) load() error {
	if err := w.loadID(); err != nil {
		return err
	}
	return w.db.View(func(txn *badger.Txn) error {
		if item, err := txn.Get([]byte{prefixTail}); err == nil {
			if err := item.Value(func(value []byte) error { return w.tail.parse(value) }); err != nil {
				return err
			}
		} else if !errors.Is(err, badger.ErrKeyNotFound) {
			return err
		}
		w.head = w.tail
		newest, found, err := lastRecord(txn, Key(bytes.Repeat([]byte{0xff}, KeyBytes)))
		if err != nil {
			return err
		}
		if found && newest.key.Compare(w.head.key) > 0 {
			w.head = newest
		}
		return w.loadConsumers(txn)
	})
}

func (w *WAL) loadID() error {
	return w.db.Update(func(txn *badger.Txn) error {
		item, err := txn.Get([]byte{prefixWalID})
		if err == nil {
			return item.Value(func(value []byte) error {
				if len(value) != 1+len(w.id) || value[0] != walVersion {
					return ErrNewer
				}
				copy(w.id[:], value[1:])
				return nil
			})
		}
		if !errors.Is(err, badger.ErrKeyNotFound) {
			return err
		}
		iterator := txn.NewIterator(badger.IteratorOptions{})
		defer iterator.Close()
		if iterator.Rewind(); iterator.Valid() {
			return ErrForeign
		}
		if _, err := rand.Read(w.id[:]); err != nil {
			return err
		}
		return txn.Set([]byte{prefixWalID}, append([]byte{walVersion}, w.id[:]...))
	})
}

// lastRecord finds the newest record at or before key.
func lastRecord(txn *badger.Txn, key Key) (position, bool, error) {
	iterator := txn.NewIterator(badger.IteratorOptions{Reverse: true, Prefix: []byte{prefixRecord}})
	defer iterator.Close()
	iterator.Seek(recordKey(key))
	if !iterator.Valid() {
		return position{}, false, nil
	}
	found := position{key: Key(iterator.Item().Key()[1:])}
	err := iterator.Item().Value(func(value []byte) error {
		record, err := parseRecord(found.key, value)
		found.Totals = record.Totals
		return err
	})
	return found, true, err
}

func recordKey(key Key) []byte { return append([]byte{prefixRecord}, key[:]...) }

func (p position) bytes() []byte {
	value := make([]byte, KeyBytes+totalsBytes)
	copy(value, p.key[:])
	p.put(value[KeyBytes:])
	return value
}

func (p *position) parse(value []byte) error {
	if len(value) != KeyBytes+totalsBytes {
		return ErrNewer
	}
	p.key = Key(value[:KeyBytes])
	p.Totals = totalsFrom(value[KeyBytes:])
	return nil
}

// ID returns the identity of the log.
func (w *WAL) ID() ID { return w.id }

// Failed is closed when the log can no longer be written; the process should end, and a new one open it again.
func (w *WAL) Failed() <-chan struct{} { return w.failed }

// Newest returns the key of the newest durable batch, and a channel that is closed when there is a newer one.
func (w *WAL) Newest() (Key, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.head.key, w.changed
}

// Status is where the log stands.
type Status struct {
	Newest, Trimmed Key
	// Stored counts since the log was made, Live what is in it now (its spans and log records included).
	Stored, Live Totals
	// DamagedReads counts records that could not be read and were skipped, since the process started.
	DamagedReads uint64
	// Collections counts finished garbage collections since the process started.
	Collections uint64
}

// Status returns where the log stands.
func (w *WAL) Status() Status {
	head, tail := w.ends()
	return Status{
		Newest: head.key, Trimmed: tail.key,
		Stored: head.Totals, Live: head.minus(tail.Totals),
		DamagedReads: w.damagedReads.Load(),
		Collections:  w.collections.Load(),
	}
}

func (w *WAL) ends() (head, tail position) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.head, w.tail
}

// FileBytes is what the log's files take on the disk.
func (w *WAL) FileBytes() uint64 { return fileBytes(w.options.Dir) }

// Trimming says whether confirmed batches are dropped.
func (w *WAL) Trimming() bool { return !w.options.KeepAll }

func (t Totals) minus(other Totals) Totals {
	return Totals{
		Batches: t.Batches - other.Batches, Bytes: t.Bytes - other.Bytes,
		Spans: t.Spans - other.Spans, LogRecords: t.LogRecords - other.LogRecords,
	}
}

// Close writes what waits, stops the tasks and closes the files. Readers must be done.
func (w *WAL) Close() error {
	err := ErrClosed
	w.close.Do(func() {
		w.appending.Lock()
		w.closed = true
		w.appending.Unlock()
		close(w.closing)
		w.tasks.Wait()
		w.mu.Lock()
		err = w.failure
		w.mu.Unlock()
		if err == nil { // else Badger's own Close may wait forever for a disk that does not write
			err = w.db.Close()
		}
	})
	return err
}
