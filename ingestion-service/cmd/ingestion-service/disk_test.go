//go:build linux

package main_test

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"junjo.local/ingestion-service/internal/testkit"
)

// noiseBytes cannot be compressed; a request of it goes into the value log.
const noiseBytes = 1 << 20

func noise(t *testing.T, name string) *coltrace.ExportTraceServiceRequest {
	t.Helper()
	bytes := make([]byte, noiseBytes*3/4)
	_, err := rand.Read(bytes)
	require.NoError(t, err)
	return testkit.Traces("disk", name, base64.RawStdEncoding.EncodeToString(bytes))
}

// smallDisk mounts a file system of its own; it skips where that is not allowed.
func smallDisk(t *testing.T, megabytes int) string {
	t.Helper()
	dir := t.TempDir()
	size := fmt.Sprintf("size=%dm", megabytes)
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, size); err != nil {
		t.Skipf("NOT TESTED: a full disk needs a small file system, and mounting one failed (run as root): %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// sendUntilRefused sends noise until a request is not acknowledged, and returns the acknowledged ones and the refusal.
func sendUntilRefused(t *testing.T, client coltrace.TraceServiceClient, prefix string, most int) (acknowledged []string, trailer metadata.MD, refusal error) {
	t.Helper()
	for n := range most {
		name := fmt.Sprintf("%s %d", prefix, n)
		if err := export(client, noise(t, name), &trailer); err != nil {
			return acknowledged, trailer, err
		}
		acknowledged = append(acknowledged, name)
	}
	require.Failf(t, "the disk never became full", "%d requests", most)
	return nil, nil, nil
}

// Scenario: senders fill a disk of 256 MiB down to the floor, then a consumer takes everything and confirms. Guarantee:
// at the floor senders are told to try again, with both hints; the process lives; after the trim the files are given
// back and requests are acknowledged again; nothing acknowledged is lost.
func TestDiskFullToTheFloorRefusesAndRecovers(t *testing.T) {
	dir, backend := smallDisk(t, 256), testkit.StartBackend(t, "")
	p := testkit.StartProcess(t, dir, backend, map[string]string{"JUNJO_FREE_SPACE_MIN": "64M"})
	require.True(t, p.WaitOpen(), p.Log())
	client := coltrace.NewTraceServiceClient(testkit.Dial(t, p.GRPC))
	acknowledged, trailer, refusal := sendUntilRefused(t, client, "full", 256)
	require.Greater(t, len(acknowledged), 100)
	require.Equal(t, codes.Unavailable, testkit.Code(refusal))
	require.ErrorContains(t, refusal, "less than the floor")
	require.IsType(t, &errdetails.RetryInfo{}, status.Convert(refusal).Details()[0])
	require.Len(t, trailer.Get("google.rpc.retryinfo-bin"), 1)

	reader := consumer{taken: map[string]int{}}
	require.NoError(t, reader.pull(t, p.Internal, true))
	reader.requireEveryOnce(t, acknowledged)
	require.Eventually(t, func() bool { return export(client, noise(t, "after"), nil) == nil }, patience, patience/1000, "space comes back")
	require.NoError(t, reader.pull(t, p.Internal, true))
	reader.requireEveryOnce(t, append(acknowledged, "after"))
	p.Terminate()
	require.Zero(t, p.ExitCode(), p.Log())
}

// Scenario: the same without a floor, as when another program takes the last byte: writes of the log itself fail.
// Guarantee: what follows is a refusal or the end of the process, never an acknowledgement; with more room, everything
// acknowledged is there and requests are acknowledged again.
func TestDiskFullToTheLastByteLosesNothing(t *testing.T) {
	dir, backend := smallDisk(t, 96), testkit.StartBackend(t, "")
	p := testkit.StartProcess(t, dir, backend, map[string]string{"JUNJO_FREE_SPACE_MIN": "1"})
	require.True(t, p.WaitOpen(), p.Log())
	acknowledged, _, refusal := sendUntilRefused(t, coltrace.NewTraceServiceClient(testkit.Dial(t, p.GRPC)), "last", 96)
	require.Equal(t, codes.Unavailable, testkit.Code(refusal), "%v", refusal)
	require.NotEmpty(t, acknowledged)
	p.Kill()

	require.NoError(t, syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=256m"))
	p = testkit.StartProcess(t, dir, backend, nil)
	require.True(t, p.WaitOpen(), p.Log())
	require.NoError(t, export(coltrace.NewTraceServiceClient(testkit.Dial(t, p.GRPC)), noise(t, "after"), nil))
	reader := consumer{taken: map[string]int{}}
	require.NoError(t, reader.pull(t, p.Internal, false))
	reader.requireEveryOnce(t, append(acknowledged, "after"))
}

// injectFault makes every further call of the process fail, by attaching strace to it.
func injectFault(t *testing.T, p *testkit.Process, call, errno string) {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("NOT TESTED: faults of the disk are injected with strace, which is not installed")
	}
	tracer := exec.Command(strace, "-f", "-p", strconv.Itoa(p.PID()), "-o", os.DevNull,
		"-e", "trace="+call, "-e", "inject="+call+":error="+errno)
	said, err := tracer.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, tracer.Start())
	t.Cleanup(func() { // the traced process is gone by then
		_ = tracer.Process.Kill()
		_ = tracer.Wait()
	})
	lines := bufio.NewScanner(said)
	require.True(t, lines.Scan())
	if !strings.Contains(lines.Text(), "attached") {
		t.Skip("NOT TESTED: strace may not attach here: " + lines.Text())
	}
	go func() {
		for lines.Scan() { // the rest only has to go somewhere
		}
	}()
}

// Scenario: requests are being acknowledged when the kernel begins to answer EIO or ENOSPC to a call that makes writes
// durable or files longer. Guarantee: what is sent is refused as worth a retry, or acknowledged and really there; once
// refused, the process acknowledges nothing more; on a disk that is well again all that was acknowledged is there.
func TestFailingSystemCallsLoseNothing(t *testing.T) {
	for _, fault := range []struct{ call, errno string }{{"msync", "EIO"}, {"fsync", "EIO"}, {"ftruncate", "ENOSPC"}} {
		t.Run(fault.call+" "+fault.errno, func(t *testing.T) {
			dir, backend := t.TempDir(), testkit.StartBackend(t, "")
			p := testkit.StartProcess(t, dir, backend, nil)
			require.True(t, p.WaitOpen(), p.Log())
			client := coltrace.NewTraceServiceClient(testkit.Dial(t, p.GRPC))
			const before = 5
			var acknowledged []string
			for n := range before {
				name := fmt.Sprint("before ", n)
				require.NoError(t, export(client, noise(t, name), nil))
				acknowledged = append(acknowledged, name)
			}
			injectFault(t, p, fault.call, fault.errno)
			// a new file of the log, and with it fsync and ftruncate, comes once in 128 MiB
			more, _, refusal := sendUntilRefused(t, client, "fault", 200)
			acknowledged = append(acknowledged, more...)
			require.Equal(t, codes.Unavailable, testkit.Code(refusal), "%v", refusal)
			require.NotContains(t, refusal.Error(), dir, "senders learn nothing about the machine")
			for n := range 3 {
				require.Error(t, export(client, noise(t, fmt.Sprint("late ", n)), nil))
			}
			require.Equal(t, 1, p.ExitCode(), "it ends by itself, for its supervisor to start it again: %s", p.Log())
			t.Logf("%d more acknowledged, then refused: %v", len(more), refusal)

			p = testkit.StartProcess(t, dir, backend, nil)
			require.True(t, p.WaitOpen(), p.Log())
			reader := consumer{taken: map[string]int{}}
			require.NoError(t, reader.pull(t, p.Internal, false))
			reader.requireEveryOnce(t, acknowledged)
			require.NoError(t, export(coltrace.NewTraceServiceClient(testkit.Dial(t, p.GRPC)), noise(t, "after"), nil))
		})
	}
}
