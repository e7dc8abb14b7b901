//! A wire that can be cut: forwards TCP connections to an address that may change or be gone.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Forwards from [`Relay::addr`] to wherever it is connected.
pub(crate) struct Relay {
    pub(crate) addr: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    target: Option<SocketAddr>,
    /// Cancelled to end the connections to `target`.
    cut: CancellationToken,
}

impl Relay {
    /// A relay to nowhere: connections are closed at once.
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, cut) = {
                    let state = shared.lock().unwrap();
                    (state.target, state.cut.clone())
                };
                if let Some(target) = target {
                    tokio::spawn(cut.run_until_cancelled_owned(forward(client, target)));
                }
            }
        });
        Self { addr, state }
    }

    /// New connections go to `target`.
    pub(crate) fn connect(&self, target: SocketAddr) {
        self.state.lock().unwrap().target = Some(target);
    }

    /// Ends all connections and refuses new ones.
    pub(crate) fn cut(&self) {
        std::mem::take(&mut *self.state.lock().unwrap()).cut.cancel();
    }
}

async fn forward(mut client: TcpStream, target: SocketAddr) {
    if let Ok(mut server) = TcpStream::connect(target).await {
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}
