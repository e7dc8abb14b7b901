package internalapi

import (
	"context"
	"crypto/rand"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"junjo.local/ingestion-service/internal/memory"
	"junjo.local/ingestion-service/internal/otlp"
	"junjo.local/ingestion-service/internal/wal"
)

// Scenario: records that take more memory than there is for all readers, and another reader that holds some. Guarantee:
// one such record goes alone, taking all there is; while it is not free the reader is told to come again, with a hint.
func TestLargeRecordGoesAloneInTheMemoryOfAll(t *testing.T) {
	log, err := wal.Open(wal.Options{Dir: t.TempDir(), FreeBytesMin: 1})
	require.NoError(t, err)
	t.Cleanup(func() { _ = log.Close() })
	noise := make([]byte, 100_000)
	_, _ = rand.Read(noise)
	for range 2 {
		_, err = log.Append(t.Context(), wal.Compress(otlp.Traces, wal.Sender{}, 1, 1, noise, false))
		require.NoError(t, err)
	}
	const all = 1000
	account := memory.New(memory.Shares{memory.Receive: all, memory.Window: all, memory.Read: all})
	server := New(Options{Log: slog.New(slog.DiscardHandler), Memory: account})
	page := wal.Page{Bytes: 1}
	first := server.pager(t.Context())
	extent, records, err := first.read(log, wal.Key{}, page)
	require.NoError(t, err)
	require.Len(t, records, 1)
	require.Equal(t, wal.Extent{
		Stored: extent.Stored, Raw: len(noise), RawMax: len(noise), Last: records[0].Key, Records: 1,
	}, extent)
	require.GreaterOrEqual(t, extent.Stored, len(noise))
	require.Equal(t, int64(all), account.Usage(memory.Read).Used)

	gone, leave := context.WithCancel(t.Context())
	leave() // does not wait
	second := server.pager(gone)
	_, _, err = second.read(log, wal.Key{}, page)
	require.Equal(t, codes.Unavailable, status.Code(err))
	require.IsType(t, &errdetails.RetryInfo{}, status.Convert(err).Details()[0])

	require.NoError(t, first.send(10, func() error { return nil }))
	require.Equal(t, int64(10), account.Usage(memory.Read).Used, "what is on its way")
	_, records, err = first.read(log, extent.Last, page)
	require.NoError(t, err)
	require.Len(t, records, 1)
	first.close()
	second.close()
	require.Zero(t, account.Usage(memory.Read).Used)
}
