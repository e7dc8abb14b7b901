package receive

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"

	"junjo.local/ingestion-service/internal/memory"
	"junjo.local/ingestion-service/internal/otlp"
	"junjo.local/ingestion-service/internal/wal"
)

// anyKey takes every key.
type anyKey struct{}

func (anyKey) Check(context.Context, string) (KeyOutcome, wal.Sender) {
	return KeyValid, wal.Sender{KeyID: "key-id"}
}

// recorder is a response that also takes deadlines, as the real ones do.
type recorder struct{ *httptest.ResponseRecorder }

func (recorder) SetReadDeadline(time.Time) error { return nil }

func (recorder) SetWriteDeadline(time.Time) error { return nil }

// target is a receiver with a real log, and the last key that was seen in it.
type target struct {
	receiver *Receiver
	log      *wal.WAL
	seen     wal.Key
}

func newTarget(f *testing.F) *target {
	f.Helper()
	log, err := wal.Open(wal.Options{Dir: f.TempDir(), FreeBytesMin: 1})
	require.NoError(f, err)
	f.Cleanup(func() { _ = log.Close() })
	limits := DefaultLimits()
	limits.MessageBytesMax = 1 << 20
	receiver := New(Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, Keys: anyKey{}, Limits: limits, Memory: memory.New(memory.SharesOf(1 << 30))})
	receiver.Open(log)
	return &target{receiver: receiver, log: log}
}

// requireStored says that exactly what was acknowledged is in the log: the good items of the request, or nothing. plain
// is the message, nil when it was compressed.
func (g *target) requireStored(t *testing.T, signal otlp.Signal, acknowledged bool, plain []byte) {
	t.Helper()
	records, err := g.log.Read(g.seen, wal.Page{Bytes: 1 << 30})
	require.NoError(t, err)
	if !acknowledged || signal == otlp.Metrics {
		require.Empty(t, records)
		return
	}
	require.LessOrEqual(t, len(records), 1)
	if plain != nil {
		sent, err := otlp.Scan(signal, plain, g.receiver.limits.Scan)
		require.NoError(t, err)
		require.Equal(t, sent.Accepted > 0, len(records) == 1)
	}
	for _, record := range records {
		g.seen = record.Key
		message, err := record.Message()
		require.NoError(t, err)
		report, err := otlp.Scan(signal, message, g.receiver.limits.Scan)
		require.NoError(t, err)
		require.Equal(t, otlp.Report{Accepted: record.Items}, report, "only good items are stored")
		require.Equal(t, signal, record.Signal)
	}
	require.Zero(t, g.receiver.InFlightBytes(), "memory is given back")
}

// seedMessages are a good request, one with a bad span, and compressed forms.
func seedMessages(f *testing.F) (plain, mixed, zipped, zstdFrame []byte) {
	f.Helper()
	good := &trace.Span{TraceId: []byte("0123456789abcdef"), SpanId: []byte("01234567"), Name: "chat"}
	of := func(spans ...*trace.Span) []byte {
		message, err := proto.Marshal(&coltrace.ExportTraceServiceRequest{ResourceSpans: []*trace.ResourceSpans{{
			ScopeSpans: []*trace.ScopeSpans{{Spans: spans}},
		}}})
		require.NoError(f, err)
		return message
	}
	plain, mixed = of(good), of(good, &trace.Span{Name: "bad"}, good)
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(plain)
	require.NoError(f, w.Close())
	encoder, err := zstd.NewWriter(nil)
	require.NoError(f, err)
	return plain, mixed, out.Bytes(), encoder.EncodeAll(mixed, nil)
}

