//! What tests of several crates share: an OTLP/gRPC client that can also send rubbish, span builders, faults in file
//! operations, a double of Junjo's existing ingestion service, and waiting for a condition. Never a dependency of anything but tests and benches.

mod client;
pub mod contract_v2;
mod faults;
mod fixtures;
mod old_service;
mod spans;

pub use client::OtlpClient;
pub use faults::{Fault, FaultLibrary, Faults, FileOperation, Operation, StoreFile};
pub use fixtures::{delimited_messages, fixture};
pub use old_service::OldServiceDouble;
pub use spans::{SpanBuilder, request, text};

use std::time::Duration;

/// Between two looks at a condition.
const POLL: Duration = Duration::from_millis(10);

/// Waits until `condition` gives a value, at most `limit`; panics with `what` after that.
pub async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    limit: Duration,
    mut condition: impl FnMut() -> F,
) -> T {
    let found = tokio::time::timeout(limit, async {
        loop {
            if let Some(value) = condition().await {
                return value;
            }
            tokio::time::sleep(POLL).await;
        }
    });
    found.await.unwrap_or_else(|_| panic!("{what} did not happen within {limit:?}"))
}
