// Package memory is the account of the process's memory: whatever takes memory whose size an outsider chooses reserves
// it here first, and gives it back. It counts bytes, and knows nothing of what they are used for.
//
// Each part has a share of its own, so that one part's use never takes from another's.
package memory

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// Part is what memory is used for.
type Part uint8

const (
	// Receive is messages: arrived, decompressed, cut, compressed again, and on their way to the disk.
	Receive Part = iota
	// Window is what may have arrived of requests before anybody reads it.
	Window
	// Read is pages of the log for servers: read, decompressed, and being sent.
	Read

	partCount = iota
)

// Parts are all of them.
var Parts = [partCount]Part{Receive, Window, Read}

func (p Part) String() string { return [partCount]string{"receive", "window", "read"}[p] }

// Payer is who memory is reserved for, such as an API key; the zero value is nobody in particular.
type Payer [16]byte

// ErrNow: others hold the memory; worth a retry.
var ErrNow = errors.New("too many bytes are being held at once")

// EverError is more than can ever be had.
type EverError struct{ BytesMax int64 }

func (e *EverError) Error() string {
	return fmt.Sprintf("this takes more than the %d bytes of memory that there are for it", e.BytesMax)
}

// Account is the memory of the process; safe for concurrent use.
type Account struct{ purses [partCount]purse }

// purse is the share of one part.
type purse struct {
	budget              *semaphore.Weighted
	bytesMax            int64
	used, peak, refused atomic.Int64
	mu                  sync.Mutex
	payers              map[Payer]*payer
}

// payer is one of those that share a part; known as long as it has loans.
type payer struct {
	budget *semaphore.Weighted
	loans  int
}

// New returns an account with these shares.
func New(shares Shares) *Account {
	account := &Account{}
	for _, part := range Parts {
		purse := &account.purses[part]
		purse.bytesMax = shares[part]
		purse.budget = semaphore.NewWeighted(shares[part])
		purse.payers = map[Payer]*payer{}
	}
	return account
}

// BytesMax is the whole share of a part.
func (a *Account) BytesMax(part Part) int64 { return a.purses[part].bytesMax }

// PayerBytesMax is what one payer may hold: half, so that nobody can take all.
func (a *Account) PayerBytesMax(part Part) int64 { return a.purses[part].bytesMax / 2 }

// Usage is how a part is used: now, at most since the start, how much there is, and how often somebody went without.
type Usage struct{ Used, Peak, Max, Refused int64 }

// Usage returns how a part is used.
func (a *Account) Usage(part Part) Usage {
	purse := &a.purses[part]
	return Usage{Used: purse.used.Load(), Peak: purse.peak.Load(), Max: purse.bytesMax, Refused: purse.refused.Load()}
}

// Loan is reserved memory of one part; it belongs to one goroutine at a time. Close gives it back.
type Loan struct {
	purse *purse
	payer *payer
	key   Payer
	held  int64
}

// Loan returns a loan of nothing yet.
func (a *Account) Loan(part Part, key Payer) *Loan {
	purse := &a.purses[part]
	loan := &Loan{purse: purse, key: key}
	if key == (Payer{}) {
		return loan
	}
	purse.mu.Lock()
	defer purse.mu.Unlock()
	loan.payer = purse.payers[key]
	if loan.payer == nil {
		loan.payer = &payer{budget: semaphore.NewWeighted(a.PayerBytesMax(part))}
		purse.payers[key] = loan.payer
	}
	loan.payer.loans++
	return loan
}

// Bytes are held.
func (l *Loan) Bytes() int64 { return l.held }

// BytesMax is what the loan could hold if there were no other.
func (l *Loan) BytesMax() int64 {
	if l.payer != nil {
		return l.purse.bytesMax / 2
	}
	return l.purse.bytesMax
}

// Grow reserves more, waiting at most so long for others. The error is ErrNow or an EverError.
func (l *Loan) Grow(ctx context.Context, bytes int64, wait time.Duration) error {
	if bytes < 0 || bytes > l.BytesMax()-l.held {
		l.purse.refused.Add(1)
		return &EverError{BytesMax: l.BytesMax()}
	}
	if l.payer != nil && !acquire(ctx, l.payer.budget, bytes, wait) {
		l.purse.refused.Add(1)
		return ErrNow
	}
	if !acquire(ctx, l.purse.budget, bytes, wait) {
		if l.payer != nil {
			l.payer.budget.Release(bytes)
		}
		l.purse.refused.Add(1)
		return ErrNow
	}
	l.held += bytes
	used := l.purse.used.Add(bytes)
	for peak := l.purse.peak.Load(); used > peak && !l.purse.peak.CompareAndSwap(peak, used); peak = l.purse.peak.Load() {
	}
	return nil
}

func acquire(ctx context.Context, budget *semaphore.Weighted, bytes int64, wait time.Duration) bool {
	if budget.TryAcquire(bytes) {
		return true
	}
	if wait <= 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	return budget.Acquire(ctx, bytes) == nil
}

// ShrinkTo gives back what is held beyond bytes.
func (l *Loan) ShrinkTo(bytes int64) {
	surplus := l.held - max(bytes, 0)
	if surplus <= 0 {
		return
	}
	l.held -= surplus
	l.purse.used.Add(-surplus)
	l.purse.budget.Release(surplus)
	if l.payer != nil {
		l.payer.budget.Release(surplus)
	}
}

// Close gives everything back; the loan must not be used after.
func (l *Loan) Close() {
	l.ShrinkTo(0)
	if l.payer == nil {
		return
	}
	l.purse.mu.Lock()
	defer l.purse.mu.Unlock()
	if l.payer.loans--; l.payer.loans == 0 {
		delete(l.purse.payers, l.key)
	}
	l.payer = nil
}
