package wal

import (
	"errors"
	"fmt"
)

var (
	// ErrClosed means that the log is closing or closed.
	ErrClosed = errors.New("the write-ahead log is closed")
	// ErrUnknownConsumer means that a consumer confirms without ever having registered.
	ErrUnknownConsumer = errors.New("no such consumer: open ReadBatches with its consumer_id first")
	// ErrAhead means that a cursor lies behind the newest batch.
	ErrAhead = errors.New("the key is newer than every batch of this log: was the log restored from a backup?")
	// ErrTooManyConsumers means that a new consumer cannot be registered.
	ErrTooManyConsumers = fmt.Errorf("the log has %d consumers already: remove one with RemoveConsumer", consumersMax)
	// ErrForeign means that the folder holds another program's database.
	ErrForeign = errors.New("the folder holds a BadgerDB that is not a log of this program, perhaps one of an older ingestion service: let the old one drain, then move the folder away")
	// ErrNewer means that the log was written by a later version.
	ErrNewer = errors.New("the log was written by a newer version of this program: start that one again, or move the folder away")
)

// FullError means that the log holds as much as it may; its consumers are behind.
type FullError struct{ LiveBytes, BytesMax uint64 }

func (e *FullError) Error() string {
	return fmt.Sprintf("the write-ahead log holds %d bytes of at most %d", e.LiveBytes, e.BytesMax)
}

// DiskFullError means that the disk has less free space than the floor.
type DiskFullError struct{ FreeBytes, FloorBytes uint64 }

func (e *DiskFullError) Error() string {
	return fmt.Sprintf("the disk has %d bytes free, less than the floor of %d", e.FreeBytes, e.FloorBytes)
}

// WriteError means that the log could not be written. It takes no more until the process starts again: after a failed
// fsync nobody knows what the disk holds.
type WriteError struct{ Reason error }

func (e *WriteError) Error() string {
	return "the write-ahead log could not be written: " + e.Reason.Error()
}

// Unwrap returns the reason.
func (e *WriteError) Unwrap() error { return e.Reason }
