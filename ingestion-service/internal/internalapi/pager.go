package internalapi

import (
	"context"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"junjo.local/ingestion-service/internal/memory"
	"junjo.local/ingestion-service/internal/wal"
)

const (
	// readWait is how long a page waits for memory that others hold before its reader is told to come again.
	readWait = 2 * time.Second
	// retryDelay is when it should.
	retryDelay = 3 * time.Second
)

// pager is the memory of one reader: its next page, and the one before, which may still be on its way. One page may need
// more than there is for all; it then takes all, and goes alone, for a record must never be one that nobody gets past.
type pager struct {
	server     *Server
	ctx        context.Context
	loan       *memory.Loan
	connection Connection
}

func (s *Server) pager(ctx context.Context) *pager {
	p := &pager{server: s, ctx: ctx, loan: s.options.Memory.Loan(memory.Read, memory.Payer{})}
	if from, known := peer.FromContext(ctx); known && s.options.Connection != nil {
		if p.connection = s.options.Connection(from.Addr); p.connection != nil {
			p.connection.Enter()
		}
	}
	return p
}

func (p *pager) close() {
	p.loan.Close()
	if p.connection != nil {
		p.connection.Leave()
	}
}

// read returns a page after its memory was reserved: its records, the message that they are sent in, and the largest of
// their messages, decompressed and compressed again.
func (p *pager) read(log *wal.WAL, after wal.Key, page wal.Page) (wal.Extent, []wal.Record, error) {
	extent, err := log.Measure(after, page)
	if err != nil {
		return extent, nil, internal(p.server, "read the log", err)
	}
	if extent.Records == 0 {
		return extent, nil, nil
	}
	need := min(int64(2*extent.Stored+2*extent.RawMax), p.loan.BytesMax())
	if p.loan.Bytes() > p.loan.BytesMax()-need {
		p.loan.ShrinkTo(0)
	}
	if p.loan.Grow(p.ctx, need, readWait) != nil {
		return extent, nil, noMemory()
	}
	page.Last = extent.Last
	records, err := log.Read(after, page)
	if err != nil {
		return extent, nil, internal(p.server, "read the log", err)
	}
	return extent, records, nil
}

// send sends a page of so many bytes. That a page was taken is known when the next one is: until then it is held.
func (p *pager) send(bytes int, send func() error) error {
	err := p.watch(send)
	p.loan.ShrinkTo(int64(bytes))
	return err
}

// watch closes the connection of a reader that takes nothing.
func (p *pager) watch(send func() error) error {
	if p.connection == nil {
		return send()
	}
	timer := time.AfterFunc(p.server.options.SendTimeMax, func() {
		p.server.options.Log.Warn("a reader takes nothing: its connection is closed")
		_ = p.connection.Close()
	})
	defer timer.Stop()
	return send()
}

// noMemory tells a reader to come again.
func noMemory() error {
	told := status.New(codes.Unavailable, "the ingestion service has no memory left for pages: try again")
	if detailed, err := told.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(retryDelay)}); err == nil {
		told = detailed
	}
	return told.Err()
}
