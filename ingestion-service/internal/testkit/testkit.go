// Package testkit runs the real service in tests, in this process or as the real program, beside a server that checks
// keys; and builds OTLP requests. Only tests import it.
package testkit

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"junjo.local/ingestion-service/internal/app"
	"junjo.local/ingestion-service/internal/config"
	"junjo.local/ingestion-service/internal/gen/batchespb"
	"junjo.local/ingestion-service/internal/gen/ingestionpb"
)

const (
	// Key is valid; KeyID is what the server calls it, Project is what it belongs to.
	Key   = "good-key"
	KeyID = "key-id-1"
	// OtherKey is valid too.
	OtherKey = "other-key"
	Project  = "checkout"
	// Token of the internal ports.
	Token = "internal-token"
	// patience is how long anything may take that has to happen.
	patience = 20 * time.Second
	// unhurried is for what has to end only in the tests that are about its end.
	unhurried = time.Hour
)

// Backend is the server's InternalAuthService.
type Backend struct {
	ingestionpb.UnimplementedInternalAuthServiceServer
	Addr   string
	server *grpc.Server
	mu     sync.Mutex
	calls  int
	token  string
	keys   map[string]string
	holds  bool
}

// StartBackend serves keys on a loopback port; addr may be empty.
func StartBackend(t testing.TB, addr string) *Backend {
	t.Helper()
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", addr)
	require.NoError(t, err)
	b := &Backend{Addr: listener.Addr().String(), server: grpc.NewServer(), keys: map[string]string{Key: KeyID, OtherKey: "key-id-2"}}
	ingestionpb.RegisterInternalAuthServiceServer(b.server, b)
	go func() { _ = b.server.Serve(listener) }()
	t.Cleanup(b.Stop)
	return b
}

// Stop makes the server unreachable.
func (b *Backend) Stop() { b.server.Stop() }

// Revoke takes a key away.
func (b *Backend) Revoke(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.keys, key)
}

// Hold leaves questions about unknown keys without an answer, as long as they wait for one.
func (b *Backend) Hold() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.holds = true
}

// LastToken is the authorization that came with the last call.
func (b *Backend) LastToken() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.token
}

// Calls counts questions.
func (b *Backend) Calls() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

// ValidateApiKey answers.
func (b *Backend) ValidateApiKey(ctx context.Context, request *ingestionpb.ValidateApiKeyRequest) (*ingestionpb.ValidateApiKeyResponse, error) {
	b.mu.Lock()
	b.calls++
	incoming, _ := metadata.FromIncomingContext(ctx)
	b.token = fmt.Sprint(incoming.Get("authorization"))
	id, found := b.keys[request.GetApiKey()]
	holds := b.holds
	b.mu.Unlock()
	if !found && holds {
		<-ctx.Done()
	}
	if !found {
		return &ingestionpb.ValidateApiKeyResponse{}, nil
	}
	return &ingestionpb.ValidateApiKeyResponse{IsValid: true, KeyId: id, Project: Project}, nil
}

// Service is a running service.
type Service struct {
	GRPC, HTTP, Internal, Metrics string
	Dir                           string
	Backend                       *Backend
	stop                          context.CancelFunc
	done                          chan error
	app                           *app.App
}

// Env is a complete environment on free loopback ports.
func Env(dir, backend string, overrides map[string]string) map[string]string {
	env := map[string]string{
		"JUNJO_OTLP_GRPC_ADDR": "127.0.0.1:0", "JUNJO_OTLP_HTTP_ADDR": "127.0.0.1:0", "JUNJO_METRICS_ADDR": "127.0.0.1:0",
		"JUNJO_INTERNAL_GRPC_ADDR": "127.0.0.1:0", "JUNJO_INTERNAL_TOKEN": Token, "JUNJO_BACKEND_ADDR": backend,
		"BADGERDB_PATH": dir, "JUNJO_FREE_SPACE_MIN": "1M", "JUNJO_LOG": "warn",
	}
	maps.Copy(env, overrides)
	return env
}

// Start runs the service in this process and waits until it is ready.
func Start(t testing.TB, overrides map[string]string, adjust ...func(*config.Config)) *Service {
	t.Helper()
	s := Launch(t, t.TempDir(), overrides, adjust...)
	require.Eventually(t, s.app.IsReady, patience, time.Millisecond)
	return s
}

