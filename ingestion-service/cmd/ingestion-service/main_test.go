package main_test

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"junjo.local/ingestion-service/internal/gen/batchespb"
	"junjo.local/ingestion-service/internal/testkit"
)

const patience = 30 * time.Second

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.RemoveBuild()
	os.Exit(code)
}

// consumer is a server that stores what it reads: its ledger is its disk, so it survives every kill of the service.
type consumer struct {
	walID, key []byte
	// taken counts how often each request came, by the name of its first span.
	taken map[string]int
	spans uint64
}

// pull reads what lies behind its key until the log ends or the connection breaks, and confirms it page by page.
func (c *consumer) pull(t *testing.T, internal string, trim bool) error {
	t.Helper()
	client := batchespb.NewBatchServiceClient(testkit.Dial(t, internal))
	ctx, cancel := context.WithTimeout(testkit.InternalContext(t), patience)
	defer cancel()
	stream, err := client.ReadBatches(ctx, &batchespb.ReadBatchesRequest{
		ConsumerId: "ledger", WalId: c.walID, AfterKey: c.key, MaxBytes: 1 << 20,
	})
	if err != nil {
		return err
	}
	for {
		page, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		c.store(t, page)
		if trim && len(page.GetBatches()) > 0 {
			if _, err := client.Trim(ctx, &batchespb.TrimRequest{ConsumerId: "ledger", WalId: c.walID, UpToKey: c.key}); err != nil {
				return err
			}
		}
	}
}

func (c *consumer) store(t *testing.T, page *batchespb.ReadBatchesResponse) {
	if c.walID == nil {
		c.walID = page.GetWalId()
	}
	require.Equal(t, c.walID, page.GetWalId(), "the log is another one after a restart")
	for _, batch := range page.GetBatches() {
		require.Greater(t, string(batch.GetKey()), string(c.key), "keys ascend")
		c.key = batch.GetKey()
		name, items := firstSpan(t, batch)
		require.Equal(t, batch.GetItemCount(), items, "a request is there whole or not at all")
		c.taken[name]++
		c.spans += uint64(items)
	}
}

var decoder, _ = zstd.NewReader(nil)

func firstSpan(t *testing.T, batch *batchespb.Batch) (string, uint32) {
	t.Helper()
	plain, err := decoder.DecodeAll(batch.GetPayload(), nil)
	require.NoError(t, err)
	var request coltrace.ExportTraceServiceRequest
	require.NoError(t, proto.Unmarshal(plain, &request))
	spans := request.GetResourceSpans()[0].GetScopeSpans()[0].GetSpans()
	return spans[0].GetName(), uint32(len(spans))
}

// requireEveryOnce compares what was acknowledged with what came out.
func (c *consumer) requireEveryOnce(t *testing.T, acknowledged []string) {
	t.Helper()
	for _, name := range acknowledged {
		require.Equal(t, 1, c.taken[name], "request %s was acknowledged and is there %d times", name, c.taken[name])
	}
	for name, times := range c.taken {
		require.Equal(t, 1, times, "request %s is there %d times", name, times)
	}
}

// export sends one request whose first span is called name; nil means acknowledged.
func export(client coltrace.TraceServiceClient, request *coltrace.ExportTraceServiceRequest, trailer *metadata.MD) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "x-junjo-api-key", testkit.Key)
	var options []grpc.CallOption
	if trailer != nil {
		options = append(options, grpc.Trailer(trailer))
	}
	_, err := client.Export(ctx, request, options...)
	return err
}
