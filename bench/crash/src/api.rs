//! The calls of the server's HTTP API that a comparison needs.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// Longest wait for an answer.
const CALL_LIMIT: Duration = Duration::from_mins(1);
/// How long an answer that says "later" is asked for again.
const LATER_LIMIT: Duration = Duration::from_mins(1);
const LATER_PAUSE: Duration = Duration::from_millis(100);
const SIGN_IN: &str = "/auth/login";

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
        self.call(Method::POST, "/auth/register", Some(&account())).await?;
        let key = self.call(Method::POST, "/api-keys", Some(&json!({"name": "crash"}))).await?;
        Ok(key["key"].as_str().context("the server gave no key")?.to_owned())
    }

    /// Gives the password again, as is needed now and then, and after a jump of the clock.
    pub(crate) async fn sign_in(&self) -> anyhow::Result<()> {
        self.call(Method::POST, SIGN_IN, Some(&account())).await.map(drop)
    }

    /// The day that the server takes for today: that of a new session.
    pub(crate) async fn today(&self) -> anyhow::Result<String> {
        self.sign_in().await?;
        let sessions = self.get("/auth/sessions").await?;
        let mut sessions = sessions["items"].as_array().into_iter().flatten();
        let own = sessions.find(|session| session["is_current"] == true).context("no session is this one")?;
        let day = own["created_at"].as_str().and_then(|time| time.split('T').next());
        day.map(str::to_owned).context("a session has no day")
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// GET; `None` when the server answers 404.
    pub(crate) async fn find(&self, path: &str) -> anyhow::Result<Option<Value>> {
        let (status, text) = self.answer(Method::GET, path, None).await?;
        if status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !status.is_success() {
            bail!("{path}: {status}: {text}");
        }
        Ok(Some(serde_json::from_str(&text)?))
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let (status, text) = self.answer(method, path, body).await?;
        if !status.is_success() {
            bail!("{path}: {status}: {text}");
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// Asks until the answer is not "later", and signs in when the session has ended.
    async fn answer(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(StatusCode, String)> {
        let since = Instant::now();
        loop {
            let (status, text) = self.ask(method.clone(), path, body).await?;
            let is_late = since.elapsed() > LATER_LIMIT;
            match status {
                StatusCode::UNAUTHORIZED if path != SIGN_IN && !is_late => {
                    self.ask(Method::POST, SIGN_IN, Some(&account())).await?;
                }
                StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS if !is_late => {
                    tokio::time::sleep(LATER_PAUSE).await;
                }
                _ => return Ok((status, text)),
            }
        }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(StatusCode, String)> {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await?;
        Ok((answer.status(), answer.text().await?))
    }
}

fn account() -> Value {
    json!({"email": "crash@example.com", "password": "a test needs no secret"})
}
