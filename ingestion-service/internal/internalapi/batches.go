package internalapi

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"junjo.local/ingestion-service/internal/gen/batchespb"
	"junjo.local/ingestion-service/internal/wal"
)

const (
	// pageBytesDefault and pageBytesMax bound what a page holds in memory on both sides.
	pageBytesDefault = 4 << 20
	pageBytesMax     = 32 << 20
	// pageBatchesMax bounds pages of tiny batches.
	pageBatchesMax = 4096
	// yieldMax is how long a page waits for busy senders at most: a burst is acknowledged first and read later, yet
	// reading goes on at three pages a second whatever comes in.
	yieldMax   = 300 * time.Millisecond
	yieldCheck = 5 * time.Millisecond
)

var consumerIDs = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,128}$`)

type batchService struct {
	batchespb.UnimplementedBatchServiceServer
	server *Server
}

// ReadBatches sends what lies behind a key, page by page, and with follow what comes after.
func (s batchService) ReadBatches(request *batchespb.ReadBatchesRequest, stream grpc.ServerStreamingServer[batchespb.ReadBatchesResponse]) error {
	log, after, err := s.begin(request)
	if err != nil {
		return err
	}
	pages := s.server.pager(stream.Context())
	defer pages.close()
	page := wal.Page{Bytes: pageBytesDefault, Records: pageBatchesMax}
	if bytes := request.GetMaxBytes(); bytes > 0 {
		page.Bytes = int(min(bytes, pageBytesMax))
	}
	timer := time.NewTimer(heartbeat)
	defer timer.Stop()
	for started := false; ; started = true {
		s.server.yield(stream.Context())
		_, changed := log.Newest()
		extent, records, err := pages.read(log, after, page)
		if err != nil {
			return err
		}
		if extent.Records > 0 {
			after = extent.Last
			if len(records) == 0 { // all of them are damaged
				continue
			}
			if err := pages.send(extent.Stored, func() error { return stream.Send(pageOf(log, records)) }); err != nil {
				return err
			}
			continue
		}
		if !started {
			if err := pages.send(0, func() error { return stream.Send(pageOf(log, nil)) }); err != nil {
				return err
			}
		}
		if !request.GetFollow() {
			return nil
		}
		timer.Reset(heartbeat)
		select {
		case <-changed:
		case <-timer.C:
			if err := pages.send(0, func() error { return stream.Send(pageOf(log, nil)) }); err != nil {
				return err
			}
		case <-s.server.stopping:
			return status.Error(codes.Unavailable, "the ingestion service is shutting down: connect again")
		case <-stream.Context().Done():
			return status.FromContextError(stream.Context().Err()).Err()
		}
	}
}

// yield waits while senders are busy, for at most yieldMax.
func (s *Server) yield(ctx context.Context) {
	if s.options.Busy == nil || !s.options.Busy() {
		return
	}
	check := time.NewTicker(yieldCheck)
	defer check.Stop()
	for range yieldMax / yieldCheck {
		select {
		case <-check.C:
			if !s.options.Busy() {
				return
			}
		case <-s.stopping:
			return
		case <-ctx.Done():
			return
		}
	}
}

// begin checks a request and registers its consumer.
func (s batchService) begin(request *batchespb.ReadBatchesRequest) (*wal.WAL, wal.Key, error) {
	log, err := s.server.log()
	if err != nil {
		return nil, wal.Key{}, err
	}
	after, err := wal.ParseKey(request.GetAfterKey())
	if err != nil {
		return nil, wal.Key{}, status.Error(codes.InvalidArgument, "after_key: "+err.Error())
	}
	if len(request.GetWalId()) == 0 && !after.IsZero() {
		return nil, wal.Key{}, status.Error(codes.InvalidArgument, "wal_id: name the log that after_key belongs to; GetStatus says which one this is")
	}
	if err := checkWal(log, request.GetWalId()); err != nil {
		return nil, wal.Key{}, err
	}
	if id := request.GetConsumerId(); id != "" {
		if !consumerIDs.MatchString(id) {
			return nil, wal.Key{}, badConsumer()
		}
		if err := log.Register(id, after); err != nil {
			return nil, wal.Key{}, s.consumerError("register a consumer", err)
		}
	}
	return log, after, nil
}

func pageOf(log *wal.WAL, records []wal.Record) *batchespb.ReadBatchesResponse {
	state, id := log.Status(), log.ID()
	page := &batchespb.ReadBatchesResponse{
		WalId: id[:], NewestKey: state.Newest.Wire(), TrimmedKey: state.Trimmed.Wire(),
		Batches: make([]*batchespb.Batch, 0, len(records)),
	}
	for _, record := range records {
		if err := record.ToZstd(); err != nil { // a consumer could neither use a damaged batch nor get past it
			log.ReportDamage(record.Key, err)
			continue
		}
		page.Batches = append(page.Batches, &batchespb.Batch{
			Key: record.Key.Wire(), Signal: batchespb.Signal(record.Signal), KeyId: record.KeyID,
			ReceivedUnixNano: record.ReceivedUnixNano, ItemCount: record.Items, RawBytes: record.RawBytes,
			PayloadCrc32: record.Checksum, Payload: record.Payload, Project: record.Project,
		})
	}
	if len(records) > 0 {
		waiting := log.Waiting(records[len(records)-1])
		page.WaitingBytes, page.WaitingBatches = waiting.Bytes, waiting.Batches
	}
	return page
}

// Trim confirms what a consumer has on disk.
func (s batchService) Trim(_ context.Context, request *batchespb.TrimRequest) (*batchespb.TrimResponse, error) {
	log, err := s.server.log()
	if err != nil {
		return nil, err
	}
	upTo, err := wal.ParseKey(request.GetUpToKey())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, "up_to_key: "+err.Error())
	}
	if len(request.GetWalId()) == 0 {
		return nil, status.Error(codes.InvalidArgument, "wal_id: name the log that up_to_key belongs to")
	}
	if err := checkWal(log, request.GetWalId()); err != nil {
		return nil, err
	}
	trimmed, err := log.Confirm(request.GetConsumerId(), upTo)
	if err != nil {
		return nil, s.consumerError("confirm batches", err)
	}
	return &batchespb.TrimResponse{TrimmedKey: trimmed.Wire(), Trimming: log.Trimming()}, nil
}

// RemoveConsumer forgets a consumer.
func (s batchService) RemoveConsumer(_ context.Context, request *batchespb.RemoveConsumerRequest) (*batchespb.RemoveConsumerResponse, error) {
	log, err := s.server.log()
	if err != nil {
		return nil, err
	}
	removed, err := log.Remove(request.GetConsumerId())
	if err != nil {
		return nil, s.consumerError("remove a consumer", err)
	}
	if removed {
		s.server.options.Log.Info("consumer removed", "consumer", request.GetConsumerId())
	}
	return &batchespb.RemoveConsumerResponse{Removed: removed}, nil
}

// GetStatus says where the log and its consumers stand.
func (s batchService) GetStatus(context.Context, *batchespb.GetStatusRequest) (*batchespb.GetStatusResponse, error) {
	log, err := s.server.log()
	if err != nil {
		return nil, err
	}
	state, id := log.Status(), log.ID()
	answer := &batchespb.GetStatusResponse{
		WalId: id[:], NewestKey: state.Newest.Wire(), TrimmedKey: state.Trimmed.Wire(),
		LiveBatches: state.Live.Batches, LiveBytes: state.Live.Bytes, FileBytes: log.FileBytes(),
		StoredBatches: state.Stored.Batches, StoredSpans: state.Stored.Spans, StoredLogRecords: state.Stored.LogRecords,
		Trimming: log.Trimming(),
	}
	for _, known := range log.Consumers() {
		answer.Consumers = append(answer.Consumers, &batchespb.Consumer{
			Id: known.ID, ConfirmedKey: known.Confirmed.Wire(), SeenUnixNano: known.SeenUnixNano,
		})
	}
	for _, rejection := range s.server.options.Stats.RecentRejections() {
		answer.RecentRejections = append(answer.RecentRejections, &batchespb.Rejection{
			AtUnixNano: rejection.At.UnixNano(), Signal: rejection.Signal.String(), Reason: string(rejection.Reason),
			Detail: rejection.Detail, Count: rejection.Count,
		})
	}
	return answer, nil
}

func checkWal(log *wal.WAL, want []byte) error {
	if id := log.ID(); len(want) != 0 && string(want) != string(id[:]) {
		return status.Error(codes.FailedPrecondition, fmt.Sprintf("this is log %x, not %x: begin with its oldest batch", id, want))
	}
	return nil
}

func badConsumer() error {
	return status.Error(codes.InvalidArgument, "consumer_id: 1 to 128 characters of [A-Za-z0-9._:-]")
}

func (s batchService) consumerError(action string, err error) error {
	switch {
	case errors.Is(err, wal.ErrUnknownConsumer):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, wal.ErrAhead):
		return status.Error(codes.OutOfRange, err.Error())
	case errors.Is(err, wal.ErrTooManyConsumers):
		return status.Error(codes.ResourceExhausted, err.Error())
	default:
		return internal(s.server, action, err)
	}
}