// FuzzHTTP: any body with any encoding on every path. Guarantee: no panic, a status that the protocol knows, an error
// body that is a google.rpc.Status, and in the log exactly what was acknowledged.
func FuzzHTTP(f *testing.F) {
	plain, mixed, zipped, zstdFrame := seedMessages(f)
	f.Add(uint8(0), "", plain)
	f.Add(uint8(0), "", mixed)
	f.Add(uint8(0), "gzip", zipped)
	f.Add(uint8(0), "zstd", zstdFrame)
	f.Add(uint8(1), "", []byte{0x0a, 0x04, 0x12, 0x02, 0x12, 0x00})
	f.Add(uint8(2), "", []byte{})
	f.Add(uint8(3), "br", []byte("x"))
	target := newTarget(f)
	handler := target.receiver.HTTP()
	paths := []string{"/v1/traces", "/v1/logs", "/v1/metrics/", "/v1/other"}
	signals := []otlp.Signal{otlp.Traces, otlp.Logs, otlp.Metrics, otlp.Metrics}
	f.Fuzz(func(t *testing.T, pathByte uint8, encoding string, body []byte) {
		which := int(pathByte) % len(paths)
		request := httptest.NewRequest(http.MethodPost, paths[which], bytes.NewReader(body))
		request.Header = http.Header{"X-Api-Key": {"k"}, "Content-Type": {protobufType}, "Content-Encoding": {encoding}}
		answer := recorder{httptest.NewRecorder()}
		handler.ServeHTTP(answer, request)
		require.Contains(t, []int{200, 400, 404, 413, 415}, answer.Code)
		require.Equal(t, protobufType, answer.Header().Get("Content-Type"))
		if answer.Code != http.StatusOK {
			var status rpcstatus.Status
			require.NoError(t, proto.Unmarshal(answer.Body.Bytes(), &status))
			require.NotEmpty(t, status.GetMessage())
		} else {
			require.NoError(t, proto.Unmarshal(answer.Body.Bytes(), new(coltrace.ExportTraceServiceResponse)))
		}
		if encoding != "" {
			body = nil
		}
		target.requireStored(t, signals[which], answer.Code == http.StatusOK, body)
	})
}

// FuzzGRPC: any bytes as the body of a call with any grpc-encoding. Guarantee: no panic, a code that clients do not
// retry, and in the log exactly what was acknowledged.
func FuzzGRPC(f *testing.F) {
	frame := func(flag byte, message []byte) []byte {
		return append(binary.BigEndian.AppendUint32([]byte{flag}, uint32(len(message))), message...)
	}
	plain, mixed, zipped, zstdFrame := seedMessages(f)
	f.Add(uint8(0), "", frame(0, plain))
	f.Add(uint8(0), "gzip", frame(0, mixed))
	f.Add(uint8(0), "gzip", frame(1, zipped))
	f.Add(uint8(0), "zstd", frame(1, zstdFrame))
	f.Add(uint8(0), "", frame(1, plain))
	f.Add(uint8(1), "identity", frame(0, nil))
	f.Add(uint8(2), "", append(frame(0, plain), frame(0, plain)...))
	f.Add(uint8(0), "", frame(0, plain)[:20])
	target := newTarget(f)
	handler := target.receiver.GRPC()
	paths := []string{tracesMethod, logsMethod, metricsMethod}
	signals := []otlp.Signal{otlp.Traces, otlp.Logs, otlp.Metrics}
	f.Fuzz(func(t *testing.T, pathByte uint8, encoding string, body []byte) {
		which := int(pathByte) % len(paths)
		request := httptest.NewRequest(http.MethodPost, paths[which], bytes.NewReader(body))
		request.Header = http.Header{"X-Api-Key": {"k"}, "Content-Type": {"application/grpc"}, "Grpc-Encoding": {encoding}}
		answer := recorder{httptest.NewRecorder()}
		handler.ServeHTTP(answer, request)
		require.Equal(t, http.StatusOK, answer.Code)
		code := answer.Header().Get(http.TrailerPrefix + "Grpc-Status")
		require.Contains(t, []string{"0", "3", "12"}, code, "OK, INVALID_ARGUMENT or UNIMPLEMENTED")
		if code != "0" {
			require.NotEmpty(t, answer.Header().Get(http.TrailerPrefix+"Grpc-Message"))
		}
		var message []byte
		if code == "0" && body[0] == 0 {
			message = body[grpcHeaderBytes:]
		}
		target.requireStored(t, signals[which], code == "0", message)
	})
}
