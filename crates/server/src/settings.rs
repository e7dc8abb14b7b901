//! Settings: one struct a section, each field a flag and an environment variable, the doc comment its help text.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use junjo_auth::AuthConfig;
use junjo_ingest::{IngestLimits, ScanLimits};
use junjo_web::client::{ProxyTrust, PublicUrl, parse_network};
use junjo_web::parse_bytes;
use secrecy::{ExposeSecret as _, SecretString};

/// Largest share of memory that is taken without being told: 1 GiB, or half of the machine.
const MEMORY_LIMIT_DEFAULT: u64 = 1 << 30;
/// What is taken at least, because DuckDB does not work with less.
const MEMORY_LIMIT_MIN: u64 = 128 << 20;

/// The largest message that a record of the log and one page of the puller hold.
const MESSAGE_BYTES_CEILING: u64 = 64 << 20;

/// What an idle server takes: its pages and those of libduckdb, threads, SQLite, and an open index.
const OWN_BYTES: u64 = 80 << 20;

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
    pub(crate) accounts: AccountSettings,
    #[command(flatten)]
    pub(crate) watch: WatchSettings,
    #[command(flatten)]
    pub(crate) retired: RetiredSettings,
}

/// Where state is and how much of the machine it may take.
#[derive(Debug, Clone, Args)]
pub struct StorageSettings {
    /// Folder of all state: accounts, log, index, archive.
    #[arg(long, env = "JUNJO_DATA_DIR", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
    /// Memory of the process, in bytes or with K, M, G (default: half of the machine or cgroup, at most 1G).
    #[arg(long, env = "JUNJO_MEMORY_LIMIT", value_parser = parse_bytes)]
    pub(crate) memory_limit: Option<u64>,
    /// Compressed bytes in the log at which acknowledgements stop, in bytes or with K, M, G (default: 4G).
    #[arg(long, env = "JUNJO_WAL_MAX_BYTES", value_parser = parse_bytes)]
    pub(crate) wal_max_bytes: Option<u64>,
    /// Free disk space below which acknowledgements stop, with K, M, G (default: the larger of 512M and 5 %).
    #[arg(long, env = "JUNJO_FREE_SPACE_MIN", value_parser = parse_bytes)]
    pub(crate) free_space_min: Option<u64>,
    /// Compressed bytes in the log that make an archive file, in bytes or with K, M, G (default: 64M).
    #[arg(long, env = "JUNJO_SEAL_BYTES", value_parser = parse_bytes)]
    pub(crate) seal_bytes: Option<u64>,
    /// Seconds that a span waits in the log before it goes to a smaller archive file (default: 60).
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
    /// Bytes of all export requests being received at once (default: a quarter of the memory, 64M to 192M).
    #[arg(long, env = "JUNJO_IN_FLIGHT_MAX_BYTES", value_parser = parse_bytes)]
    in_flight_max_bytes: Option<u64>,
    /// Spans, log records or data points in one export request, at most 1,000,000.
    #[arg(long, env = "JUNJO_REQUEST_MAX_ITEMS", value_parser = clap::value_parser!(u32).range(1..=1_000_000), default_value_t = 1_000_000)]
    request_max_items: u32,
    /// Levels of values within values, at most 100.
    #[arg(long, env = "JUNJO_VALUE_MAX_DEPTH", value_parser = clap::value_parser!(u32).range(1..=100), default_value_t = 64)]
    value_max_depth: u32,
}

/// Split mode: ingestion services receive, this server pulls from them.
#[derive(Debug, Clone, Args)]
pub struct SplitSettings {
    /// Internal gRPC of the ingestion services, comma-separated, for example `http://ingestion:50052`. Unset: this server
    /// receives itself.
    #[arg(long, env = "JUNJO_INGESTION_URL", value_delimiter = ',')]
    ingestion_url: Vec<String>,
    /// Address where ingestion services have API keys checked (split mode only).
    #[arg(long, env = "JUNJO_INTERNAL_GRPC_ADDR", default_value = "127.0.0.1:50053")]
    pub(crate) internal_grpc_addr: SocketAddr,
    /// Token that the internal gRPC of both sides asks for.
    #[arg(long, env = "JUNJO_INTERNAL_TOKEN", hide_env_values = true)]
    internal_token: Option<SecretString>,
    /// Lets ingestion services without a token have keys checked on an address off loopback (private networks only).
    #[arg(long, env = "JUNJO_INTERNAL_ALLOW_UNAUTHENTICATED", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) internal_allow_unauthenticated: bool,
    /// Name of this server at the ingestion services, which keep what it has not confirmed.
    #[arg(long, env = "JUNJO_CONSUMER_ID", default_value = "junjo-server")]
    pub(crate) consumer_id: String,
}

