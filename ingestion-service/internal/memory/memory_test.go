package memory

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for what has to happen.
const patience = 20 * time.Second

var (
	one   = Payer{1}
	other = Payer{2}
)

func account(bytes int64) *Account { return New(Shares{bytes, bytes, bytes}) }

// Scenario: a loan that grows, shrinks and ends. Guarantee: the account follows, parts are apart, and the peak stays.
func TestLoansAreGivenBack(t *testing.T) {
	a := account(100)
	loan := a.Loan(Receive, Payer{})
	require.NoError(t, loan.Grow(t.Context(), 30, 0))
	require.NoError(t, loan.Grow(t.Context(), 50, 0))
	loan.ShrinkTo(20)
	loan.ShrinkTo(60)
	require.Equal(t, int64(20), loan.Bytes())
	require.Equal(t, Usage{Used: 20, Peak: 80, Max: 100}, a.Usage(Receive))
	require.Equal(t, Usage{Max: 100}, a.Usage(Read))
	loan.Close()
	require.Zero(t, a.Usage(Receive).Used)
}

// Scenario: more than there is, and more than is free. Guarantee: only the latter waits, for others to give back, and is
// worth a retry; both are counted, and nothing is kept of what was refused.
func TestTooMuchNowIsToldFromNever(t *testing.T) {
	a := account(100)
	first, second := a.Loan(Read, Payer{}), a.Loan(Read, Payer{})
	require.NoError(t, first.Grow(t.Context(), 90, 0))
	ever := new(EverError)
	require.ErrorAs(t, second.Grow(t.Context(), 101, patience), &ever)
	require.ErrorAs(t, first.Grow(t.Context(), 11, patience), &ever)
	require.Equal(t, int64(100), ever.BytesMax)
	require.ErrorIs(t, second.Grow(t.Context(), 11, time.Nanosecond), ErrNow)
	require.Equal(t, int64(3), a.Usage(Read).Refused)
	grown := make(chan error, 1)
	go func() { grown <- second.Grow(context.Background(), 100, patience) }()
	first.Close()
	require.NoError(t, <-grown)
	second.Close()
	require.Zero(t, a.Usage(Read).Used)
}

// Scenario: one payer takes all it can, with many loans. Guarantee: half remains for others, and a payer without loans is
// forgotten.
func TestOnePayerHoldsAtMostHalf(t *testing.T) {
	a := account(100)
	loans := []*Loan{a.Loan(Receive, one), a.Loan(Receive, one), a.Loan(Receive, other)}
	require.NoError(t, loans[0].Grow(t.Context(), 40, 0))
	require.NoError(t, loans[1].Grow(t.Context(), 10, 0))
	require.ErrorIs(t, loans[1].Grow(t.Context(), 1, 0), ErrNow)
	require.ErrorAs(t, loans[0].Grow(t.Context(), 11, 0), new(*EverError))
	require.NoError(t, loans[2].Grow(t.Context(), 50, 0))
	loans[0].ShrinkTo(0)
	require.NoError(t, loans[1].Grow(t.Context(), 40, 0))
	for _, loan := range loans {
		loan.Close()
	}
	require.Zero(t, a.Usage(Receive).Used)
	require.Empty(t, a.purses[Receive].payers)
}

// Scenario: a payer's growth fails because the others hold the part. Guarantee: its own half is not used up by that.
func TestRefusedGrowthCostsThePayerNothing(t *testing.T) {
	a := account(100)
	nobody, payer := a.Loan(Receive, Payer{}), a.Loan(Receive, one)
	require.NoError(t, nobody.Grow(t.Context(), 100, 0))
	for range 10 {
		require.ErrorIs(t, payer.Grow(t.Context(), 50, 0), ErrNow)
	}
	nobody.Close()
	require.NoError(t, payer.Grow(t.Context(), 50, 0))
	payer.Close()
}

// Scenario: limits from too small to large. Guarantee: all shares together with the service's own are within the limit,
// and a machine with 1 GB takes a message of 64 MiB with its compressed copy from one key.
func TestSharesAreWithinTheLimit(t *testing.T) {
	for _, limit := range []int64{1, LimitMin, 512 << 20, 1 << 30, 64 << 30} {
		whole := int64(ownBytes)
		for _, share := range SharesOf(limit) {
			require.Positive(t, share)
			whole += share
		}
		require.LessOrEqual(t, whole, max(limit, LimitMin))
	}
	require.GreaterOrEqual(t, SharesOf(512 << 20)[Receive]/2, int64(139<<20))
	require.Positive(t, DefaultLimit())
	require.LessOrEqual(t, DefaultLimit(), int64(limitDefaultMax))
}
