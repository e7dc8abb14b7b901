package receive

import (
	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"junjo.local/ingestion-service/internal/otlp"
)

// success is the response message: empty when everything was accepted, as the specification demands. Data points are
// counted, never rejected.
func success(signal otlp.Signal, done outcome) []byte {
	var message proto.Message
	switch {
	case done.rejected == 0 || signal == otlp.Metrics:
		return nil
	case signal == otlp.Logs:
		message = &collogs.ExportLogsServiceResponse{PartialSuccess: &collogs.ExportLogsPartialSuccess{
			RejectedLogRecords: int64(done.rejected), ErrorMessage: done.message,
		}}
	default:
		message = &coltrace.ExportTraceServiceResponse{PartialSuccess: &coltrace.ExportTracePartialSuccess{
			RejectedSpans: int64(done.rejected), ErrorMessage: done.message,
		}}
	}
	bytes, err := proto.Marshal(message)
	if err != nil {
		return nil // cannot be: the text is our own
	}
	return bytes
}