impl SplitSettings {
    /// Whether ingestion services receive instead of this process.
    pub(crate) fn is_on(&self) -> bool {
        self.urls().next().is_some()
    }

    /// The ingestion services. A variable that is set to nothing counts as unset, as compose files pass it on.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &str> {
        self.ingestion_url.iter().map(|url| url.trim()).filter(|url| !url.is_empty())
    }

    /// The token. An empty one is none: it would let everybody in who sends none.
    pub(crate) fn token(&self) -> Option<&SecretString> {
        self.internal_token.as_ref().filter(|token| !token.expose_secret().is_empty())
    }
}

/// The browser's side.
#[derive(Debug, Clone, Args)]
pub struct WebSettings {
    /// Address under which browsers reach the server, for example `https://junjo.example.com`.
    #[arg(long, env = "JUNJO_PUBLIC_URL", value_parser = PublicUrl::parse)]
    pub(crate) public_url: Option<PublicUrl>,
    /// Reverse proxies whose X-Forwarded headers are believed: addresses or networks, comma-separated.
    #[arg(long, env = "JUNJO_TRUSTED_PROXIES", value_delimiter = ',', value_parser = parse_network)]
    pub(crate) trusted_proxies: Vec<ipnet::IpNet>,
    /// Other origins that may use the API with a cookie, comma-separated.
    #[arg(
        long,
        env = "JUNJO_ALLOW_ORIGINS",
        value_delimiter = ',',
        default_value = "http://localhost:5151,http://localhost:5153"
    )]
    pub(crate) allow_origins: Vec<String>,
}

impl WebSettings {
    /// What to believe about proxies.
    pub(crate) fn proxy_trust(&self) -> ProxyTrust {
        ProxyTrust { public_url: self.public_url.clone(), trusted_proxies: self.trusted_proxies.clone() }
    }
}

/// Accounts, sessions and keys.
#[derive(Debug, Clone, Args)]
pub struct AccountSettings {
    /// Hours without a request after which a session ends.
    #[arg(long, env = "JUNJO_SESSION_IDLE_HOURS", default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=720))]
    pub(crate) session_idle_hours: u64,
    /// Days after which a session ends in any case.
    #[arg(long, env = "JUNJO_SESSION_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=365))]
    pub(crate) session_days: u64,
    /// Days for which security events are kept.
    #[arg(long, env = "JUNJO_AUDIT_RETENTION_DAYS", default_value_t = 400, value_parser = clap::value_parser!(u64).range(1..=3650))]
    pub(crate) audit_retention_days: u64,
    /// API keys that one account may have.
    #[arg(long, env = "JUNJO_API_KEYS_PER_USER_MAX", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) api_keys_per_user_max: u32,
}

/// Watching the server itself.
#[derive(Debug, Clone, Args)]
pub struct WatchSettings {
    /// Log filter, for example info or junjo_otel=debug,info.
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

impl Settings {
    /// The settings of accounts and sessions, as their feature wants them.
    pub(crate) fn auth_config(&self) -> AuthConfig {
        let hours = |hours: u64| Duration::from_hours(hours);
        AuthConfig {
            public_url: self.web.public_url.clone(),
            allowed_origins: self.web.allow_origins.clone(),
            session_idle_timeout: hours(self.accounts.session_idle_hours),
            session_absolute_timeout: hours(24 * self.accounts.session_days),
            audit_retention: hours(24 * self.accounts.audit_retention_days),
            ..AuthConfig::default()
        }
    }

    /// Defaults with everything in `dir` and ports that the system picks; for tests and tools.
    pub fn in_dir(dir: &std::path::Path) -> Self {
        Self::in_dir_with(dir, &[])
    }

