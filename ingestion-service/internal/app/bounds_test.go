package app_test

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"junjo.local/ingestion-service/internal/config"
	"junjo.local/ingestion-service/internal/gen/batchespb"
	"junjo.local/ingestion-service/internal/testkit"
)

const exportPath = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

// h2 is a client that speaks HTTP/2 frame by frame, and reads only when it is told to.
type h2 struct {
	net.Conn
	*http2.Framer
	block bytes.Buffer
	heads *hpack.Encoder
	next  uint32
}

func openH2(t *testing.T, address string) *h2 {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	require.NoError(t, connection.SetDeadline(time.Now().Add(10*patience)))
	_, err = io.WriteString(connection, http2.ClientPreface)
	require.NoError(t, err)
	client := &h2{Conn: connection, Framer: http2.NewFramer(connection, connection), next: 1}
	client.heads = hpack.NewEncoder(&client.block)
	require.NoError(t, client.WriteSettings())
	return client
}

// ask opens a stream with a key, and says whether a body follows.
func (c *h2) ask(key string, end bool) (uint32, error) {
	c.block.Reset()
	for _, field := range [][2]string{
		{":method", "POST"}, {":scheme", "http"}, {":path", exportPath}, {":authority", "x"},
		{"content-type", "application/grpc"}, {"te", "trailers"}, {"x-junjo-api-key", key},
	} {
		if err := c.heads.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}); err != nil {
			return 0, err
		}
	}
	stream := c.next
	c.next += 2
	return stream, c.WriteHeaders(http2.HeadersFrameParam{
		StreamID: stream, BlockFragment: c.block.Bytes(), EndStream: end, EndHeaders: true,
	})
}

// until reads frames until one fits; the error is that of the connection.
func (c *h2) until(fits func(http2.Frame) bool) error {
	for {
		frame, err := c.ReadFrame()
		if err != nil || fits(frame) {
			return err
		}
		if settings, is := frame.(*http2.SettingsFrame); is && !settings.IsAck() {
			_ = c.WriteSettingsAck()
		}
		if ping, is := frame.(*http2.PingFrame); is && !ping.IsAck() {
			_ = c.WritePing(true, ping.Data)
		}
	}
}

// headersOf fits the headers or the trailers of a stream that carry a field.
func headersOf(stream uint32, name, value string) func(http2.Frame) bool {
	decoder := hpack.NewDecoder(4096, nil)
	return func(frame http2.Frame) bool {
		headers, is := frame.(*http2.HeadersFrame)
		if !is {
			return false
		}
		fields, _ := decoder.DecodeFull(headers.HeaderBlockFragment())
		found := false
		for _, field := range fields {
			found = found || field.Name == name && field.Value == value
		}
		return found && headers.StreamID == stream
	}
}

// slowPost declares a body over HTTP/1 and sends some bytes of it.
func slowPost(t *testing.T, s *testkit.Service, declared, sent int) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.HTTP, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	_, err = fmt.Fprintf(connection, "POST /v1/traces HTTP/1.1\r\nHost: x\r\nX-Api-Key: %s\r\nContent-Type: application/x-protobuf\r\n"+
		"Content-Length: %d\r\n\r\n%s", testkit.Key, declared, strings.Repeat("x", sent))
	require.NoError(t, err)
	return connection
}

// Scenario: twenty senders on both ports declare 64 MiB each and send a byte. Guarantee: they hold 64 KiB each, and a large
// message of the same key is acknowledged beside them.
func TestDeclaredLengthsHoldNothing(t *testing.T) {
	s := testkit.Start(t, map[string]string{"JUNJO_MEMORY_LIMIT": "256M"})
	for range 10 {
		slowPost(t, s, 64<<20, 1)
		client := openH2(t, s.GRPC)
		stream, err := client.ask(testkit.Key, false)
		require.NoError(t, err)
		require.NoError(t, client.WriteData(stream, false, append(binary.BigEndian.AppendUint32([]byte{0}, 64<<20), 'x')))
	}
	requireMetric(t, s, fmt.Sprintf("junjo_ingest_in_flight_bytes %v", float64(20*64<<10)))
	_, err := traceClient(t, s).Export(testkit.Context(t), testkit.Traces("s", strings.Repeat("x", 8<<20)))
	require.NoError(t, err)
}

