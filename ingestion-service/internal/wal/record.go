package wal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"runtime"
	"slices"
	"sync"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"junjo.local/ingestion-service/internal/otlp"
)

// A record is one acknowledged export request:
//
//	offset  size  field
//	0       1     version of this table, 2
//	1       1     signal: 1 traces, 2 logs
//	2       1     bytes of the API key's id
//	3       1     compression of the payload: 0 zstd, 1 S2
//	4       4     items
//	8       4     bytes of the message before compression
//	12      4     CRC-32 (IEEE) of the payload
//	16      8     time of receipt, unix nanoseconds
//	24      32    totals since the log was made, this record included: batches, payload bytes, spans, log records
//	56      1     bytes of the project's name
//	57      n     id of the API key
//	57 + n  m     project of the key
//	...     rest  payload: one zstd frame or S2 block
//
// Version 1 had neither the byte at 56 nor a project; such records are read on, and say none.
//
// Numbers are big endian. The totals make every count of the log available from its ends.
//
// S2 costs a third of zstd's processor time for a fifth more bytes. It is what a burst is stored in, when several
// requests are stored at once; who reads such a record pays the rest, for consumers always get zstd.
const (
	recordVersion = 2
	headerBytes   = 57
	// The record before there were projects.
	recordVersion1 = 1
	headerBytes1   = 56
	// senderBytesMax fits into a length byte; ids of keys have some 36.
	senderBytesMax = 255
)

type compression uint8

const (
	compressedZstd compression = 0
	compressedS2   compression = 1
)

// Totals counts what was stored since the log was made.
type Totals struct {
	Batches, Bytes, Spans, LogRecords uint64
}

// Sender is who sent a request: the id of its API key and the key's project. Both are empty when the server names none.
type Sender struct {
	KeyID, Project string
}

// NewRecord is a record before it has a key. It owns pooled memory: give it to Append, or Release it.
type NewRecord struct {
	pooled *[]byte
	value  []byte
	signal otlp.Signal
	items  uint32
}

// Record is a stored one.
type Record struct {
	Sender
	Payload          []byte
	Totals           Totals
	ReceivedUnixNano int64
	Items            uint32
	RawBytes         uint32
	Checksum         uint32
	Key              Key
	Signal           otlp.Signal
	compression      compression
}

// payloadBytes is what counts against the limit of the log.
func (r *NewRecord) payloadBytes() uint64 {
	return uint64(len(r.value) - headerBytes - int(r.value[2]) - int(r.value[56]))
}

// encoder compresses at level 1, which costs least per byte that need not be written; it is safe for concurrent use
// and lets as many calls compute as there are processors.
var encoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)),
		zstd.WithEncoderCRC(false), // the record has its own
		zstd.WithWindowSize(1<<20), // a request is tens to hundreds of KiB
	)
	if err != nil {
		panic("zstd options are constants: " + err.Error())
	}
	return e
})

var decoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil,
		zstd.WithDecoderConcurrency(0),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(messageBytesCeiling),
	)
	if err != nil {
		panic("zstd options are constants: " + err.Error())
	}
	return d
})

var valuePool = sync.Pool{New: func() any { return new([]byte) }}

// Compress makes a record of message, a serialised export request; hasten when others wait for the processor. It is CPU
// work: call it outside of any lock.
func Compress(signal otlp.Signal, sender Sender, receivedUnixNano int64, items uint32, message []byte, hasten bool) *NewRecord {
	keyID, project := fitting(sender.KeyID), fitting(sender.Project)
	pooled := valuePool.Get().(*[]byte)
	value := append((*pooled)[:0], make([]byte, headerBytes)...)
	value[0], value[1], value[2], value[56] = recordVersion, byte(signal), byte(len(keyID)), byte(len(project))
	binary.BigEndian.PutUint32(value[4:], items)
	binary.BigEndian.PutUint32(value[8:], uint32(len(message)))
	binary.BigEndian.PutUint64(value[16:], uint64(receivedUnixNano))
	value = append(append(value, keyID...), project...)
	start := len(value)
	if hasten {
		value[3] = byte(compressedS2)
		value = appendS2(value, message)
	} else {
		value = encoder().EncodeAll(message, value)
	}
	binary.BigEndian.PutUint32(value[12:], crc32.ChecksumIEEE(value[start:]))
	return &NewRecord{pooled: pooled, value: value, signal: signal, items: items}
}

// fitting is text as far as its length fits into a byte.
func fitting(text string) string { return text[:min(len(text), senderBytesMax)] }

func appendS2(value, message []byte) []byte {
	start := len(value)
	value = slices.Grow(value, s2.MaxEncodedLen(len(message)))
	encoded := s2.Encode(value[start:cap(value)], message)
	return value[:start+len(encoded)]
}

// RecordBytesMax is what the record of a message of so many bytes takes at most, in either compression.
func RecordBytesMax(messageBytes int) int {
	return messageBytes + messageBytes/6 + recordOverheadMax // S2 says a sixth and a little, zstd less
}

// recordOverheadMax is beside the payload: header, names, and what a compression adds to a message of nothing.
const recordOverheadMax = 4 << 10

// Bytes is what the record takes.
func (r *NewRecord) Bytes() int { return len(r.value) }

