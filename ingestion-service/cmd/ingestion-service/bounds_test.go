package main_test

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"

	"junjo.local/ingestion-service/internal/testkit"
)

// Scenario: the program runs with the usual mask on a folder of before, whose files everybody may read. Guarantee: folder
// and files, old and new, are the owner's alone, and the log is still read.
func TestFolderAndFilesAreTheOwnersAlone(t *testing.T) {
	mask := syscall.Umask(0o022) // the program inherits it
	defer syscall.Umask(mask)
	dir := filepath.Join(t.TempDir(), "log")
	backend := testkit.StartBackend(t, "")
	first := testkit.StartProcess(t, dir, backend, nil)
	require.True(t, first.WaitOpen(), first.Log())
	require.NoError(t, export(coltrace.NewTraceServiceClient(testkit.Dial(t, first.GRPC)), testkit.Traces("s", "one"), nil))
	first.Terminate()
	<-first.Ended()
	requirePrivate(t, dir)
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chmod(path, 0o755)
	}))
	second := testkit.StartProcess(t, dir, backend, nil)
	require.True(t, second.WaitOpen(), second.Log())
	require.NoError(t, export(coltrace.NewTraceServiceClient(testkit.Dial(t, second.GRPC)), testkit.Traces("s", "two"), nil))
	requirePrivate(t, dir)
	require.Len(t, testkit.Batches(t, second.Internal), 2)
}

func requirePrivate(t *testing.T, dir string) {
	t.Helper()
	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		files++
		require.Zero(t, info.Mode().Perm()&0o077, "%s has %s", path, info.Mode())
		return nil
	}))
	require.Greater(t, files, 3)
}

// Scenario: few open files are allowed, and strangers hold more connections to each port than that. Guarantee: senders on
// the other ports are acknowledged, and the program says that it has fewer places than it was told.
func TestFewOpenFilesAreSharedAmongPorts(t *testing.T) {
	backend := testkit.StartBackend(t, "")
	p := testkit.StartProcessWithFiles(t, t.TempDir(), backend, 320)
	require.True(t, p.WaitOpen(), p.Log())
	require.Contains(t, p.Log(), "raise the limit of open files")
	for range 400 {
		for _, address := range []string{p.HTTP[len("http://"):], p.Internal} {
			stranger, err := net.Dial("tcp", address)
			require.NoError(t, err)
			defer func() { _ = stranger.Close() }()
		}
	}
	require.NoError(t, export(coltrace.NewTraceServiceClient(testkit.Dial(t, p.GRPC)), testkit.Traces("s", "one"), nil))
	require.Len(t, testkit.Batches(t, p.Internal), 1)
}
