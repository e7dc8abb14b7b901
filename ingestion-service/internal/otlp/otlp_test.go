package otlp

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	colmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

var limits = Limits{ItemsMax: ItemsMax, DepthMax: DepthMax}

func marshal(t testing.TB, message proto.Message) []byte {
	t.Helper()
	bytes, err := proto.Marshal(message)
	require.NoError(t, err)
	return bytes
}

func goodSpan(name string) *tracepb.Span {
	return &tracepb.Span{TraceId: []byte("0123456789abcdef"), SpanId: []byte("01234567"), Name: name}
}

func traces(spans ...*tracepb.Span) *coltrace.ExportTraceServiceRequest {
	return &coltrace.ExportTraceServiceRequest{ResourceSpans: []*tracepb.ResourceSpans{{
		Resource:   &resourcepb.Resource{Attributes: []*common.KeyValue{{Key: "service.name", Value: str("s")}}},
		ScopeSpans: []*tracepb.ScopeSpans{{Scope: &common.InstrumentationScope{Name: "scope"}, Spans: spans}},
	}}}
}

func str(text string) *common.AnyValue {
	return &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: text}}
}

func nested(levels int) *common.AnyValue {
	value := str("leaf")
	for range levels - 1 {
		value = &common.AnyValue{Value: &common.AnyValue_ArrayValue{ArrayValue: &common.ArrayValue{Values: []*common.AnyValue{value}}}}
	}
	return value
}

// Scenario: our tables beside the descriptors of the OTLP module. Guarantee: every field of every message is in its
// table, with the type that it has on the wire; a newer OTLP fails here, not at a sender.
func TestTablesAgreeWithTheDescriptors(t *testing.T) {
	seen := map[protoreflect.FullName]bool{}
	var compare func(*schema, protoreflect.MessageDescriptor)
	compare = func(table *schema, message protoreflect.MessageDescriptor) {
		if seen[message.FullName()] {
			return
		}
		seen[message.FullName()] = true
		require.Equal(t, table.name, string(message.Name()))
		known := 0
		for _, of := range table.fields {
			if of.kind != kindUnknown {
				known++
			}
		}
		fields := message.Fields()
		if name := string(message.Name()); name != "KeyValue" && name != "AnyValue" && name != "ExponentialHistogramDataPoint" {
			require.Equal(t, fields.Len(), known, message.FullName())
		}
		for i := range fields.Len() {
			f := fields.Get(i)
			of := table.of(uint32(f.Number()))
			require.Equal(t, wantKind(f), of.kind, f.FullName())
			if of.kind == kindMessage {
				compare(of.message, f.Message())
			}
		}
	}
	compare(tracesRequest, (&coltrace.ExportTraceServiceRequest{}).ProtoReflect().Descriptor())
	compare(logsRequest, (&collogs.ExportLogsServiceRequest{}).ProtoReflect().Descriptor())
	compare(metricsRequest, (&colmetrics.ExportMetricsServiceRequest{}).ProtoReflect().Descriptor())
}

func wantKind(f protoreflect.FieldDescriptor) kind {
	switch f.Kind() {
	case protoreflect.MessageKind:
		return kindMessage
	case protoreflect.StringKind, protoreflect.BytesKind:
		return kindBytes
	case protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind, protoreflect.FloatKind:
		return kindFixed32
	case protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind, protoreflect.DoubleKind:
		if f.IsList() {
			return kindPackedFixed64
		}
		return kindFixed64
	default:
		if f.IsList() {
			return kindPackedVarint
		}
		return kindVarint
	}
}

// Scenario: sound requests of each signal. Guarantee: every item counts once, nothing is rejected, nothing allocated.
func TestScanCountsItemsWithoutAllocating(t *testing.T) {
	message := marshal(t, traces(goodSpan("a"), goodSpan("b")))
	report, err := Scan(Traces, message, limits)
	require.NoError(t, err)
	require.Equal(t, Report{Accepted: 2}, report)
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = Scan(Traces, message, limits) }))
	logRequest := &collogs.ExportLogsServiceRequest{ResourceLogs: []*logspb.ResourceLogs{{
		ScopeLogs: []*logspb.ScopeLogs{{LogRecords: []*logspb.LogRecord{{Body: str("x")}, {}}}},
	}}}
	report, err = Scan(Logs, marshal(t, logRequest), limits)
	require.NoError(t, err)
	require.Equal(t, uint32(2), report.Accepted)
	report, err = Scan(Metrics, nil, limits)
	require.NoError(t, err)
	require.Zero(t, report)
}

