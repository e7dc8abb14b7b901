package receive

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	"junjo.local/ingestion-service/internal/otlp"
)

// OTLP/gRPC: three unary methods, framed here and not by a gRPC library, so that a key is checked before a byte is
// buffered, memory is reserved before a message is, and an oversized message gets a status that clients do not retry.

const (
	tracesMethod  = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
	logsMethod    = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
	metricsMethod = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"

	// grpcHeaderBytes: compressed flag and length ("Length-Prefixed-Message" in gRPC over HTTP/2).
	grpcHeaderBytes = 5
)

// GRPC returns the OTLP/gRPC services, for an HTTP/2 server; any other method answers UNIMPLEMENTED.
func (r *Receiver) GRPC() http.Handler {
	signals := map[string]otlp.Signal{tracesMethod: otlp.Traces, logsMethod: otlp.Logs, metricsMethod: otlp.Metrics}
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if !strings.HasPrefix(request.Header.Get("Content-Type"), "application/grpc") {
			http.Error(w, "this port speaks OTLP/gRPC", http.StatusUnsupportedMediaType)
			return
		}
		w.Header().Set("Content-Type", "application/grpc")
		signal, known := signals[request.URL.Path]
		if !known || request.Method != http.MethodPost {
			endGRPC(w, codes.Unimplemented, "only the OTLP Export methods are served here")
			return
		}
		started := time.Now()
		r.boundAnswer(w)
		done, refusal := r.exportGRPC(w, request, signal)
		forget(request)
		r.observe(signal, "grpc", time.Since(started))
		if refusal != nil {
			r.recordRefusal(signal, refusal)
			endGRPC(w, refusal.code(), refusal.Detail)
			return
		}
		message := success(signal, done)
		frame := binary.BigEndian.AppendUint32(make([]byte, 1, grpcHeaderBytes+len(message)), uint32(len(message)))
		if _, err := w.Write(append(frame, message...)); err == nil {
			endGRPC(w, codes.OK, "")
		}
	})
}

func (r *Receiver) exportGRPC(w http.ResponseWriter, request *http.Request, signal otlp.Signal) (outcome, *Refusal) {
	ctx := request.Context()
	window, refusal := r.reserveWindow(ctx, request)
	if refusal != nil {
		return outcome{}, refusal
	}
	defer window.Close()
	sender, payer, refusal := r.authenticate(ctx, request.Header)
	if refusal != nil {
		return outcome{}, refusal
	}
	kind, refusal := parseEncoding(request.Header.Get("Grpc-Encoding"))
	if refusal != nil {
		w.Header().Set("Grpc-Accept-Encoding", supportedEncodings)
		return outcome{}, refusal
	}
	share, body := r.newMessage(payer)
	defer share.loan.Close()
	defer body.recycle()
	compressed, refusal := r.readFrame(ctx, r.paced(w, request), body)
	if refusal != nil {
		return outcome{}, refusal
	}
	if !compressed {
		kind = identity
	} else if kind == identity {
		return outcome{}, refuse(Invalid, "the message is flagged as compressed, but grpc-encoding is missing")
	}
	window.ShrinkTo(requestBytes)
	return r.receive(ctx, signal, sender, kind, body)
}

// readFrame reads the one message of a unary call, reserving memory as its bytes arrive and not as its header says.
func (r *Receiver) readFrame(ctx context.Context, source io.Reader, into *buffer) (compressed bool, refusal *Refusal) {
	var header [grpcHeaderBytes]byte
	if _, err := io.ReadFull(source, header[:]); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return false, refuse(Invalid, "the request body ends before the message: send one gRPC message")
		}
		return false, brokenOff(err)
	}
	if header[0] > 1 {
		return false, refuse(Invalid, "the gRPC message has the unknown flag %d", header[0])
	}
	length := binary.BigEndian.Uint32(header[1:])
	if uint64(length) > uint64(r.limits.MessageBytesMax) {
		return false, tooLarge(r.limits.MessageBytesMax)
	}
	refusal, err := into.readAll(ctx, source, int(length))
	if refusal != nil {
		return false, refusal
	}
	if n := len(into.bytes); errors.Is(err, io.ErrUnexpectedEOF) || err == nil && n < int(length) {
		return false, refuse(Invalid, "the message ends after %d of %d bytes", n, length)
	}
	if errors.As(err, new(errOverLimit)) {
		return false, refuse(Invalid, "a unary export call carries exactly one message")
	}
	if err != nil {
		return false, brokenOff(err)
	}
	return header[0] == 1, nil
}

// brokenOff is a connection that broke or was too slow; that is the client's to retry.
func brokenOff(err error) *Refusal {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return refuse(Unavailable, "the message took too long to arrive: try again, or export smaller batches")
	}
	return refuse(Unavailable, "the request body broke off: %v", err)
}

// endGRPC ends a call with trailers; what is worth a retry carries both forms of retry info.
func endGRPC(w http.ResponseWriter, code codes.Code, message string) {
	if code != codes.OK { // nothing was written yet: the headers must not carry END_STREAM, or there are no trailers
		w.WriteHeader(http.StatusOK)
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
	}
	trailer := func(name, value string) { w.Header().Set(http.TrailerPrefix+name, value) }
	trailer("Grpc-Status", fmt.Sprint(int(code)))
	if message != "" {
		trailer("Grpc-Message", percentEncode(message))
	}
	if code == codes.Unavailable {
		trailer("Grpc-Status-Details-Bin", base64.RawStdEncoding.EncodeToString(status(code, message)))
		trailer("Google.rpc.retryinfo-Bin", base64.RawStdEncoding.EncodeToString(retryInfo))
	}
}

// percentEncode makes a text fit for grpc-message ("Percent-Encoded" in gRPC over HTTP/2).
func percentEncode(text string) string {
	var out strings.Builder
	for i := range len(text) {
		if c := text[i]; c >= ' ' && c <= '~' && c != '%' {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}
