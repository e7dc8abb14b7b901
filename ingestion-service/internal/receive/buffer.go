package receive

import (
	"context"
	"errors"
	"io"
	"math/bits"
	"sync"
	"time"

	"junjo.local/ingestion-service/internal/memory"
)

// share is the memory of one request; close gives it back.
type share struct {
	loan *memory.Loan
	wait time.Duration
}

// reserve takes more bytes, waiting a little when there is no room.
func (s *share) reserve(ctx context.Context, bytes int) *Refusal {
	err := s.loan.Grow(ctx, int64(bytes), s.wait)
	if ever := new(memory.EverError); errors.As(err, &ever) {
		return refuse(TooLarge, "the message takes more than the %d bytes of memory that one API key may have: export smaller "+
			"batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE) or give the server more memory (JUNJO_MEMORY_LIMIT)", ever.BytesMax)
	}
	if err != nil {
		return refuse(Unavailable, "too many bytes are being received at once: try again")
	}
	return nil
}

// giveBack returns some of what was reserved.
func (s *share) giveBack(bytes int) { s.loan.ShrinkTo(s.loan.Bytes() - int64(bytes)) }

const (
	// firstStepBytes is reserved at first for a body, and doubled as it arrives; what its sender declares is not believed.
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
	held   int
}

// grow makes room for at least capacity bytes in all, reserving what is allocated; the old memory is given back after.
func (b *buffer) grow(ctx context.Context, capacity int) *Refusal {
	if capacity <= cap(b.bytes) {
		return nil
	}
	class := max(bits.Len(uint(capacity-1))-bits.Len(uint(poolBytesMin-1)), 0)
	if class < poolClasses {
		capacity = poolBytesMin << class
	}
	if refusal := b.share.reserve(ctx, capacity); refusal != nil {
		return refusal
	}
	old := *b
	b.pooled, b.class, b.held = nil, class, capacity
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

// recycle gives the memory to the next message and back to the account; bytes must not be used after.
func (b *buffer) recycle() {
	if b.pooled != nil {
		pools[b.class].Put(b.pooled)
		b.pooled = nil
	}
	b.share.giveBack(b.held)
	b.bytes, b.held = nil, 0
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
