//! Who is really calling and over which scheme, when a reverse proxy may stand in between.
//!
//! Forwarded headers count only when the peer is a configured proxy (`JUNJO_TRUSTED_PROXIES`); `JUNJO_PUBLIC_URL`, if
//! set, decides the scheme alone.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{Extensions, HeaderMap, Uri};
use ipnet::IpNet;

/// Longest chain of forwarding proxies that is looked at.
const FORWARDED_HOPS_MAX: usize = 16;

/// What we believe about proxies and about our own address.
#[derive(Clone, Debug, Default)]
pub struct ProxyTrust {
    /// The address that browsers use, when configured.
    pub public_url: Option<PublicUrl>,
    /// Peers whose forwarded headers are believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// The scheme and authority under which browsers reach the server, as in an `Origin` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    host: String,
    is_https: bool,
}

/// Why a configured address was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AddressError {
    /// Not an absolute http(s) URL.
    #[error("{0:?} is not a URL like https://junjo.example.com")]
    NotAnOrigin(String),
    /// Not an IP address or network.
    #[error("{0:?} is not an IP address or network like 10.0.0.0/8")]
    NotANetwork(String),
}

impl PublicUrl {
    /// Parses `https://host[:port]`, with or without a trailing slash. A path is refused: the server lives at the root.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let refused = || AddressError::NotAnOrigin(text.to_owned());
        let uri: Uri = text.trim().parse().map_err(|_| refused())?;
        let scheme = uri.scheme_str().ok_or_else(refused)?.to_ascii_lowercase();
        let authority = uri.authority().ok_or_else(refused)?;
        let is_https = scheme == "https";
        let is_http = scheme == "http";
        if !(is_https || is_http)
            || authority.as_str().contains('@')
            || uri.query().is_some()
            || uri.path() != "/"
        {
            return Err(refused());
        }
        // browsers leave the default port out of Origin and lowercase the host
        let is_default_port =
            matches!((is_https, authority.port_u16()), (true, Some(443)) | (false, Some(80)));
        let host = authority.host().to_ascii_lowercase();
        let origin = match authority.port_u16() {
            Some(port) if !is_default_port => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        };
        Ok(Self { origin, host, is_https })
    }

    /// As a browser writes it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Its host, without the port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether browsers reach us over TLS.
    pub const fn is_https(&self) -> bool {
        self.is_https
    }
}

/// Parses one entry of `JUNJO_TRUSTED_PROXIES`: an address or a network.
pub fn parse_network(text: &str) -> Result<IpNet, AddressError> {
    let text = text.trim();
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| AddressError::NotANetwork(text.to_owned()))
}

/// The effective caller of a request; in its extensions once [`identify`] has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// The caller's address: the peer, or what trusted proxies say. Unspecified when the transport tells none.
    pub ip: IpAddr,
    /// Whether the browser's side of the connection is TLS.
    pub is_https: bool,
}

impl ClientInfo {
    /// What [`identify`] found, or an unknown plain-http caller when it did not run.
    pub fn of(extensions: &Extensions) -> Self {
        let unknown = Self { ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED), is_https: false };
        extensions.get::<Self>().copied().unwrap_or(unknown)
    }

    fn resolve(trust: &ProxyTrust, peer: Option<IpAddr>, headers: &HeaderMap) -> Self {
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
        let is_proxied = trust.trusts(peer);
        let is_https = match &trust.public_url {
            Some(url) => url.is_https(),
            None => {
                is_proxied
                    && forwarded_proto(headers).is_some_and(|proto| proto.eq_ignore_ascii_case("https"))
            }
        };
        let ip = if is_proxied { trust.first_untrusted(peer, headers) } else { peer };
        Self { ip, is_https }
    }
}

impl ProxyTrust {
    fn trusts(&self, ip: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&ip))
    }

    /// Walks `X-Forwarded-For` from the nearest hop outwards to the first address that is not ours to trust.
    fn first_untrusted(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let values = headers.get_all("x-forwarded-for");
        let lines: Vec<&str> = values.iter().filter_map(|value| value.to_str().ok()).collect();
        let mut nearest = peer;
        for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')).take(FORWARDED_HOPS_MAX) {
            let Some(ip) = parse_hop(hop) else {
                return nearest;
            };
            nearest = ip.to_canonical();
            if !self.trusts(nearest) {
                return nearest;
            }
        }
        nearest
    }
}

