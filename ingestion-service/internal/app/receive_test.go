package app_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	colmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpcgzip "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"junjo.local/ingestion-service/internal/gen/batchespb"
	"junjo.local/ingestion-service/internal/testkit"
	"junjo.local/ingestion-service/internal/wal"
)

const patience = 20 * time.Second

func traceClient(t *testing.T, s *testkit.Service) coltrace.TraceServiceClient {
	t.Helper()
	return coltrace.NewTraceServiceClient(testkit.Dial(t, s.GRPC))
}

// post sends a body with the good key and returns the answer with its body.
func post(t *testing.T, url string, body io.Reader, headers map[string]string) (*http.Response, []byte) {
	t.Helper()
	sent := http.Header{"Content-Type": {"application/x-protobuf"}, "X-Junjo-Api-Key": {testkit.Key}}
	for name, value := range headers {
		sent.Set(name, value)
	}
	return send(t, url, body, sent)
}

// send posts a body with these headers only.
func send(t *testing.T, url string, body io.Reader, headers http.Header) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	require.NoError(t, err)
	request.Header = headers
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer, content
}

func packed(t *testing.T, encoding string, message []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	switch encoding {
	case "gzip":
		w = gzip.NewWriter(&out)
	case "deflate":
		w = zlib.NewWriter(&out)
	case "zstd":
		z, err := zstd.NewWriter(&out)
		require.NoError(t, err)
		w = z
	default:
		return message
	}
	_, err := w.Write(message)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

// message decompresses what ReadBatches delivers, as a consumer does.
func message(t *testing.T, batch *batchespb.Batch) []byte {
	t.Helper()
	decoder, err := zstd.NewReader(nil)
	require.NoError(t, err)
	defer decoder.Close()
	plain, err := decoder.DecodeAll(batch.GetPayload(), nil)
	require.NoError(t, err)
	require.Len(t, plain, int(batch.GetRawBytes()))
	return plain
}

// Scenario: traces and logs over every transport and compression. Guarantee: each is acknowledged with an empty answer
// and comes out byte by byte as it went in, with its key's id, count and time.
func TestExportOverEveryTransportIsStoredAsSent(t *testing.T) {
	s := testkit.Start(t, nil)
	var want [][]byte
	traces := traceClient(t, s)
	for n, options := range [][]grpc.CallOption{nil, {grpc.UseCompressor(grpcgzip.Name)}} {
		request := testkit.Traces("grpc", fmt.Sprint("span ", n), strings.Repeat("x", 100_000*n))
		answer, err := traces.Export(testkit.Context(t), request, options...)
		require.NoError(t, err)
		require.Nil(t, answer.GetPartialSuccess())
		want = append(want, testkit.Marshal(t, request))
	}
	logRequest := testkit.Logs("grpc", "a", "b", "c")
	_, err := collogs.NewLogsServiceClient(testkit.Dial(t, s.GRPC)).Export(testkit.Context(t), logRequest)
	require.NoError(t, err)
	want = append(want, testkit.Marshal(t, logRequest))
	for _, encoding := range []string{"", "identity", "gzip", "deflate", "zstd"} {
		body := testkit.Marshal(t, testkit.Traces("http", encoding))
		answer, content := post(t, s.HTTP+"/v1/traces", bytes.NewReader(packed(t, encoding, body)), map[string]string{"Content-Encoding": encoding})
		require.Equal(t, http.StatusOK, answer.StatusCode, "%s: %s", encoding, content)
		require.Empty(t, content)
		require.Equal(t, "application/x-protobuf", answer.Header.Get("Content-Type"))
		want = append(want, body)
	}
	chunked := testkit.Marshal(t, testkit.Logs("http", strings.Repeat("chunk", 50_000)))
	answer, _ := post(t, s.HTTP+"/v1/logs/", io.MultiReader(bytes.NewReader(chunked)), nil)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	want = append(want, chunked)

	batches := testkit.Batches(t, s.Internal)
	require.Len(t, batches, len(want))
	for n, batch := range batches {
		require.Equal(t, want[n], message(t, batch))
		require.Equal(t, testkit.KeyID, batch.GetKeyId())
		require.Equal(t, testkit.Project, batch.GetProject())
		require.WithinDuration(t, time.Now(), time.Unix(0, batch.GetReceivedUnixNano()), patience)
	}
	require.Equal(t, batchespb.Signal_SIGNAL_TRACES, batches[0].GetSignal())
	require.Equal(t, uint32(2), batches[0].GetItemCount())
	require.Equal(t, batchespb.Signal_SIGNAL_LOGS, batches[2].GetSignal())
	require.Equal(t, uint32(3), batches[2].GetItemCount())
}

// Scenario: metrics, and requests without anything in them. Guarantee: acknowledged, counted, not stored.
func TestExportOfMetricsAndEmptyRequestsStoresNothing(t *testing.T) {
	s := testkit.Start(t, nil)
	metrics := &colmetrics.ExportMetricsServiceRequest{ResourceMetrics: []*metricspb.ResourceMetrics{{
		ScopeMetrics: []*metricspb.ScopeMetrics{{Metrics: []*metricspb.Metric{{Name: "m", Data: &metricspb.Metric_Gauge{
			Gauge: &metricspb.Gauge{DataPoints: []*metricspb.NumberDataPoint{{}, {}}},
		}}}}},
	}}}
	_, err := colmetrics.NewMetricsServiceClient(testkit.Dial(t, s.GRPC)).Export(testkit.Context(t), metrics)
	require.NoError(t, err)
	answer, _ := post(t, s.HTTP+"/v1/metrics", bytes.NewReader(testkit.Marshal(t, metrics)), nil)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	_, err = traceClient(t, s).Export(testkit.Context(t), &coltrace.ExportTraceServiceRequest{})
	require.NoError(t, err)
	answer, _ = post(t, s.HTTP+"/v1/logs", nil, nil)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Empty(t, testkit.Batches(t, s.Internal))
	_, page := get(t, s.Metrics+"/metrics")
	require.Contains(t, page, `junjo_ingest_items_total{outcome="accepted",signal="metrics"} 4`)
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(content)
}

// Scenario: no key, a wrong key, and the key in every place that has one, on both transports. Guarantee: only a valid
// key gets in, and the refusal is one that clients do not retry.
func TestExportNeedsValidKey(t *testing.T) {
	s := testkit.Start(t, nil)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+testkit.Key))
	for _, test := range []struct {
		header, value string
		valid         bool
	}{
		{"x-other", "x", false}, {"x-junjo-api-key", "wrong", false}, {"x-junjo-api-key", strings.Repeat("k", 1000), false},
		{"x-junjo-api-key", testkit.Key, true}, {"x-api-key", testkit.Key, true},
		{"authorization", "Bearer " + testkit.Key, true}, {"authorization", basic, true}, {"authorization", "Digest x", false},
	} {
		ctx := metadata.AppendToOutgoingContext(t.Context(), test.header, test.value)
		_, err := traceClient(t, s).Export(ctx, testkit.Traces("s", "x"))
		answer, content := send(t, s.HTTP+"/v1/traces", nil, http.Header{
			"Content-Type": {"application/x-protobuf"}, http.CanonicalHeaderKey(test.header): {test.value},
		})
		if test.valid {
			require.NoError(t, err, test.header)
			require.Equal(t, http.StatusOK, answer.StatusCode, "%s %s", test.header, content)
		} else {
			require.Equal(t, codes.Unauthenticated, testkit.Code(err), test.header)
			require.Equal(t, http.StatusUnauthorized, answer.StatusCode, test.header)
			require.Equal(t, "Bearer", answer.Header.Get("WWW-Authenticate"))
		}
	}
	require.Equal(t, "[Bearer "+testkit.Token+"]", s.Backend.LastToken())
}

