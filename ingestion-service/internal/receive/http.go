package receive

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	"junjo.local/ingestion-service/internal/otlp"
)

// OTLP/HTTP: POST /v1/{traces,logs,metrics} in protobuf. JSON and CORS are for browsers, and those reach the server.

const protobufType = "application/x-protobuf"

// HTTP returns the handler of OTLP/HTTP.
func (r *Receiver) HTTP() http.Handler {
	signals := map[string]otlp.Signal{"/v1/traces": otlp.Traces, "/v1/logs": otlp.Logs, "/v1/metrics": otlp.Metrics}
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		signal, known := signals[strings.TrimSuffix(request.URL.Path, "/")]
		if !known {
			answer(w, http.StatusNotFound, status(codes.NotFound, "there is no such path: send to /v1/traces, /v1/logs or /v1/metrics"))
			return
		}
		if request.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			answer(w, http.StatusMethodNotAllowed, status(codes.Unimplemented, "telemetry is sent with POST"))
			return
		}
		started := time.Now()
		r.boundAnswer(w)
		done, refusal := r.exportHTTP(w, request, signal)
		r.observe(signal, "http", time.Since(started))
		if refusal == nil {
			forget(request)
			answer(w, http.StatusOK, success(signal, done))
			return
		}
		r.recordRefusal(signal, refusal)
		r.discard(w, request)
		forget(request)
		switch refusal.Reason {
		case Unavailable:
			w.Header().Set("Retry-After", strconv.Itoa(int(retryDelay/time.Second)))
		case Unauthenticated:
			w.Header().Set("WWW-Authenticate", "Bearer")
		case UnsupportedEncoding:
			w.Header().Set("Accept-Encoding", supportedEncodings)
		}
		answer(w, refusal.httpStatus(), status(refusal.code(), refusal.Detail))
	})
}

func answer(w http.ResponseWriter, code int, body []byte) {
	w.Header().Set("Content-Type", protobufType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(code)
	_, _ = w.Write(body) // a client that is gone has no answer to miss
}

func (r *Receiver) exportHTTP(w http.ResponseWriter, request *http.Request, signal otlp.Signal) (outcome, *Refusal) {
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
	if kind, _, _ := mime.ParseMediaType(request.Header.Get("Content-Type")); kind != protobufType {
		return outcome{}, refuse(UnsupportedContentType,
			"this content type is not supported: send application/x-protobuf (OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf)")
	}
	kind, refusal := parseEncoding(request.Header.Get("Content-Encoding"))
	if refusal != nil {
		return outcome{}, refusal
	}
	share, body := r.newMessage(payer)
	defer share.loan.Close()
	defer body.recycle()
	if refusal := r.readBody(ctx, request, r.paced(w, request), body); refusal != nil {
		return outcome{}, refusal
	}
	window.ShrinkTo(requestBytes)
	return r.receive(ctx, signal, sender, kind, body)
}

// readBody reads the whole body; a declared length is refused when it is too large, and otherwise not believed.
func (r *Receiver) readBody(ctx context.Context, request *http.Request, source io.Reader, into *buffer) *Refusal {
	bytesMax := r.limits.MessageBytesMax
	if request.ContentLength > int64(bytesMax) {
		return tooLarge(bytesMax)
	}
	refusal, err := into.readAll(ctx, source, bytesMax)
	switch {
	case refusal != nil:
		return refusal
	case errors.As(err, new(errOverLimit)) || len(into.bytes) > bytesMax:
		return tooLarge(bytesMax)
	case err != nil && strings.Contains(err.Error(), "chunked"):
		return refuse(Invalid, "the request body is broken: %v", err)
	case err != nil:
		return brokenOff(err)
	}
	return nil
}

// discard reads the rest of a refused body and keeps nothing, so that a client that sends before it listens gets its
// answer instead of a broken connection. Who waits for "100 Continue" has sent nothing; HTTP/2 needs no such help.
func (r *Receiver) discard(w http.ResponseWriter, request *http.Request) {
	if request.ProtoMajor != 1 || request.Header.Get("Expect") != "" {
		return
	}
	if http.NewResponseController(w).SetReadDeadline(time.Now().Add(r.limits.DiscardTimeMax)) == nil {
		_, _ = io.CopyN(io.Discard, request.Body, int64(r.limits.MessageBytesMax))
	}
}
