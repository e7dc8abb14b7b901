//! Serves a router over HTTP/1.1 and HTTP/2 without TLS, bounded against clients that hold connections, say nothing, or take
//! nothing of what they asked for.
//!
//! | bound | value | against |
//! |---|---|---|
//! | first request after a connection | [`FIRST_REQUEST_MAX`] | connections, prefaces and heads that never end |
//! | nothing that is worked on | [`SILENCE_MAX`] | idle connections, and heads that never end |
//! | answer of which nothing is taken | [`PROGRESS_MAX`]: the stream is reset, the connection of HTTP/1.1 closed | readers that hold memory |
//! | ping without an answer (HTTP/2) | a minute, and as long again | peers that vanished |
//! | connections at once | [`Bounds::connections_max`], of one address an eighth (`places.rs`) | running out of files, and of places |
//! | bytes that wait to be sent | `Part::Send` of the account, of one address half (`budget.rs`) | running out of memory |
//! | streams, windows, resets (HTTP/2) | `bounds.rs` | the same; rapid reset |
//! | frames that carry nothing (HTTP/2) | `allowance.rs`: 4,096, and more as it gets on | floods of WINDOW_UPDATE, PING, SETTINGS and their like |
//!
//! h2 itself answers one PING and one SETTINGS before it reads the next, and limits CONTINUATION frames. Bodies of requests are
//! bounded where they are read: they differ by route.

mod activity;
mod allowance;
mod bounds;
mod budget;
mod connection;
mod ended;
mod files;
mod frames;
mod places;
mod sending;
#[cfg(test)]
mod tests;
mod transit;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use junjo_memory::Memory;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use bounds::{Bounds, CONNECTIONS_MAX, FIRST_REQUEST_MAX, PROGRESS_MAX, SILENCE_MAX};
pub use files::{FileLimit, bind, raise_file_limit};
pub use sending::Reserved;

use crate::logged;
use bounds::ACCEPT_PAUSE;
use connection::{Ground, is_the_peers};
use ended::ended;
use places::{Place, Places};

/// Serves until `stop` is cancelled, then finishes what is in flight. Requests carry [`ConnectInfo`] of their peer.
///
/// [`ConnectInfo`]: axum::extract::ConnectInfo
pub async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    memory: Memory,
    stop: CancellationToken,
) -> io::Result<()> {
    let places = Places::new(&bounds);
    let ground = Ground { router, bounds, memory, stop, tasks: TaskTracker::new() };
    while let Some((stream, peer, place)) = ground.stop.run_until_cancelled(next(&listener, &places)).await {
        ground.tasks.spawn(ground.clone().run(stream, peer, place));
    }
    drop(listener);
    ground.tasks.close();
    ground.tasks.wait().await;
    Ok(())
}

/// The next connection that gets a place. One whose address has its share already is closed at once.
async fn next(listener: &TcpListener, places: &Arc<Places>) -> (TcpStream, SocketAddr, Place) {
    loop {
        let (stream, peer) = accept(listener).await;
        if let Some(place) = places.enter(peer.ip()).await {
            return (stream, peer, place);
        }
        ended("address");
        tracing::debug!(%peer, "an address has its share of connections");
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(connection) => return connection,
            Err(error) if is_the_peers(&error) => {}
            Err(error) => {
                tracing::error!(error = logged(&error), "no connection can be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
