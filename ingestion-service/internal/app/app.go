// Package app composes the service and holds its life: bind, open the log, serve, stop in order. It has no rules.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"junjo.local/ingestion-service/internal/config"
	"junjo.local/ingestion-service/internal/internalapi"
	"junjo.local/ingestion-service/internal/keys"
	"junjo.local/ingestion-service/internal/listen"
	"junjo.local/ingestion-service/internal/memory"
	"junjo.local/ingestion-service/internal/metrics"
	"junjo.local/ingestion-service/internal/receive"
	"junjo.local/ingestion-service/internal/wal"
)

// openRetry is how often a log that cannot be opened is tried again, while the ports answer UNAVAILABLE.
const openRetry = time.Second

// ownPlacesMax is the places of the ports for servers and operators: both come with few connections.
const ownPlacesMax = 128

// App is a service whose ports are bound.
type App struct {
	config   config.Config
	log      *slog.Logger
	checker  *keys.Checker
	receiver *receive.Receiver
	internal *internalapi.Server
	metrics  *metrics.Metrics
	memory   *memory.Account
	servers  []listening
	wal      atomic.Pointer[wal.WAL]
	tasks    sync.WaitGroup
	died     chan error
}

// listening is a server with its listener.
type listening struct {
	name     string
	listener *listen.Listener
	serve    func(net.Listener) error
	stop     func(context.Context) error
}

// New binds all ports, so that senders are told to try again while the log is being opened.
func New(config config.Config, log *slog.Logger) (*App, error) {
	checker, err := keys.New(keys.Options{Address: config.BackendAddr, Token: config.InternalToken, Now: time.Now, Log: log})
	if err != nil {
		return nil, fmt.Errorf("JUNJO_BACKEND_ADDR=%s: %w", config.BackendAddr, err)
	}
	a := &App{config: config, log: log, checker: checker, metrics: metrics.New(), memory: memory.New(config.Shares())}
	a.receiver = receive.New(receive.Options{
		Keys: checker, Limits: config.Limits, Now: time.Now, Log: log, Observe: a.metrics.ObserveRequest,
		Memory: a.memory,
	})
	a.internal = internalapi.New(internalapi.Options{
		Token: config.InternalToken, Log: log, Stats: a.receiver.Stats(), Busy: a.receiver.IsBusy,
		Memory: a.memory, Connection: a.internalConnection,
		IdleTimeMax: cmp.Or(config.IdleTime, idleTimeMax), SendTimeMax: cmp.Or(config.SendTime, sendTimeMax),
	})
	a.metrics.Read(metrics.Sources{Receiver: a.receiver, Keys: checker, WAL: a.wal.Load, Memory: a.memory, Ports: a.ports})
	if err := a.bind(); err != nil {
		for _, server := range a.servers {
			_ = server.listener.Close()
		}
		return nil, errors.Join(err, checker.Close())
	}
	return a, nil
}

// bind binds all ports, with as many places as the process may open files for.
func (a *App) bind() error {
	wanted := make([]int, 0, len(a.config.GRPCAddrs)+len(a.config.HTTPAddrs)+2)
	for range len(a.config.GRPCAddrs) + len(a.config.HTTPAddrs) {
		wanted = append(wanted, a.config.ConnectionsMax)
	}
	wanted = append(wanted, min(a.config.ConnectionsMax, ownPlacesMax), min(a.config.ConnectionsMax, ownPlacesMax))
	files := listen.Files()
	places := listen.Places(files, wanted)
	if places[0] < wanted[0] {
		a.log.Warn("fewer connections than wanted: raise the limit of open files (ulimit -n)", "open_files", files,
			"connections_max", wanted[0], "connections", places[0])
	}
	for _, addr := range a.config.GRPCAddrs {
		if err := a.listenHTTP("otlp/grpc", addr, places[len(a.servers)], a.publicServer(a.receiver.GRPC())); err != nil {
			return err
		}
	}
	for _, addr := range a.config.HTTPAddrs {
		if err := a.listenHTTP("otlp/http", addr, places[len(a.servers)], a.publicServer(a.receiver.HTTP())); err != nil {
			return err
		}
	}
	if err := a.listenHTTP("metrics", a.config.MetricsAddr, places[len(a.servers)], a.operatorServer()); err != nil {
		return err
	}
	return a.listen("internal", a.config.InternalAddr, places[len(a.servers)], a.internal.GRPC.Serve, func(ctx context.Context) error {
		a.internal.Stop(ctx)
		return nil
	})
}

func (a *App) listenHTTP(name, addr string, places int, server *http.Server) error {
	server.ConnState = listen.Note
	return a.listen(name, addr, places, server.Serve, func(ctx context.Context) error {
		if err := server.Shutdown(ctx); err != nil {
			return server.Close()
		}
		return nil
	})
}

