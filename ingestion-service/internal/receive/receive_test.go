package receive

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"junjo.local/ingestion-service/internal/memory"
)

// Scenario: keys in every place at once and alone. Guarantee: the documented order.
func TestPresentedKeyFollowsTheDocumentedOrder(t *testing.T) {
	for _, test := range []struct {
		headers http.Header
		want    string
	}{
		{http.Header{"X-Junjo-Api-Key": {"a"}, "X-Api-Key": {"b"}, "Authorization": {"Bearer c"}}, "a"},
		{http.Header{"X-Api-Key": {" b "}, "Authorization": {"Bearer c"}}, "b"},
		{http.Header{"Authorization": {"bearer  c "}}, "c"},
		{http.Header{"Authorization": {"Basic cGs6c2stc2VjcmV0"}}, "sk-secret"}, // pk:sk-secret
		{http.Header{"Authorization": {"Basic cGs6"}}, "pk"},
		{http.Header{"Authorization": {"Basic %%%"}}, ""},
		{http.Header{"Authorization": {"Digest x"}}, ""},
		{http.Header{"X-Junjo-Api-Key": {""}, "X-Api-Key": {"b"}}, ""},
		{http.Header{"X-Junjo-Api-Key": {"\xff\xfe"}, "X-Api-Key": {"b"}}, ""},
		{http.Header{"Authorization": {"Bearer k\u00e4se"}}, ""},
		{http.Header{"Authorization": {"Basic //79"}}, ""}, // bytes that are no text
		{http.Header{}, ""},
	} {
		require.Equal(t, test.want, presentedKey(test.headers))
	}
}

// Scenario: names of compressions as clients spell them. Guarantee: case and the old name of gzip do not matter, and one
// that is not spoken is told, shortened, and as valid text.
func TestParseEncodingTakesEverySpelling(t *testing.T) {
	for value, want := range map[string]encoding{
		"": identity, "identity": identity, "GZIP": gzipped, "x-gzip": gzipped, " deflate ": deflated, "zstd": zstded,
	} {
		kind, refusal := parseEncoding(value)
		require.Nil(t, refusal, value)
		require.Equal(t, want, kind, value)
	}
	for _, value := range []string{"br", "gzip, gzip", "\xff" + strings.Repeat("ä", 100)} {
		_, refusal := parseEncoding(value)
		require.Equal(t, UnsupportedEncoding, refusal.Reason)
		require.True(t, utf8.ValidString(refusal.Detail))
		require.Less(t, len(refusal.Detail), 200)
	}
}

func testAccount(receive int64) *memory.Account {
	return memory.New(memory.Shares{memory.Receive: receive, memory.Window: 1 << 30, memory.Read: 1 << 30})
}

func testBuffer(t testing.TB, budget int64) *buffer {
	t.Helper()
	share := &share{loan: testAccount(budget).Loan(memory.Receive, memory.Payer{}), wait: time.Millisecond}
	t.Cleanup(share.loan.Close)
	return &buffer{share: share}
}

// Scenario: a body that grows, in a budget that it first fits and then does not. Guarantee: memory is reserved before it
// is taken, old and new while it is copied, the refusal comes in time, and everything is given back.
func TestBufferReservesBeforeItGrows(t *testing.T) {
	account := testAccount(1 << 20)
	b := &buffer{share: &share{loan: account.Loan(memory.Receive, memory.Payer{}), wait: time.Millisecond}}
	refusal, err := b.readAll(context.Background(), bytes.NewReader(make([]byte, 200_000)), 1<<20)
	require.Nil(t, refusal)
	require.NoError(t, err)
	require.Len(t, b.bytes, 200_000)
	require.Equal(t, memory.Usage{Used: 256 << 10, Peak: 384 << 10, Max: 1 << 20}, account.Usage(memory.Receive))
	refusal = b.grow(context.Background(), 500_000)
	require.Nil(t, refusal)
	require.Len(t, b.bytes, 200_000)
	require.Equal(t, TooLarge, b.grow(context.Background(), 900_000).Reason)
	other := &share{loan: account.Loan(memory.Receive, memory.Payer{}), wait: time.Millisecond}
	require.Equal(t, Unavailable, other.reserve(context.Background(), 600_000).Reason)
	b.recycle()
	require.Nil(t, other.reserve(context.Background(), 1<<20))
	other.loan.Close()
	require.Zero(t, account.Usage(memory.Receive).Used)
}