// requireRetry checks both retry hints of a gRPC refusal.
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

// Scenario: messages over each limit, compressed and not. Guarantee: refused in a way that no client retries, with a
// sentence that says what to do, and nothing of a bomb is kept in memory.
func TestExportOverLimitIsRefusedForGood(t *testing.T) {
	s := testkit.Start(t, map[string]string{
		"JUNJO_MESSAGE_MAX_BYTES": "1M", "JUNJO_REQUEST_MAX_ITEMS": "3", "JUNJO_VALUE_MAX_DEPTH": "5",
	})
	deep := testkit.Traces("s", "deep")
	value := testkit.Text("leaf")
	for range 6 {
		value = &common.AnyValue{Value: &common.AnyValue_ArrayValue{ArrayValue: &common.ArrayValue{Values: []*common.AnyValue{value}}}}
	}
	deep.ResourceSpans[0].ScopeSpans[0].Spans[0].Attributes = []*common.KeyValue{{Key: "deep", Value: value}}
	noise := make([]byte, 2<<20)
	_, _ = rand.Read(noise)
	for _, test := range []struct {
		request  *coltrace.ExportTraceServiceRequest
		sentence string
		code     int
	}{
		{testkit.Traces("s", string(bytes.ToValidUTF8(noise, []byte("?")))), "export smaller batches", http.StatusRequestEntityTooLarge},
		{testkit.Traces("s", strings.Repeat("bomb", 1<<20)), "export smaller batches", http.StatusRequestEntityTooLarge},
		{testkit.Traces("s", "1", "2", "3", "4"), "more than 3 items", http.StatusBadRequest},
		{deep, "nest deeper than 5 levels", http.StatusBadRequest},
	} {
		body := testkit.Marshal(t, test.request)
		for _, options := range [][]grpc.CallOption{nil, {grpc.UseCompressor(grpcgzip.Name)}} {
			_, err := traceClient(t, s).Export(testkit.Context(t), test.request, options...)
			require.Equal(t, codes.InvalidArgument, testkit.Code(err), "%v", err)
			require.ErrorContains(t, err, test.sentence)
		}
		for _, encoding := range []string{"", "gzip", "deflate", "zstd"} {
			answer, content := post(t, s.HTTP+"/v1/traces", bytes.NewReader(packed(t, encoding, body)), map[string]string{"Content-Encoding": encoding})
			require.Equal(t, test.code, answer.StatusCode, encoding)
			require.Contains(t, string(content), test.sentence)
		}
	}
	require.Empty(t, testkit.Batches(t, s.Internal))
}

