package app_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"junjo.local/ingestion-service/internal/gen/batchespb"
	"junjo.local/ingestion-service/internal/testkit"
	"junjo.local/ingestion-service/internal/wal"
)

func requireRetry(t *testing.T, err error, trailer metadata.MD) {
	t.Helper()
	require.Equal(t, codes.Unavailable, testkit.Code(err), "%v", err)
	details := status.Convert(err).Details()
	require.Len(t, details, 1)
	require.Equal(t, int64(3), details[0].(*errdetails.RetryInfo).GetRetryDelay().GetSeconds())
	var info errdetails.RetryInfo
	require.Len(t, trailer.Get("google.rpc.retryinfo-bin"), 1)
	require.NoError(t, proto.Unmarshal([]byte(trailer.Get("google.rpc.retryinfo-bin")[0]), &info))
	require.Equal(t, int64(3), info.GetRetryDelay().GetSeconds())
}

func requireRetryHTTP(t *testing.T, answer *http.Response, content []byte) {
	t.Helper()
	require.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
	require.Equal(t, "3", answer.Header.Get("Retry-After"))
	var body rpcstatus.Status
	require.NoError(t, proto.Unmarshal(content, &body))
	require.Equal(t, int32(codes.Unavailable), body.GetCode())
	require.NotEmpty(t, body.GetMessage())
}

func requireBothRetry(t *testing.T, s *testkit.Service, sentence string) {
	t.Helper()
	var trailer metadata.MD
	_, err := traceClient(t, s).Export(testkit.Context(t), testkit.Traces("s", "x"), grpc.Trailer(&trailer))
	requireRetry(t, err, trailer)
	require.ErrorContains(t, err, sentence)
	answer, content := post(t, s.HTTP+"/v1/traces", bytes.NewReader(testkit.Marshal(t, testkit.Traces("s", "x"))), nil)
	requireRetryHTTP(t, answer, content)
	require.Contains(t, string(content), sentence)
}

// Scenario: the server that checks keys goes away and comes back. Guarantee: unknown keys are told to try again with
// both hints, never that they are invalid; a key just checked still works; it recovers without a restart.
func TestExportWhileServerIsAwayAsksForRetry(t *testing.T) {
	s := testkit.Start(t, nil)
	_, err := traceClient(t, s).Export(testkit.Context(t), testkit.Traces("s", "x"))
	require.NoError(t, err)
	s.Backend.Stop()
	_, err = traceClient(t, s).Export(testkit.Context(t), testkit.Traces("s", "x"))
	require.NoError(t, err, "its answer is seconds old")
	unknown := metadata.AppendToOutgoingContext(t.Context(), "x-junjo-api-key", "not asked yet")
	var trailer metadata.MD
	_, err = traceClient(t, s).Export(unknown, testkit.Traces("s", "x"), grpc.Trailer(&trailer))
	requireRetry(t, err, trailer)
	testkit.StartBackend(t, s.Backend.Addr)
	require.Eventually(t, func() bool {
		_, err := traceClient(t, s).Export(unknown, testkit.Traces("s", "x"))
		return testkit.Code(err) == codes.Unauthenticated
	}, patience, time.Millisecond)
}

// Scenario: the log cannot be opened yet, because another process has it. Guarantee: the ports answer "try again" at
// once, health says so, and all is well as soon as the log is free.
func TestExportBeforeLogIsOpenAsksForRetry(t *testing.T) {
	dir := t.TempDir()
	other, err := wal.Open(wal.Options{Dir: dir, FreeBytesMin: 1})
	require.NoError(t, err)
	s := testkit.Launch(t, dir, nil)
	requireBothRetry(t, s, "starting")
	code, _ := get(t, s.Metrics+"/ready")
	require.Equal(t, http.StatusServiceUnavailable, code)
	_, err = batchespb.NewBatchServiceClient(testkit.Dial(t, s.Internal)).GetStatus(testkit.InternalContext(t), &batchespb.GetStatusRequest{})
	require.Equal(t, codes.Unavailable, testkit.Code(err))
	require.NoError(t, other.Close())
	require.Eventually(t, s.Ready, patience, time.Millisecond)
	_, err = traceClient(t, s).Export(testkit.Context(t), testkit.Traces("s", "x"))
	require.NoError(t, err)
}

// Scenario: a full log, and a disk below its floor. Guarantee: both hints, the reason as a sentence, and nothing stored.
func TestExportToFullLogOrDiskAsksForRetry(t *testing.T) {
	full := testkit.Start(t, map[string]string{"JUNJO_WAL_MAX_BYTES": "10"})
	requireBothRetry(t, full, "the write-ahead log holds 0 bytes of at most 10: try again")
	require.Empty(t, testkit.Batches(t, full.Internal))
	disk := testkit.Start(t, map[string]string{"JUNJO_FREE_SPACE_MIN": "1000000G"})
	requireBothRetry(t, disk, "less than the floor")
}

// Scenario: slow senders of one key hold what one key may have. Guarantee: more of it is told to try again, a small message
// and another key get through, and the memory comes back.
func TestExportOverMemoryBudgetAsksForRetry(t *testing.T) {
	s := testkit.Start(t, map[string]string{"JUNJO_MESSAGE_MAX_BYTES": "1M", "JUNJO_IN_FLIGHT_MAX_BYTES": "2M"})
	slow, err := net.Dial("tcp", strings.TrimPrefix(s.HTTP, "http://"))
	require.NoError(t, err)
	defer func() { _ = slow.Close() }()
	_, err = fmt.Fprintf(slow, "POST /v1/traces HTTP/1.1\r\nHost: x\r\nX-Api-Key: %s\r\nContent-Type: application/x-protobuf\r\n"+
		"Content-Length: 900000\r\n\r\n%s", testkit.Key, strings.Repeat("x", 300_000))
	require.NoError(t, err)
	requireMetric(t, s, `junjo_ingest_in_flight_bytes 524288`)
	var trailer metadata.MD
	_, err = traceClient(t, s).Export(testkit.Context(t), testkit.Traces("s", strings.Repeat("x", 700_000)), grpc.Trailer(&trailer))
	requireRetry(t, err, trailer)
	require.ErrorContains(t, err, "too many bytes are being received at once")
	other := metadata.AppendToOutgoingContext(t.Context(), "x-junjo-api-key", testkit.OtherKey)
	for range 2 {
		_, err = traceClient(t, s).Export(other, testkit.Traces("s", strings.Repeat("x", 400_000)))
		require.NoError(t, err)
	}
	_, err = traceClient(t, s).Export(testkit.Context(t), testkit.Traces("s", "small"))
	require.NoError(t, err)
	require.NoError(t, slow.Close())
	requireMetric(t, s, `junjo_ingest_in_flight_bytes 0`)
	requireMetric(t, s, `junjo_memory_used_bytes{part="window"} 0`)
	requireMetric(t, s, `junjo_memory_refused_total{part="receive"} 1`)
}

// requireMetric waits until /metrics has a line.
func requireMetric(t *testing.T, s *testkit.Service, line string) {
	t.Helper()
	require.Eventually(t, func() bool {
		_, page := get(t, s.Metrics+"/metrics")
		return strings.Contains(page, line+"\n")
	}, patience, 10*time.Millisecond, line)
}
