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

// Scenario: a slow sender holds most of the memory for messages. Guarantee: another one that does not fit is told to try
// again, a small one gets through, and the memory comes back.
func TestExportOverMemoryBudgetAsksForRetry(t *testing.T) {
	s := testkit.Start(t, map[string]string{"JUNJO_MESSAGE_MAX_BYTES": "1M", "JUNJO_IN_FLIGHT_MAX_BYTES": "2M"})
	var slow [2]net.Conn
	for n := range slow {
		connection, err := net.Dial("tcp", strings.TrimPrefix(s.HTTP, "http://"))
		require.NoError(t, err)
		defer func() { _ = connection.Close() }()
		_, err = fmt.Fprintf(connection, "POST /v1/traces HTTP/1.1\r\nHost: x\r\nX-Api-Key: %s\r\nContent-Type: application/x-protobuf\r\n"+
			"Content-Length: %d\r\n\r\n", testkit.Key, 500_000+400_000*n)
		require.NoError(t, err)
		slow[n] = connection
	}
	inFlight := func() string { _, page := get(t, s.Metrics+"/metrics"); return page }
	require.Eventually(t, func() bool { return strings.Contains(inFlight(), "junjo_ingest_in_flight_bytes 1.572864e+06") }, patience, time.Millisecond)
	var trailer metadata.MD
	_, err := traceClient(t, s).Export(testkit.Context(t), testkit.Traces("s", strings.Repeat("x", 700_000)), grpc.Trailer(&trailer))
	requireRetry(t, err, trailer)
	require.ErrorContains(t, err, "too many bytes are being received at once")
	_, err = traceClient(t, s).Export(testkit.Context(t), testkit.Traces("s", "small"))
	require.NoError(t, err)
	for _, connection := range slow {
		require.NoError(t, connection.Close())
	}
	require.Eventually(t, func() bool { return strings.Contains(inFlight(), "junjo_ingest_in_flight_bytes 0") }, patience, time.Millisecond)
}
