package otlp

// The OTLP messages as tables: which field number holds what. The scan walks these; unknown numbers are stepped over.
// Source: opentelemetry-proto 1.9 (trace.proto, logs.proto, metrics.proto, common.proto, resource.proto).

const (
	spanTraceID = 1
	spanSpanID  = 2
	// fieldsMax is one past the highest field number in any table.
	fieldsMax = 17
)

// counts says what entering a message means for the scan.
type counts uint8

const (
	countsNothing     counts = iota // structure only
	countsSpan                      // an item with ids to check
	countsLogRecord                 // an item whose ids may be missing
	countsDataPoint                 // an item that is counted and never decoded
	countsValue                     // something a decoder would allocate for
	countsNestedValue               // an attribute value: allocated for, and one level deeper
)

// kind is the type of a field.
type kind uint8

const (
	kindUnknown kind = iota
	kindVarint
	kindFixed32
	kindFixed64
	kindBytes // bytes and string; UTF-8 is not required, for the decoder replaces what is not
	kindMessage
	kindPackedVarint
	kindPackedFixed64
)

// schema is a message: its name for error texts, what it counts as, and its fields by number.
type schema struct {
	name   string
	fields [fieldsMax]fieldType
	counts counts
}

type fieldType struct {
	message *schema
	kind    kind
}

// Shorthands for the tables below.
type fields map[int]fieldType

var (
	varint        = fieldType{kind: kindVarint}
	fixed32       = fieldType{kind: kindFixed32}
	fixed64       = fieldType{kind: kindFixed64}
	bytesField    = fieldType{kind: kindBytes}
	packedVarint  = fieldType{kind: kindPackedVarint}
	packedFixed64 = fieldType{kind: kindPackedFixed64}
)

func message(inner *schema) fieldType { return fieldType{kind: kindMessage, message: inner} }

func newSchema(name string, what counts, list fields) *schema {
	s := &schema{name: name, counts: what}
	for number, of := range list {
		s.fields[number] = of
	}
	return s
}

// of returns the type of a field; kindUnknown when the table does not know it.
func (s *schema) of(number uint32) fieldType {
	if number >= fieldsMax {
		return fieldType{}
	}
	return s.fields[number]
}

// common.proto, resource.proto; an AnyValue holds AnyValues, so its table is closed in a second step.
var (
	anyValue     = newSchema("AnyValue", countsNestedValue, nil)
	arrayValue   = newSchema("ArrayValue", countsNothing, fields{1: message(anyValue)})
	keyValue     = newSchema("KeyValue", countsValue, fields{1: bytesField, 2: message(anyValue), 3: varint})
	keyValueList = newSchema("KeyValueList", countsNothing, fields{1: message(keyValue)})
	_            = closeAnyValue()
	scope        = newSchema("InstrumentationScope", countsNothing, fields{1: bytesField, 2: bytesField, 3: message(keyValue), 4: varint})
	entityRef    = newSchema("EntityRef", countsNothing, fields{1: bytesField, 2: bytesField, 3: bytesField, 4: bytesField})
	resource     = newSchema("Resource", countsNothing, fields{1: message(keyValue), 2: varint, 3: message(entityRef)})
)

func closeAnyValue() struct{} {
	anyValue.fields = newSchema("", countsNothing, fields{
		1: bytesField, 2: varint, 3: varint, 4: fixed64, 5: message(arrayValue), 6: message(keyValueList),
		7: bytesField, 8: varint,
	}).fields
	return struct{}{}
}

// trace.proto
var (
	event  = newSchema("Event", countsValue, fields{1: fixed64, 2: bytesField, 3: message(keyValue), 4: varint})
	link   = newSchema("Link", countsValue, fields{1: bytesField, 2: bytesField, 3: bytesField, 4: message(keyValue), 5: varint, 6: fixed32})
	status = newSchema("Status", countsNothing, fields{2: bytesField, 3: varint})
	span   = newSchema("Span", countsSpan, fields{
		1: bytesField, 2: bytesField, 3: bytesField, 4: bytesField, 5: bytesField, 6: varint, 7: fixed64, 8: fixed64,
		9: message(keyValue), 10: varint, 11: message(event), 12: varint, 13: message(link), 14: varint,
		15: message(status), 16: fixed32,
	})
	scopeSpans    = newSchema("ScopeSpans", countsNothing, fields{1: message(scope), 2: message(span), 3: bytesField})
	resourceSpans = newSchema("ResourceSpans", countsNothing, fields{1: message(resource), 2: message(scopeSpans), 3: bytesField})
	tracesRequest = newSchema("ExportTraceServiceRequest", countsNothing, fields{1: message(resourceSpans)})
)

