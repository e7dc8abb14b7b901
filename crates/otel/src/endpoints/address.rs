//! Which address a sender has to be told, given where the server listens, what the settings say, and under which name the
//! caller reached the page. Pure.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;
use junjo_web::client::PublicUrl;

use super::{Endpoint, Endpoints};
use crate::settings::Settings;

/// Where the server listens, and what the settings say of addresses in front of it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Addresses(Arc<Known>);

#[derive(Debug)]
struct Known {
    grpc: Vec<SocketAddr>,
    http: Vec<SocketAddr>,
    public_url: Option<PublicUrl>,
    settings: Settings,
}

/// The name under which a request reached the main port.
#[derive(Debug)]
pub(super) struct Asked {
    /// As in a URL: IPv6 in brackets. `None` when the request names nothing that a URL could hold.
    host: Option<String>,
    port: Option<u16>,
    is_https: bool,
}

impl Asked {
    /// Of the request's target (HTTP/2) or of `Host`.
    pub(super) fn of(parts: &Parts, is_https: bool) -> Self {
        let header = parts.headers.get(HOST).and_then(|value| value.to_str().ok());
        let authority = parts.uri.authority().cloned().or_else(|| header?.parse::<Authority>().ok());
        // only what is a name or an address: snippets are pasted into shells
        let is_plain = |host: &str| host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:[]".contains(c));
        let authority =
            authority.filter(|authority| is_plain(authority.host()) && !authority.host().is_empty());
        Self {
            host: authority.as_ref().map(|authority| authority.host().to_ascii_lowercase()),
            port: authority.as_ref().and_then(Authority::port_u16),
            is_https,
        }
    }

    /// Whether the caller is on this machine as far as the name tells.
    fn is_local(&self) -> bool {
        self.host.as_deref().is_some_and(|host| {
            host == "localhost" || ip_of(host).is_some_and(|ip| ip.to_canonical().is_loopback())
        })
    }

    /// The main port under that name; `None` when there is none.
    fn url(&self) -> Option<String> {
        let scheme = if self.is_https { "https" } else { "http" };
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        self.host.as_ref().map(|host| format!("{scheme}://{host}{port}"))
    }
}

impl Addresses {
    /// `grpc` and `http` are the bound addresses of the receivers, none in split mode.
    pub fn new(
        grpc: &[SocketAddr],
        http: &[SocketAddr],
        public_url: Option<PublicUrl>,
        settings: &Settings,
    ) -> Self {
        let settings = settings.clone();
        Self(Arc::new(Known { grpc: grpc.to_vec(), http: http.to_vec(), public_url, settings }))
    }

    pub(super) fn endpoints(&self, asked: &Asked) -> Endpoints {
        let known = &*self.0;
        let page = known.page(asked);
        let of_http = || known.http(asked, &page);
        let received_by = if known.grpc.is_empty() { "ingestion_services" } else { "server" };
        Endpoints {
            grpc: named(known.settings.public_otlp_grpc_url.as_ref()).or_else(|| bound(&known.grpc, asked)),
            http: named(known.settings.public_otlp_http_url.as_ref()).unwrap_or_else(of_http),
            page_url: page.url,
            received_by: received_by.to_owned(),
        }
    }
}

impl Known {
    fn page(&self, asked: &Asked) -> Endpoint {
        named(self.public_url.as_ref()).unwrap_or_else(|| Endpoint {
            url: asked.url().unwrap_or_else(|| "http://localhost".to_owned()),
            tls: asked.is_https,
            known_by: "page".to_owned(),
            only_local: false,
        })
    }

    /// A port of its own, unless it is not reached from where the caller is, or would be without the TLS that the page has.
    fn http(&self, asked: &Asked, page: &Endpoint) -> Endpoint {
        let own = || bound(&self.http, asked).filter(|own| !own.only_local);
        let own = if page.tls || self.public_url.is_some() { None } else { own() };
        own.unwrap_or_else(|| page.clone())
    }
}

fn named(url: Option<&PublicUrl>) -> Option<Endpoint> {
    url.map(|url| Endpoint {
        url: url.origin().to_owned(),
        tls: url.is_https(),
        known_by: "setting".to_owned(),
        only_local: false,
    })
}

/// The first of these addresses that the caller's name leads to; else the first, marked as one of this machine alone.
fn bound(addrs: &[SocketAddr], asked: &Asked) -> Option<Endpoint> {
    let reached = addrs.iter().find(|addr| !addr.ip().is_loopback() || asked.is_local());
    let addr = reached.or_else(|| addrs.first())?;
    Some(Endpoint {
        url: format!("http://{}:{}", host_at(addr.ip(), asked), addr.port()),
        tls: false,
        known_by: "port".to_owned(),
        only_local: reached.is_none(),
    })
}

