//! What stands before the stores: the receivers, their memory, and where they listen. It opens nothing.

use std::net::SocketAddr;

use junjo_ingest::Receiver;
use junjo_memory::Memory;

/// What is there before a store is open.
pub(crate) struct Entrance {
    pub(crate) receiver: Receiver,
    pub(crate) memory: Memory,
    pub(crate) listening: Listening,
}

impl Entrance {
    /// Without a port, for commands that work on the stores without a server.
    pub(crate) fn shut(receiver: Receiver, memory: Memory) -> Self {
        Self { receiver, memory, listening: Listening::default() }
    }
}

/// The bound addresses of the receivers; none in split mode.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listening {
    pub(crate) grpc: Vec<SocketAddr>,
    pub(crate) otlp_http: Vec<SocketAddr>,
}
