package app

import (
	"cmp"
	"context"
	"io"
	"log"
	"log/slog"
	"net/http"
	"time"

	"junjo.local/ingestion-service/internal/receive"
)

const (
	// readHeaderTimeMax bounds what a stranger can hold who says nothing.
	readHeaderTimeMax = 10 * time.Second
	// idleTimeMax is above the 60 s between two metric exports, so that their connections last. It holds for HTTP/2
	// as well: pings do not count, requests do.
	idleTimeMax = 75 * time.Second
	// sendTimeMax is how long a server that reads may take nothing before its connection is closed, for it holds memory.
	sendTimeMax = time.Minute
	// operatorTimeMax is how long a scrape may take, with its answer.
	operatorTimeMax = 30 * time.Second
	// pingTime is after how much silence a connection is probed.
	pingTime = time.Minute
	// streamsMax is per connection; exporters use one or few.
	streamsMax = 128
	// connectionBufferBytes is what may arrive of all requests of a connection before anybody reads it.
	connectionBufferBytes = 1 << 20
	// frameBytes: larger frames than the 16 KiB of the standard save time where clients make them.
	frameBytes = 128 << 10
)

// publicServer serves senders: HTTP/1 and, without TLS too, HTTP/2.
func (a *App) publicServer(handler http.Handler) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           handler,
		Protocols:         protocols,
		ReadHeaderTimeout: readHeaderTimeMax,
		IdleTimeout:       cmp.Or(a.config.IdleTime, idleTimeMax),
		MaxHeaderBytes:    receive.HeaderBytesMax,
		ErrorLog:          log.New(debugWriter{a.log}, "", 0),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          streamsMax,
			MaxReadFrameSize:              frameBytes,
			MaxReceiveBufferPerStream:     receive.WindowBytes,
			MaxReceiveBufferPerConnection: connectionBufferBytes,
			SendPingTimeout:               pingTime,
			WriteByteTimeout:              cmp.Or(a.config.SendTime, sendTimeMax),
		},
	}
}

// operatorServer serves metrics and health to those who run the service.
func (a *App) operatorServer() *http.Server {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.metrics.Handler())
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) {
		if a.receiver.IsOpen() {
			say(w, http.StatusOK, "ready")
		} else {
			say(w, http.StatusServiceUnavailable, "the write-ahead log is not open yet")
		}
	})
	return &http.Server{
		Handler:        mux,
		ReadTimeout:    readHeaderTimeMax,
		WriteTimeout:   operatorTimeMax,
		IdleTimeout:    cmp.Or(a.config.IdleTime, idleTimeMax),
		MaxHeaderBytes: receive.HeaderBytesMax,
		ErrorLog:       log.New(debugWriter{a.log}, "", 0),
	}
}

func say(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, text+"\n")
}

// debugWriter takes what net/http logs: faults of clients.
type debugWriter struct{ log *slog.Logger }

func (d debugWriter) Write(line []byte) (int, error) {
	d.log.Log(context.Background(), slog.LevelDebug, "http", "detail", string(line))
	return len(line), nil
}
