package app_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/protobuf/proto"

	"junjo.local/ingestion-service/internal/gen/batchespb"
	"junjo.local/ingestion-service/internal/gen/ingestionpb"
	"junjo.local/ingestion-service/internal/testkit"
)

func export(t *testing.T, s *testkit.Service, service string, names ...string) {
	t.Helper()
	_, err := traceClient(t, s).Export(testkit.Context(t), testkit.Traces(service, names...))
	require.NoError(t, err)
}

type readSpan struct {
	key           []byte
	name, service string
}

func readSpans(t *testing.T, s *testkit.Service, start []byte, limit uint32) []readSpan {
	t.Helper()
	stream, err := ingestionpb.NewInternalIngestionServiceClient(testkit.Dial(t, s.Internal)).ReadSpans(
		testkit.InternalContext(t), &ingestionpb.ReadSpansRequest{StartKeyUlid: start, BatchSize: limit})
	require.NoError(t, err)
	var spans []readSpan
	for {
		response, err := stream.Recv()
		if err == io.EOF {
			return spans
		}
		require.NoError(t, err)
		var span tracepb.Span
		require.NoError(t, proto.Unmarshal(response.GetSpanBytes(), &span))
		resource := testkit.Resource("")
		resource.Attributes = nil
		require.NoError(t, proto.Unmarshal(response.GetResourceBytes(), resource))
		service := ""
		if len(resource.GetAttributes()) > 0 {
			service = resource.GetAttributes()[0].GetValue().GetStringValue()
		}
		spans = append(spans, readSpan{response.GetKeyUlid(), span.GetName(), service})
	}
}

// Scenario: an existing backend polls batches of several sizes, with log records in between. Guarantee: the
// start key is exclusive and need not exist, keys are unique ascending ULIDs, at most batch_size spans come
// and then the end, nothing is deleted, and reading on from any key gives exactly the rest.
func TestReadSpansWalksEverySpanOnce(t *testing.T) {
	s := testkit.Start(t, nil)
	export(t, s, "one", "a", "b", "c")
	answer, _ := post(t, s.HTTP+"/v1/logs", strings.NewReader(string(testkit.Marshal(t, testkit.Logs("l", "log")))), nil)
	require.Equal(t, 200, answer.StatusCode)
	two := testkit.Traces("two", "d")
	two.ResourceSpans = append(two.ResourceSpans, testkit.Traces("three", "e", "f").ResourceSpans...)
	_, err := traceClient(t, s).Export(testkit.Context(t), two)
	require.NoError(t, err)
	none := testkit.Traces("", "g")
	none.ResourceSpans[0].Resource = nil
	_, err = traceClient(t, s).Export(testkit.Context(t), none)
	require.NoError(t, err)

	all := readSpans(t, s, nil, 100)
	var names, services []string
	for _, span := range all {
		names, services = append(names, span.name), append(services, span.service)
		require.Len(t, span.key, 16)
	}
	require.Equal(t, []string{"a", "b", "c", "d", "e", "f", "g"}, names)
	require.Equal(t, []string{"one", "one", "one", "two", "three", "three", ""}, services)
	for n := 1; n < len(all); n++ {
		require.Negative(t, strings.Compare(hex.EncodeToString(all[n-1].key), hex.EncodeToString(all[n].key)))
	}
	for n, span := range all {
		require.Equal(t, all[n+1:], append([]readSpan{}, readSpans(t, s, span.key, 100)...), "after %s", span.name)
	}
	for _, size := range []uint32{1, 2, 3, 5} {
		var walked []readSpan
		var cursor []byte
		for {
			page := readSpans(t, s, cursor, size)
			require.LessOrEqual(t, len(page), int(size))
			if len(page) == 0 {
				break
			}
			walked = append(walked, page...)
			cursor = page[len(page)-1].key
		}
		require.Equal(t, all, walked, "batch_size %d", size)
	}
	require.Empty(t, readSpans(t, s, nil, 0))
	between := append([]byte{}, all[2].key...)
	between[15] = 200 // no such key
	require.Equal(t, all[3:], readSpans(t, s, between, 100))
	stream, err := ingestionpb.NewInternalIngestionServiceClient(testkit.Dial(t, s.Internal)).ReadSpans(
		testkit.InternalContext(t), &ingestionpb.ReadSpansRequest{StartKeyUlid: []byte("odd"), BatchSize: 1})
	require.NoError(t, err)
	_, err = stream.Recv()
	require.Equal(t, codes.InvalidArgument, testkit.Code(err))
}

