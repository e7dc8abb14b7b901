package wal

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// KeyBytes is the length of a key.
const KeyBytes = 16

// Key is the place of a batch or of one of its spans in the log: a valid ULID, ascending, never given out twice.
//
//	bytes   batch key                               span key
//	0..6    unix milliseconds when it was made      the same
//	6..12   counter, 0 for the first of a moment    the same
//	12..16  item count of the batch                 ordinal of the span, from 0
//
// So a span's key follows from its batch and its ordinal, all span keys of a batch lie before the batch's key and after
// that of the batch before, and either kind works as an exclusive cursor for both kinds of reading: a batch key skips
// all its spans; a span key brings the rest of its spans, or its whole batch again.
type Key [KeyBytes]byte

// ParseKey reads a cursor from the wire; no bytes at all mean the zero key, which lies before every other.
func ParseKey(wire []byte) (Key, error) {
	var key Key
	if len(wire) != 0 && len(wire) != KeyBytes {
		return key, fmt.Errorf("a key has %d bytes, not %d", KeyBytes, len(wire))
	}
	copy(key[:], wire)
	return key, nil
}

// Wire is the key as it is sent: nothing for the zero key.
func (k Key) Wire() []byte {
	if k.IsZero() {
		return nil
	}
	return bytes.Clone(k[:])
}

// IsZero says whether this is no key yet.
func (k Key) IsZero() bool { return k == Key{} }

// Compare orders keys by time of arrival.
func (k Key) Compare(other Key) int { return bytes.Compare(k[:], other[:]) }

// Span is the key of one span of the batch with key k.
func (k Key) Span(ordinal uint32) Key {
	binary.BigEndian.PutUint32(k[12:], ordinal)
	return k
}

// Items is the item count of the batch with key k, or the ordinal of a span with key k.
func (k Key) Items() uint32 { return binary.BigEndian.Uint32(k[12:]) }

// SameBatch says whether both keys belong to one batch.
func (k Key) SameBatch(other Key) bool { return [12]byte(k[:12]) == [12]byte(other[:12]) }

// UnixMillis is the moment in the key.
func (k Key) UnixMillis() int64 { return int64(binary.BigEndian.Uint64(k[:8]) >> 16) }

// next is the key for a batch that arrives at unixMillis after last: max(last + 1, now), so a clock that is set back
// never makes a key that a consumer has passed already.
func next(last Key, unixMillis int64, items uint32) Key {
	high, low := binary.BigEndian.Uint64(last[:8]), binary.BigEndian.Uint32(last[8:12])+1
	if low == 0 {
		high++
	}
	if now := uint64(max(unixMillis, 0)) << 16; now > high {
		high, low = now, 0
	}
	var key Key
	binary.BigEndian.PutUint64(key[:8], high)
	binary.BigEndian.PutUint32(key[8:12], low)
	binary.BigEndian.PutUint32(key[12:], items)
	return key
}