// Scenario: spans whose ids are missing, short, long or zero. Guarantee: each is rejected for its reason, and cutting
// them out leaves the others, byte by byte, and unknown fields.
func TestScanRejectsSpansByTheirIDs(t *testing.T) {
	for _, test := range []struct {
		trace, span []byte
		reason      error
	}{
		{nil, []byte("01234567"), errTraceIDLength},
		{[]byte("short"), []byte("01234567"), errTraceIDLength},
		{make([]byte, 16), []byte("01234567"), errTraceIDZero},
		{[]byte("0123456789abcdef"), nil, errSpanIDLength},
		{[]byte("0123456789abcdef"), []byte("012345678"), errSpanIDLength},
		{[]byte("0123456789abcdef"), make([]byte, 8), errSpanIDZero},
	} {
		bad := goodSpan("bad")
		bad.TraceId, bad.SpanId = test.trace, test.span
		request := traces(goodSpan("a"), bad, goodSpan("b"))
		request.ResourceSpans = append(request.ResourceSpans, traces(bad).ResourceSpans...)
		message := append(marshal(t, request), 0xfa, 0x3f, 3, 'a', 'b', 'c') // an unknown field
		report, err := Scan(Traces, message, limits)
		require.NoError(t, err)
		require.Equal(t, Report{Accepted: 2, Rejected: 2, Reason: test.reason}, report)

		kept := WithoutRejected(nil, Traces, message)
		report, err = Scan(Traces, kept, limits)
		require.NoError(t, err)
		require.Equal(t, Report{Accepted: 2}, report)
		require.True(t, bytes.HasSuffix(kept, []byte{0xfa, 0x3f, 3, 'a', 'b', 'c'}))
		var names []string
		require.NoError(t, Spans(kept, func(ordinal uint32, span, resource []byte) error {
			require.Len(t, names, int(ordinal))
			var parsed tracepb.Span
			require.NoError(t, proto.Unmarshal(span, &parsed))
			require.Equal(t, marshal(t, request.ResourceSpans[0].Resource), resource)
			names = append(names, parsed.GetName())
			return nil
		}))
		require.Equal(t, []string{"a", "b"}, names)
	}
}

// Scenario: messages at and over each limit. Guarantee: at it they pass, over it they are refused as a whole.
func TestScanEnforcesLimits(t *testing.T) {
	deep := goodSpan("deep")
	deep.Attributes = []*common.KeyValue{{Key: "k", Value: nested(5)}}
	_, err := Scan(Traces, marshal(t, traces(deep)), Limits{ItemsMax: 1, DepthMax: 5})
	require.NoError(t, err)
	_, err = Scan(Traces, marshal(t, traces(deep)), Limits{ItemsMax: 1, DepthMax: 4})
	require.ErrorContains(t, err, "deeper than 4 levels")
	deep.Attributes[0].Value = nested(DepthCeiling + 1)
	_, err = Scan(Traces, marshal(t, traces(deep)), Limits{ItemsMax: 1, DepthMax: 1000})
	require.ErrorContains(t, err, "deeper than 100 levels")
	two := marshal(t, traces(goodSpan("a"), goodSpan("b")))
	_, err = Scan(Traces, two, Limits{ItemsMax: 2, DepthMax: 1})
	require.NoError(t, err)
	_, err = Scan(Traces, two, Limits{ItemsMax: 1, DepthMax: 1})
	require.ErrorContains(t, err, "more than 1 items")

	many := goodSpan("many")
	message := marshal(t, many)
	for range valuesPerItemMax + 1 {
		message = append(message, 9<<3|2, 0) // an empty attribute
	}
	wrap := func(bytes []byte, number uint32) []byte { return appendDelimited(nil, number, bytes) }
	report, err := Scan(Traces, wrap(wrap(wrap(message, 2), 2), 1), limits)
	require.NoError(t, err)
	require.Equal(t, errItemValues, report.Reason)
	inResource := bytes.Repeat([]byte{1<<3 | 2, 0}, valuesPerItemMax+1)
	_, err = Scan(Traces, wrap(wrap(inResource, 1), 1), limits)
	require.ErrorContains(t, err, "resources and scopes")
}

// Scenario: every kind of broken wire format. Guarantee: each is named for what it is.
func TestScanNamesWhatIsBroken(t *testing.T) {
	overlong := append(bytes.Repeat([]byte{0xff}, 9), 2)
	for _, test := range []struct {
		message []byte
		want    string
	}{
		{[]byte{0x08}, "cut off"}, {[]byte{0x08, 0x80}, "cut off"}, {[]byte{0x0a, 5, 1}, "cut off"},
		{[]byte{0x79, 1, 2}, "cut off"}, {[]byte{0x7d, 1, 2}, "cut off"},
		{append([]byte{0x78}, overlong...), "more than 64 bits"}, {[]byte{0x00, 1}, "impossible field number"},
		{[]byte{0x7e}, "unknown wire type"}, {[]byte{0x7c}, "broken group"}, {[]byte{0x7b, 0x74}, "broken group"},
		{[]byte{0x7b, 0x08, 1}, "cut off"}, {bytes.Repeat([]byte{0x7b}, 100), "broken group"},
		{[]byte{0x08, 1}, "field 1 of ExportTraceServiceRequest has the wrong wire type"},
	} {
		_, err := Scan(Traces, test.message, limits)
		require.ErrorContains(t, err, test.want, "%x", test.message)
	}
	_, err := Scan(Traces, []byte{0x7b, 0x13, 0x18, 1, 0x14, 0x7c}, limits)
	require.NoError(t, err, "a sound group in an unknown field is stepped over")
}

