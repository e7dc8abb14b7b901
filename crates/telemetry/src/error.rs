//! Why telemetry does not answer, and what a client is told then.

use junjo_memory::NoMemory;
use junjo_span_store::StoreError;
use junjo_web::ApiError;

/// Seconds after which a client should ask again while the index opens.
const RETRY_SECONDS: u64 = 1;

/// Seconds after which deletions may have made progress.
const DELETION_RETRY_SECONDS: u64 = 60;

/// A question that was not answered.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The store failed, or has no time or memory for it.
    #[error("the store did not answer")]
    Store(#[from] StoreError),
    /// The work on an answer died.
    #[error("a worker thread died")]
    Worker(#[from] tokio::task::JoinError),
    /// The question is at fault, or what it asks for is not there; with what the client reads.
    #[error("the question was refused")]
    Refused(#[from] ApiError),
}

/// An answer, or why there is none.
pub type TelemetryResult<T> = Result<T, TelemetryError>;

impl From<TelemetryError> for ApiError {
    fn from(error: TelemetryError) -> Self {
        match error {
            TelemetryError::Store(error) => store_error(error),
            TelemetryError::Worker(error) => Self::internal(error),
            TelemetryError::Refused(error) => error,
        }
    }
}

/// What a failed query tells the client.
fn store_error(error: StoreError) -> ApiError {
    match error {
        StoreError::NotReady(_) => ApiError::unavailable("the index is not ready: try again in a moment")
            .with_retry_after_seconds(RETRY_SECONDS),
        StoreError::Busy => ApiError::unavailable("too many queries are waiting: try again in a moment")
            .with_retry_after_seconds(RETRY_SECONDS),
        StoreError::TooManyDeletions => ApiError::unavailable(
            "too many traces are waiting to be deleted: try again when some deletions are done",
        )
        .with_retry_after_seconds(DELETION_RETRY_SECONDS),
        StoreError::Interrupted => {
            ApiError::timeout("the query took too long and was stopped: narrow the time range or the filters")
        }
        StoreError::OutOfMemory { .. } => ApiError::unavailable(
            "not enough memory for this question now: try again, narrow the time range, or give the server more \
             (JUNJO_MEMORY_LIMIT)",
        )
        .with_retry_after_seconds(RETRY_SECONDS)
        .with_source(error),
        StoreError::NoMemory(NoMemory::Now(_)) => {
            ApiError::unavailable(error.to_string()).with_retry_after_seconds(RETRY_SECONDS)
        }
        StoreError::NoMemory(NoMemory::Ever { .. }) => ApiError::too_large(error.to_string()),
        other => ApiError::internal(other),
    }
}
