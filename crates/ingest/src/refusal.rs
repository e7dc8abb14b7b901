//! Why a request is not acknowledged, and the gRPC or HTTP status that makes each kind of client do the right thing
//! (OTLP specification, "Failures"; telemetry.md section 3.2).

use std::time::Duration;

use http::StatusCode;
use junjo_wal::AppendError;
use tonic::metadata::MetadataValue;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// When clients should try again. Exporters try 5 times more, and by default within 10 s: with 3 s they hold out for 9 s,
/// the Junjo SDK for 15 s. Less, or 5 s, would make them give up earlier.
pub(crate) const RETRY_DELAY: Duration = Duration::from_secs(3);
/// `google.rpc.RetryInfo { retry_delay { seconds: 3 } }`, which Python's exporter reads from its own trailer.
const RETRY_INFO: &[u8] = &[0x0a, 0x02, 0x08, 0x03];

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
    /// Within the size limit, and more than the receiver may ever hold; the same.
    #[error(
        "the message takes more than the {bytes_max} bytes that the receiver has for one API key: export smaller \
         batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE) or give the server more memory (JUNJO_MEMORY_LIMIT)"
    )]
    OverBudget {
        /// What messages of one key may take together: half of the account's share for receiving.
        bytes_max: usize,
    },
    /// HTTP with a body that is neither protobuf nor JSON.
    #[error("this content type is not supported: send application/x-protobuf or application/json")]
    UnsupportedContentType,
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
            Self::TooLarge { .. } | Self::OverBudget { .. } => "too_large",
            Self::UnsupportedContentType => "unsupported_content_type",
            Self::UnsupportedEncoding(_) => "unsupported_encoding",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// The gRPC form; what is worth a retry carries both forms of retry info.
    pub(crate) fn to_status(&self) -> Status {
        let text = self.to_string();
        if self.rpc_code() != Code::Unavailable {
            return Status::new(self.rpc_code(), text);
        }
        let details = ErrorDetails::with_retry_info(Some(RETRY_DELAY));
        let mut status = Status::with_error_details(Code::Unavailable, text, details);
        let info = MetadataValue::from_bytes(RETRY_INFO);
        status.metadata_mut().insert_bin("google.rpc.retryinfo-bin", info);
        status
    }

    /// The code in gRPC and in the body of an HTTP answer.
    pub(crate) fn rpc_code(&self) -> Code {
        match self {
            Self::Unauthenticated(_) => Code::Unauthenticated,
            // RESOURCE_EXHAUSTED and OUT_OF_RANGE would be retried by clients, which cannot help here
            Self::Invalid(_)
            | Self::TooLarge { .. }
            | Self::OverBudget { .. }
            | Self::UnsupportedContentType => Code::InvalidArgument,
            Self::UnsupportedEncoding(_) => Code::Unimplemented,
            Self::Unavailable(_) => Code::Unavailable,
        }
    }

    /// The HTTP status. Clients retry 503 and drop on any other of these.
    pub(crate) fn http_status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } | Self::OverBudget { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedContentType | Self::UnsupportedEncoding(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<AppendError> for Refusal {
    fn from(error: AppendError) -> Self {
        Self::Unavailable(format!("{error}: try again"))
    }
}
