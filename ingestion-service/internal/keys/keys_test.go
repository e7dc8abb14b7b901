package keys_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"junjo.local/ingestion-service/internal/keys"
	"junjo.local/ingestion-service/internal/receive"
	"junjo.local/ingestion-service/internal/testkit"
	"junjo.local/ingestion-service/internal/wal"
)

type clock struct{ nanos atomic.Int64 }

func (c *clock) now() time.Time           { return time.Unix(0, c.nanos.Load()) }
func (c *clock) advance(by time.Duration) { c.nanos.Add(int64(by)) }

func newChecker(t *testing.T, backend *testkit.Backend) (*keys.Checker, *clock) {
	t.Helper()
	clock := &clock{}
	clock.advance(time.Hour)
	checker, err := keys.New(keys.Options{Address: backend.Addr, Now: clock.now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = checker.Close() })
	return checker, clock
}

// Scenario: a key is used, revoked, and used on. Guarantee: it stops working after ten seconds at most, and is asked for
// only once within them; a refusal is remembered for two.
func TestCheckForgetsAnswersInTime(t *testing.T) {
	backend := testkit.StartBackend(t, "")
	checker, clock := newChecker(t, backend)
	outcome, sender := checker.Check(t.Context(), testkit.Key)
	require.Equal(t, receive.KeyValid, outcome)
	require.Equal(t, wal.Sender{KeyID: testkit.KeyID, Project: testkit.Project}, sender)
	backend.Revoke(testkit.Key)
	clock.advance(keys.ValidFor)
	outcome, _ = checker.Check(t.Context(), testkit.Key)
	require.Equal(t, receive.KeyValid, outcome)
	require.Equal(t, 1, backend.Calls())
	clock.advance(1)
	outcome, _ = checker.Check(t.Context(), testkit.Key)
	require.Equal(t, receive.KeyInvalid, outcome)
	clock.advance(2 * time.Second)
	_, _ = checker.Check(t.Context(), testkit.Key)
	require.Equal(t, 2, backend.Calls())
	clock.advance(1)
	_, _ = checker.Check(t.Context(), testkit.Key)
	require.Equal(t, 3, backend.Calls())
}

// Scenario: the server is away. Guarantee: unavailable, never invalid, also for a key whose answer has grown old; nothing
// of it is remembered.
func TestCheckWithoutServerIsNeverInvalid(t *testing.T) {
	backend := testkit.StartBackend(t, "")
	checker, clock := newChecker(t, backend)
	_, _ = checker.Check(t.Context(), testkit.Key)
	backend.Stop()
	clock.advance(keys.ValidFor + 1)
	outcome, _ := checker.Check(t.Context(), testkit.Key)
	require.Equal(t, receive.KeyUnavailable, outcome)
	testkit.StartBackend(t, backend.Addr)
	require.Eventually(t, func() bool {
		outcome, _ := checker.Check(t.Context(), testkit.Key)
		return outcome == receive.KeyValid
	}, 20*time.Second, time.Millisecond)
	_, _, failures := checker.Counts()
	require.NotZero(t, failures)
}

// Scenario: a hundred requests bring one new key at once; the first of them gives up. Guarantee: one question, and
// everyone else has the answer.
func TestCheckAsksOnceForManyAtOnce(t *testing.T) {
	backend := testkit.StartBackend(t, "")
	checker, _ := newChecker(t, backend)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	outcome, _ := checker.Check(gone, testkit.Key)
	require.NotEqual(t, receive.KeyInvalid, outcome)
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			if outcome, _ := checker.Check(t.Context(), testkit.Key); outcome != receive.KeyValid {
				t.Error(outcome)
			}
		})
	}
	group.Wait()
	require.Equal(t, 1, backend.Calls())
}

// Scenario: a flood of different wrong keys, and one that is far too long. Guarantee: the good key stays in the cache,
// and the long one is never asked for.
func TestCheckSurvivesFloodOfWrongKeys(t *testing.T) {
	backend := testkit.StartBackend(t, "")
	checker, _ := newChecker(t, backend)
	_, _ = checker.Check(t.Context(), testkit.Key)
	const flood = 10_500
	for n := range flood {
		outcome, _ := checker.Check(t.Context(), fmt.Sprint("wrong ", n))
		require.Equal(t, receive.KeyInvalid, outcome)
	}
	outcome, _ := checker.Check(t.Context(), testkit.Key)
	require.Equal(t, receive.KeyValid, outcome)
	outcome, _ = checker.Check(t.Context(), string(make([]byte, 513)))
	require.Equal(t, receive.KeyInvalid, outcome)
	require.Equal(t, 1+flood, backend.Calls())
}
