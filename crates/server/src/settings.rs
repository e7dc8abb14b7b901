//! Settings: one struct a section, each field a flag and an environment variable, the doc comment its help text. Those of a
//! feature stand in its crate.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use junjo_ingest::{IngestLimits, ScanLimits};
use junjo_memory::Shares;
use junjo_pipeline::SplitSettings;
use junjo_web::parse_bytes;

use crate::features::FeatureSettings;
use crate::memory::default_memory_limit;
use crate::web_settings::WebSettings;

/// The largest message that a record of the wal and one page of the puller hold.
const MESSAGE_BYTES_CEILING: u64 = 64 << 20;

/// Without a library's warnings about stale cookies, and about store errors that we log ourselves.
const LOG_DEFAULT: &str = "info,tower_sessions=error,tower_sessions_core=off";

/// All settings.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    #[command(flatten)]
    pub(crate) storage: StorageSettings,
    #[command(flatten)]
    pub(crate) listen: ListenSettings,
    #[command(flatten)]
    pub(crate) limits: LimitSettings,
    #[command(flatten)]
    pub(crate) split: SplitSettings,
    #[command(flatten)]
    pub(crate) web: WebSettings,
    #[command(flatten)]
    pub(crate) features: FeatureSettings,
    #[command(flatten)]
    pub(crate) watch: WatchSettings,
    #[command(flatten)]
    pub(crate) retired: RetiredSettings,
}

/// Where state is and how much of the machine it may take.
#[derive(Debug, Clone, Args)]
pub struct StorageSettings {
    /// Folder of all state: accounts, write-ahead log, index, archive.
    #[arg(long, env = "JUNJO_DATA_DIR", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
    /// Memory of the process, in bytes or with K, M, G (default: half of the machine or cgroup, at most 1G).
    #[arg(long, env = "JUNJO_MEMORY_LIMIT", value_parser = parse_bytes)]
    pub(crate) memory_limit: Option<u64>,
    /// Compressed bytes in the write-ahead log at which acknowledgements stop, in bytes or with K, M, G (default: 4G).
    #[arg(long, env = "JUNJO_WAL_MAX_BYTES", value_parser = parse_bytes)]
    pub(crate) wal_max_bytes: Option<u64>,
    /// Free disk space below which acknowledgements stop, with K, M, G (default: the larger of 512M and 5 %).
    #[arg(long, env = "JUNJO_FREE_SPACE_MIN", value_parser = parse_bytes)]
    pub(crate) free_space_min: Option<u64>,
    /// Compressed bytes in the write-ahead log that make an archive file, in bytes or with K, M, G (default: 64M).
    #[arg(long, env = "JUNJO_SEAL_BYTES", value_parser = parse_bytes)]
    pub(crate) seal_bytes: Option<u64>,
    /// Seconds that a span waits in the write-ahead log before it goes to a smaller archive file (default: 60).
    #[arg(long, env = "JUNJO_SEAL_SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) seal_seconds: Option<u32>,
    /// Whole UTC days for which telemetry is kept after the day of its receipt (default: for ever).
    #[arg(long, env = "JUNJO_RETENTION_DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(crate) retention_days: Option<u32>,
    /// Bytes of archive files that are kept, the newest ones, with K, M, G (default: as many as there are).
    #[arg(long, env = "JUNJO_RETENTION_BYTES", value_parser = parse_bytes)]
    pub(crate) retention_bytes: Option<u64>,
}

/// Addresses.
#[derive(Debug, Clone, Args)]
pub struct ListenSettings {
    /// Address of the page and the REST API.
    #[arg(long, env = "JUNJO_HTTP_ADDR", default_value = "127.0.0.1:1324")]
    pub(crate) http_addr: SocketAddr,
    /// Addresses of OTLP/gRPC, comma-separated.
    #[arg(long, env = "JUNJO_OTLP_GRPC_ADDR", default_value = "127.0.0.1:50051", value_delimiter = ',')]
    pub(crate) otlp_grpc_addr: Vec<SocketAddr>,
    /// Addresses of OTLP/HTTP, comma-separated; the main port takes it under /v1/ too.
    #[arg(long, env = "JUNJO_OTLP_HTTP_ADDR", default_value = "127.0.0.1:4318", value_delimiter = ',')]
    pub(crate) otlp_http_addr: Vec<SocketAddr>,
    /// Pages that may send telemetry from a browser, comma-separated; unset: any, without credentials.
    #[arg(long, env = "JUNJO_OTLP_ALLOW_ORIGINS", value_delimiter = ',')]
    pub(crate) otlp_allow_origins: Vec<String>,
}

