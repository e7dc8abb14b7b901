package receive

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"junjo.local/ingestion-service/internal/otlp"
)

// rejectionsMax is how many refusals are kept: enough to see a pattern, too few to fill memory.
const rejectionsMax = 50

// Rejection is a refused request; equal ones in a row are counted, not repeated.
type Rejection struct {
	At     time.Time
	Detail string
	Reason Reason
	Count  uint64
	Signal otlp.Signal
}

// SignalTotals counts one signal since the process started.
type SignalTotals struct {
	// Accepted and Rejected items, and Bytes of their messages; metrics are counted here and stored nowhere.
	Accepted, Rejected, Bytes, Requests atomic.Uint64
}

// Stats is what the receivers did.
type Stats struct {
	totals  [otlp.Metrics + 1]SignalTotals
	mu      sync.Mutex
	recent  []Rejection
	refused map[refusedKey]uint64
}

type refusedKey struct {
	reason Reason
	signal otlp.Signal
}

// Totals returns the counters of a signal.
func (s *Stats) Totals(signal otlp.Signal) *SignalTotals { return &s.totals[signal] }

// EachRefused visits the number of refused requests by signal and reason.
func (s *Stats) EachRefused(visit func(signal otlp.Signal, reason Reason, count uint64)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, count := range s.refused {
		visit(key.signal, key.reason, count)
	}
}

// RecentRejections returns refusals, newest first.
func (s *Stats) RecentRejections() []Rejection {
	s.mu.Lock()
	defer s.mu.Unlock()
	recent := slices.Clone(s.recent)
	slices.Reverse(recent)
	return recent
}

func (s *Stats) accepted(signal otlp.Signal, report otlp.Report, bytes int) {
	totals := s.Totals(signal)
	totals.Accepted.Add(uint64(report.Accepted))
	totals.Rejected.Add(uint64(report.Rejected))
	totals.Bytes.Add(uint64(bytes))
	totals.Requests.Add(1)
}

func (s *Stats) refusedRequest(signal otlp.Signal, refusal *Refusal, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused == nil {
		s.refused = map[refusedKey]uint64{}
	}
	s.refused[refusedKey{refusal.Reason, signal}]++
	if n := len(s.recent); n > 0 {
		last := &s.recent[n-1]
		if last.Signal == signal && last.Reason == refusal.Reason && last.Detail == refusal.Detail {
			last.At = at
			last.Count++
			return
		}
		if n == rejectionsMax {
			s.recent = slices.Delete(s.recent, 0, 1)
		}
	}
	s.recent = append(s.recent, Rejection{At: at, Signal: signal, Reason: refusal.Reason, Detail: refusal.Detail, Count: 1})
}