func (a *App) listen(name, addr string, places int, serve func(net.Listener) error, stop func(context.Context) error) error {
	listener, err := listen.Listen(addr, listen.Options{Places: places, Unlimited: a.unlimited})
	if err != nil {
		return fmt.Errorf("listen for %s: %w", name, err)
	}
	a.servers = append(a.servers, listening{name: name, listener: listener, serve: serve, stop: stop})
	return nil
}

// unlimited says which addresses many may come from.
func (a *App) unlimited(address netip.Addr) bool {
	return address.IsLoopback() || slices.ContainsFunc(a.config.Proxies, func(network netip.Prefix) bool { return network.Contains(address) })
}

// internalConnection finds the connection of a reader.
func (a *App) internalConnection(address net.Addr) internalapi.Connection {
	for _, server := range a.servers {
		if server.name != "internal" {
			continue
		}
		if connection := server.listener.Find(address); connection != nil {
			return connection
		}
	}
	return nil
}

// ports visits the listeners.
func (a *App) ports(visit func(name string, stats listen.Stats)) {
	for _, server := range a.servers {
		visit(server.name, server.listener.Stats())
	}
}

// Addr returns the address that a named server is bound to; the first, when it has several.
func (a *App) Addr(name string) string {
	for _, server := range a.servers {
		if server.name == name {
			return server.listener.Addr().String()
		}
	}
	return ""
}

// Run serves, once, until ctx ends or something dies, and then stops in order.
func (a *App) Run(ctx context.Context) error {
	a.died = make(chan error, len(a.servers))
	for _, server := range a.servers {
		a.log.Info("listening", "for", server.name, "address", server.listener.Addr().String())
		a.tasks.Go(func() {
			if err := server.serve(server.listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
				a.died <- fmt.Errorf("%s: %w", server.name, err)
			}
		})
	}
	opening, abandon := context.WithCancel(ctx)
	opened := make(chan error, 1)
	a.tasks.Go(func() { opened <- a.open(opening) })
	err := a.wait(ctx, opened)
	abandon()
	return errors.Join(err, a.stop())
}

// wait returns when the service has to stop; nil means that it was asked to.
func (a *App) wait(ctx context.Context, opened <-chan error) error {
	var failed <-chan struct{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-a.died:
			return err
		case <-failed:
			return errors.New("the write-ahead log failed: start again when the disk is well")
		case err := <-opened:
			opened = nil
			if err != nil {
				return err
			}
			if log := a.wal.Load(); log != nil {
				failed = log.Failed()
			}
		}
	}
}

// open opens the log, trying again while the reason may pass: another process that still holds it, or a full disk.
func (a *App) open(ctx context.Context) error {
	for {
		log, err := wal.Open(wal.Options{
			Dir: a.config.Dir, BytesMax: a.config.WALBytesMax, FreeBytesMin: a.config.FreeBytesMin,
			KeepAll: a.config.KeepAll, OnCommit: a.metrics.ObserveCommit, Log: a.log,
		})
		if err == nil {
			a.wal.Store(log)
			a.receiver.Open(log)
			a.internal.Open(log)
			id, state := log.ID(), log.Status()
			a.log.Info("the write-ahead log is open", "wal_id", fmt.Sprintf("%x", id), "batches", state.Live.Batches,
				"bytes", state.Live.Bytes)
			return nil
		}
		if errors.Is(err, wal.ErrForeign) || errors.Is(err, wal.ErrNewer) {
			return fmt.Errorf("BADGERDB_PATH=%s: %w", a.config.Dir, err)
		}
		a.log.Error("the write-ahead log cannot be opened, trying again", "dir", a.config.Dir, "error", err.Error())
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(openRetry):
		}
	}
}

// stop ends everything: no new requests, those in flight finish, the log is written and closed.
func (a *App) stop() error {
	a.log.Info("stopping")
	ctx, cancel := context.WithTimeout(context.Background(), a.config.ShutdownTime)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- a.stopAll(ctx) }()
	select {
	case err := <-done:
		a.log.Info("stopped")
		return err
	case <-time.After(a.config.ShutdownTime + time.Second):
		return errors.New("the service did not stop in time: what it acknowledged is on disk")
	}
}

func (a *App) stopAll(ctx context.Context) error {
	var stopping sync.WaitGroup
	errs := make([]error, len(a.servers))
	for i, server := range a.servers {
		stopping.Go(func() { errs[i] = server.stop(ctx) })
	}
	stopping.Wait()
	a.tasks.Wait()
	err := errors.Join(errs...)
	if log := a.wal.Load(); log != nil {
		err = errors.Join(err, log.Close())
	}
	return errors.Join(err, a.checker.Close())
}

// IsReady says whether requests can be acknowledged.
func (a *App) IsReady() bool { return a.receiver.IsOpen() }
