package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime/pprof"
	"sync"
	"syscall"
	"time"

	badger "github.com/dgraph-io/badger/v4"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // the anchor understands it
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"junjo.local/ingestion-service/internal/app"
	"junjo.local/ingestion-service/internal/config"
	"junjo.local/ingestion-service/internal/gen/ingestionpb"
)

// anchor stores as the existing service does: one transaction per span, acknowledged whatever became of it.
type anchor struct {
	collector.UnimplementedTraceServiceServer
	db   *badger.DB
	mu   sync.Mutex
	last [16]byte
}

func (a *anchor) Export(_ context.Context, request *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	for _, resourceSpans := range request.GetResourceSpans() {
		resource, err := proto.Marshal(resourceSpans.GetResource())
		if err != nil {
			return nil, err
		}
		for _, scopeSpans := range resourceSpans.GetScopeSpans() {
			for _, span := range scopeSpans.GetSpans() {
				bytes, err := proto.Marshal(span)
				if err != nil {
					return nil, err
				}
				value := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), bytes)
				value = protowire.AppendBytes(protowire.AppendTag(value, 2, protowire.BytesType), resource)
				key := a.key()
				if err := a.db.Update(func(txn *badger.Txn) error { return txn.Set(key[:], value) }); err != nil {
					return nil, err
				}
			}
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

// key is a ULID with monotonic entropy, under a lock.
func (a *anchor) key() [16]byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	var key [16]byte
	binary.BigEndian.PutUint64(key[:8], uint64(time.Now().UnixMilli())<<16)
	if [6]byte(key[:6]) == [6]byte(a.last[:6]) {
		key = a.last
		binary.BigEndian.PutUint64(key[8:], binary.BigEndian.Uint64(key[8:])+1)
	} else {
		_, _ = rand.Read(key[6:])
	}
	a.last = key
	return key
}

func serveAnchor(dir string) error {
	db, err := badger.Open(badger.DefaultOptions(dir).WithLoggingLevel(badger.ERROR))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(64 << 20))
	collector.RegisterTraceServiceServer(server, &anchor{db: db})
	fmt.Println(listener.Addr(), "-", "-")
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, server.GracefulStop)
	return server.Serve(listener)
}

// backend says yes to every key.
type backend struct {
	ingestionpb.UnimplementedInternalAuthServiceServer
}

func (backend) ValidateApiKey(context.Context, *ingestionpb.ValidateApiKeyRequest) (*ingestionpb.ValidateApiKeyResponse, error) {
	return &ingestionpb.ValidateApiKeyResponse{IsValid: true}, nil
}

func serveService(s settings) error {
	if s.profile != "" {
		file, err := os.Create(s.profile)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	ingestionpb.RegisterInternalAuthServiceServer(server, backend{})
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()
	values := map[string]string{
		"JUNJO_OTLP_GRPC_ADDR": "127.0.0.1:0", "JUNJO_OTLP_HTTP_ADDR": "127.0.0.1:0", "JUNJO_METRICS_ADDR": "127.0.0.1:0",
		"JUNJO_INTERNAL_GRPC_ADDR": "127.0.0.1:0", "JUNJO_BACKEND_ADDR": listener.Addr().String(), "BADGERDB_PATH": s.dir,
		"JUNJO_WAL_MAX_BYTES": "64G",
	}
	settings, err := config.Load(func(name string) (string, bool) { value, found := values[name]; return value, found })
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	service, err := app.New(settings, log)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ran := make(chan error, 1)
	go func() { ran <- service.Run(ctx) }()
	for !service.IsReady() {
		time.Sleep(time.Millisecond)
	}
	fmt.Println(service.Addr("otlp/grpc"), service.Addr("metrics"), service.Addr("internal"))
	return <-ran
}