// pooledBytesMax is the largest memory that is used again: few records are larger, and the pool must not keep them.
const pooledBytesMax = 1 << 20

// Release gives the record's memory back; it must not be used after.
func (r *NewRecord) Release() {
	if r.pooled != nil {
		if cap(r.value) <= pooledBytesMax {
			*r.pooled = r.value
			valuePool.Put(r.pooled)
		}
		r.pooled, r.value = nil, nil
	}
}

// seal writes the totals that include this record, and returns them.
func (r *NewRecord) seal(before Totals) Totals {
	after := before
	after.Batches++
	after.Bytes += r.payloadBytes()
	if r.signal == otlp.Logs {
		after.LogRecords += uint64(r.items)
	} else {
		after.Spans += uint64(r.items)
	}
	after.put(r.value[24:])
	return after
}

const totalsBytes = 32

func (t Totals) put(at []byte) {
	binary.BigEndian.PutUint64(at, t.Batches)
	binary.BigEndian.PutUint64(at[8:], t.Bytes)
	binary.BigEndian.PutUint64(at[16:], t.Spans)
	binary.BigEndian.PutUint64(at[24:], t.LogRecords)
}

func totalsFrom(at []byte) Totals {
	return Totals{
		Batches:    binary.BigEndian.Uint64(at),
		Bytes:      binary.BigEndian.Uint64(at[8:]),
		Spans:      binary.BigEndian.Uint64(at[16:]),
		LogRecords: binary.BigEndian.Uint64(at[24:]),
	}
}

var errRecordCut = errors.New("the record is shorter than its header says")

// parseRecord reads a stored value; the record keeps no part of it but Payload, which it shares.
func parseRecord(key Key, value []byte) (Record, error) {
	if len(value) < headerBytes1 {
		return Record{}, errRecordCut
	}
	sender, payload, err := splitRecord(value)
	if err != nil {
		return Record{}, err
	}
	if value[3] > byte(compressedS2) {
		return Record{}, fmt.Errorf("the record has the unknown compression %d", value[3])
	}
	return Record{
		Key:              key,
		Signal:           otlp.Signal(value[1]),
		Sender:           sender,
		Items:            binary.BigEndian.Uint32(value[4:]),
		RawBytes:         binary.BigEndian.Uint32(value[8:]),
		Checksum:         binary.BigEndian.Uint32(value[12:]),
		ReceivedUnixNano: int64(binary.BigEndian.Uint64(value[16:])),
		Totals:           totalsFrom(value[24:]),
		Payload:          payload,
		compression:      compression(value[3]),
	}, nil
}

// rawBytes is what the message of a stored value takes; nothing for one that is cut.
func rawBytes(value []byte) int {
	if len(value) < headerBytes1 {
		return 0
	}
	return int(min(binary.BigEndian.Uint32(value[8:]), messageBytesCeiling))
}

// splitRecord finds what has no fixed place in a record of either version.
func splitRecord(value []byte) (Sender, []byte, error) {
	start, projectBytes := headerBytes1, 0
	switch value[0] {
	case recordVersion1:
	case recordVersion:
		if len(value) < headerBytes {
			return Sender{}, nil, errRecordCut
		}
		start, projectBytes = headerBytes, int(value[56])
	default:
		return Sender{}, nil, fmt.Errorf("the record has version %d, this program knows up to %d", value[0], recordVersion)
	}
	keyIDEnd := start + int(value[2])
	projectEnd := keyIDEnd + projectBytes
	if len(value) < projectEnd {
		return Sender{}, nil, errRecordCut
	}
	return Sender{KeyID: string(value[start:keyIDEnd]), Project: string(value[keyIDEnd:projectEnd])}, value[projectEnd:], nil
}

func (r *Record) check() error {
	if found := crc32.ChecksumIEEE(r.Payload); found != r.Checksum {
		return fmt.Errorf("batch %x has checksum %08x instead of %08x", r.Key, found, r.Checksum)
	}
	return nil
}

// Message checks and decompresses the payload into the message that was received.
func (r *Record) Message() ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	var message []byte
	var err error
	if r.compression == compressedS2 {
		if length, lengthErr := s2.DecodedLen(r.Payload); lengthErr != nil || length != int(r.RawBytes) {
			return nil, fmt.Errorf("batch %x does not hold %d bytes", r.Key, r.RawBytes)
		}
		message, err = s2.Decode(nil, r.Payload)
	} else {
		message, err = decoder().DecodeAll(r.Payload, make([]byte, 0, r.RawBytes))
	}
	if err != nil {
		return nil, fmt.Errorf("batch %x does not decompress: %w", r.Key, err)
	}
	return message, nil
}

// ToZstd checks the payload and turns it into what consumers get, one zstd frame; CPU work unless it is one already.
func (r *Record) ToZstd() error {
	if r.compression == compressedZstd {
		return r.check()
	}
	message, err := r.Message()
	if err != nil {
		return err
	}
	r.Payload = encoder().EncodeAll(message, make([]byte, 0, len(r.Payload)))
	r.Checksum, r.compression = crc32.ChecksumIEEE(r.Payload), compressedZstd
	return nil
}