// Scenario: a consumer changes from ReadSpans to ReadBatches in the middle of a batch. Guarantee: the batch comes again
// whole, nothing is left out.
func TestReadBatchesAfterSpanKeyRepeatsItsBatch(t *testing.T) {
	s := testkit.Start(t, nil)
	export(t, s, "one", "a", "b")
	export(t, s, "two", "c")
	spans := readSpans(t, s, nil, 1)
	client := batchespb.NewBatchServiceClient(testkit.Dial(t, s.Internal))
	state, err := client.GetStatus(testkit.InternalContext(t), &batchespb.GetStatusRequest{})
	require.NoError(t, err)
	page := firstPage(t, client, &batchespb.ReadBatchesRequest{WalId: state.GetWalId(), AfterKey: spans[0].key})
	require.Len(t, page.GetBatches(), 2)
	rest := readSpans(t, s, page.GetBatches()[0].GetKey(), 10)
	require.Len(t, rest, 1, "a batch key skips all its spans")
	require.Equal(t, "c", rest[0].name)
}

func firstPage(t *testing.T, client batchespb.BatchServiceClient, request *batchespb.ReadBatchesRequest) *batchespb.ReadBatchesResponse {
	t.Helper()
	stream, err := client.ReadBatches(testkit.InternalContext(t), request)
	require.NoError(t, err)
	page, err := stream.Recv()
	require.NoError(t, err)
	return page
}

// Scenario: a consumer follows the log. Guarantee: an empty page at once, then each batch as it is acknowledged, without
// asking again; lag is told; stopping the service ends the stream with UNAVAILABLE.
func TestReadBatchesFollowsTheLog(t *testing.T) {
	s := testkit.Start(t, nil)
	stream, err := batchespb.NewBatchServiceClient(testkit.Dial(t, s.Internal)).ReadBatches(testkit.InternalContext(t),
		&batchespb.ReadBatchesRequest{ConsumerId: "server", Follow: true, MaxBytes: 1})
	require.NoError(t, err)
	page, err := stream.Recv()
	require.NoError(t, err)
	require.Empty(t, page.GetBatches())
	require.Len(t, page.GetWalId(), 16)
	for n := range 3 {
		export(t, s, "s", fmt.Sprint(n))
		page, err = stream.Recv()
		require.NoError(t, err)
		require.Len(t, page.GetBatches(), 1)
		require.Equal(t, page.GetNewestKey(), page.GetBatches()[0].GetKey())
		require.Zero(t, page.GetWaitingBatches())
	}
	go func() { _ = s.Stop() }()
	_, err = stream.Recv()
	require.Equal(t, codes.Unavailable, testkit.Code(err))
}

// Scenario: reading in pages with a backlog, without following. Guarantee: pages respect their size, count down what
// waits, and the stream ends.
func TestReadBatchesInPagesCountsWhatWaits(t *testing.T) {
	s := testkit.Start(t, nil)
	for n := range 5 {
		export(t, s, "s", fmt.Sprint(n))
	}
	stream, err := batchespb.NewBatchServiceClient(testkit.Dial(t, s.Internal)).ReadBatches(testkit.InternalContext(t), &batchespb.ReadBatchesRequest{MaxBytes: 1})
	require.NoError(t, err)
	for left := uint64(4); ; left-- {
		page, err := stream.Recv()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		require.Len(t, page.GetBatches(), 1)
		require.Equal(t, left, page.GetWaitingBatches())
		require.Equal(t, left > 0, page.GetWaitingBytes() > 0)
	}
}

