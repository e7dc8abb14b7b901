// Package listen accepts connections and bounds them: places for each port, a share of them for each address, and when
// there is none left, the connection that has been silent the longest goes. It knows nothing of what is spoken.
//
// Accept never waits for a place: whoever comes to a full port gets one, or is told at once by a closed connection.
package listen

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
)

// addressParts is the share of one address: an eighth of the places.
const addressParts = 8

// Options is what a listener bounds.
type Options struct {
	// Places are the most connections at once.
	Places int
	// Unlimited says which addresses have no share of their own: loopback, and proxies that many come through.
	Unlimited func(netip.Addr) bool
}

// Stats is what happened since the listener was made, and the connections that are open now.
type Stats struct{ Open, Accepted, LetGo, Refused int }

// Listener is a net.Listener with places; safe for concurrent use.
type Listener struct {
	net.Listener
	options Options
	mu      sync.Mutex
	open    map[*Conn]struct{}
	from    map[netip.Prefix]int
	stats   Stats
	clock   uint64
}

// Conn is a connection that has a place.
type Conn struct {
	net.Conn
	listener *Listener
	address  netip.Addr
	network  netip.Prefix
	// busy: a request is being answered, or one of so many calls; since is when that changed, on the listener's own clock.
	busy   bool
	calls  int
	closed bool
	since  uint64
}

// Listen binds an address.
func Listen(address string, options Options) (*Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	if options.Unlimited == nil {
		options.Unlimited = netip.Addr.IsLoopback
	}
	return &Listener{Listener: listener, options: options, open: map[*Conn]struct{}{}, from: map[netip.Prefix]int{}}, nil
}

// Accept returns the next connection that has a place.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		inner, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		connection := &Conn{Conn: inner, listener: l, address: addressOf(inner.RemoteAddr())}
		connection.network = networkOf(connection.address)
		silent, admitted := l.admit(connection)
		if silent != nil {
			_ = silent.Conn.Close()
		}
		if admitted {
			return connection, nil
		}
		_ = inner.Close()
	}
}

// admit gives a place to a connection, and returns the one that has to go for it.
func (l *Listener) admit(connection *Conn) (silent *Conn, admitted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	share := max(l.options.Places/addressParts, 1)
	full := len(l.open) >= l.options.Places
	if !l.options.Unlimited(connection.address) && l.from[connection.network] >= share {
		silent = l.longestSilent(func(other *Conn) bool { return other.network == connection.network })
		full = silent == nil
	} else if full {
		silent = l.longestSilent(func(*Conn) bool { return true })
		full = silent == nil
	}
	if full {
		l.stats.Refused++
		return nil, false
	}
	if silent != nil {
		l.stats.LetGo++
		l.forget(silent)
	}
	l.stats.Accepted++
	l.clock++
	connection.since = l.clock
	l.open[connection] = struct{}{}
	l.from[connection.network]++
	return silent, true
}

// longestSilent finds the connection that is without a request for longest.
func (l *Listener) longestSilent(among func(*Conn) bool) *Conn {
	var longest *Conn
	for other := range l.open {
		if !other.busy && other.calls == 0 && among(other) && (longest == nil || other.since < longest.since) {
			longest = other
		}
	}
	return longest
}

// forget takes a place back, once.
func (l *Listener) forget(connection *Conn) {
	if connection.closed {
		return
	}
	connection.closed = true
	delete(l.open, connection)
	if l.from[connection.network]--; l.from[connection.network] == 0 {
		delete(l.from, connection.network)
	}
}

// Stats returns what happened.
func (l *Listener) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	stats := l.stats
	stats.Open = len(l.open)
	return stats
}

// Find returns the connection from an address, nil when there is none.
func (l *Listener) Find(address net.Addr) *Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	for connection := range l.open {
		if connection.RemoteAddr().String() == address.String() {
			return connection
		}
	}
	return nil
}

// Note is http.Server.ConnState: it tells which connections are without a request.
func Note(connection net.Conn, state http.ConnState) {
	if conn, ours := connection.(*Conn); ours && (state == http.StateActive || state == http.StateIdle) {
		conn.SetBusy(state == http.StateActive)
	}
}

// SetBusy says whether a request is being answered on the connection; one that is keeps its place.
func (c *Conn) SetBusy(busy bool) {
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	if c.busy != busy {
		c.listener.clock++
		c.busy, c.since = busy, c.listener.clock
	}
}

// Enter says that a call has begun on the connection, Leave that it has ended.
func (c *Conn) Enter() { c.count(1) }

// Leave is the end of Enter.
func (c *Conn) Leave() { c.count(-1) }

func (c *Conn) count(calls int) {
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	c.listener.clock++
	c.calls, c.since = c.calls+calls, c.listener.clock
}

// Close closes the connection and takes its place back.
func (c *Conn) Close() error {
	c.listener.mu.Lock()
	c.listener.forget(c)
	c.listener.mu.Unlock()
	return c.Conn.Close()
}

func addressOf(address net.Addr) netip.Addr {
	if port, err := netip.ParseAddrPort(address.String()); err == nil {
		return port.Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}

// networkOf is what counts as one address: of IPv6 the 64 bits that a machine has for itself.
func networkOf(address netip.Addr) netip.Prefix {
	bits := address.BitLen()
	if address.Is6() && !address.IsLoopback() {
		bits = 64
	}
	return netip.PrefixFrom(address, bits).Masked()
}

// ParseProxies reads addresses and networks, such as 10.0.0.0/8 or 192.0.2.7.
func ParseProxies(texts []string) ([]netip.Prefix, error) {
	networks := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			address, addressErr := netip.ParseAddr(text)
			if addressErr != nil {
				return nil, errors.Join(fmt.Errorf("%q is neither an address nor a network", text), err)
			}
			network = netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen())
		}
		networks = append(networks, network)
	}
	return networks, nil
}
