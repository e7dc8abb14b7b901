// Package metrics shows the service to Prometheus. Counters live where things happen; this package only reads them.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"junjo.local/ingestion-service/internal/keys"
	"junjo.local/ingestion-service/internal/listen"
	"junjo.local/ingestion-service/internal/memory"
	"junjo.local/ingestion-service/internal/otlp"
	"junjo.local/ingestion-service/internal/receive"
	"junjo.local/ingestion-service/internal/wal"
)

// scrapesMax is how many answers are made at once; others get 503.
const scrapesMax = 4

// Metrics is the registry and what is measured as it happens.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	commits  prometheus.Histogram
	groups   prometheus.Histogram
}

// Sources is where counters are read. WAL returns nil while the log is not open.
type Sources struct {
	Receiver *receive.Receiver
	Keys     *keys.Checker
	WAL      func() *wal.WAL
	Memory   *memory.Account
	Ports    func(visit func(name string, stats listen.Stats))
}

// New returns metrics without sources.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "junjo_ingest_request_seconds", Help: "Time from the first byte of a request to its answer.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 10),
		}, []string{"signal", "transport"}),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "junjo_wal_commit_seconds", Help: "Time of a group commit, fsync included.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2.5, 10),
		}),
		groups: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "junjo_wal_group_batches", Help: "Batches that shared one fsync.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
	}
	m.registry.MustRegister(m.requests, m.commits, m.groups,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// ObserveRequest is receive.Options.Observe.
func (m *Metrics) ObserveRequest(signal otlp.Signal, transport string, took time.Duration) {
	m.requests.WithLabelValues(signal.String(), transport).Observe(took.Seconds())
}

// ObserveCommit is wal.Options.OnCommit.
func (m *Metrics) ObserveCommit(batches int, took time.Duration) {
	m.commits.Observe(took.Seconds())
	m.groups.Observe(float64(batches))
}

// Read adds the sources.
func (m *Metrics) Read(sources Sources) { m.registry.MustRegister(collector{sources}) }

// Handler serves them.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: scrapesMax})
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("junjo_"+name, help, labels, nil)
}

var (
	items         = desc("ingest_items_total", "Spans, log records and data points by outcome.", "signal", "outcome")
	requests      = desc("ingest_requests_total", "Requests by outcome.", "signal", "outcome")
	bytes         = desc("ingest_bytes_total", "Bytes of acknowledged messages before compression.", "signal")
	inFlight      = desc("ingest_in_flight_bytes", "Memory that messages being received hold.")
	memoryUsed    = desc("memory_used_bytes", "Memory that is reserved, by what it is used for.", "part")
	memoryPeak    = desc("memory_peak_bytes", "The most that was reserved at once since the start.", "part")
	memoryMax     = desc("memory_max_bytes", "The share of the memory limit.", "part")
	memoryRefused = desc("memory_refused_total", "How often there was none left.", "part")
	connections   = desc("connections", "Open connections.", "port")
	accepted      = desc("connections_accepted_total", "Connections that got a place.", "port")
	letGo         = desc("connections_let_go_total", "Silent connections that were closed for others.", "port")
	turnedAway    = desc("connections_refused_total", "Connections that got no place.", "port")
	keyChecks     = desc("key_checks_total", "Checks of API keys: answered from the cache, asked of the server, failed.", "kind")
	walOpen       = desc("wal_open", "1 when requests can be acknowledged.")
	liveBytes     = desc("wal_live_bytes", "Stored payloads that no consumer has confirmed yet.")
	liveBatches   = desc("wal_live_batches", "Batches of them.")
	fileBytes     = desc("wal_file_bytes", "What the files of the log take on the disk.")
	storedBatches = desc("wal_stored_batches_total", "Batches since the log was made.")
	storedItems   = desc("wal_stored_items_total", "Items since the log was made.", "signal")
	damagedReads  = desc("wal_damaged_reads_total", "Reads of batches that could not be read and were skipped.")
	collections   = desc("wal_collections_total", "Garbage collections.")
	newest        = desc("wal_newest_timestamp_seconds", "Receipt of the newest batch.")
	confirmed     = desc("consumer_confirmed_timestamp_seconds", "Receipt of the newest batch that a consumer has confirmed.", "consumer")
	seen          = desc("consumer_seen_timestamp_seconds", "When a consumer was last heard of.", "consumer")
)

type collector struct{ Sources }

// Describe sends nothing: the collector is unchecked, because sources come and go.
func (c collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c collector) Collect(out chan<- prometheus.Metric) {
	count := func(desc *prometheus.Desc, value uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(value), labels...)
	}
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	stats := c.Receiver.Stats()
	for _, signal := range []otlp.Signal{otlp.Traces, otlp.Logs, otlp.Metrics} {
		totals, name := stats.Totals(signal), signal.String()
		count(items, totals.Accepted.Load(), name, "accepted")
		count(items, totals.Rejected.Load(), name, "rejected")
		count(requests, totals.Requests.Load(), name, "accepted")
		count(bytes, totals.Bytes.Load(), name)
	}
	stats.EachRefused(func(signal otlp.Signal, reason receive.Reason, n uint64) {
		count(requests, n, signal.String(), string(reason))
	})
	gauge(inFlight, float64(c.Receiver.InFlightBytes()))
	for _, part := range memory.Parts {
		usage, name := c.Memory.Usage(part), part.String()
		gauge(memoryUsed, float64(usage.Used), name)
		gauge(memoryPeak, float64(usage.Peak), name)
		gauge(memoryMax, float64(usage.Max), name)
		count(memoryRefused, uint64(usage.Refused), name)
	}
	c.collectPorts(gauge, count)
	hits, asked, failures := c.Keys.Counts()
	count(keyChecks, hits, "cached")
	count(keyChecks, asked, "asked")
	count(keyChecks, failures, "failed")
	log := c.WAL()
	if log == nil {
		gauge(walOpen, 0)
		return
	}
	state := log.Status()
	gauge(walOpen, 1)
	gauge(liveBytes, float64(state.Live.Bytes))
	gauge(liveBatches, float64(state.Live.Batches))
	gauge(fileBytes, float64(log.FileBytes()))
	count(storedBatches, state.Stored.Batches)
	count(storedItems, state.Stored.Spans, otlp.Traces.String())
	count(storedItems, state.Stored.LogRecords, otlp.Logs.String())
	count(damagedReads, state.DamagedReads)
	count(collections, state.Collections)
	gauge(newest, float64(state.Newest.UnixMillis())/1000)
	for _, consumer := range log.Consumers() {
		gauge(confirmed, float64(consumer.Confirmed.UnixMillis())/1000, consumer.ID)
		gauge(seen, float64(consumer.SeenUnixNano)/1e9, consumer.ID)
	}
}

// collectPorts adds up listeners of the same name.
func (c collector) collectPorts(gauge func(*prometheus.Desc, float64, ...string), count func(*prometheus.Desc, uint64, ...string)) {
	ports := map[string]listen.Stats{}
	c.Ports(func(name string, stats listen.Stats) {
		sum := ports[name]
		sum.Open, sum.Accepted = sum.Open+stats.Open, sum.Accepted+stats.Accepted
		sum.LetGo, sum.Refused = sum.LetGo+stats.LetGo, sum.Refused+stats.Refused
		ports[name] = sum
	})
	for name, stats := range ports {
		gauge(connections, float64(stats.Open), name)
		count(accepted, uint64(stats.Accepted), name)
		count(letGo, uint64(stats.LetGo), name)
		count(turnedAway, uint64(stats.Refused), name)
	}
}
