package internalapi

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// Scenario: senders that are idle, busy for a while, and busy for ever; a reader that goes away. Guarantee: reading waits
// for the busy ones, never for ever, and not at all for idle ones.
func TestYieldWaitsForBusySendersAndEnds(t *testing.T) {
	for busyFor, want := range map[int]int{0: 1, 3: 4, 1 << 30: 1 + int(yieldMax/yieldCheck)} {
		asked := 0
		server := New(Options{Busy: func() bool { asked++; return asked <= busyFor }})
		server.yield(context.Background())
		require.Equal(t, want, asked)
	}
	gone, leave := context.WithCancel(context.Background())
	leave()
	New(Options{Busy: func() bool { return true }}).yield(gone)
	New(Options{}).yield(context.Background())
}
