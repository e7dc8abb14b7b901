package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"

	"junjo.local/ingestion-service/internal/config"
	"junjo.local/ingestion-service/internal/gen/batchespb"
)

// commandTimeout is how long a running service may take to answer.
const commandTimeout = 3 * time.Second

// command asks the running service, over its internal port.
func command(settings config.Config, words []string) error {
	connection, err := grpc.NewClient(settings.InternalAddr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	if settings.InternalToken != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+settings.InternalToken)
	}
	batches := batchespb.NewBatchServiceClient(connection)
	switch {
	case words[0] == "health" && len(words) == 1:
		answer, err := healthpb.NewHealthClient(connection).Check(ctx, &healthpb.HealthCheckRequest{})
		if err == nil && answer.GetStatus() != healthpb.HealthCheckResponse_SERVING {
			err = errors.New(answer.GetStatus().String())
		}
		return err
	case words[0] == "status" && len(words) == 1:
		answer, err := batches.GetStatus(ctx, &batchespb.GetStatusRequest{})
		if err == nil {
			fmt.Println(protojson.Format(answer))
		}
		return err
	case words[0] == "forget" && len(words) == 2:
		answer, err := batches.RemoveConsumer(ctx, &batchespb.RemoveConsumerRequest{ConsumerId: words[1]})
		if err == nil && !answer.GetRemoved() {
			err = fmt.Errorf("there is no consumer %q", words[1])
		}
		return err
	default:
		return errors.New("usage: ingestion-service [--version | health | status | forget CONSUMER]")
	}
}
