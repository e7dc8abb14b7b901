package receive

import (
	"fmt"
	"net/http"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
)

// retryDelay is when clients should try again. Exporters try 5 times more, and by default within 10 s: with 3 s they hold
// out for 9 s, the Junjo SDK for 15 s. Less, or 5 s, would make them give up earlier.
const retryDelay = 3 * time.Second

// Reason is why a request is not acknowledged; it decides the status that makes each kind of client do the right thing
// (OTLP specification, "Failures").
type Reason string

const (
	// Unauthenticated: no key, or one that is not valid; clients drop the data at once.
	Unauthenticated Reason = "unauthenticated"
	// Invalid: the message is broken or over a limit of its structure; sending it again cannot help.
	Invalid Reason = "invalid"
	// TooLarge: over a limit of bytes; the same. Not RESOURCE_EXHAUSTED, which clients retry.
	TooLarge Reason = "too_large"
	// UnsupportedContentType: an HTTP body that is not protobuf.
	UnsupportedContentType Reason = "unsupported_content_type"
	// UnsupportedEncoding: a compression that is not spoken here.
	UnsupportedEncoding Reason = "unsupported_encoding"
	// Unavailable: overload, a full log or disk, start, shutdown, or keys that cannot be checked; clients try again.
	Unavailable Reason = "unavailable"
)

// Refusal is a request that is not acknowledged. Its text is for the sender and holds nothing secret.
type Refusal struct {
	Reason Reason
	Detail string
}

func (r *Refusal) Error() string { return r.Detail }

func refuse(reason Reason, format string, args ...any) *Refusal {
	return &Refusal{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

func tooLarge(bytesMax int) *Refusal {
	return refuse(TooLarge, "the message has more than %d bytes: export smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE)", bytesMax)
}

func starting() *Refusal { return refuse(Unavailable, "the server is starting: try again") }

func (r *Refusal) code() codes.Code {
	switch r.Reason {
	case Unauthenticated:
		return codes.Unauthenticated
	case UnsupportedEncoding:
		return codes.Unimplemented
	case Unavailable:
		return codes.Unavailable
	default:
		return codes.InvalidArgument
	}
}

func (r *Refusal) httpStatus() int {
	switch r.Reason {
	case Unauthenticated:
		return http.StatusUnauthorized
	case TooLarge:
		return http.StatusRequestEntityTooLarge
	case UnsupportedContentType, UnsupportedEncoding:
		return http.StatusUnsupportedMediaType
	case Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusBadRequest
	}
}

// retryInfo is the hint in its own right, for the trailer that Python's exporter reads, and as a detail of a status,
// where the specification wants it.
var retryInfo, retryDetail = func() ([]byte, *anypb.Any) {
	info := &errdetails.RetryInfo{RetryDelay: durationpb.New(retryDelay)}
	detail, err := anypb.New(info)
	if err != nil {
		panic("a constant message cannot fail: " + err.Error())
	}
	return detail.GetValue(), detail
}()

// status is the body of an HTTP answer and the details of a gRPC one.
func status(code codes.Code, message string) []byte {
	status := &rpcstatus.Status{Code: int32(code), Message: message}
	if code == codes.Unavailable {
		status.Details = []*anypb.Any{retryDetail}
	}
	bytes, err := proto.Marshal(status)
	if err != nil {
		return nil // cannot be: all parts are sound
	}
	return bytes
}