// Scenario: two consumers confirm, one falls behind, one is removed. Guarantee: the log drops what both have, answers
// say how far, and GetStatus shows all of it.
func TestTrimWaitsForEveryConsumer(t *testing.T) {
	s := testkit.Start(t, nil)
	for n := range 3 {
		export(t, s, "s", fmt.Sprint(n))
	}
	client := batchespb.NewBatchServiceClient(testkit.Dial(t, s.Internal))
	var pages [2]*batchespb.ReadBatchesResponse
	for n, id := range []string{"a", "b"} {
		pages[n] = firstPage(t, client, &batchespb.ReadBatchesRequest{ConsumerId: id})
	}
	keys, walID := pages[0].GetBatches(), pages[0].GetWalId()
	trim := func(id string, key []byte) *batchespb.TrimResponse {
		answer, err := client.Trim(testkit.InternalContext(t), &batchespb.TrimRequest{ConsumerId: id, WalId: walID, UpToKey: key})
		require.NoError(t, err)
		require.True(t, answer.GetTrimming())
		return answer
	}
	require.Empty(t, trim("a", keys[2].GetKey()).GetTrimmedKey())
	require.Equal(t, keys[0].GetKey(), trim("b", keys[0].GetKey()).GetTrimmedKey())
	require.Len(t, testkit.Batches(t, s.Internal), 2)
	removed, err := client.RemoveConsumer(testkit.InternalContext(t), &batchespb.RemoveConsumerRequest{ConsumerId: "b"})
	require.NoError(t, err)
	require.True(t, removed.GetRemoved())
	require.Empty(t, testkit.Batches(t, s.Internal))
	state, err := client.GetStatus(testkit.InternalContext(t), &batchespb.GetStatusRequest{})
	require.NoError(t, err)
	require.Equal(t, keys[2].GetKey(), state.GetTrimmedKey())
	require.Equal(t, uint64(3), state.GetStoredSpans())
	require.Zero(t, state.GetLiveBatches())
	require.Len(t, state.GetConsumers(), 1)
	removed, err = client.RemoveConsumer(testkit.InternalContext(t), &batchespb.RemoveConsumerRequest{ConsumerId: "b"})
	require.NoError(t, err)
	require.False(t, removed.GetRemoved())
}

// Scenario: JUNJO_INGESTION_TRIM=false beside ReadSpans readers. Guarantee: confirmed, and nothing is dropped.
func TestTrimSwitchedOffKeepsEverything(t *testing.T) {
	s := testkit.Start(t, map[string]string{"JUNJO_INGESTION_TRIM": "false"})
	export(t, s, "s", "kept")
	client := batchespb.NewBatchServiceClient(testkit.Dial(t, s.Internal))
	page := firstPage(t, client, &batchespb.ReadBatchesRequest{ConsumerId: "c"})
	answer, err := client.Trim(testkit.InternalContext(t), &batchespb.TrimRequest{
		ConsumerId: "c", WalId: page.GetWalId(), UpToKey: page.GetNewestKey(),
	})
	require.NoError(t, err)
	require.False(t, answer.GetTrimming())
	require.Len(t, readSpans(t, s, nil, 10), 1)
}

// Scenario: cursors of another log, keys without a log, unknown and ill-named consumers, keys ahead of the log.
// Guarantee: each is refused with a code of its own, and changes nothing.
func TestBatchServiceRefusesWhatIsNotItsOwn(t *testing.T) {
	s := testkit.Start(t, nil)
	export(t, s, "s", "x")
	client := batchespb.NewBatchServiceClient(testkit.Dial(t, s.Internal))
	state, err := client.GetStatus(testkit.InternalContext(t), &batchespb.GetStatusRequest{})
	require.NoError(t, err)
	other := make([]byte, 16)
	read := func(request *batchespb.ReadBatchesRequest) codes.Code {
		stream, err := client.ReadBatches(testkit.InternalContext(t), request)
		require.NoError(t, err)
		_, err = stream.Recv()
		return testkit.Code(err)
	}
	require.Equal(t, codes.FailedPrecondition, read(&batchespb.ReadBatchesRequest{WalId: other}))
	require.Equal(t, codes.InvalidArgument, read(&batchespb.ReadBatchesRequest{AfterKey: state.GetNewestKey()}))
	require.Equal(t, codes.InvalidArgument, read(&batchespb.ReadBatchesRequest{WalId: state.GetWalId(), AfterKey: []byte("x")}))
	require.Equal(t, codes.InvalidArgument, read(&batchespb.ReadBatchesRequest{ConsumerId: "no spaces"}))
	trim := func(request *batchespb.TrimRequest) codes.Code {
		_, err := client.Trim(testkit.InternalContext(t), request)
		return testkit.Code(err)
	}
	require.Equal(t, codes.NotFound, trim(&batchespb.TrimRequest{ConsumerId: "c", WalId: state.GetWalId(), UpToKey: state.GetNewestKey()}))
	require.Equal(t, codes.InvalidArgument, trim(&batchespb.TrimRequest{ConsumerId: "c", UpToKey: state.GetNewestKey()}))
	require.Equal(t, codes.FailedPrecondition, trim(&batchespb.TrimRequest{ConsumerId: "c", WalId: other}))
	firstPage(t, client, &batchespb.ReadBatchesRequest{ConsumerId: "c"})
	ahead := append([]byte{0xff}, state.GetNewestKey()[1:]...)
	require.Equal(t, codes.OutOfRange, trim(&batchespb.TrimRequest{ConsumerId: "c", WalId: state.GetWalId(), UpToKey: ahead}))
	require.Len(t, testkit.Batches(t, s.Internal), 1)
}

