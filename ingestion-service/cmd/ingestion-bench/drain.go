package main

import (
	"context"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"junjo.local/ingestion-service/internal/gen/batchespb"
)

const (
	// drainPageBytes is what the server asks for.
	drainPageBytes = 8 << 20
	drainBytesMax  = 128 << 20
)

// drain follows the log as a server does, confirms every page, and counts spans, until ctx ends.
func drain(ctx context.Context, addr string, spans *atomic.Int64) error {
	connection, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(drainBytesMax)))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	client := batchespb.NewBatchServiceClient(connection)
	stream, err := client.ReadBatches(ctx, &batchespb.ReadBatchesRequest{ConsumerId: "bench", MaxBytes: drainPageBytes, Follow: true})
	if err != nil {
		return err
	}
	for {
		page, err := stream.Recv()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		batches := page.GetBatches()
		for _, batch := range batches {
			spans.Add(int64(batch.GetItemCount()))
		}
		if len(batches) == 0 {
			continue
		}
		up := &batchespb.TrimRequest{ConsumerId: "bench", WalId: page.GetWalId(), UpToKey: batches[len(batches)-1].GetKey()}
		if _, err := client.Trim(ctx, up); err != nil && ctx.Err() == nil {
			return err
		}
	}
}