// Scenario: good and bad spans in one request, and a request with only bad ones. Guarantee: the good ones are stored,
// the bad ones counted with a reason, on both transports.
func TestExportWithBadSpansStoresTheRest(t *testing.T) {
	s := testkit.Start(t, nil)
	mixed := testkit.Traces("s", "good", "bad", "good too")
	mixed.ResourceSpans[0].ScopeSpans[0].Spans[1].TraceId = []byte("short")
	answer, err := traceClient(t, s).Export(testkit.Context(t), mixed)
	require.NoError(t, err)
	require.Equal(t, int64(1), answer.GetPartialSuccess().GetRejectedSpans())
	require.Contains(t, answer.GetPartialSuccess().GetErrorMessage(), "trace_id must have 16 bytes")
	bad := testkit.Traces("s", "bad")
	bad.ResourceSpans[0].ScopeSpans[0].Spans[0].SpanId = make([]byte, 8)
	response, content := post(t, s.HTTP+"/v1/traces", bytes.NewReader(testkit.Marshal(t, bad)), nil)
	require.Equal(t, http.StatusOK, response.StatusCode)
	var partial coltrace.ExportTraceServiceResponse
	require.NoError(t, proto.Unmarshal(content, &partial))
	require.Equal(t, int64(1), partial.GetPartialSuccess().GetRejectedSpans())
	require.Contains(t, partial.GetPartialSuccess().GetErrorMessage(), "span_id must not be all zero")

	batches := testkit.Batches(t, s.Internal)
	require.Len(t, batches, 1)
	require.Equal(t, uint32(2), batches[0].GetItemCount())
	var stored coltrace.ExportTraceServiceRequest
	require.NoError(t, proto.Unmarshal(message(t, batches[0]), &stored))
	spans := stored.GetResourceSpans()[0].GetScopeSpans()[0].GetSpans()
	require.Equal(t, []string{"good", "good too"}, []string{spans[0].GetName(), spans[1].GetName()})
}

