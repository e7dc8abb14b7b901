package otlp

import (
	"errors"
	"fmt"
)

// Signal is one of the three that OTLP has.
type Signal uint8

// The values of Traces and Logs are also those of the log's records and of the wire enum junjo.ingestion.v1.Signal.
const (
	Traces  Signal = 1
	Logs    Signal = 2
	Metrics Signal = 3
)

// String is the signal as OTLP paths spell it.
func (s Signal) String() string {
	switch s {
	case Traces:
		return "traces"
	case Logs:
		return "logs"
	case Metrics:
		return "metrics"
	default:
		return "unknown"
	}
}

const (
	// ItemsMax bounds one request: a span has at least 28 bytes, so the 64 MiB of a request could hold 2.4 million;
	// SDKs send 512, collectors 8,192, and a span's key counts ordinals in 32 bits.
	ItemsMax = 1_000_000
	// DepthMax is levels of values within values. Real attributes stay below 10; protobuf libraries give up near 50.
	DepthMax = 64
	// DepthCeiling is the highest depth limit that takes effect: what is stored as JSON later must be readable again,
	// and its readers stop at 128 levels.
	DepthCeiling = 100
	// valuesPerItemMax bounds attributes, values, events and links of one item, nested ones included. Each costs a
	// decoder up to 64 bytes where the wire needs only 2.
	valuesPerItemMax = 1 << 20
)

// Limits is what one message may hold.
type Limits struct {
	// ItemsMax counts spans, log records or data points, rejected ones included.
	ItemsMax uint32
	// DepthMax counts levels of values within values; at most DepthCeiling takes effect.
	DepthMax int
}

// Report is what the scan counted; items are spans, log records or data points.
type Report struct {
	// Reason why the first of the rejected items was rejected; nil when none was.
	Reason error
	// Accepted items can be stored.
	Accepted uint32
	// Rejected items must be left out.
	Rejected uint32
}

// Why one item of a sound message is rejected.
var (
	errTraceIDLength = errors.New("a span was left out: its trace_id must have 16 bytes")
	errTraceIDZero   = errors.New("a span was left out: its trace_id must not be all zero")
	errSpanIDLength  = errors.New("a span was left out: its span_id must have 8 bytes")
	errSpanIDZero    = errors.New("a span was left out: its span_id must not be all zero")
	errItemValues    = fmt.Errorf("a span or log record was left out: it may hold at most %d attributes, events, links and values", valuesPerItemMax)
)

// Scan walks message completely and says how many items it holds, or why it cannot be stored at all.
func Scan(signal Signal, message []byte, limits Limits) (Report, error) {
	s := newScanner(limits)
	if err := s.walk(signal.request(), message, 0); err != nil {
		return Report{}, err
	}
	return s.report, nil
}

// itemRejection says why the item in message is rejected; nil for a good one, and for signals that are not cut.
func itemRejection(signal Signal, message []byte) error {
	if signal.item() == nil {
		return nil
	}
	s := newScanner(Limits{ItemsMax: 1, DepthMax: DepthCeiling})
	if err := s.enter(signal.item(), message, 0); err != nil {
		return nil // cannot be: the scan went through the whole message before
	}
	return s.report.Reason
}

type scanner struct {
	report Report
	limits Limits
	// values seen in the current item, or in all resources and scopes while outside of one.
	values  int
	inItem  bool
	traceID idState
	spanID  idState
}

type idState uint8

const (
	idWrongLength idState = iota
	idZero
	idGood
)

func stateOf(id []byte, length int) idState {
	if len(id) != length {
		return idWrongLength
	}
	for _, b := range id {
		if b != 0 {
			return idGood
		}
	}
	return idZero
}

func newScanner(limits Limits) scanner {
	limits.DepthMax = min(limits.DepthMax, DepthCeiling)
	return scanner{limits: limits}
}