// Scenario: a resource that comes in two parts, as protobuf allows, after its spans. Guarantee: the parts are joined.
func TestSpansJoinsSplitResource(t *testing.T) {
	span := marshal(t, goodSpan("x"))
	scope := appendDelimited(nil, 2, appendDelimited(nil, 2, span))
	both := appendDelimited(appendDelimited(scope, 1, []byte{0x10, 1}), 1, []byte{0x10, 2})
	require.NoError(t, Spans(appendDelimited(nil, 1, both), func(_ uint32, _, resource []byte) error {
		require.Equal(t, []byte{0x10, 1, 0x10, 2}, resource)
		return nil
	}))
}

// seeds are the captures of real SDKs that the server is tested with, and small requests of our own.
func seeds(f *testing.F) [][]byte {
	f.Helper()
	list := [][]byte{nil, marshal(f, traces(goodSpan("a"), &tracepb.Span{Name: "no ids"}))}
	deep := goodSpan("deep")
	deep.Attributes = []*common.KeyValue{{Key: "k", Value: nested(10)}}
	list = append(list, marshal(f, traces(deep)))
	paths, err := filepath.Glob("../../../crates/span_model/tests/fixtures/*.bin")
	require.NoError(f, err)
	for _, path := range paths {
		content, err := os.ReadFile(path)
		require.NoError(f, err)
		for len(content) > 0 {
			length, n := binary.Uvarint(content)
			if n <= 0 || length > uint64(len(content)-n) {
				break
			}
			const seedBytesMax = 16 << 10
			if length <= seedBytesMax {
				list = append(list, content[n:n+int(length)])
			}
			content = content[n+int(length):]
		}
	}
	return list
}

// FuzzScan: any bytes. Guarantee: no panic; what the scan accepts, protobuf accepts too (but for UTF-8, which we do not
// ask for), with as many items; and after cutting, exactly the accepted ones are left.
func FuzzScan(f *testing.F) {
	for _, seed := range seeds(f) {
		for _, signal := range []Signal{Traces, Logs, Metrics} {
			f.Add(uint8(signal), seed)
		}
	}
	f.Fuzz(func(t *testing.T, signalByte uint8, message []byte) {
		signal := Signal(signalByte%3 + 1)
		report, err := Scan(signal, message, limits)
		if err != nil {
			require.NotPanics(t, func() { WithoutRejected(nil, signal, message) })
			_ = Spans(message, func(uint32, []byte, []byte) error { return nil })
			return
		}
		items, parsed := count(signal, message)
		if parsed {
			require.Equal(t, items, report.Accepted+report.Rejected)
		}
		if signal == Metrics {
			return
		}
		kept := WithoutRejected(nil, signal, message)
		again, err := Scan(signal, kept, limits)
		require.NoError(t, err)
		require.Equal(t, Report{Accepted: report.Accepted}, again)
		if signal == Traces {
			spans := uint32(0)
			require.NoError(t, Spans(kept, func(uint32, []byte, []byte) error { spans++; return nil }))
			require.Equal(t, report.Accepted, spans)
		}
	})
}

// count decodes with the protobuf library; false when that refuses, for UTF-8 or its own limits.
func count(signal Signal, message []byte) (items uint32, parsed bool) {
	switch signal {
	case Traces:
		var request coltrace.ExportTraceServiceRequest
		if proto.Unmarshal(message, &request) != nil {
			return 0, false
		}
		for _, resourceSpans := range request.GetResourceSpans() {
			for _, scopeSpans := range resourceSpans.GetScopeSpans() {
				items += uint32(len(scopeSpans.GetSpans()))
			}
		}
		return items, true
	case Logs:
		var request collogs.ExportLogsServiceRequest
		if proto.Unmarshal(message, &request) != nil {
			return 0, false
		}
		for _, resourceLogs := range request.GetResourceLogs() {
			for _, scopeLogs := range resourceLogs.GetScopeLogs() {
				items += uint32(len(scopeLogs.GetLogRecords()))
			}
		}
		return items, true
	default:
		return 0, false
	}
}

func BenchmarkScan(b *testing.B) {
	spans := make([]*tracepb.Span, 512)
	for i := range spans {
		spans[i] = goodSpan("chat")
		for _, key := range []string{"a.key", "b.key", "c.key", "d.key", "e.key", "f.key", "input.value", "output.value"} {
			spans[i].Attributes = append(spans[i].Attributes, &common.KeyValue{Key: key, Value: str("some value of usual length")})
		}
	}
	message := marshal(b, traces(spans...))
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		_, _ = Scan(Traces, message, limits)
	}
}
