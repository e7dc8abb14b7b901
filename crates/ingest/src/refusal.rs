//! Why a request is not acknowledged, and the gRPC status that makes each kind of client do the right thing
//! (OTLP specification, "Failures"; telemetry.md section 3.2).

use std::time::Duration;

use junjo_wal::AppendError;
use tonic::metadata::MetadataValue;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// When clients should try again: small, because default budgets are 10 s.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// `google.rpc.RetryInfo { retry_delay { seconds: 1 } }`, which Python's exporter reads from its own trailer.
const RETRY_INFO: &[u8] = &[0x0a, 0x02, 0x08, 0x01];

/// A request that is not acknowledged.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum Refusal {
    /// No key, or one that is not valid; clients drop the data at once.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The message is broken or over a limit; sending it again cannot help, so clients must not.
    #[error("{0}")]
    Invalid(String),
    /// Over the size limit; the same.
    #[error(
        "the message has more than {bytes_max} bytes: export smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE)"
    )]
    TooLarge {
        /// The limit, before and after decompression.
        bytes_max: usize,
    },
    /// A compression that this receiver does not speak.
    #[error("the compression {0:?} is not supported: use gzip, zstd, deflate or none")]
    UnsupportedEncoding(String),
    /// Overload, a full log or disk, start, shutdown, or keys that cannot be checked: try again.
    #[error("{0}")]
    Unavailable(String),
}

impl Refusal {
    pub(crate) fn starting() -> Self {
        Self::Unavailable("the server is starting: try again".to_owned())
    }

    /// A short name for metrics and the status route.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Unauthenticated(_) => "unauthenticated",
            Self::Invalid(_) => "invalid",
            Self::TooLarge { .. } => "too_large",
            Self::UnsupportedEncoding(_) => "unsupported_encoding",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// The gRPC form; what is worth a retry carries both forms of retry info.
    pub(crate) fn to_status(&self) -> Status {
        let text = self.to_string();
        match self {
            Self::Unauthenticated(_) => Status::unauthenticated(text),
            // RESOURCE_EXHAUSTED and OUT_OF_RANGE would be retried by clients, which cannot help here
            Self::Invalid(_) | Self::TooLarge { .. } => Status::invalid_argument(text),
            Self::UnsupportedEncoding(_) => Status::unimplemented(text),
            Self::Unavailable(_) => {
                let details = ErrorDetails::with_retry_info(Some(RETRY_DELAY));
                let mut status = Status::with_error_details(Code::Unavailable, text, details);
                let info = MetadataValue::from_bytes(RETRY_INFO);
                status.metadata_mut().insert_bin("google.rpc.retryinfo-bin", info);
                status
            }
        }
    }
}

impl From<AppendError> for Refusal {
    fn from(error: AppendError) -> Self {
        Self::Unavailable(format!("{error}: try again"))
    }
}