// Scenario: senders on both ports stop in the middle of a body. Guarantee: below the smallest rate they are told to try
// again long before the longest time of a body, and hold nothing any more.
func TestBodyBelowTheSmallestRateEnds(t *testing.T) {
	s := testkit.Start(t, nil, func(c *config.Config) {
		c.Limits.BodyGrace, c.Limits.BodyRateMin, c.Limits.BodyTimeMax = time.Millisecond, 1<<30, time.Hour
		c.Limits.DiscardTimeMax = time.Millisecond
	})
	slow := slowPost(t, s, 1<<20, 1000)
	head := make([]byte, 12)
	_, err := io.ReadFull(slow, head)
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 503", string(head))
	client := openH2(t, s.GRPC)
	stream, err := client.ask(testkit.Key, false)
	require.NoError(t, err)
	require.NoError(t, client.WriteData(stream, false, append(binary.BigEndian.AppendUint32([]byte{0}, 1<<20), "some"...)))
	require.NoError(t, client.until(headersOf(stream, "grpc-status", fmt.Sprint(int(codes.Unavailable)))))
	requireMetric(t, s, "junjo_ingest_in_flight_bytes 0")
	requireMetric(t, s, `junjo_memory_used_bytes{part="window"} 0`)
}

// Scenario: strangers hold more connections than there are places on every port: silent ones, and HTTP/2 with a refused
// request. Guarantee: each sender, reader and scrape is answered, and the sender in the middle of a body keeps its place.
func TestStrangersDoNotTakePlaces(t *testing.T) {
	s := testkit.Start(t, map[string]string{"JUNJO_CONNECTIONS_MAX": "16"})
	body := testkit.Marshal(t, testkit.Traces("s", "kept"))
	kept := slowPost(t, s, len(body), 0)
	requireMetric(t, s, fmt.Sprintf("junjo_ingest_in_flight_bytes %d", 64<<10))
	for range 40 {
		for _, address := range []string{s.GRPC, strings.TrimPrefix(s.HTTP, "http://"), s.Internal, strings.TrimPrefix(s.Metrics, "http://")} {
			silent, err := net.Dial("tcp", address)
			require.NoError(t, err)
			defer func() { _ = silent.Close() }()
		}
		for _, address := range []string{s.GRPC, strings.TrimPrefix(s.HTTP, "http://")} {
			stranger := openH2(t, address)
			_, err := stranger.ask("", true)
			require.NoError(t, err)
		}
	}
	_, err := traceClient(t, s).Export(testkit.Context(t), testkit.Traces("s", "grpc"), grpc.WaitForReady(true))
	require.NoError(t, err)
	answer, _ := post(t, s.HTTP+"/v1/traces", bytes.NewReader(testkit.Marshal(t, testkit.Traces("s", "http"))), nil)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Len(t, testkit.Batches(t, s.Internal), 2)
	_, err = kept.Write(body)
	require.NoError(t, err)
	head := make([]byte, 12)
	_, err = io.ReadFull(kept, head)
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 200", string(head))
	_, page := get(t, s.Metrics+"/metrics")
	require.Contains(t, page, `junjo_connections_let_go_total{port="otlp/grpc"} `)
	require.NotContains(t, page, `junjo_connections_let_go_total{port="otlp/grpc"} 0`)
}

// Scenario: HTTP/2 connections to the three ports that speak it, one request each, that then only answer and send pings.
// Guarantee: each is closed after the silence, for pings are no requests; one with a request in flight is not.
func TestHTTP2ConnectionWithoutStreamsIsClosed(t *testing.T) {
	s := testkit.Start(t, nil, func(c *config.Config) { c.IdleTime = 200 * time.Millisecond })
	var busy *h2
	var stream uint32
	require.Eventually(t, func() bool { // until a request was in time
		busy = openH2(t, s.GRPC)
		var err error
		if stream, err = busy.ask(testkit.Key, false); err != nil {
			return false
		}
		_, page := get(t, s.Metrics+"/metrics")
		return !strings.Contains(page, "junjo_memory_used_bytes{part=\"window\"} 0\n")
	}, patience, time.Millisecond)
	for _, address := range []string{s.GRPC, strings.TrimPrefix(s.HTTP, "http://"), s.Internal} {
		client := openH2(t, address)
		_, _ = client.ask("wrong", true)
		_ = client.WritePing(false, [8]byte{1})
		err := client.until(func(http2.Frame) bool { return false })
		require.Error(t, err, address)
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded, address)
	}
	message := testkit.Marshal(t, testkit.Traces("s", "busy"))
	frame := append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...)
	require.NoError(t, busy.WriteData(stream, true, frame))
	require.NoError(t, busy.until(headersOf(stream, "grpc-status", "0")))
}