// Scenario: bodies that are no OTLP protobuf, wrong paths, verbs, types and encodings. Guarantee: each gets its own code
// and an error body in protobuf; none is stored, none is retried.
func TestExportOfBrokenRequestsIsRefused(t *testing.T) {
	s := testkit.Start(t, nil)
	body := testkit.Marshal(t, testkit.Traces("s", "x"))
	for name, test := range map[string]struct {
		path    string
		body    []byte
		headers map[string]string
		code    int
	}{
		"cut off":          {"/v1/traces", body[:len(body)-3], nil, http.StatusBadRequest},
		"garbage":          {"/v1/traces", bytes.Repeat([]byte{0xff, 0xfe, 0xfd}, 10), nil, http.StatusBadRequest},
		"wrong signal":     {"/v1/logs", testkit.Marshal(t, testkit.Traces("s", strings.Repeat("x", 20))), nil, http.StatusBadRequest},
		"gzip that is not": {"/v1/traces", body, map[string]string{"Content-Encoding": "gzip"}, http.StatusBadRequest},
		"gzip cut off":     {"/v1/traces", packed(t, "gzip", body)[:20], map[string]string{"Content-Encoding": "gzip"}, http.StatusBadRequest},
		"unknown encoding": {"/v1/traces", body, map[string]string{"Content-Encoding": "br"}, http.StatusUnsupportedMediaType},
		"json":             {"/v1/traces", []byte("{}"), map[string]string{"Content-Type": "application/json"}, http.StatusUnsupportedMediaType},
		"no such path":     {"/v1/nope", body, nil, http.StatusNotFound},
	} {
		answer, content := post(t, s.HTTP+test.path, bytes.NewReader(test.body), test.headers)
		require.Equal(t, test.code, answer.StatusCode, name)
		var told rpcstatus.Status
		require.NoError(t, proto.Unmarshal(content, &told), name)
		require.NotEmpty(t, told.GetMessage(), name)
	}
	code, _ := get(t, s.HTTP+"/v1/traces")
	require.Equal(t, http.StatusMethodNotAllowed, code)
	err := testkit.Dial(t, s.GRPC).Invoke(testkit.Context(t), "/opentelemetry.proto.collector.trace.v1.TraceService/Nope",
		&coltrace.ExportTraceServiceRequest{}, &coltrace.ExportTraceServiceResponse{})
	require.Equal(t, codes.Unimplemented, testkit.Code(err))
	require.Empty(t, testkit.Batches(t, s.Internal))
	code, _ = get(t, "http://"+s.GRPC)
	require.Equal(t, http.StatusUnsupportedMediaType, code)
}

// Scenario: a request is being received while the service is told to stop. Guarantee: it is still acknowledged, the
// service then stops without an error, and a new one has the batch.
func TestStopFinishesRequestsInFlight(t *testing.T) {
	s := testkit.Start(t, nil)
	body := testkit.Marshal(t, testkit.Traces("s", "last"))
	reader, writer := io.Pipe()
	type result struct {
		answer *http.Response
		err    error
	}
	results := make(chan result, 1)
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.HTTP+"/v1/traces", reader)
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-protobuf")
	request.Header.Set("X-Api-Key", testkit.Key)
	go func() {
		answer, err := http.DefaultClient.Do(request)
		results <- result{answer, err}
	}()
	_, err = writer.Write(body[:5])
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		_, page := get(t, s.Metrics+"/metrics")
		return strings.Contains(page, "junjo_ingest_in_flight_bytes 65536")
	}, patience, time.Millisecond)
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop() }()
	_, err = writer.Write(body[5:])
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	done := <-results
	require.NoError(t, done.err)
	_ = done.answer.Body.Close()
	require.Equal(t, http.StatusOK, done.answer.StatusCode)
	require.NoError(t, <-stopped)
	again := testkit.Launch(t, s.Dir, nil)
	require.Eventually(t, again.Ready, patience, time.Millisecond)
	require.Len(t, testkit.Batches(t, again.Internal), 1)
}