// stalled is a body of which some bytes arrive, and then nothing until its deadline.
type stalled struct {
	first     io.Reader
	deadlines []time.Time
}

func (s *stalled) Read(into []byte) (int, error) {
	if n, err := s.first.Read(into); err == nil {
		return n, nil
	}
	return 0, os.ErrDeadlineExceeded
}

func (s *stalled) setDeadline(at time.Time) error {
	s.deadlines = append(s.deadlines, at)
	return nil
}

// Scenario: a sender that declares 64 MiB and stops after 1, 100 KB or 3 MB. Guarantee: no more is reserved than twice what
// arrived, the deadline is the grace and what was earned at the smallest rate, never past the longest time, and it is told
// to try again.
func TestDeclaredLengthsAreNotBelieved(t *testing.T) {
	for _, arrived := range []int{1, 100_000, 3_000_000} {
		limits := DefaultLimits()
		out := testBuffer(t, 256<<20)
		message := append([]byte{0, 4, 0, 0, 0}, make([]byte, arrived)...) // declares 64 MiB
		source := &stalled{first: bytes.NewReader(message)}
		started := time.Now()
		body := &paced{source: source, deadline: source.setDeadline, limits: limits, started: started}
		r := &Receiver{limits: limits}
		_, refusal := r.readFrame(context.Background(), body, out)
		require.Equal(t, Unavailable, refusal.Reason)
		require.Contains(t, refusal.Detail, "took too long to arrive")
		require.LessOrEqual(t, out.share.loan.Bytes(), int64(max(2*arrived, 2*firstStepBytes)))
		require.Less(t, len(source.deadlines), 40, "deadlines are moved seldom")
		require.Equal(t, started.Add(limits.BodyGrace), source.deadlines[0])
		earned := time.Duration(arrived) * time.Second / time.Duration(limits.BodyRateMin)
		last := source.deadlines[len(source.deadlines)-1].Sub(started)
		require.LessOrEqual(t, last, limits.BodyGrace+earned+time.Millisecond)
		require.LessOrEqual(t, last, limits.BodyTimeMax)
		require.Greater(t, last, min(limits.BodyGrace+earned, limits.BodyTimeMax)*8/9-time.Second)
	}
}

// Scenario: more requests at once than there is memory for what may arrive of them. Guarantee: the next one is told to try
// again at once, before its key is asked for, and HTTP/1 needs less.
func TestRequestsThatWaitAreBounded(t *testing.T) {
	account := memory.New(memory.Shares{memory.Receive: 1, memory.Window: WindowBytes + 3*requestBytes, memory.Read: 1})
	r := New(Options{Memory: account, Limits: DefaultLimits()})
	ask := func(major int) (*memory.Loan, *Refusal) {
		return r.reserveWindow(t.Context(), &http.Request{ProtoMajor: major})
	}
	first, refusal := ask(2)
	require.Nil(t, refusal)
	_, refusal = ask(2)
	require.Equal(t, Unavailable, refusal.Reason)
	second, refusal := ask(1)
	require.Nil(t, refusal)
	first.Close()
	second.Close()
	require.Zero(t, account.Usage(memory.Window).Used)
}

