//! What one listener allows, each bound with its reason. It enforces nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use ipnet::IpNet;

/// Far more than any network needs for a head, and short enough that silent connections are few.
pub const FIRST_REQUEST_MAX: Duration = Duration::from_secs(30);
/// Above the 60 s between two exports of metrics, so that exporters keep their connection.
pub const SILENCE_MAX: Duration = Duration::from_secs(75);
/// Long enough for a reader that hangs for a moment, and as long as exports have always waited for theirs.
pub const PROGRESS_MAX: Duration = Duration::from_mins(1);
/// How often an idle HTTP/2 connection is probed, and how long it may take to answer.
pub(super) const PING_INTERVAL: Duration = Duration::from_mins(1);
/// From GOAWAY until a connection that does not end by itself is dropped.
pub(super) const CLOSE_GRACE: Duration = Duration::from_secs(5);
/// Pause when the system has no more files; connections that end give some back.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// Bytes of all headers of a request; cookies, traces and keys fit many times.
pub(super) const HEAD_BYTES_MAX: u32 = 64 << 10;
/// Connections of one listener, however many files there are: each costs some 100 KiB at worst before anything is checked.
pub const CONNECTIONS_MAX: usize = 2048;
/// One address has at most this part of a listener's places ...
const ADDRESS_SHARE: usize = 8;
/// ... and at least these: one browser keeps six, a collector a few, and an office has one address.
const ADDRESS_CONNECTIONS_MIN: usize = 48;

/// Requests of one HTTP/2 connection that are worked on at once, where senders are: they export concurrently.
const STREAMS_MAX: u32 = 128;
/// The same where the page is. Browsers speak HTTP/1.1 without TLS, and a proxy opens another connection.
const PAGE_STREAMS_MAX: u32 = 16;
/// Bytes of answers that the streams of one connection have buffered in front of the network, all together.
const BUFFERED_BYTES_MAX: usize = 1 << 20;
/// Windows of HTTP/2. What arrives within them is held before anybody asked for a key, for each of the connections; a MiB
/// is a batch of several thousand spans, and at 100 ms to the other side still 10 MB/s.
pub(super) const STREAM_WINDOW: u32 = 512 << 10;
pub(super) const CONNECTION_WINDOW: u32 = 1 << 20;
/// Streams that a client took back before they were looked at; more at once is an attack (CVE-2023-44487), and ends the
/// connection. What h2 allows too, but written down.
pub(super) const PENDING_RESETS_MAX: usize = 20;
/// Streams that were reset because the client broke the protocol, in the whole life of a connection (RUSTSEC-2024-0003).
pub(super) const ERROR_RESETS_MAX: usize = 1024;

/// What one listener allows.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// From the connection until the head of its first request is complete.
    pub first_request_max: Duration,
    /// Without a request being worked on, from the last thing that happened on a connection.
    pub silence_max: Duration,
    /// While an answer waits for its reader, from the last byte that it took.
    pub progress_max: Duration,
    /// Connections at once.
    pub connections_max: usize,
    /// Requests of one HTTP/2 connection that are worked on at once.
    pub streams_max: u32,
    /// Addresses that many callers share, such as a proxy's: no share of places holds for them.
    pub shared_peers: Vec<IpNet>,
}

impl Default for Bounds {
    /// Of a port for senders.
    fn default() -> Self {
        Self {
            first_request_max: FIRST_REQUEST_MAX,
            silence_max: SILENCE_MAX,
            progress_max: PROGRESS_MAX,
            connections_max: CONNECTIONS_MAX,
            streams_max: STREAMS_MAX,
            // whoever is on this machine can take more from it than places
            shared_peers: vec![
                IpNet::new_assert(Ipv4Addr::LOCALHOST.into(), 8),
                IpNet::from(IpAddr::V6(Ipv6Addr::LOCALHOST)),
            ],
        }
    }
}

impl Bounds {
    /// The same for the page's port.
    #[must_use]
    pub fn of_the_page(self) -> Self {
        Self { streams_max: PAGE_STREAMS_MAX, ..self }
    }

    /// Places that one address may have.
    pub(super) fn address_connections_max(&self) -> usize {
        (self.connections_max / ADDRESS_SHARE).max(ADDRESS_CONNECTIONS_MIN).min(self.connections_max)
    }

    /// Bytes that one stream buffers in front of the network.
    pub(super) fn stream_buffer_bytes(&self) -> usize {
        BUFFERED_BYTES_MAX / self.streams_max.max(1) as usize
    }

    /// The address that shares are counted for: a /64 of IPv6, because one caller has that many. None when many callers
    /// share it.
    pub(super) fn counted_address(&self, peer: IpAddr) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        if self.shared_peers.iter().any(|network| network.contains(&peer)) {
            return None;
        }
        Some(match peer {
            IpAddr::V4(_) => peer,
            IpAddr::V6(ip) => IpAddr::V6((ip.to_bits() & !u128::from(u64::MAX)).into()),
        })
    }
}
