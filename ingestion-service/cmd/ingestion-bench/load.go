package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// corpusBytes is how much distinct data is sent before it repeats.
const corpusBytes = 32 << 20

var words = strings.Fields("the of agent plan route hidden gem cafe dive reef trip budget answer search result score reason " +
	"tool call user asks about best quiet spot near river with good coffee and late opening hours")

// corpus makes requests of LLM-like spans: prompts and answers of common words, as much as makes up the size.
func corpus(s settings) [][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	var requests [][]byte
	for total := 0; total < corpusBytes; {
		request := &collector.ExportTraceServiceRequest{ResourceSpans: []*trace.ResourceSpans{{
			Resource:   &resource.Resource{Attributes: []*common.KeyValue{text("service.name", "bench")}},
			ScopeSpans: []*trace.ScopeSpans{{}},
		}}}
		for range s.batch {
			scope := request.ResourceSpans[0].ScopeSpans[0]
			scope.Spans = append(scope.Spans, span(random, s.spanBytes))
		}
		bytes, err := proto.Marshal(request)
		if err != nil {
			panic(err)
		}
		requests = append(requests, bytes)
		total += len(bytes)
	}
	return requests
}

func span(random *rand.Rand, size int) *trace.Span {
	bytes := func(n int) []byte {
		id := make([]byte, n)
		for i := range id {
			id[i] = byte(random.UintN(256))
		}
		return id
	}
	prose := func(n int) string {
		var b strings.Builder
		for b.Len() < n {
			b.WriteString(words[random.IntN(len(words))])
			b.WriteByte(' ')
		}
		return b.String()
	}
	const fixed = 320 // ids, times, names and small attributes
	start := uint64(1_700_000_000_000_000_000) + random.Uint64N(1e15)
	return &trace.Span{
		TraceId: bytes(16), SpanId: bytes(8), ParentSpanId: bytes(8), Name: "chat", Kind: trace.Span_SPAN_KIND_CLIENT,
		StartTimeUnixNano: start, EndTimeUnixNano: start + random.Uint64N(1e10),
		Attributes: []*common.KeyValue{
			text("openinference.span.kind", "LLM"), text("gen_ai.provider.name", "openai"), text("gen_ai.request.model", "gpt-4o"),
			text("session.id", fmt.Sprintf("s%06d", random.IntN(20000))), number("gen_ai.usage.input_tokens", random.Int64N(4000)),
			number("gen_ai.usage.output_tokens", random.Int64N(800)), text("input.value", prose(max(size-fixed, 0)*2/3)),
			text("output.value", prose(max(size-fixed, 0)/3)),
		},
	}
}

func text(key, value string) *common.KeyValue {
	return &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: value}}}
}

func number(key string, value int64) *common.KeyValue {
	return &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: value}}}
}

// rawCodec sends bytes that are a message already.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(message any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(message.([]byte))}, nil
}

func (rawCodec) Unmarshal(mem.BufferSlice, any) error { return nil }

type result struct {
	latencies []time.Duration
	requests  int
	bytes     int
	took      time.Duration
}

func (r result) quantile(q float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	return r.latencies[min(int(q*float64(len(r.latencies))), len(r.latencies)-1)]
}

// load sends as fast as acknowledgements come, one request in flight on each connection.
func load(addr string, s settings, requests [][]byte) (result, error) {
	ctx := metadata.AppendToOutgoingContext(context.Background(), "x-junjo-api-key", "bench")
	options := []grpc.CallOption{grpc.ForceCodecV2(rawCodec{})}
	if s.gzip {
		options = append(options, grpc.UseCompressor(gzip.Name))
	}
	var (
		mu       sync.Mutex
		total    result
		firstErr error
		senders  sync.WaitGroup
	)
	started := time.Now()
	deadline := started.Add(time.Duration(s.seconds) * time.Second)
	for sender := range s.connections {
		senders.Go(func() {
			own, err := send(ctx, addr, requests, sender, deadline, options)
			mu.Lock()
			defer mu.Unlock()
			if err != nil && firstErr == nil {
				firstErr = err
			}
			total.requests += own.requests
			total.bytes += own.bytes
			total.latencies = append(total.latencies, own.latencies...)
		})
	}
	senders.Wait()
	total.took = time.Since(started)
	slices.Sort(total.latencies)
	return total, firstErr
}

func send(ctx context.Context, addr string, requests [][]byte, offset int, deadline time.Time, options []grpc.CallOption) (result, error) {
	connection, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return result{}, err
	}
	defer func() { _ = connection.Close() }()
	var own result
	for n := offset * 7; time.Now().Before(deadline); n++ {
		request := requests[n%len(requests)]
		began := time.Now()
		err := connection.Invoke(ctx, "/opentelemetry.proto.collector.trace.v1.TraceService/Export", request, &struct{}{}, options...)
		if err != nil {
			return own, err
		}
		own.latencies = append(own.latencies, time.Since(began))
		own.requests++
		own.bytes += len(request)
	}
	return own, nil
}