// Scenario: every internal method without a token, with a wrong one, and with the right one. Guarantee: only the right
// one gets in; health is open to probes.
func TestInternalMethodsNeedTheToken(t *testing.T) {
	s := testkit.Start(t, nil)
	connection := testkit.Dial(t, s.Internal)
	batches, spans := batchespb.NewBatchServiceClient(connection), ingestionpb.NewInternalIngestionServiceClient(connection)
	methods := map[string]func(context.Context) error{
		"GetStatus": func(ctx context.Context) error {
			_, err := batches.GetStatus(ctx, &batchespb.GetStatusRequest{})
			return err
		},
		"Trim": func(ctx context.Context) error {
			_, err := batches.Trim(ctx, &batchespb.TrimRequest{})
			return err
		},
		"RemoveConsumer": func(ctx context.Context) error {
			_, err := batches.RemoveConsumer(ctx, &batchespb.RemoveConsumerRequest{})
			return err
		},
		"ReadBatches": func(ctx context.Context) error {
			stream, err := batches.ReadBatches(ctx, &batchespb.ReadBatchesRequest{})
			require.NoError(t, err)
			_, err = stream.Recv()
			return err
		},
		"ReadSpans": func(ctx context.Context) error {
			stream, err := spans.ReadSpans(ctx, &ingestionpb.ReadSpansRequest{BatchSize: 1})
			require.NoError(t, err)
			_, err = stream.Recv()
			return err
		},
	}
	methods["reflection"] = func(ctx context.Context) error {
		stream, err := reflectionpb.NewServerReflectionClient(connection).ServerReflectionInfo(ctx)
		require.NoError(t, err)
		_ = stream.Send(&reflectionpb.ServerReflectionRequest{MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{}})
		_, err = stream.Recv()
		return err
	}
	registered := 1
	for _, service := range []grpc.ServiceDesc{batchespb.BatchService_ServiceDesc, ingestionpb.InternalIngestionService_ServiceDesc} {
		registered += len(service.Methods) + len(service.Streams)
	}
	require.Len(t, methods, registered, "a new method needs a case here")
	for name, call := range methods {
		require.Equal(t, codes.Unauthenticated, testkit.Code(call(t.Context())), name)
		for _, value := range []string{"Bearer wrong", "Bearer", testkit.Token, "Basic " + testkit.Token} {
			ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", value)
			require.Equal(t, codes.Unauthenticated, testkit.Code(call(ctx)), "%s with %s", name, value)
		}
		require.NotEqual(t, codes.Unauthenticated, testkit.Code(call(testkit.InternalContext(t))), name)
	}
	health, err := healthpb.NewHealthClient(connection).Check(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	require.Equal(t, healthpb.HealthCheckResponse_SERVING, health.GetStatus())
}

// Scenario: senders with wrong keys. Guarantee: GetStatus shows them to the server, equal ones as one entry with a
// count, and neither the status nor the metrics hold a key.
func TestRejectionsAreVisibleWithoutKeys(t *testing.T) {
	s := testkit.Start(t, nil)
	for range 3 {
		ctx := metadata.AppendToOutgoingContext(t.Context(), "x-junjo-api-key", "secret-but-wrong")
		_, err := traceClient(t, s).Export(ctx, testkit.Traces("s", "x"))
		require.Equal(t, codes.Unauthenticated, testkit.Code(err))
	}
	state, err := batchespb.NewBatchServiceClient(testkit.Dial(t, s.Internal)).GetStatus(testkit.InternalContext(t), &batchespb.GetStatusRequest{})
	require.NoError(t, err)
	require.Len(t, state.GetRecentRejections(), 1)
	require.Equal(t, uint64(3), state.GetRecentRejections()[0].GetCount())
	require.Equal(t, "unauthenticated", state.GetRecentRejections()[0].GetReason())
	_, page := get(t, s.Metrics+"/metrics")
	require.Contains(t, page, `junjo_ingest_requests_total{outcome="unauthenticated",signal="traces"} 3`)
	require.NotContains(t, page+state.String(), "secret-but-wrong")
}

// Scenario: many requests with one key. Guarantee: the server is asked once while the answer is fresh.
func TestKeyIsAskedOnceForManyRequests(t *testing.T) {
	s := testkit.Start(t, nil)
	started := time.Now()
	for range 50 {
		export(t, s, "s", "x")
	}
	if time.Since(started) < 5*time.Second {
		require.Equal(t, 1, s.Backend.Calls())
	}
}
