package testkit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Build compiles the real program into a temporary folder and returns its path.
var Build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ingestion-service-")
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "ingestion-service")
	output, err := exec.Command("go", "build", "-o", program, "junjo.local/ingestion-service/cmd/ingestion-service").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, output)
	}
	return program, nil
})

// RemoveBuild deletes what Build made; for TestMain.
func RemoveBuild() {
	if program, err := Build(); err == nil {
		_ = os.RemoveAll(filepath.Dir(program))
	}
}

// Process is the real program as a process of its own.
type Process struct {
	GRPC, HTTP, Internal string
	command              *exec.Cmd
	opened               chan struct{}
	ended                chan struct{}
	endErr               error
	mu                   sync.Mutex
	log                  []string
}

// StartProcess starts the program on dir. It returns when all ports are bound, or the program has ended.
func StartProcess(t testing.TB, dir string, backend *Backend, overrides map[string]string) *Process {
	t.Helper()
	program, err := Build()
	require.NoError(t, err)
	return start(t, exec.Command(program), dir, backend, overrides)
}

// StartProcessWithFiles starts the program with a limit of open files.
func StartProcessWithFiles(t testing.TB, dir string, backend *Backend, files int) *Process {
	t.Helper()
	program, err := Build()
	require.NoError(t, err)
	command := exec.Command("sh", "-c", `ulimit -n "$1" && exec "$0"`, program, strconv.Itoa(files))
	return start(t, command, dir, backend, nil)
}

func start(t testing.TB, command *exec.Cmd, dir string, backend *Backend, overrides map[string]string) *Process {
	t.Helper()
	env := Env(dir, backend.Addr, map[string]string{"JUNJO_LOG": "info"})
	for name, value := range overrides {
		env[name] = value
	}
	for name, value := range env {
		command.Env = append(command.Env, name+"="+value)
	}
	output, err := command.StdoutPipe()
	require.NoError(t, err)
	command.Stderr = command.Stdout
	p := &Process{command: command, opened: make(chan struct{}), ended: make(chan struct{})}
	require.NoError(t, command.Start())
	bound := make(chan struct{})
	go p.follow(bufio.NewScanner(output), bound)
	t.Cleanup(p.Kill)
	select {
	case <-bound:
	case <-p.ended:
	}
	return p
}

// follow reads the log to its end.
func (p *Process) follow(lines *bufio.Scanner, bound chan struct{}) {
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p.mu.Lock()
		p.log = append(p.log, lines.Text())
		p.mu.Unlock()
		var entry struct{ Msg, For, Address string }
		if json.Unmarshal(lines.Bytes(), &entry) != nil {
			continue
		}
		switch {
		case entry.Msg == "listening" && entry.For == "otlp/grpc":
			p.GRPC = entry.Address
		case entry.Msg == "listening" && entry.For == "otlp/http":
			p.HTTP = "http://" + entry.Address
		case entry.Msg == "listening" && entry.For == "internal":
			p.Internal = entry.Address
			close(bound)
		case strings.HasSuffix(entry.Msg, "log is open"):
			close(p.opened)
		}
	}
	p.endErr = p.command.Wait()
	close(p.ended)
}

// WaitOpen waits until the log is open; false when the program ended before.
func (p *Process) WaitOpen() bool {
	select {
	case <-p.opened:
		return true
	case <-p.ended:
		return false
	}
}

// Kill ends the process at once, as kill -9 does.
func (p *Process) Kill() {
	_ = p.command.Process.Kill()
	<-p.ended
}

// Terminate asks the process to stop, and does not wait.
func (p *Process) Terminate() { _ = p.command.Process.Signal(syscall.SIGTERM) }

// PID is the number of the process.
func (p *Process) PID() int { return p.command.Process.Pid }

// Ended is closed when the process is gone.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// ExitCode is that of a process that ended; -1 when a signal ended it.
func (p *Process) ExitCode() int {
	<-p.ended
	if exit := new(exec.ExitError); errors.As(p.endErr, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// Log is what the process has written.
func (p *Process) Log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.log, "\n")
}
