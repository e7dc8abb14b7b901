package receive

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"junjo.local/ingestion-service/internal/memory"
	"junjo.local/ingestion-service/internal/otlp"
	"junjo.local/ingestion-service/internal/wal"
)

// Receiver is the one path of a request, whatever the transport.
type Receiver struct {
	log     *slog.Logger
	now     func() time.Time
	keys    KeyCheck
	observe func(otlp.Signal, string, time.Duration)
	memory  *memory.Account
	wal     atomic.Pointer[wal.WAL]
	// storing counts requests between their scan and their answer.
	storing atomic.Int32
	stats   Stats
	limits  Limits
}

// outcome is an acknowledged request.
type outcome struct {
	// message is why the first rejected item was rejected, as a sentence for the client.
	message  string
	rejected uint32
}

// Options is what a receiver needs from outside.
type Options struct {
	Log  *slog.Logger
	Now  func() time.Time
	Keys KeyCheck
	// Observe is told how long every request took; nil is fine.
	Observe func(signal otlp.Signal, transport string, took time.Duration)
	// Memory is the account that messages are reserved from.
	Memory *memory.Account
	Limits Limits
}

// New returns a receiver that answers "unavailable" until Open.
func New(options Options) *Receiver {
	if options.Observe == nil {
		options.Observe = func(otlp.Signal, string, time.Duration) {}
	}
	return &Receiver{
		log: options.Log, now: options.Now, keys: options.Keys, limits: options.Limits, observe: options.Observe,
		memory: options.Memory,
	}
}

// Open makes the receiver store requests in log from now on; nil makes it answer "unavailable" again.
func (r *Receiver) Open(log *wal.WAL) { r.wal.Store(log) }

// IsOpen says whether requests can be acknowledged.
func (r *Receiver) IsOpen() bool { return r.wal.Load() != nil }

// IsBusy says that more requests are being stored than there are processors.
func (r *Receiver) IsBusy() bool { return r.storing.Load() > int32(runtime.GOMAXPROCS(0)) }

// Stats returns the counters since the process started.
func (r *Receiver) Stats() *Stats { return &r.stats }

// InFlightBytes is the memory that messages hold now.
func (r *Receiver) InFlightBytes() int64 { return r.memory.Usage(memory.Receive).Used }

// authenticate returns whose key a request presents, and who pays for its memory.
func (r *Receiver) authenticate(ctx context.Context, headers http.Header) (wal.Sender, memory.Payer, *Refusal) {
	if !r.IsOpen() {
		return wal.Sender{}, memory.Payer{}, starting()
	}
	key := presentedKey(headers)
	if key == "" {
		return wal.Sender{}, memory.Payer{}, refuse(Unauthenticated, "no API key: send it as x-junjo-api-key (or authorization: Bearer)")
	}
	switch outcome, sender := r.keys.Check(ctx, key); outcome {
	case KeyValid:
		hash := sha256.Sum256([]byte(key))
		return sender, memory.Payer(hash[:]), nil
	case KeyInvalid:
		return wal.Sender{}, memory.Payer{}, refuse(Unauthenticated, "invalid API key: create one on the API keys page of the server")
	default:
		return wal.Sender{}, memory.Payer{}, refuse(Unavailable, "API keys cannot be checked at the moment: try again")
	}
}

// receive decompresses, checks, stores, and only then acknowledges a message. Memory is given back as soon as a step is
// done with it: what waits for the disk is the record alone.
func (r *Receiver) receive(ctx context.Context, signal otlp.Signal, sender wal.Sender, kind encoding, body *buffer) (outcome, *Refusal) {
	log := r.wal.Load()
	if log == nil {
		return outcome{}, starting()
	}
	message := body
	if kind != identity && len(body.bytes) > 0 { // nothing is nothing in any compression
		message = &buffer{share: body.share}
		defer message.recycle()
		if refusal := decompress(ctx, kind, body.bytes, message, r.limits.MessageBytesMax); refusal != nil {
			return outcome{}, refusal
		}
		body.recycle()
	}
	bytes := len(message.bytes)
	report, err := otlp.Scan(signal, message.bytes, r.limits.Scan)
	if err != nil {
		return outcome{}, refuse(Invalid, "%v", err)
	}
	if signal != otlp.Metrics && report.Accepted > 0 {
		if report.Rejected > 0 {
			kept := &buffer{share: body.share}
			defer kept.recycle()
			if refusal := kept.grow(ctx, bytes); refusal != nil {
				return outcome{}, refusal
			}
			kept.bytes = otlp.WithoutRejected(kept.bytes, signal, message.bytes)
			message.recycle()
			message = kept
		}
		if refusal := r.store(ctx, log, signal, sender, report.Accepted, message); refusal != nil {
			return outcome{}, refusal
		}
	}
	r.stats.accepted(signal, report, bytes)
	done := outcome{rejected: report.Rejected}
	if report.Reason != nil {
		done.message = report.Reason.Error()
	}
	return done, nil
}

// store makes a record of a message, gives the message's memory back, and waits for the disk.
func (r *Receiver) store(ctx context.Context, log *wal.WAL, signal otlp.Signal, sender wal.Sender, items uint32, message *buffer) *Refusal {
	share := message.share
	if refusal := share.reserve(ctx, wal.RecordBytesMax(len(message.bytes))); refusal != nil {
		return refusal
	}
	hasten := r.storing.Add(1) > 1 // another one wants the processor, or the same fsync
	defer r.storing.Add(-1)
	record := wal.Compress(signal, sender, r.now().UnixNano(), items, message.bytes, hasten)
	message.recycle()
	share.loan.ShrinkTo(2 * int64(record.Bytes())) // and the copy that the log makes of it
	if _, err := log.Append(ctx, record); err != nil {
		return notStored(err)
	}
	return nil
}

// notStored is what a sender is told; why a write failed is in our log, for it names files of this machine.
func notStored(err error) *Refusal {
	if errors.As(err, new(*wal.WriteError)) {
		return refuse(Unavailable, "the write-ahead log could not be written: try again")
	}
	return refuse(Unavailable, "%v: try again", err)
}

// recordRefusal counts a refused request and keeps it for the status.
func (r *Receiver) recordRefusal(signal otlp.Signal, refusal *Refusal) {
	r.stats.refusedRequest(signal, refusal, r.now())
	r.log.Debug("request refused", "signal", signal.String(), "reason", string(refusal.Reason), "detail", refusal.Detail)
}
