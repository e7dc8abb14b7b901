package memory

import (
	"bufio"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

const (
	// LimitMin is the smallest limit; a smaller one counts as this, as in the server.
	LimitMin = 256 << 20
	// limitDefaultMax is as in the server.
	limitDefaultMax = 1 << 30
	// ownBytes is what the service takes with nobody asking: the runtime, Badger's tables, connections without requests.
	ownBytes = 64 << 20
	// pieces is what the rest of a limit is divided into.
	pieces = 16
)

// partPieces says who gets how many of the pieces; README.md has the table.
var partPieces = [partCount]int64{Receive: 10, Window: 2, Read: 4}

// Shares is who may take how many bytes.
type Shares [partCount]int64

// SharesOf divides a limit.
func SharesOf(limit int64) Shares {
	piece := (max(limit, LimitMin) - ownBytes) / pieces
	var shares Shares
	for _, part := range Parts {
		shares[part] = piece * partPieces[part]
	}
	return shares
}

// DefaultLimit is half of what the machine or the cgroup has, at most 1 GiB.
func DefaultLimit() int64 {
	available := int64(math.MaxInt64)
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if bytes, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
			available = bytes
		}
	}
	if file, err := os.Open("/proc/meminfo"); err == nil {
		defer func() { _ = file.Close() }()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			fields := strings.Fields(lines.Text())
			if len(fields) < 2 || fields[0] != "MemTotal:" {
				continue
			}
			if kib, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				available = min(available, kib<<10)
			}
		}
	}
	return min(available/2, limitDefaultMax)
}

// KeepWithin makes Go's collector work harder as the heap comes near a limit; a lower GOMEMLIMIT stays.
func KeepWithin(limit int64) {
	if set := debug.SetMemoryLimit(-1); set > max(limit, LimitMin) {
		debug.SetMemoryLimit(max(limit, LimitMin))
	}
}
