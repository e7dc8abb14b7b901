package receive

import (
	"time"

	"junjo.local/ingestion-service/internal/otlp"
	"junjo.local/ingestion-service/internal/wal"
)

// Limits is what the receivers accept.
type Limits struct {
	// MessageBytesMax bounds one message, before and after decompression.
	MessageBytesMax int
	// AdmissionWait is how long a request waits for memory before it is refused.
	AdmissionWait time.Duration
	// BodyTimeMax is how long a client may take to send one message; slow senders hold memory.
	BodyTimeMax time.Duration
	// BodyRateMin is the bytes a second, averaged, that a body must arrive with once BodyGrace is over.
	BodyRateMin int
	// BodyGrace is how long a sender may take for its first bytes.
	BodyGrace time.Duration
	// AnswerTimeMax is how long a client may take to read its answer.
	AnswerTimeMax time.Duration
	// DiscardTimeMax is how long a refused HTTP/1 body is read on, so that clients that send before they listen see why.
	DiscardTimeMax time.Duration
	// Scan bounds items and nesting.
	Scan otlp.Limits
}

// DefaultLimits returns the limits of a service without settings.
func DefaultLimits() Limits {
	return Limits{
		// what the OTLP specification recommends
		MessageBytesMax: wal.MessageBytesCeiling,
		// slows clients down before it sends them away
		AdmissionWait:  2 * time.Second,
		BodyTimeMax:    time.Minute,
		BodyRateMin:    64 << 10,
		BodyGrace:      5 * time.Second,
		AnswerTimeMax:  30 * time.Second,
		DiscardTimeMax: 2 * time.Second,
		Scan:           otlp.Limits{ItemsMax: otlp.ItemsMax, DepthMax: otlp.DepthMax},
	}
}
