package receive

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"junjo.local/ingestion-service/internal/memory"
)

const (
	// WindowBytes is how much of a request over HTTP/2 may arrive before anybody reads it.
	WindowBytes = 256 << 10
	// HeaderBytesMax bounds the headers of a request; those of exporters have some hundred bytes.
	HeaderBytesMax = 16 << 10
	// requestBytes is a request that waits, without its body: headers, buffers of the connection, and a stack.
	requestBytes = HeaderBytesMax + 16<<10
)

// reserveWindow reserves what may have arrived of a request, and does not wait: what waits would hold it.
func (r *Receiver) reserveWindow(ctx context.Context, request *http.Request) (*memory.Loan, *Refusal) {
	bytes := int64(requestBytes)
	if request.ProtoMajor > 1 {
		bytes += WindowBytes
	}
	window := r.memory.Loan(memory.Window, memory.Payer{})
	if window.Grow(ctx, bytes, 0) != nil {
		window.Close()
		return nil, refuse(Unavailable, "too many requests are being received at once: try again")
	}
	return window, nil
}

// newMessage returns the memory of a request, and a buffer for its body in it.
func (r *Receiver) newMessage(payer memory.Payer) (*share, *buffer) {
	share := &share{loan: r.memory.Loan(memory.Receive, payer), wait: r.limits.AdmissionWait}
	return share, &buffer{share: share}
}

// boundAnswer ends an answer that its client does not read.
func (r *Receiver) boundAnswer(w http.ResponseWriter) {
	// a connection that has no deadlines is gone
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(r.limits.BodyTimeMax + r.limits.AnswerTimeMax))
}

// forget drops what is no longer needed of a request: the answer may wait for its client for a while.
func forget(request *http.Request) {
	clear(request.Header)
	request.RequestURI, request.URL = "", &url.URL{}
}

// paced is a body that must arrive at a smallest rate: reading ends with os.ErrDeadlineExceeded when it does not.
type paced struct {
	source   io.Reader
	deadline func(time.Time) error
	limits   Limits
	started  time.Time
	armed    time.Time
	read     int64
}

func (r *Receiver) paced(w http.ResponseWriter, request *http.Request) *paced {
	return &paced{
		source: request.Body, deadline: http.NewResponseController(w).SetReadDeadline, limits: r.limits, started: time.Now(),
	}
}

// due is when more must have arrived.
func (p *paced) due() time.Time {
	earned := time.Duration(float64(p.read) / float64(p.limits.BodyRateMin) * float64(time.Second))
	return p.started.Add(min(p.limits.BodyGrace+earned, p.limits.BodyTimeMax))
}

// Read reads on. The deadline moves when it gained an eighth, for moving it costs more than reading.
func (p *paced) Read(into []byte) (int, error) {
	if due := p.due(); p.armed.IsZero() || due.Sub(p.armed) > p.armed.Sub(p.started)/8 {
		if err := p.deadline(due); err != nil {
			return 0, err
		}
		p.armed = due
	}
	n, err := p.source.Read(into)
	p.read += int64(n)
	return n, err
}