// logs.proto
var (
	logRecord = newSchema("LogRecord", countsLogRecord, fields{
		1: fixed64, 2: varint, 3: bytesField, 5: message(anyValue), 6: message(keyValue), 7: varint, 8: fixed32,
		9: bytesField, 10: bytesField, 11: fixed64, 12: bytesField,
	})
	scopeLogs    = newSchema("ScopeLogs", countsNothing, fields{1: message(scope), 2: message(logRecord), 3: bytesField})
	resourceLogs = newSchema("ResourceLogs", countsNothing, fields{1: message(resource), 2: message(scopeLogs), 3: bytesField})
	logsRequest  = newSchema("ExportLogsServiceRequest", countsNothing, fields{1: message(resourceLogs)})
)

// metrics.proto
var (
	exemplar = newSchema("Exemplar", countsNothing, fields{
		2: fixed64, 3: fixed64, 4: bytesField, 5: bytesField, 6: fixed64, 7: message(keyValue),
	})
	valueAtQuantile  = newSchema("ValueAtQuantile", countsNothing, fields{1: fixed64, 2: fixed64})
	buckets          = newSchema("Buckets", countsNothing, fields{1: varint, 2: packedVarint})
	summaryDataPoint = newSchema("SummaryDataPoint", countsDataPoint, fields{
		2: fixed64, 3: fixed64, 4: fixed64, 5: fixed64, 6: message(valueAtQuantile), 7: message(keyValue), 8: varint,
	})
	exponentialDataPoint = newSchema("ExponentialHistogramDataPoint", countsDataPoint, fields{
		1: message(keyValue), 2: fixed64, 3: fixed64, 4: fixed64, 5: fixed64, 6: varint, 7: fixed64, 8: message(buckets),
		9: message(buckets), 10: varint, 11: message(exemplar), 12: fixed64, 13: fixed64, 14: fixed64,
	})
	histogramDataPoint = newSchema("HistogramDataPoint", countsDataPoint, fields{
		2: fixed64, 3: fixed64, 4: fixed64, 5: fixed64, 6: packedFixed64, 7: packedFixed64, 8: message(exemplar),
		9: message(keyValue), 10: varint, 11: fixed64, 12: fixed64,
	})
	numberDataPoint = newSchema("NumberDataPoint", countsDataPoint, fields{
		2: fixed64, 3: fixed64, 4: fixed64, 5: message(exemplar), 6: fixed64, 7: message(keyValue), 8: varint,
	})
	gauge                = newSchema("Gauge", countsNothing, fields{1: message(numberDataPoint)})
	sum                  = newSchema("Sum", countsNothing, fields{1: message(numberDataPoint), 2: varint, 3: varint})
	histogram            = newSchema("Histogram", countsNothing, fields{1: message(histogramDataPoint), 2: varint})
	exponentialHistogram = newSchema("ExponentialHistogram", countsNothing, fields{1: message(exponentialDataPoint), 2: varint})
	summary              = newSchema("Summary", countsNothing, fields{1: message(summaryDataPoint)})
	metric               = newSchema("Metric", countsNothing, fields{
		1: bytesField, 2: bytesField, 3: bytesField, 5: message(gauge), 7: message(sum), 9: message(histogram),
		10: message(exponentialHistogram), 11: message(summary), 12: message(keyValue),
	})
	scopeMetrics    = newSchema("ScopeMetrics", countsNothing, fields{1: message(scope), 2: message(metric), 3: bytesField})
	resourceMetrics = newSchema("ResourceMetrics", countsNothing, fields{1: message(resource), 2: message(scopeMetrics), 3: bytesField})
	metricsRequest  = newSchema("ExportMetricsServiceRequest", countsNothing, fields{1: message(resourceMetrics)})
)

// request returns the request message of a signal.
func (s Signal) request() *schema {
	switch s {
	case Logs:
		return logsRequest
	case Metrics:
		return metricsRequest
	default:
		return tracesRequest
	}
}

// item returns the item message of a signal whose requests hold items as resource, scope, item; else nil.
func (s Signal) item() *schema {
	switch s {
	case Traces:
		return span
	case Logs:
		return logRecord
	default:
		return nil
	}
}