/// The host of a URL that leads to `ip`: the caller's own name for the machine where that is listened on, else the address.
fn host_at(ip: IpAddr, asked: &Asked) -> String {
    let asked_ip = asked.host.as_deref().and_then(ip_of);
    let leads_there = if ip.is_unspecified() {
        true
    } else {
        // `localhost` has reached the main port, whatever addresses it stands for
        ip.is_loopback() && asked.is_local() && asked_ip.is_none_or(|asked| asked == ip)
    };
    match (&asked.host, ip) {
        (Some(host), _) if leads_there => host.clone(),
        (None, ip) if ip.is_unspecified() => "localhost".to_owned(),
        (_, IpAddr::V6(ip)) => format!("[{ip}]"),
        (_, IpAddr::V4(ip)) => ip.to_string(),
    }
}

fn ip_of(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(host: &str, is_https: bool) -> Asked {
        let request = http::Request::builder().uri("/otel/endpoints").header(HOST, host);
        Asked::of(&request.body(()).unwrap().into_parts().0, is_https)
    }

    fn listening(grpc: &[&str], http: &[&str], public_url: Option<&str>) -> Addresses {
        let parsed = |addrs: &[&str]| addrs.iter().map(|addr| addr.parse().unwrap()).collect::<Vec<_>>();
        let public_url = public_url.map(|url| PublicUrl::parse(url).unwrap());
        Addresses::new(&parsed(grpc), &parsed(http), public_url, &Settings::default())
    }

    fn grpc_url(addresses: &Addresses, host: &str) -> (String, bool) {
        let grpc = addresses.endpoints(&asked(host, false)).grpc.unwrap();
        (grpc.url, grpc.only_local)
    }

    /// Scenario: ports on loopback, on one address, and on all; callers on this machine and on others, by every kind of name.
    /// Guarantee: each is told an address that leads to the port from where it is, or that there is none.
    #[test]
    fn callers_are_told_an_address_that_leads_to_the_port() {
        let loopback = listening(&["127.0.0.1:7001"], &["127.0.0.1:7002"], None);
        assert_eq!(grpc_url(&loopback, "localhost:1324"), ("http://localhost:7001".to_owned(), false));
        assert_eq!(grpc_url(&loopback, "127.0.0.1:1324"), ("http://127.0.0.1:7001".to_owned(), false));
        assert_eq!(grpc_url(&loopback, "[::1]:1324"), ("http://127.0.0.1:7001".to_owned(), false));
        assert_eq!(grpc_url(&loopback, "junjo.lan:1324"), ("http://127.0.0.1:7001".to_owned(), true));
        let all = listening(&["0.0.0.0:7001"], &["[::]:7002"], None);
        assert_eq!(grpc_url(&all, "Junjo.lan:1324"), ("http://junjo.lan:7001".to_owned(), false));
        assert_eq!(grpc_url(&all, "[2001:db8::7]"), ("http://[2001:db8::7]:7001".to_owned(), false));
        let one = listening(&["127.0.0.1:1", "192.0.2.7:7001"], &["192.0.2.7:7002"], None);
        assert_eq!(grpc_url(&one, "junjo.lan"), ("http://192.0.2.7:7001".to_owned(), false));
    }

    /// Scenario: OTLP/HTTP has a port of its own that the caller cannot reach, or that has no TLS where the page has it.
    /// Guarantee: senders are told the main port, under the name that the caller has just used.
    #[test]
    fn http_is_the_main_port_where_its_own_does_not_do() {
        let http = |addresses: &Addresses, host: &str, is_https: bool| {
            let http = addresses.endpoints(&asked(host, is_https)).http;
            (http.url, http.tls, http.known_by)
        };
        let loopback = listening(&["127.0.0.1:7001"], &["127.0.0.1:7002"], None);
        let own = ("http://localhost:7002".to_owned(), false, "port".to_owned());
        assert_eq!(http(&loopback, "localhost:1324", false), own);
        let page = |url: &str, tls| (url.to_owned(), tls, "page".to_owned());
        assert_eq!(http(&loopback, "junjo.lan:1324", false), page("http://junjo.lan:1324", false));
        assert_eq!(http(&loopback, "junjo.example", true), page("https://junjo.example", true));
        let public = listening(&["0.0.0.0:7001"], &["0.0.0.0:7002"], Some("https://junjo.example"));
        let named = ("https://junjo.example".to_owned(), true, "setting".to_owned());
        assert_eq!(http(&public, "localhost:1324", false), named);
    }

    /// Scenario: a `Host` that is no name, as a shell would read it. Guarantee: no address repeats it.
    #[test]
    fn a_host_that_is_no_name_is_not_repeated() {
        let all = listening(&["0.0.0.0:7001"], &[], None);
        for host in ["$(id)", "a'b", "a;b:1", ""] {
            assert_eq!(grpc_url(&all, host), ("http://localhost:7001".to_owned(), false), "{host}");
        }
    }
}