// Scenario: one connection opens and resets streams as fast as it can, with keys whose check takes long, so that each request
// would wait. Guarantee: it never holds more than its streams, and a sender is acknowledged beside it.
func TestRapidResetIsBounded(t *testing.T) {
	s := testkit.Start(t, nil)
	s.Backend.Hold()
	flood := openH2(t, s.GRPC)
	for n := range 5_000 {
		stream, err := flood.ask(fmt.Sprint("unknown ", n), false)
		if err == nil {
			err = flood.WriteRSTStream(stream, http2.ErrCodeCancel)
		}
		if err != nil {
			break // the server had enough
		}
	}
	require.Eventually(t, func() bool {
		_, err := traceClient(t, s).Export(testkit.Context(t), testkit.Traces("s", "beside the flood"))
		return err == nil
	}, patience, time.Millisecond)
	_, page := get(t, s.Metrics+"/metrics")
	var peak float64
	for line := range strings.Lines(page) {
		if value, found := strings.CutPrefix(line, `junjo_memory_peak_bytes{part="window"} `); found {
			_, err := fmt.Sscan(value, &peak)
			require.NoError(t, err)
		}
	}
	require.Positive(t, peak)
	require.LessOrEqual(t, peak, float64(130*(256+32)<<10), "128 streams, and the two senders")
}

// Scenario: a connection asks for answers to settings and pings, and never reads one. Guarantee: on the three ports that speak
// HTTP/2 the service ends it or reads no more of it, instead of keeping answers for it, and a sender is acknowledged beside it.
func TestSettingsAndPingFloodsAreBounded(t *testing.T) {
	const takenMax = 64 << 20 // what the kernel keeps of both directions, and what the service has read
	s := testkit.Start(t, nil)
	for _, address := range []string{s.GRPC, strings.TrimPrefix(s.HTTP, "http://"), s.Internal} {
		flood := openH2(t, address)
		require.NoError(t, flood.Conn.(*net.TCPConn).SetReadBuffer(4096))
		var frames bytes.Buffer
		framer := http2.NewFramer(&frames, nil)
		for range 1000 {
			require.NoError(t, framer.WriteSettings())
			require.NoError(t, framer.WritePing(false, [8]byte{}))
		}
		taken := 0
		for {
			require.NoError(t, flood.SetWriteDeadline(time.Now().Add(2*time.Second)))
			n, err := flood.Write(frames.Bytes())
			if taken += n; err != nil {
				break // ended, or not read any more
			}
			require.Less(t, taken, takenMax, address)
		}
		export(t, s, "s", "beside the flood")
	}
}

// Scenario: a server begins to read the log and takes nothing. Guarantee: its connection is closed, its memory comes back,
// and another reader gets everything.
func TestReaderThatTakesNothingIsClosed(t *testing.T) {
	s := testkit.Start(t, nil, func(c *config.Config) { c.SendTime = 500 * time.Millisecond })
	noise := make([]byte, 1<<20)
	_, _ = rand.Read(noise)
	for n := range 4 {
		request := testkit.Traces("s", "noise")
		request.ResourceSpans[0].ScopeSpans[0].Spans[0].TraceState = fmt.Sprintf("%x", noise[n<<18:(n+1)<<18])
		_, err := traceClient(t, s).Export(testkit.Context(t), request)
		require.NoError(t, err)
	}
	stream, err := batchespb.NewBatchServiceClient(testkit.Dial(t, s.Internal)).ReadBatches(testkit.InternalContext(t),
		&batchespb.ReadBatchesRequest{MaxBytes: 1, Follow: true})
	require.NoError(t, err)
	requireMetric(t, s, `junjo_connections{port="internal"} 0`)
	requireMetric(t, s, `junjo_memory_used_bytes{part="read"} 0`)
	for err == nil {
		_, err = stream.Recv()
	}
	require.Equal(t, codes.Unavailable, testkit.Code(err))
	require.Eventually(t, func() bool { // a slow machine may be taken for one that takes nothing
		stream, err := batchespb.NewBatchServiceClient(testkit.Dial(t, s.Internal)).ReadBatches(testkit.InternalContext(t),
			&batchespb.ReadBatchesRequest{})
		batches := 0
		for err == nil {
			var page *batchespb.ReadBatchesResponse
			page, err = stream.Recv()
			batches += len(page.GetBatches())
		}
		return errors.Is(err, io.EOF) && batches == 4
	}, patience, time.Millisecond)
}

// Scenario: calls of the internal port without the token, with a large message. Guarantee: refused by their headers alone;
// with the token a request of more than 64 KiB is refused as well, for none is that large.
func TestInternalCallIsBoundedBeforeItIsRead(t *testing.T) {
	s := testkit.Start(t, nil)
	client := batchespb.NewBatchServiceClient(testkit.Dial(t, s.Internal))
	large := &batchespb.TrimRequest{ConsumerId: strings.Repeat("x", 100_000)}
	_, err := client.Trim(t.Context(), large)
	require.Equal(t, codes.Unauthenticated, testkit.Code(err), "%v", err)
	wrong := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer wrong")
	_, err = client.Trim(wrong, large)
	require.Equal(t, codes.Unauthenticated, testkit.Code(err), "%v", err)
	_, err = client.Trim(testkit.InternalContext(t), large)
	require.Equal(t, codes.ResourceExhausted, testkit.Code(err), "%v", err)
}
