//! Under which name a request reached the server, and whether that name can only be its own. It knows nothing of who asks.
//!
//! A page of `evil.example` whose name its owner lets point to 127.0.0.1 (DNS rebinding) is of one origin with this server as
//! far as a browser can see. What it cannot do is to call itself `localhost`, an address, or the public URL.

use std::net::IpAddr;

use http::header::{HOST, HeaderMap, HeaderValue, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use junjo_web::client::PublicUrl;

/// The names in a request; what is no text or no name counts as one that is not ours.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addressed {
    /// Of the request's target (HTTP/2) and of `Host`, without ports.
    hosts: Vec<String>,
    /// `Origin`, as the browser wrote it.
    origins: Vec<String>,
}

impl Addressed {
    pub(crate) fn of(parts: &Parts) -> Self {
        let target = parts.uri.authority().map(|authority| authority.host().to_owned());
        let hosts = texts(&parts.headers, &HOST).map(|text| host_of(&text));
        Self {
            hosts: target.into_iter().chain(hosts).collect(),
            origins: texts(&parts.headers, &ORIGIN).collect(),
        }
    }

    /// Whether nobody but this server can be called so: `localhost`, an address, or the host of the public URL. Behind a
    /// proxy that rewrites `Host`, the origin of the public URL says enough.
    pub(crate) fn is_certain(&self, public_url: Option<&PublicUrl>) -> bool {
        let is_public = |origin: &String| public_url.is_some_and(|url| url.origin() == origin);
        if !self.origins.is_empty() && self.origins.iter().all(is_public) {
            return true;
        }
        let origins =
            self.origins.iter().map(|origin| host_of(origin.split_once("://").map_or("", |(_, host)| host)));
        let mut names = self.hosts.iter().cloned().chain(origins);
        !self.hosts.is_empty() && names.all(|name| is_own(&name, public_url))
    }
}

fn texts(headers: &HeaderMap, name: &http::HeaderName) -> impl Iterator<Item = String> {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    headers.get_all(name).iter().map(text)
}

/// The host without its port; empty when the text is no authority.
fn host_of(text: &str) -> String {
    text.parse::<Authority>().map_or_else(|_| String::new(), |authority| authority.host().to_owned())
}

fn is_own(host: &str, public_url: Option<&PublicUrl>) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok()
        || public_url.is_some_and(|url| host.eq_ignore_ascii_case(url.host()))
}