// Scenario: readers that end at, before and after the limit, in drips, or break. Guarantee: at most the limit is read.
func TestReadAllStopsAtItsLimit(t *testing.T) {
	for size, over := range map[int]bool{0: false, 99: false, 100: false, 101: true, 5000: true} {
		b := testBuffer(t, 1<<20)
		_, err := b.readAll(context.Background(), io.MultiReader(bytes.NewReader(make([]byte, size))), 100)
		require.Equal(t, over, errors.As(err, new(errOverLimit)), "%d bytes", size)
		require.LessOrEqual(t, len(b.bytes), 100)
	}
	_, err := testBuffer(t, 1<<20).readAll(context.Background(), brokenReader{}, 100)
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Scenario: texts with bytes that gRPC headers cannot carry. Guarantee: encoded as gRPC over HTTP/2 says.
func TestPercentEncodeKeepsHeadersSound(t *testing.T) {
	require.Equal(t, "100%25 r%C3%A9sum%C3%A9%0A", percentEncode("100% résumé\n"))
}

// FuzzDecompress: any bytes in any encoding. Guarantee: no panic, never more than the limit, and what our own writers
// made comes back.
func FuzzDecompress(f *testing.F) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write(bytes.Repeat([]byte("span"), 1000))
	_ = w.Close()
	encoder, err := zstd.NewWriter(nil)
	require.NoError(f, err)
	f.Add(uint8(0), zipped.Bytes())
	f.Add(uint8(0), append(bytes.Clone(zipped.Bytes()), zipped.Bytes()...)) // two members
	f.Add(uint8(1), []byte("x\x9c\x03\x00\x00\x00\x00\x01"))
	f.Add(uint8(2), encoder.EncodeAll(bytes.Repeat([]byte("span"), 1000), nil))
	f.Add(uint8(2), []byte{0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0xff, 0xff, 0xff, 0x7f}) // a frame that promises 2 GiB
	f.Fuzz(func(t *testing.T, kindByte uint8, body []byte) {
		const bytesMax = 4096
		kind := []encoding{gzipped, deflated, zstded}[kindByte%3]
		out := testBuffer(t, zstdWindowMax+1<<20)
		refusal := decompress(context.Background(), kind, body, out, bytesMax)
		require.LessOrEqual(t, len(out.bytes), bytesMax)
		if refusal != nil {
			require.Contains(t, []Reason{Invalid, TooLarge}, refusal.Reason)
			return
		}
		// readers are used again: a second pass must say the same
		again := testBuffer(t, zstdWindowMax+1<<20)
		require.Nil(t, decompress(context.Background(), kind, body, again, bytesMax))
		require.Equal(t, out.bytes, again.bytes)
	})
}

// FuzzReadFrame: any gRPC body. Guarantee: no panic, only whole single messages within the limit are accepted, and no
// more is reserved than the header announces.
func FuzzReadFrame(f *testing.F) {
	frame := func(flag byte, length uint32, message string) []byte {
		return append(binary.BigEndian.AppendUint32([]byte{flag}, length), message...)
	}
	f.Add(frame(0, 3, "abc"))
	f.Add(frame(1, 3, "abc"))
	f.Add(frame(2, 3, "abc"))
	f.Add(frame(0, 3, "ab"))
	f.Add(frame(0, 3, "abcd"))
	f.Add(frame(0, 0, ""))
	f.Add(frame(0, 1<<31, ""))
	f.Add([]byte{0, 0})
	f.Fuzz(func(t *testing.T, body []byte) {
		limits := DefaultLimits()
		limits.MessageBytesMax = 1 << 16
		r := &Receiver{limits: limits}
		out := testBuffer(t, 1<<20)
		_, refusal := r.readFrame(context.Background(), bytes.NewReader(body), out)
		require.LessOrEqual(t, out.share.loan.Bytes(), int64(1<<16))
		if refusal == nil {
			require.Equal(t, body[grpcHeaderBytes:], append([]byte{}, out.bytes...))
			require.LessOrEqual(t, body[0], byte(1))
		} else {
			require.Contains(t, []Reason{Invalid, TooLarge}, refusal.Reason)
		}
	})
}