/// What one export request may hold; the same names and meanings as in the ingestion service.
#[derive(Debug, Clone, Args)]
pub struct LimitSettings {
    /// Bytes of one export request, before and after decompression, at most 64M.
    #[arg(long, env = "JUNJO_MESSAGE_MAX_BYTES", value_parser = parse_bytes, default_value = "64M")]
    message_max_bytes: u64,
    /// Bytes of all export requests being received at once, of which one key may take half (default: a share of
    /// JUNJO_MEMORY_LIMIT, 220M of 1G).
    #[arg(long, env = "JUNJO_IN_FLIGHT_MAX_BYTES", value_parser = parse_bytes)]
    in_flight_max_bytes: Option<u64>,
    /// Spans, log records or data points in one export request, at most 1,000,000.
    #[arg(long, env = "JUNJO_REQUEST_MAX_ITEMS", value_parser = clap::value_parser!(u32).range(1..=1_000_000), default_value_t = 1_000_000)]
    request_max_items: u32,
    /// Levels of values within values, at most 100.
    #[arg(long, env = "JUNJO_VALUE_MAX_DEPTH", value_parser = clap::value_parser!(u32).range(1..=100), default_value_t = 64)]
    value_max_depth: u32,
}

/// Watching the server itself.
#[derive(Debug, Clone, Args)]
pub struct WatchSettings {
    /// Log filter, for example info or junjo_pipeline=debug,info.
    #[arg(long, env = "JUNJO_LOG", default_value = LOG_DEFAULT)]
    pub(crate) log: String,
    /// Form of the log: text or json.
    #[arg(long, env = "JUNJO_LOG_FORMAT", default_value = "json", value_parser = ["json", "text"])]
    pub(crate) log_format: String,
    /// OTLP/gRPC endpoint for the server's own traces; never its own receiver. Off when unset.
    #[arg(long, env = "JUNJO_TRACES_ENDPOINT")]
    pub(crate) traces_endpoint: Option<String>,
    /// Headers for it: name=value, comma-separated.
    #[arg(long, env = "JUNJO_TRACES_HEADERS", value_delimiter = ',', hide_env_values = true)]
    pub(crate) traces_headers: Vec<String>,
}

/// Settings of the Go server that are accepted and have no effect.
#[derive(Debug, Clone, Args)]
pub struct RetiredSettings {
    /// Not needed: sessions are kept on the server.
    #[arg(long, env = "JUNJO_SESSION_SECRET", hide = true, hide_env_values = true)]
    session_secret: Option<String>,
    /// Not needed: see JUNJO_PUBLIC_URL.
    #[arg(long, env = "JUNJO_PROD_AUTH_DOMAIN", hide = true)]
    prod_auth_domain: Option<String>,
    /// Not needed: see JUNJO_PUBLIC_URL.
    #[arg(long, env = "JUNJO_ENV", hide = true)]
    environment: Option<String>,
}

impl RetiredSettings {
    /// The variables that are set although nothing reads them.
    pub(crate) fn present(&self) -> Vec<&'static str> {
        let all = [
            ("JUNJO_SESSION_SECRET", self.session_secret.is_some()),
            ("JUNJO_PROD_AUTH_DOMAIN", self.prod_auth_domain.is_some()),
            ("JUNJO_ENV", self.environment.is_some()),
        ];
        all.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect()
    }
}

impl Settings {
    /// What the process may take, in bytes.
    pub(crate) fn memory_bytes(&self) -> u64 {
        self.storage.memory_limit.unwrap_or_else(default_memory_limit)
    }

    /// Who may take how much memory.
    pub(crate) fn memory_shares(&self) -> Shares {
        let shares = Shares::of(self.memory_bytes());
        self.limits.in_flight_max_bytes.map_or(shares, |bytes| shares.receiving(bytes))
    }

    /// Limits of the receivers.
    pub(crate) fn ingest_limits(&self) -> anyhow::Result<IngestLimits> {
        let limits = &self.limits;
        anyhow::ensure!(
            limits.message_max_bytes <= MESSAGE_BYTES_CEILING,
            "JUNJO_MESSAGE_MAX_BYTES is at most 64M, which is what the write-ahead log and clients are made for"
        );
        anyhow::ensure!(
            limits.in_flight_max_bytes.is_none_or(|bytes| bytes / 2 >= limits.message_max_bytes),
            "JUNJO_IN_FLIGHT_MAX_BYTES must hold two messages, because one key may take half of it: raise it, or lower \
             JUNJO_MESSAGE_MAX_BYTES"
        );
        Ok(IngestLimits {
            message_bytes_max: usize::try_from(limits.message_max_bytes).unwrap_or(usize::MAX),
            scan: ScanLimits { items_max: limits.request_max_items, depth_max: limits.value_max_depth },
            ..IngestLimits::default()
        })
    }
}
