package wal

import (
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"junjo.local/ingestion-service/internal/otlp"
)

// Scenario: the log is at its byte limit, then a consumer confirms. Guarantee: the batch that does not fit is refused
// with the numbers, others of the group are stored, and there is room again after the trim.
func TestAppendToFullLogIsRefused(t *testing.T) {
	options := testOptions(t.TempDir())
	options.BytesMax = 3000
	w := openTest(t, options)
	noise := make([]byte, 2000)
	_, _ = rand.Read(noise)
	key := appendTest(t, w, string(noise), 1)
	_, err := w.Append(context.Background(), Compress(otlp.Traces, Sender{}, 1, 1, noise, false))
	var full *FullError
	require.ErrorAs(t, err, &full)
	require.Equal(t, uint64(3000), full.BytesMax)
	appendTest(t, w, "small", 1)
	require.NoError(t, w.Register("c", Key{}))
	_, err = w.Confirm("c", key)
	require.NoError(t, err)
	appendTest(t, w, string(noise), 1)
}

// Scenario: the disk has less room than the floor. Guarantee: refused before anything is written, and reading goes on.
func TestAppendBelowFreeSpaceFloorIsRefused(t *testing.T) {
	dir := t.TempDir()
	w := openTest(t, testOptions(dir))
	appendTest(t, w, "stored", 1)
	require.NoError(t, w.Close())
	options := testOptions(dir)
	options.FreeBytesMin = 1 << 60
	w = openTest(t, options)
	_, err := w.Append(context.Background(), Compress(otlp.Traces, Sender{}, 1, 1, []byte("no"), false))
	var full *DiskFullError
	require.ErrorAs(t, err, &full)
	records, err := w.Read(Key{}, wholeLog)
	require.NoError(t, err)
	require.Equal(t, []string{"stored"}, messages(t, records))
}

// Scenario: Badger says, only in its log, that the value log could not be synced (EIO). Guarantee: the group is not
// acknowledged, the log takes nothing more, and says that it failed.
func TestAppendAfterFailedSyncIsNeverAcknowledged(t *testing.T) {
	w := openTest(t, testOptions(t.TempDir()))
	appendTest(t, w, "good", 1)
	w.badgerLog.Errorf(syncFailedMessage+": %v\n", "input/output error")
	for range 2 {
		_, err := w.Append(context.Background(), Compress(otlp.Traces, Sender{}, 1, 1, []byte("bad"), false))
		var failed *WriteError
		require.ErrorAs(t, err, &failed)
	}
	<-w.Failed()
	records, err := w.Read(Key{}, wholeLog)
	require.NoError(t, err)
	require.Equal(t, []string{"good"}, messages(t, records), "what is not durable is not shown")
	require.Error(t, w.Close())
}

// Scenario: a new version of Badger. Guarantee: the message that badgerLog listens for is still what it logs.
func TestBadgerStillLogsFailedSyncsInTheseWords(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/dgraph-io/badger/v4").Output()
	require.NoError(t, err)
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "value.go"))
	require.NoError(t, err)
	require.Contains(t, string(source), `vlog.opt.Errorf("`+syncFailedMessage)
}
