//! The calls of the server's HTTP API that a comparison needs.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// Longest wait for an answer.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// The API with a session, which outlives restarts of the server.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    base: String,
    client: Client,
}

impl Api {
    pub(crate) fn new(addr: SocketAddr) -> anyhow::Result<Self> {
        let client = Client::builder().cookie_store(true).timeout(CALL_LIMIT).build()?;
        Ok(Self { base: format!("http://{addr}"), client })
    }

    /// Registers the first user and makes an ingest key.
    pub(crate) async fn set_up(&self) -> anyhow::Result<String> {
        let user = json!({"email": "crash@example.com", "password": "a test needs no secret"});
        self.call(Method::POST, "/auth/register", Some(&user)).await?;
        let key = self.call(Method::POST, "/api-keys", Some(&json!({"name": "crash"}))).await?;
        Ok(key["key"].as_str().context("the server gave no key")?.to_owned())
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, path, None).await
    }

    /// GET; `None` when the server answers 404.
    pub(crate) async fn find(&self, path: &str) -> anyhow::Result<Option<Value>> {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await?;
        if answer.status() == reqwest::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let answer = answer.error_for_status()?.bytes().await?;
        Ok(Some(serde_json::from_slice(&answer)?))
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            bail!("{path}: {status}: {text}");
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }
}