    /// The same with more arguments of the command line.
    pub fn in_dir_with(dir: &std::path::Path, more: &[&str]) -> Self {
        use clap::Parser as _;
        const PORTS: [&str; 3] =
            ["--http-addr=127.0.0.1:0", "--otlp-grpc-addr=127.0.0.1:0", "--otlp-http-addr=127.0.0.1:0"];
        let mut arguments: Vec<std::ffi::OsString> =
            vec!["junjo-server".into(), "--data-dir".into(), dir.into()];
        arguments.extend(PORTS.iter().chain(more).map(Into::into));
        crate::cli::Cli::parse_from(arguments).settings
    }
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
    /// Limits of the receivers.
    pub(crate) fn ingest_limits(&self) -> anyhow::Result<IngestLimits> {
        let limits = &self.limits;
        let shared = self.storage.memory_shares().in_flight_bytes;
        let in_flight = limits.in_flight_max_bytes.unwrap_or(shared);
        anyhow::ensure!(
            limits.message_max_bytes <= MESSAGE_BYTES_CEILING,
            "JUNJO_MESSAGE_MAX_BYTES is at most 64M, which is what the log and clients are made for"
        );
        anyhow::ensure!(
            limits.in_flight_max_bytes.is_none_or(|bytes| bytes >= limits.message_max_bytes),
            "JUNJO_IN_FLIGHT_MAX_BYTES must hold at least one message: raise it, or lower JUNJO_MESSAGE_MAX_BYTES"
        );
        Ok(IngestLimits {
            message_bytes_max: usize::try_from(limits.message_max_bytes).unwrap_or(usize::MAX),
            in_flight_bytes_max: usize::try_from(in_flight).unwrap_or(usize::MAX),
            scan: ScanLimits { items_max: limits.request_max_items, depth_max: limits.value_max_depth },
            ..IngestLimits::default()
        })
    }
}

/// How the process's memory is divided. The index's share is of the whole: with less, lists of a small budget run out of
/// memory. The other shares are of what is left without what the program takes by itself ([`OWN_BYTES`]).
///
/// | part | share | why |
/// |---|---|---|
/// | index (DuckDB) | 3/8 | its buffers make lists and filters fast |
/// | scans of the archive (DuckDB) | 1/8, at least 64 MiB | one file's row groups at a time; opened by the first scan |
/// | messages being received | 1/4 | at most 192 MiB; one is up to 64 MiB |
/// | decoding, sealing, sessions | 1/4 | one batch of 8 MiB compressed at a time |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemoryShares {
    pub(crate) index_bytes: u64,
    pub(crate) scan_bytes: u64,
    pub(crate) in_flight_bytes: u64,
}

impl StorageSettings {
    pub(crate) fn memory_shares(&self) -> MemoryShares {
        let whole = self.memory_limit.unwrap_or_else(default_memory_limit).max(MEMORY_LIMIT_MIN);
        let shared = whole.saturating_sub(OWN_BYTES);
        MemoryShares {
            index_bytes: whole / 8 * 3,
            scan_bytes: (shared / 8).max(64 << 20),
            in_flight_bytes: (shared / 4).clamp(64 << 20, 192 << 20),
        }
    }
}

/// The smaller of 1 GiB and half of what the cgroup or the machine has.
fn default_memory_limit() -> u64 {
    let cgroup =
        std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let kib: u64 = text
            .lines()
            .find(|line| line.starts_with("MemTotal:"))?
            .split_whitespace()
            .nth(1)?
            .parse()
            .ok()?;
        Some(kib << 10)
    });
    let available = [cgroup, machine].into_iter().flatten().min();
    available.map_or(MEMORY_LIMIT_DEFAULT, |bytes| (bytes / 2).min(MEMORY_LIMIT_DEFAULT))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a compose file passes on variables that are not set. Guarantee: an empty token is no token, and an empty
    /// list of services is the embedded mode.
    #[test]
    fn split_settings_take_empty_for_unset() {
        let split = |url: &str, token: &str| SplitSettings {
            ingestion_url: url.split(',').map(str::to_owned).collect(),
            internal_grpc_addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            internal_token: Some(token.into()),
            internal_allow_unauthenticated: false,
            consumer_id: "c".to_owned(),
        };
        assert!(!split("", "").is_on());
        assert!(split("", "").token().is_none());
        assert_eq!(split("http://a, http://b,", "t").urls().collect::<Vec<_>>(), ["http://a", "http://b"]);
        assert_eq!(split("", "t").token().map(secrecy::ExposeSecret::expose_secret), Some("t"));
    }
}