// Launch runs the service in this process and does not wait for its log.
func Launch(t testing.TB, dir string, overrides map[string]string, adjust ...func(*config.Config)) *Service {
	t.Helper()
	backend := StartBackend(t, "")
	env := Env(dir, backend.Addr, overrides)
	settings, err := config.Load(func(name string) (string, bool) { value, found := env[name]; return value, found })
	require.NoError(t, err)
	// a machine that is slow does not make a sender slow
	settings.Limits.BodyGrace, settings.Limits.BodyTimeMax = unhurried, unhurried
	for _, change := range adjust { // what is no setting
		change(&settings)
	}
	service, err := app.New(settings, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	s := &Service{
		GRPC: service.Addr("otlp/grpc"), HTTP: "http://" + service.Addr("otlp/http"), Internal: service.Addr("internal"),
		Metrics: "http://" + service.Addr("metrics"), Dir: dir, Backend: backend, stop: cancel, done: make(chan error, 1), app: service,
	}
	go func() { s.done <- service.Run(ctx) }()
	t.Cleanup(func() { _ = s.Stop() })
	return s
}

// Stop stops the service in order and returns what Run returned.
func (s *Service) Stop() error {
	s.stop()
	err := <-s.done
	s.done <- err
	return err
}

// Ready says whether the service acknowledges.
func (s *Service) Ready() bool { return s.app.IsReady() }

// Dial connects to an address, with extra options.
func Dial(t testing.TB, addr string) *grpc.ClientConn {
	t.Helper()
	connection, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(128<<20), grpc.MaxCallSendMsgSize(128<<20)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// Context carries the good key.
func Context(t testing.TB) context.Context {
	return metadata.AppendToOutgoingContext(t.Context(), "x-junjo-api-key", Key)
}

// InternalContext carries the internal token.
func InternalContext(t testing.TB) context.Context {
	return metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+Token)
}

// Batches reads the whole log through ReadBatches.
func Batches(t testing.TB, internal string) []*batchespb.Batch {
	t.Helper()
	stream, err := batchespb.NewBatchServiceClient(Dial(t, internal)).ReadBatches(InternalContext(t), &batchespb.ReadBatchesRequest{})
	require.NoError(t, err)
	var batches []*batchespb.Batch
	for {
		page, err := stream.Recv()
		if err != nil {
			require.ErrorContains(t, err, "EOF")
			return batches
		}
		batches = append(batches, page.GetBatches()...)
	}
}

// Traces builds a request of one resource with spans of these names.
func Traces(service string, names ...string) *coltrace.ExportTraceServiceRequest {
	spans := make([]*trace.Span, 0, len(names))
	for n, name := range names {
		spans = append(spans, &trace.Span{TraceId: []byte("0123456789abcdef"), SpanId: fmt.Appendf(nil, "%08d", n+1), Name: name})
	}
	return &coltrace.ExportTraceServiceRequest{ResourceSpans: []*trace.ResourceSpans{{
		Resource:   Resource(service),
		ScopeSpans: []*trace.ScopeSpans{{Scope: &common.InstrumentationScope{Name: "test"}, Spans: spans}},
	}}}
}

// Logs builds a request of log records with these bodies.
func Logs(service string, bodies ...string) *collogs.ExportLogsServiceRequest {
	records := make([]*logs.LogRecord, 0, len(bodies))
	for _, body := range bodies {
		records = append(records, &logs.LogRecord{Body: Text(body)})
	}
	return &collogs.ExportLogsServiceRequest{ResourceLogs: []*logs.ResourceLogs{{
		Resource: Resource(service), ScopeLogs: []*logs.ScopeLogs{{LogRecords: records}},
	}}}
}

// Resource names a service.
func Resource(service string) *resource.Resource {
	return &resource.Resource{Attributes: []*common.KeyValue{{Key: "service.name", Value: Text(service)}}}
}

// Text is a string value.
func Text(text string) *common.AnyValue {
	return &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: text}}
}

// Marshal serialises.
func Marshal(t testing.TB, message proto.Message) []byte {
	t.Helper()
	bytes, err := proto.Marshal(message)
	require.NoError(t, err)
	return bytes
}

// Code is the status code of an error.
func Code(err error) codes.Code { return status.Code(err) }
