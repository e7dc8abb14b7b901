//! The few calls of the server's HTTP API that a measurement needs.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Longest wait for an answer.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// The API of one server, with a session.
pub(crate) struct Api {
    base: String,
    client: Client,
}

/// What `GET /otel/status` says.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Status {
    /// What the index is doing.
    #[serde(default)]
    pub(crate) index: String,
    pub(crate) accepted_spans: u64,
    pub(crate) indexed_spans: u64,
    pub(crate) duplicate_spans: u64,
    pub(crate) quarantined_batches: u64,
    pub(crate) wal: WalStatus,
    pub(crate) archive: ArchiveStatus,
}

/// Its part about the log.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct WalStatus {
    pub(crate) batches: u64,
    pub(crate) bytes: u64,
}

/// Its part about the archive.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ArchiveStatus {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

impl Api {
    /// Registers the first user of the server at `addr`.
    pub(crate) async fn register(addr: SocketAddr) -> anyhow::Result<Self> {
        Self::enter(addr, "/auth/register").await
    }

    /// Signs in as the user that [`Self::register`] made, and removes the keys of earlier runs: there may be ten.
    pub(crate) async fn sign_in(addr: SocketAddr) -> anyhow::Result<Self> {
        let api = Self::enter(addr, "/auth/login").await?;
        let keys: Value = serde_json::from_slice(&api.get("/api-keys").await?)?;
        for key in keys["items"].as_array().into_iter().flatten() {
            let id = key["id"].as_str().context("a key without an id")?;
            api.client.delete(api.url(&format!("/api-keys/{id}"))).send().await?.error_for_status()?;
        }
        Ok(api)
    }

    async fn enter(addr: SocketAddr, path: &str) -> anyhow::Result<Self> {
        let api = Self::anonymous(addr)?;
        let user = json!({"email": "bench@example.com", "password": "a bench needs no secret"});
        api.post(path, &user).await?;
        Ok(api)
    }

    /// Without a session.
    pub(crate) fn anonymous(addr: SocketAddr) -> anyhow::Result<Self> {
        let client = Client::builder().cookie_store(true).timeout(CALL_LIMIT).build()?;
        Ok(Self { base: format!("http://{addr}"), client })
    }

    /// A new ingest key.
    pub(crate) async fn create_key(&self) -> anyhow::Result<String> {
        self.create_key_for("ingest").await
    }

    /// A new key of a scope.
    pub(crate) async fn create_key_for(&self, scope: &str) -> anyhow::Result<String> {
        let answer = self.post("/api-keys", &json!({"name": "bench", "scope": scope})).await?;
        Ok(answer["key"].as_str().context("the server gave no key")?.to_owned())
    }

    /// The whole body of a page that has to be there.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Bytes> {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        if status != StatusCode::OK {
            bail!("GET {path}: {status}: {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    }

    /// Where a page is.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) async fn status(&self) -> anyhow::Result<Status> {
        let answer = self.get("/otel/status").await?;
        serde_json::from_slice(&answer).context("the server's status is not what was expected")
    }

    /// Whether a trace can be read. What is acknowledged and not queryable yet is 503.
    pub(crate) async fn has_trace(&self, trace_id: [u8; 16]) -> anyhow::Result<bool> {
        let url = format!("{}/otel/trace/{}", self.base, hex::encode(trace_id));
        let answer = self.client.get(url).send().await?;
        let status = answer.status();
        answer.bytes().await?;
        match status {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND | StatusCode::SERVICE_UNAVAILABLE => Ok(false),
            other => bail!("reading a trace: {other}"),
        }
    }

    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.client.post(format!("{}{path}", self.base));
        let answer = request.header("content-type", "application/json").body(body.to_string()).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            bail!("POST {path}: {status}: {text}");
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }
}
