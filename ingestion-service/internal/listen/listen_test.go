package listen

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

// dial connects from an address of loopback.
func dial(t *testing.T, l *Listener, from string) net.Conn {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	client, err := dialer.DialContext(t.Context(), "tcp", l.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// bind returns a listener whose connections are accepted as they come.
func bind(t *testing.T, options Options) (*Listener, chan *Conn) {
	t.Helper()
	l, err := Listen("127.0.0.1:0", options)
	require.NoError(t, err)
	accepted := make(chan *Conn, 64)
	go func() {
		for {
			connection, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- connection.(*Conn)
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	return l, accepted
}

// requireClosed waits for the end of a connection.
func requireClosed(t *testing.T, client net.Conn) {
	t.Helper()
	_, err := client.Read(make([]byte, 1))
	require.Error(t, err)
	require.NotErrorIs(t, err, io.ErrNoProgress)
}

// Scenario: more silent connections than places, from one machine without a share. Guarantee: the newest gets a place, the
// one that was silent for longest goes, one with a request stays, and its place comes back when it ends.
func TestLongestSilentConnectionGoesForANewOne(t *testing.T) {
	l, accepted := bind(t, Options{Places: 3})
	var clients []net.Conn
	var servers []*Conn
	for range 3 {
		client := dial(t, l, "127.0.0.1")
		clients, servers = append(clients, client), append(servers, <-accepted)
	}
	Note(servers[0], http.StateActive)
	Note(servers[1], http.StateActive)
	Note(servers[1], http.StateIdle) // now it is silent for less long than the third
	_ = dial(t, l, "127.0.0.1")
	fourth := <-accepted
	requireClosed(t, clients[2])
	fourth.Enter()
	_ = dial(t, l, "127.0.0.1")
	<-accepted
	requireClosed(t, clients[1])
	require.Equal(t, Stats{Open: 3, Accepted: 5, LetGo: 2}, l.Stats())
	_, err := servers[0].Write([]byte("x"))
	require.NoError(t, err)
	_, err = io.ReadFull(clients[0], make([]byte, 1))
	require.NoError(t, err)
	require.NoError(t, servers[0].Close())
	require.Error(t, servers[0].Close())
	require.Equal(t, 2, l.Stats().Open)
}

// Scenario: every place has a request. Guarantee: a new connection is closed at once instead of waiting, and one that
// comes after a request has ended gets a place.
func TestFullListenerAnswersAtOnce(t *testing.T) {
	l, accepted := bind(t, Options{Places: 2})
	var servers []*Conn
	for range 2 {
		_ = dial(t, l, "127.0.0.1")
		servers = append(servers, <-accepted)
		servers[len(servers)-1].Enter()
	}
	refused := dial(t, l, "127.0.0.1")
	requireClosed(t, refused)
	require.Equal(t, Stats{Open: 2, Accepted: 2, Refused: 1}, l.Stats())
	servers[0].Leave()
	_ = dial(t, l, "127.0.0.1")
	<-accepted
	require.Nil(t, l.Find(&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1}))
	require.Equal(t, servers[1], l.Find(servers[1].RemoteAddr()))
}

// Scenario: one address takes what it can, silent and with requests. Guarantee: it has an eighth of the places and turns
// only its own connections out, while others come and stay.
func TestOneAddressHasAShare(t *testing.T) {
	proxies, err := ParseProxies([]string{"127.0.0.9", "10.0.0.0/8"})
	require.NoError(t, err)
	unlimited := func(address netip.Addr) bool { return proxies[0].Contains(address) || proxies[1].Contains(address) }
	l, accepted := bind(t, Options{Places: 16, Unlimited: unlimited})
	honest := dial(t, l, "127.0.0.2")
	kept := <-accepted
	var greedy []net.Conn
	for range 5 {
		client := dial(t, l, "127.0.0.3")
		greedy = append(greedy, client)
		(<-accepted).SetBusy(false)
	}
	for _, client := range greedy[:3] {
		requireClosed(t, client)
	}
	require.Equal(t, Stats{Open: 3, Accepted: 6, LetGo: 3}, l.Stats())
	for _, client := range greedy[3:] {
		l.Find(client.LocalAddr()).Enter()
	}
	refused := dial(t, l, "127.0.0.3")
	requireClosed(t, refused)
	for range 8 {
		_ = dial(t, l, "127.0.0.9")
		<-accepted
	}
	_, err = kept.Write([]byte("x"))
	require.NoError(t, err)
	_, err = io.ReadFull(honest, make([]byte, 1))
	require.NoError(t, err)
	_, err = ParseProxies([]string{"proxy"})
	require.ErrorContains(t, err, "proxy")
}

// Scenario: addresses of both kinds. Guarantee: of IPv6 a machine's whole network is one address.
func TestNetworkIsOneAddress(t *testing.T) {
	of := func(text string) netip.Prefix { return networkOf(netip.MustParseAddr(text)) }
	require.Equal(t, of("2001:db8::1"), of("2001:db8::ffff:1"))
	require.NotEqual(t, of("2001:db8::1"), of("2001:db8:0:1::1"))
	require.NotEqual(t, of("192.0.2.1"), of("192.0.2.2"))
	require.NotEqual(t, of("::1"), of("::2"))
	require.Equal(t, of("192.0.2.1"), networkOf(addressOf(&net.TCPAddr{IP: net.ParseIP("::ffff:192.0.2.1"), Port: 1})))
}

// Scenario: file limits from plenty to too few. Guarantee: together ports never want more than there is beside what else
// is open, each has its part, and each has some.
func TestPlacesAreDerivedFromTheFileLimit(t *testing.T) {
	require.Equal(t, []int{1024, 1024, 128}, Places(1<<20, []int{1024, 1024, 128}))
	few := Places(1024, []int{1024, 1024, 128, 128})
	require.Equal(t, few[0], few[1])
	require.LessOrEqual(t, few[0]+few[1]+few[2]+few[3], 1024-filesElsewhere)
	require.Greater(t, few[0], 300)
	require.GreaterOrEqual(t, few[3], placesMin)
	require.Equal(t, []int{placesMin, placesMin}, Places(10, []int{1024, 1024}))
	require.Positive(t, Files())
}
