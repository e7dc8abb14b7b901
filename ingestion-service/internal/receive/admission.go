package receive

import (
	"context"
	"io"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// admission is the memory budget of messages being received.
type admission struct {
	budget   *semaphore.Weighted
	bytesMax int
	wait     time.Duration
	inFlight atomic.Int64
}

func newAdmission(bytesMax int, wait time.Duration) *admission {
	return &admission{budget: semaphore.NewWeighted(int64(bytesMax)), bytesMax: bytesMax, wait: wait}
}

// share is what one request has reserved; release gives it back.
type share struct {
	of   *admission
	held int
}

// reserve takes more bytes, waiting a little when there is no room.
func (s *share) reserve(ctx context.Context, bytes int) *Refusal {
	if s.held+bytes > s.of.bytesMax {
		return refuse(TooLarge, "the message takes more than the %d bytes that the receiver has: export smaller batches "+
			"(OTEL_BSP_MAX_EXPORT_BATCH_SIZE) or give the server more memory", s.of.bytesMax)
	}
	if !s.of.budget.TryAcquire(int64(bytes)) {
		ctx, cancel := context.WithTimeout(ctx, s.of.wait)
		defer cancel()
		if s.of.budget.Acquire(ctx, int64(bytes)) != nil {
			return refuse(Unavailable, "too many bytes are being received at once: try again")
		}
	}
	s.held += bytes
	s.of.inFlight.Add(int64(bytes))
	return nil
}

func (s *share) release() {
	s.of.budget.Release(int64(s.held))
	s.of.inFlight.Add(-int64(s.held))
	s.held = 0
}

const (
	// firstStepBytes is reserved at first for a body of unknown length, and doubled as it grows.
	firstStepBytes = 64 << 10
	// poolBytesMin and poolClasses: buffers of 4 KiB to 64 MiB, by powers of two, are used again.
	poolBytesMin = 4 << 10
	poolClasses  = 15
)

var pools [poolClasses]sync.Pool

// buffer is a growing message whose memory is reserved before it is allocated.
type buffer struct {
	share  *share
	pooled *[]byte
	bytes  []byte
	class  int
}

// grow makes room for at least capacity bytes in all, reserving what is allocated.
func (b *buffer) grow(ctx context.Context, capacity int) *Refusal {
	if capacity <= cap(b.bytes) {
		return nil
	}
	class := max(bits.Len(uint(capacity-1))-bits.Len(uint(poolBytesMin-1)), 0)
	if class < poolClasses {
		capacity = poolBytesMin << class
	}
	if refusal := b.share.reserve(ctx, capacity-cap(b.bytes)); refusal != nil {
		return refusal
	}
	old := *b
	b.pooled, b.class = nil, class
	if class < poolClasses {
		b.pooled, _ = pools[class].Get().(*[]byte)
		if b.pooled == nil {
			fresh := make([]byte, capacity)
			b.pooled = &fresh
		}
		b.bytes = *b.pooled
	} else {
		b.bytes = make([]byte, capacity)
	}
	b.bytes = b.bytes[:copy(b.bytes, old.bytes)]
	old.recycle()
	return nil
}

// recycle gives the memory to the next message; bytes must not be used after.
func (b *buffer) recycle() {
	if b.pooled != nil {
		pools[b.class].Put(b.pooled)
		b.pooled = nil
	}
	b.bytes = nil
}

// errOverLimit is a body that does not end in time.
type errOverLimit struct{}

func (errOverLimit) Error() string { return "over the limit" }

// readAll reads to the end, at most bytesMax bytes. The error is that of the source, or errOverLimit.
func (b *buffer) readAll(ctx context.Context, source io.Reader, bytesMax int) (*Refusal, error) {
	for {
		if len(b.bytes) >= bytesMax {
			return nil, atEnd(source)
		}
		if len(b.bytes) == cap(b.bytes) {
			if refusal := b.grow(ctx, min(max(2*cap(b.bytes), firstStepBytes), bytesMax)); refusal != nil {
				return refusal, nil
			}
		}
		n, err := source.Read(b.bytes[len(b.bytes):min(cap(b.bytes), bytesMax)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// atEnd says whether nothing follows; readers may return nothing without an error now and then.
func atEnd(source io.Reader) error {
	var one [1]byte
	for {
		n, err := source.Read(one[:])
		switch {
		case n > 0:
			return errOverLimit{}
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}