func (s *scanner) walk(in *schema, message []byte, depth int) error {
	r := reader{rest: message}
	for {
		f, ok, err := r.next()
		if err != nil || !ok {
			return err
		}
		of := in.of(f.number)
		if of.kind == kindUnknown {
			continue
		}
		if f.kind == wireBytes {
			switch of.kind {
			case kindMessage:
				err = s.enter(of.message, f.bytes, depth)
			case kindBytes:
				if in.counts == countsSpan {
					s.noteID(f.number, f.bytes)
				}
			case kindPackedVarint:
				err = checkVarints(f.bytes)
			case kindPackedFixed64:
				if len(f.bytes)%8 != 0 {
					err = wrongType(in, f.number)
				}
			default:
				err = wrongType(in, f.number)
			}
			if err != nil {
				return err
			}
			continue
		}
		if !f.kind.isScalar(of.kind) {
			return wrongType(in, f.number)
		}
	}
}

// isScalar says whether the wire type can carry the field type.
func (w wireType) isScalar(of kind) bool {
	switch w {
	case wireVarint:
		return of == kindVarint || of == kindPackedVarint
	case wireFixed64:
		return of == kindFixed64 || of == kindPackedFixed64
	case wireFixed32:
		return of == kindFixed32
	default:
		return false
	}
}

func (s *scanner) enter(in *schema, message []byte, depth int) error {
	switch in.counts {
	case countsSpan, countsLogRecord, countsDataPoint:
		return s.item(in, message)
	case countsValue:
		if err := s.countValue(); err != nil {
			return err
		}
	case countsNestedValue:
		if err := s.countValue(); err != nil {
			return err
		}
		if depth >= s.limits.DepthMax {
			return fmt.Errorf("attribute values nest deeper than %d levels; flatten them or send them as text", s.limits.DepthMax)
		}
		depth++
	}
	return s.walk(in, message, depth)
}

func (s *scanner) item(in *schema, message []byte) error {
	if s.report.Accepted+s.report.Rejected >= s.limits.ItemsMax {
		return fmt.Errorf("the request holds more than %d items; send smaller batches", s.limits.ItemsMax)
	}
	valuesOutside := s.values
	s.values, s.inItem = 0, true
	s.traceID, s.spanID = idWrongLength, idWrongLength
	if err := s.walk(in, message, 0); err != nil {
		return err
	}
	reason := s.rejection(in)
	s.values, s.inItem = valuesOutside, false
	if reason == nil {
		s.report.Accepted++
		return nil
	}
	s.report.Rejected++
	if s.report.Reason == nil {
		s.report.Reason = reason
	}
	return nil
}

// rejection judges the item that was just walked.
func (s *scanner) rejection(in *schema) error {
	if in.counts == countsSpan {
		switch {
		case s.traceID == idWrongLength:
			return errTraceIDLength
		case s.traceID == idZero:
			return errTraceIDZero
		case s.spanID == idWrongLength:
			return errSpanIDLength
		case s.spanID == idZero:
			return errSpanIDZero
		}
	}
	if in.counts != countsDataPoint && s.values > valuesPerItemMax {
		return errItemValues
	}
	return nil
}

func (s *scanner) countValue() error {
	s.values++
	if s.values > valuesPerItemMax && !s.inItem {
		return fmt.Errorf("the resources and scopes of the request hold more than %d attributes and values; send smaller batches", valuesPerItemMax)
	}
	return nil
}

// noteID keeps what the last trace_id and span_id of a span look like.
func (s *scanner) noteID(number uint32, id []byte) {
	switch number {
	case spanTraceID:
		s.traceID = stateOf(id, 16)
	case spanSpanID:
		s.spanID = stateOf(id, 8)
	}
}

func checkVarints(packed []byte) error {
	r := reader{rest: packed}
	for len(r.rest) > 0 {
		if _, err := r.varint(); err != nil {
			return err
		}
	}
	return nil
}

func wrongType(in *schema, number uint32) error {
	return fmt.Errorf("field %d of %s has the wrong wire type; check that the body is OTLP protobuf for this signal", number, in.name)
}
