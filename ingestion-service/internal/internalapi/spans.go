package internalapi

import (
	"errors"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"junjo.local/ingestion-service/internal/gen/ingestionpb"
	"junjo.local/ingestion-service/internal/otlp"
	"junjo.local/ingestion-service/internal/wal"
)

// spanPageBytes is how much of the log one step of ReadSpans takes into memory.
const spanPageBytes = 1 << 20

type spanService struct {
	ingestionpb.UnimplementedInternalIngestionServiceServer
	server *Server
}

var errEnough = errors.New("the batch is full")

// ReadSpans streams at most batch_size spans after an exclusive key. Log records are passed over, and so are batches
// that cannot be read: counting those, as the existing service does, stalls its callers for good.
func (s spanService) ReadSpans(request *ingestionpb.ReadSpansRequest, stream grpc.ServerStreamingServer[ingestionpb.ReadSpansResponse]) error {
	log, err := s.server.log()
	if err != nil {
		return err
	}
	start, err := wal.ParseKey(request.GetStartKeyUlid())
	if err != nil {
		return status.Error(codes.InvalidArgument, "start_key_ulid: "+err.Error())
	}
	pages := s.server.pager(stream.Context())
	defer pages.close()
	cursor, left := start, request.GetBatchSize()
	for left > 0 {
		extent, records, err := pages.read(log, cursor, wal.Page{Bytes: spanPageBytes})
		if err != nil {
			return err
		}
		if extent.Records == 0 {
			return nil
		}
		cursor = extent.Last
		for _, record := range records {
			sent, err := sendSpans(stream, pages, log, record, start, left)
			if err != nil {
				return err
			}
			if left -= sent; left == 0 {
				return nil
			}
		}
	}
	return nil
}

// sendSpans sends at most limit spans of a batch that lie behind start.
func sendSpans(stream grpc.ServerStreamingServer[ingestionpb.ReadSpansResponse], pages *pager, log *wal.WAL, record wal.Record, start wal.Key, limit uint32) (uint32, error) {
	if record.Signal != otlp.Traces {
		return 0, nil
	}
	first := uint32(0)
	if start.SameBatch(record.Key) {
		if first = start.Items() + 1; first >= record.Items {
			return 0, nil
		}
	}
	message, err := record.Message()
	if err != nil {
		log.ReportDamage(record.Key, err)
		return 0, nil
	}
	sent := uint32(0)
	err = otlp.Spans(message, func(ordinal uint32, span, resource []byte) error {
		if ordinal < first {
			return nil
		}
		key := record.Key.Span(ordinal)
		response := &ingestionpb.ReadSpansResponse{KeyUlid: key[:], SpanBytes: span, ResourceBytes: resource}
		if err := pages.watch(func() error { return stream.Send(response) }); err != nil {
			return err
		}
		if sent++; sent == limit {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return sent, err
}

// internal is an error whose details are for our log only.
func internal(server *Server, action string, err error) error {
	server.options.Log.Error("cannot "+action, "error", err.Error())
	return status.Error(codes.Internal, "the ingestion service cannot "+action)
}