/// An address as proxies write it: bare, in brackets, or with a port.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|address| address.ip());
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(with_port)
}

/// The last value counts: it is the one that the trusted proxy itself wrote.
fn forwarded_proto(headers: &HeaderMap) -> Option<&str> {
    let last = headers.get_all("x-forwarded-proto").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next().map(str::trim)
}

/// Middleware: puts [`ClientInfo`] into the request's extensions. Needs `ConnectInfo<SocketAddr>` for the address.
pub async fn identify(State(trust): State<Arc<ProxyTrust>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let client = ClientInfo::resolve(&trust, peer, request.headers());
    request.extensions_mut().insert(client);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn behind_proxy() -> ProxyTrust {
        ProxyTrust { public_url: None, trusted_proxies: vec![parse_network("10.0.0.0/8").unwrap()] }
    }

    /// Scenario: a stranger sends forwarded headers. Guarantee: they change nothing.
    #[test]
    fn untrusted_peer_cannot_forge_its_address_or_scheme() {
        let forged = headers(&[("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https")]);
        let client = ClientInfo::resolve(&behind_proxy(), Some(ip("192.168.1.9")), &forged);
        assert_eq!(client, ClientInfo { ip: ip("192.168.1.9"), is_https: false });
    }

    /// Scenario: a client behind two trusted proxies sent a forged first hop. Guarantee: the hop that our proxy saw wins.
    #[test]
    fn nearest_untrusted_hop_is_the_client() {
        let forwarded =
            headers(&[("x-forwarded-for", "6.6.6.6, 203.0.113.7, 10.1.1.1"), ("x-forwarded-proto", "https")]);
        let client = ClientInfo::resolve(&behind_proxy(), Some(ip("10.0.0.2")), &forwarded);
        assert_eq!(client, ClientInfo { ip: ip("203.0.113.7"), is_https: true });
    }

    /// Scenario: hops as different proxies write them. Guarantee: the address is found in each.
    #[test]
    fn hops_may_have_ports_and_brackets() {
        for hop in ["2001:db8::7", " [2001:db8::7]", "[2001:db8::7]:4711"] {
            assert_eq!(parse_hop(hop), Some(ip("2001:db8::7")), "{hop}");
        }
        assert_eq!(parse_hop("203.0.113.7:80 "), Some(ip("203.0.113.7")));
        assert_eq!(parse_hop("unknown"), None);
    }

    /// Scenario: an IPv4-mapped peer, as a dual-stack socket reports it. Guarantee: IPv4 networks still match.
    #[test]
    fn mapped_addresses_are_canonical() {
        let forwarded = headers(&[("x-forwarded-for", "203.0.113.7")]);
        let client = ClientInfo::resolve(&behind_proxy(), Some(ip("::ffff:10.0.0.2")), &forwarded);
        assert_eq!(client.ip, ip("203.0.113.7"));
    }

    /// Scenario: a public URL is configured. Guarantee: it alone decides the scheme.
    #[test]
    fn public_url_decides_the_scheme() {
        let trust =
            ProxyTrust { public_url: Some(PublicUrl::parse("https://j.example").unwrap()), ..behind_proxy() };
        assert!(ClientInfo::resolve(&trust, Some(ip("192.0.2.1")), &HeaderMap::new()).is_https);
    }

    /// Scenario: addresses as operators write them. Guarantee: origins come out as browsers send them, junk is refused.
    #[test]
    fn public_url_is_normalised() {
        assert_eq!(PublicUrl::parse("https://Junjo.Example:443/").unwrap().origin(), "https://junjo.example");
        assert_eq!(PublicUrl::parse("http://10.0.0.5:1324").unwrap().origin(), "http://10.0.0.5:1324");
        for junk in ["junjo.example", "ftp://x", "https://x/path", "https://u@x", "https://x/?a", ""] {
            assert!(PublicUrl::parse(junk).is_err(), "{junk}");
        }
        assert!(parse_network("10.0.0.300").is_err());
        assert_eq!(parse_network(" 127.0.0.1 ").unwrap().to_string(), "127.0.0.1/32");
    }
}
