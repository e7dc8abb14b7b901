package main_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"

	"junjo.local/ingestion-service/internal/gen/batchespb"
	"junjo.local/ingestion-service/internal/testkit"
)

const (
	// killsDefault is for `make test`; JUNJO_CRASH_KILLS asks for more.
	killsDefault = 12
	senders      = 6
	// lifeMax is how long a process lives at most before it is killed.
	lifeMax = 300 * time.Millisecond
)

func kills(t *testing.T) int {
	t.Helper()
	text := os.Getenv("JUNJO_CRASH_KILLS")
	if text == "" {
		return killsDefault
	}
	number, err := strconv.Atoi(text)
	require.NoError(t, err)
	return number
}

// ledger is what senders were told.
type ledger struct {
	mu           sync.Mutex
	acknowledged []string
	next         atomic.Int64
}

// sendUntil sends requests of random size over one transport until one fails; what was not acknowledged is not retried,
// so no request may ever be there twice.
func (l *ledger) sendUntil(t *testing.T, p *testkit.Process, random *rand.Rand, overHTTP bool) {
	t.Helper()
	client := coltrace.NewTraceServiceClient(testkit.Dial(t, p.GRPC))
	web := &http.Client{Timeout: patience}
	defer web.CloseIdleConnections()
	for {
		name := fmt.Sprint("request ", l.next.Add(1))
		names := []string{name}
		for range random.IntN(20) {
			names = append(names, strings.Repeat(name, random.IntN(200)))
		}
		request := testkit.Traces("crash", names...)
		var err error
		if overHTTP {
			err = postTo(web, p.HTTP, testkit.Marshal(t, request))
		} else {
			err = export(client, request, nil)
		}
		if err != nil {
			return
		}
		l.mu.Lock()
		l.acknowledged = append(l.acknowledged, name)
		l.mu.Unlock()
	}
}

func postTo(client *http.Client, base string, body []byte) error {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, base+"/v1/traces", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	request.Header.Set("X-Junjo-Api-Key", testkit.Key)
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", answer.Status)
	}
	return nil
}

// Scenario: senders on both transports and a consumer that trims; the real program is killed at random moments, also
// while it starts, stops, trims or collects garbage, over one folder. Guarantee: every acknowledged request comes out
// exactly once and whole, in one log with ascending keys, and the counts of the log agree.
func TestKillLosesAndDoublesNothing(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	dir, backend := t.TempDir(), testkit.StartBackend(t, "")
	var sent ledger
	reader := consumer{taken: map[string]int{}}
	for round := range kills(t) {
		p := testkit.StartProcess(t, dir, backend, nil)
		if random.IntN(6) == 0 { // in the middle of opening
			time.Sleep(time.Duration(random.Int64N(int64(lifeMax / 10))))
			p.Kill()
			continue
		}
		require.True(t, p.WaitOpen(), p.Log())
		var working sync.WaitGroup
		for sender := range senders {
			own := rand.New(rand.NewPCG(seed, uint64(round*senders+sender+1)))
			working.Go(func() { sent.sendUntil(t, p, own, sender%3 == 0) })
		}
		working.Go(func() {
			for reader.pull(t, p.Internal, true) == nil { // goes on until the connection breaks
			}
		})
		time.Sleep(time.Duration(random.Int64N(int64(lifeMax))))
		if random.IntN(4) == 0 { // in the middle of stopping
			p.Terminate()
			time.Sleep(time.Duration(random.Int64N(int64(lifeMax / 10))))
		}
		p.Kill()
		working.Wait()
	}
	p := testkit.StartProcess(t, dir, backend, nil)
	require.True(t, p.WaitOpen(), p.Log())
	require.NoError(t, reader.pull(t, p.Internal, true))
	reader.requireEveryOnce(t, sent.acknowledged)
	status, err := batchespb.NewBatchServiceClient(testkit.Dial(t, p.Internal)).GetStatus(testkit.InternalContext(t), &batchespb.GetStatusRequest{})
	require.NoError(t, err)
	require.Equal(t, uint64(len(reader.taken)), status.GetStoredBatches())
	require.Equal(t, reader.spans, status.GetStoredSpans())
	require.Zero(t, status.GetLiveBatches())
	t.Logf("%d kills, %d requests sent, %d acknowledged, %d stored", kills(t), sent.next.Load(), len(sent.acknowledged), len(reader.taken))
	require.Greater(t, len(sent.acknowledged), kills(t), "hardly anything was acknowledged: nothing was tested")
	p.Terminate()
	require.Zero(t, p.ExitCode(), p.Log())
}
