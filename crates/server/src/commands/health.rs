//! `junjo-server health`: asks the server at the configured address whether it takes spans. Not whether it answers
//! questions: a container that makes its index anew must not be called unhealthy, and be replaced, for it.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;

use crate::settings::Settings;

const TIME_LIMIT: Duration = Duration::from_secs(3);

/// Succeeds when `GET /ready/ingest` answers 200.
pub fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let addr = reachable(settings.listen.http_addr);
    let mut stream =
        TcpStream::connect_timeout(&addr, TIME_LIMIT).with_context(|| format!("no server at {addr}"))?;
    stream.set_read_timeout(Some(TIME_LIMIT))?;
    stream.set_write_timeout(Some(TIME_LIMIT))?;
    write!(stream, "GET /ready/ingest HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(1024).read_to_end(&mut answer)?;
    let is_ready = answer.starts_with(b"HTTP/1.1 200");
    Ok(if is_ready { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A wildcard address is listened on, not connected to.
fn reachable(addr: SocketAddr) -> SocketAddr {
    let ip = match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, addr.port())
}
