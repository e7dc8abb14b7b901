package wal

import (
	"log/slog"
	"time"
)

const (
	// bytesMaxDefault holds about ten minutes of the highest measured rate, so that a restart or a rebuild of the
	// server does not stop acknowledgements.
	bytesMaxDefault = 4 << 30
	// queueMax is how many requests wait for the writer; beyond it Append waits, which slows clients before it refuses.
	queueMax = 256
	// groupRecordsMax and groupBytesMax bound what shares one fsync; more would only lengthen the wait of the first.
	groupRecordsMax = 512
	groupBytesMax   = 32 << 20
	// valueThreshold keeps single small spans inside the LSM tree, where they need no second fsync.
	valueThreshold = 1 << 10
	// memTableBytes is small because almost only pointers live in it, and garbage collection has to flush it.
	memTableBytes = 8 << 20
	// valueLogFileBytes is what is given back to the disk at once; it must hold the largest group and record.
	valueLogFileBytes = 128 << 20
	// messageBytesCeiling is the largest message limit that fits such a file beside a group.
	messageBytesCeiling = valueLogFileBytes / 2
	// freeBytesMinDefault and freePercentMin leave room for compaction and garbage collection; the larger one counts.
	freeBytesMinDefault = 512 << 20
	freePercentMin      = 5
	// openFreeBytesMin is what opening writes; below it a mapped write would end the process.
	openFreeBytesMin = 32 << 20
	// gcBytesDefault is how much is trimmed before files are collected.
	gcBytesDefault = valueLogFileBytes / 2
	// consumersMax bounds registered consumers: one server, perhaps a second one for a migration.
	consumersMax = 64
)

// MessageBytesCeiling is the largest message that a log can store.
const MessageBytesCeiling = messageBytesCeiling

// Options says where the log is and how large it may get; zero values mean the defaults.
type Options struct {
	Log *slog.Logger
	// Now is the clock of keys.
	Now func() time.Time
	// OnCommit is told of every durable group; nil is fine. It is called by the writer and must not block.
	OnCommit func(batches int, took time.Duration)
	// Dir is the folder; made when missing.
	Dir string
	// BytesMax is the payload bytes at which appends are refused.
	BytesMax uint64
	// FreeBytesMin is the free space below which appends are refused; 0 means the larger of 512 MiB and 5 %.
	FreeBytesMin uint64
	// GCBytes is how many trimmed bytes make a garbage collection worth it.
	GCBytes uint64
	// KeepAll turns trimming off: consumers confirm, and nothing is dropped.
	KeepAll bool
}

func (o Options) withDefaults() Options {
	if o.BytesMax == 0 {
		o.BytesMax = bytesMaxDefault
	}
	if o.GCBytes == 0 {
		o.GCBytes = gcBytesDefault
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OnCommit == nil {
		o.OnCommit = func(int, time.Duration) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}
