// Package keys asks the server whether API keys are good, over one pooled connection, and remembers the answers for
// seconds. It never calls a key bad because the server cannot be asked, never stores a key, and never logs one.
package keys

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"junjo.local/ingestion-service/internal/gen/ingestionpb"
	"junjo.local/ingestion-service/internal/receive"
	"junjo.local/ingestion-service/internal/wal"
)

const (
	// ValidFor is the longest time that a revoked key still works.
	ValidFor = 10 * time.Second
	// invalidFor is short, so that a new key works soon, and long enough to shield the server from a wrong one.
	invalidFor = 2 * time.Second
	// entriesMax bounds the cache; attackers can present any number of keys.
	entriesMax = 10_000
	// keyBytesMax: ours have 64 characters.
	keyBytesMax = 512
	// callTimeout is how long a request waits for a server that does not answer, before it is told to try again.
	callTimeout = 2 * time.Second
	// callsMax bounds calls in flight.
	callsMax = 64
	// warnInterval is how often an outage is logged.
	warnInterval = 10 * time.Second
)

// Options says where the server is.
type Options struct {
	Log *slog.Logger
	Now func() time.Time
	// Address of the server's InternalAuthService.
	Address string
	// Token is sent as authorization: Bearer; empty sends none.
	Token string
}

// Checker answers from its cache or asks the server; safe for concurrent use.
type Checker struct {
	options    Options
	connection *grpc.ClientConn
	client     ingestionpb.InternalAuthServiceClient
	flights    singleflight.Group
	calls      chan struct{}

	mu    sync.Mutex
	cache map[digest]entry

	warned   atomic.Int64
	hits     atomic.Uint64
	asked    atomic.Uint64
	failures atomic.Uint64
}

type digest [sha256.Size]byte

type entry struct {
	until   time.Time
	sender  wal.Sender
	outcome receive.KeyOutcome
}

// New returns a checker; the connection is made when the first key is checked, and again after every loss.
func New(options Options) (*Checker, error) {
	connection, err := grpc.NewClient("passthrough:///"+options.Address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(grpc.ConnectParams{
			// a restarted server is found within a second, so that clients lose nothing
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
			MinConnectTimeout: callTimeout,
		}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: time.Minute, Timeout: 10 * time.Second}),
	)
	if err != nil {
		return nil, err
	}
	return &Checker{
		options:    options,
		connection: connection,
		client:     ingestionpb.NewInternalAuthServiceClient(connection),
		calls:      make(chan struct{}, callsMax),
		cache:      map[digest]entry{},
	}, nil
}

// Close ends the connection.
func (c *Checker) Close() error { return c.connection.Close() }

// Counts returns answers from the cache, questions to the server, and those that failed.
func (c *Checker) Counts() (hits, asked, failures uint64) {
	return c.hits.Load(), c.asked.Load(), c.failures.Load()
}

// Check answers whether a key may send, and who it is.
func (c *Checker) Check(ctx context.Context, key string) (receive.KeyOutcome, wal.Sender) {
	if len(key) > keyBytesMax {
		return receive.KeyInvalid, wal.Sender{}
	}
	hash := digest(sha256.Sum256([]byte(key)))
	if known, found := c.lookUp(hash); found {
		c.hits.Add(1)
		return known.outcome, known.sender
	}
	// one question for many requests with the same key; it outlives the request that asked first
	result := c.flights.DoChan(string(hash[:]), func() (any, error) {
		if known, found := c.lookUp(hash); found {
			return known, nil
		}
		return c.ask(key, hash), nil
	})
	select {
	case answer := <-result:
		known := answer.Val.(entry)
		return known.outcome, known.sender
	case <-ctx.Done():
		return receive.KeyUnavailable, wal.Sender{}
	}
}

func (c *Checker) lookUp(hash digest) (entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, found := c.cache[hash]
	if found && c.options.Now().After(known.until) {
		delete(c.cache, hash)
		return entry{}, false
	}
	return known, found
}

func (c *Checker) ask(key string, hash digest) entry {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	select {
	case c.calls <- struct{}{}:
		defer func() { <-c.calls }()
	case <-ctx.Done():
		return c.failed(ctx.Err())
	}
	if c.options.Token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+c.options.Token)
	}
	c.asked.Add(1)
	asked := c.options.Now() // the answer is as old as the question
	answer, err := c.client.ValidateApiKey(ctx, &ingestionpb.ValidateApiKeyRequest{ApiKey: key}, grpc.WaitForReady(true))
	if err != nil {
		return c.failed(err)
	}
	known := entry{outcome: receive.KeyInvalid, until: asked.Add(invalidFor)}
	if answer.GetIsValid() {
		sender := wal.Sender{KeyID: answer.GetKeyId(), Project: answer.GetProject()}
		known = entry{outcome: receive.KeyValid, sender: sender, until: asked.Add(ValidFor)}
	}
	c.remember(hash, known)
	return known
}

// failed is an answer that is not remembered.
func (c *Checker) failed(err error) entry {
	c.failures.Add(1)
	now := c.options.Now().UnixNano()
	if last := c.warned.Load(); now-last >= int64(warnInterval) && c.warned.CompareAndSwap(last, now) {
		if status.Code(err) == codes.Unauthenticated {
			c.options.Log.Error("the server refuses our JUNJO_INTERNAL_TOKEN: set the same on both sides", "address", c.options.Address)
		} else {
			c.options.Log.Warn("the server cannot check API keys, senders are told to try again",
				"address", c.options.Address, "code", status.Code(err).String())
		}
	}
	return entry{outcome: receive.KeyUnavailable}
}

func (c *Checker) remember(hash digest, known entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.cache) >= entriesMax {
		c.makeRoom()
	}
	c.cache[hash] = known
}

// makeRoom drops what is over, and then any bad key: good ones are few, and each costs a sender time.
func (c *Checker) makeRoom() {
	now := c.options.Now()
	for hash, known := range c.cache {
		if now.After(known.until) {
			delete(c.cache, hash)
		}
	}
	for hash, known := range c.cache {
		if len(c.cache) < entriesMax/2 { // room for many, so that a flood does not come here for each
			return
		}
		if known.outcome != receive.KeyValid {
			delete(c.cache, hash)
		}
	}
	if len(c.cache) >= entriesMax {
		clear(c.cache)
	}
}
