// Ingestion-bench measures acknowledged spans per second of the service beside an anchor in the same run: the way that
// the existing Go ingestion service stores (decode, then one Badger transaction per span with default options, which
// acknowledges before anything is on disk). Both run as processes of their own; the load comes from this one, over
// gRPC. It asserts nothing.
//
//	go run ./cmd/ingestion-bench                     # batches of 512, 8 connections, spans of 1.4 KB
//	go run ./cmd/ingestion-bench -batch 1 -connections 64 -seconds 3
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

type settings struct {
	dir         string
	seconds     int
	rounds      int
	batch       int
	connections int
	spanBytes   int
	gzip        bool
	drain       bool
	profile     string
}

func main() {
	s := settings{}
	serve := flag.String("serve", "", "for its own use: run the anchor or the service in this process")
	flag.StringVar(&s.dir, "dir", "", "folder for the logs; default a new one in the working directory")
	flag.IntVar(&s.seconds, "seconds", 5, "length of one measurement")
	flag.IntVar(&s.rounds, "rounds", 2, "measurements of each")
	flag.IntVar(&s.batch, "batch", 512, "spans in a request")
	flag.IntVar(&s.connections, "connections", 8, "connections, each with one request in flight")
	flag.IntVar(&s.spanBytes, "span-bytes", 1400, "bytes of a span")
	flag.BoolVar(&s.gzip, "gzip", false, "compress requests")
	flag.BoolVar(&s.drain, "drain", false, "let a consumer follow and trim the service meanwhile")
	flag.StringVar(&s.profile, "profile", "", "write a CPU profile of the service here")
	flag.Parse()
	if err := run(*serve, s); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(serve string, s settings) error {
	switch serve {
	case "anchor":
		return serveAnchor(s.dir)
	case "service":
		return serveService(s)
	}
	if s.dir == "" {
		dir, err := os.MkdirTemp(".", "ingestion-bench-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		s.dir = dir
	}
	requests := corpus(s)
	fmt.Printf("batches of %d spans, %d bytes a span, %d connections, gzip %v, %d s a measurement\n",
		s.batch, len(requests[0])/s.batch, s.connections, s.gzip, s.seconds)
	rates := map[string][]float64{}
	for round := range s.rounds {
		for _, name := range []string{"anchor", "service"} {
			rate, err := measure(name, filepath.Join(s.dir, fmt.Sprintf("%s-%d", name, round)), s, requests)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			rates[name] = append(rates[name], rate)
		}
	}
	best := func(name string) float64 { return slices.Max(rates[name]) }
	fmt.Printf("best of %d: anchor %.0f spans/s, service %.0f spans/s, ratio %.2f\n",
		s.rounds, best("anchor"), best("service"), best("service")/best("anchor"))
	return nil
}

// measure runs one server in a process of its own, and sends to it.
func measure(name, dir string, s settings, requests [][]byte) (float64, error) {
	defer func() { _ = os.RemoveAll(dir) }()
	server := exec.Command(os.Args[0], "-serve", name, "-dir", dir, "-profile", s.profile)
	server.Stderr = os.Stderr
	output, err := server.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := server.Start(); err != nil {
		return 0, err
	}
	var addr, metrics, internal string
	if _, err := fmt.Fscanln(output, &addr, &metrics, &internal); err != nil {
		return 0, fmt.Errorf("the server does not start: %w", err)
	}
	var drained atomic.Int64
	ctx, stopDraining := context.WithCancel(context.Background())
	defer stopDraining()
	draining := make(chan error, 1)
	if s.drain && internal != "-" {
		go func() { draining <- drain(ctx, internal, &drained) }()
	} else {
		draining <- nil
	}
	before := cpuOf(server.Process.Pid)
	result, err := load(addr, s, requests)
	if err != nil {
		return 0, err
	}
	taken := drained.Load()
	stopDraining()
	if err := <-draining; err != nil {
		return 0, fmt.Errorf("drain: %w", err)
	}
	cpu := cpuOf(server.Process.Pid) - before
	resident := residentOf(server.Process.Pid)
	commits := commitsOf(metrics)
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	if err := server.Wait(); err != nil {
		return 0, err
	}
	rate := float64(result.requests*s.batch) / result.took.Seconds()
	fmt.Printf("%-8s %8.0f spans/s  %7.1f MB/s  p50 %6.1f ms  p99 %6.1f ms  %4.1f µs of CPU a span  %4d MB resident\n",
		name, rate, float64(result.bytes)/result.took.Seconds()/1e6, ms(result.quantile(0.5)), ms(result.quantile(0.99)),
		float64(cpu.Microseconds())/float64(max(result.requests*s.batch, 1)), resident>>20)
	if commits != "" {
		fmt.Println("         " + commits)
	}
	if taken > 0 {
		fmt.Printf("         a consumer took %.0f spans/s meanwhile\n", float64(taken)/result.took.Seconds())
	}
	return rate, nil
}

// commitsOf reads from the service's metrics how many batches shared a commit, and how long one took.
func commitsOf(addr string) string {
	answer, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		return ""
	}
	defer func() { _ = answer.Body.Close() }()
	values := map[string]float64{}
	for scanner := bufio.NewScanner(answer.Body); scanner.Scan(); {
		var value float64
		name, text, _ := strings.Cut(scanner.Text(), " ")
		if _, err := fmt.Sscan(text, &value); err == nil {
			values[name] = value
		}
	}
	count := max(values["junjo_wal_commit_seconds_count"], 1)
	return fmt.Sprintf("%.0f commits of %.1f batches and %.1f ms on average, %.1f MB stored", count,
		values["junjo_wal_group_batches_sum"]/count, 1000*values["junjo_wal_commit_seconds_sum"]/count,
		values["junjo_wal_live_bytes"]/1e6)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// cpuOf and residentOf read /proc; 0 where there is none.
func cpuOf(pid int) time.Duration {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(content), ") ")
	var user, system int64
	fields := strings.Fields(rest)
	const userField, systemField, ticks = 11, 12, 100
	if len(fields) > systemField {
		_, _ = fmt.Sscan(fields[userField], &user)
		_, _ = fmt.Sscan(fields[systemField], &system)
	}
	return time.Duration(user+system) * time.Second / ticks
}

func residentOf(pid int) int {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	var size, resident, shared int
	_, _ = fmt.Sscan(string(content), &size, &resident, &shared)
	return (resident - shared) * os.Getpagesize()
}
