// Package internalapi is what servers read from the log: ReadSpans for Junjo's existing backends, ReadBatches and Trim
// for ours, and gRPC health. It translates between the wire and the log, and decides nothing about either.
package internalapi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"

	"junjo.local/ingestion-service/internal/gen/batchespb"
	"junjo.local/ingestion-service/internal/gen/ingestionpb"
	"junjo.local/ingestion-service/internal/memory"
	"junjo.local/ingestion-service/internal/receive"
	"junjo.local/ingestion-service/internal/wal"
)

const (
	// heartbeat is how often a stream with nothing to send says so.
	heartbeat = 10 * time.Second
	// keepaliveTime is after how much silence a consumer's connection is probed.
	keepaliveTime = 30 * time.Second
	// pingsMin is how often a consumer may probe ours.
	pingsMin = 5 * time.Second
	// handshakeTimeMax is how long a connection may take to say that it speaks HTTP/2.
	handshakeTimeMax = 10 * time.Second
	// streamsMax is per connection: a server reads with one, and asks with few.
	streamsMax = 64
	// requestBytesMax and headerBytesMax bound a call: the largest is a cursor with a name.
	requestBytesMax = 64 << 10
	headerBytesMax  = 16 << 10
)

// Options is what the API serves.
type Options struct {
	Log *slog.Logger
	// Busy says that senders wait for a processor; reading then waits a little for them. Nil means never.
	Busy func() bool
	// Stats has the recent refusals.
	Stats *receive.Stats
	// Memory is the account that pages are reserved from.
	Memory *memory.Account
	// Connection finds the connection from an address; nil when it is not known.
	Connection func(net.Addr) Connection
	// SendTimeMax is how long a reader may take nothing before its connection is closed, for it holds memory.
	SendTimeMax time.Duration
	// IdleTimeMax is after how much time without a call a connection is closed; zero means never.
	IdleTimeMax time.Duration
	// Token that callers must send; empty lets everyone in. Health is open to all.
	Token string
}

// Connection is one that a reader came on: it keeps its place while it reads, and is closed when it takes nothing.
type Connection interface {
	Enter()
	Leave()
	Close() error
}

// Server is the internal gRPC server.
type Server struct {
	GRPC     *grpc.Server
	options  Options
	health   *health.Server
	wal      atomic.Pointer[wal.WAL]
	stopping chan struct{}
}

// New returns a server that answers UNAVAILABLE until Open.
func New(options Options) *Server {
	s := &Server{options: options, health: health.NewServer(), stopping: make(chan struct{})}
	s.GRPC = grpc.NewServer(
		// before anything of a call is kept
		grpc.InTapHandle(func(ctx context.Context, info *tap.Info) (context.Context, error) {
			return ctx, s.authorize(info.FullMethodName, info.Header)
		}),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: keepaliveTime, MaxConnectionIdle: options.IdleTimeMax}),
		grpc.ConnectionTimeout(handshakeTimeMax),
		grpc.MaxConcurrentStreams(streamsMax),
		grpc.MaxRecvMsgSize(requestBytesMax),
		grpc.MaxHeaderListSize(headerBytesMax),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: pingsMin, PermitWithoutStream: true}),
	)
	s.health.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
	healthpb.RegisterHealthServer(s.GRPC, s.health)
	ingestionpb.RegisterInternalIngestionServiceServer(s.GRPC, spanService{server: s})
	batchespb.RegisterBatchServiceServer(s.GRPC, batchService{server: s})
	reflection.Register(s.GRPC) // as the existing service does; behind the token like the rest
	return s
}

// Open makes the server answer from log.
func (s *Server) Open(log *wal.WAL) {
	s.wal.Store(log)
	s.health.SetServingStatus("", healthpb.HealthCheckResponse_SERVING)
}

// Stop ends open streams and waits for calls in flight, at most as long as ctx lasts.
func (s *Server) Stop(ctx context.Context) {
	s.health.Shutdown()
	close(s.stopping)
	done := make(chan struct{})
	go func() {
		s.GRPC.GracefulStop()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		s.GRPC.Stop()
		<-done
	}
}

func (s *Server) log() (*wal.WAL, error) {
	if log := s.wal.Load(); log != nil {
		return log, nil
	}
	return nil, status.Error(codes.Unavailable, "the write-ahead log is not open yet: try again")
}

func (s *Server) authorize(method string, incoming metadata.MD) error {
	if s.options.Token == "" || strings.HasPrefix(method, "/grpc.health.v1.Health/") {
		return nil
	}
	for _, value := range incoming.Get("authorization") {
		scheme, token, _ := strings.Cut(value, " ")
		// hashed, so that the comparison takes as long for any length
		given, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.options.Token))
		if strings.EqualFold(scheme, "bearer") && subtle.ConstantTimeCompare(given[:], want[:]) == 1 {
			return nil
		}
	}
	s.options.Log.Warn("internal call without the right token", "method", method)
	return status.Error(codes.Unauthenticated, "send the JUNJO_INTERNAL_TOKEN of the ingestion service as authorization: Bearer")
}
