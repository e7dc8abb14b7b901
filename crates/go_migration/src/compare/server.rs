//! One of the two servers: requests with a cookie jar that also sends `Secure` cookies over plain http, which the Go server always
//! sets.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use serde_json::Value;

use super::calls::Call;

/// The Go server's lists have no limit.
const TIME_MAX: Duration = Duration::from_mins(5);

/// Why the servers cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// The address is none.
    #[error("{url:?} is not the address of a server, like http://localhost:1323")]
    Address {
        /// As given.
        url: String,
    },
    /// A server does not answer.
    #[error("{url} does not answer")]
    Silent {
        /// Its address and the path.
        url: String,
        /// What failed.
        #[source]
        source: reqwest::Error,
    },
    /// A server does not take the login.
    #[error("{url} answers {status} to the login: use an account that both servers have")]
    Login {
        /// Its address.
        url: String,
        /// The status.
        status: u16,
    },
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The media type, without its parameters.
    pub content_type: String,
    /// Cookies by name, with their attributes but for when they end.
    pub cookies: BTreeMap<String, BTreeMap<String, String>>,
    /// JSON, or a text.
    pub body: Value,
}

pub(super) struct Server {
    base: String,
    client: reqwest::Client,
    jar: BTreeMap<String, String>,
}

impl Server {
    pub(super) fn new(url: &str) -> Result<Self, CompareError> {
        let base = url.trim().trim_end_matches('/').to_owned();
        let refused = || CompareError::Address { url: url.to_owned() };
        let parsed = reqwest::Url::parse(&base).map_err(|_| refused())?;
        if !["http", "https"].contains(&parsed.scheme()) {
            return Err(refused());
        }
        let client = reqwest::Client::builder()
            .timeout(TIME_MAX)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|source| CompareError::Silent { url: base.clone(), source })?;
        Ok(Self { base, client, jar: BTreeMap::new() })
    }

    pub(super) fn url(&self) -> String {
        self.base.clone()
    }

    pub(super) async fn ask(&mut self, call: &Call) -> Result<Answer, CompareError> {
        let url = format!("{}{}", self.base, call.path);
        let mut request = self.client.request(call.method.clone(), &url);
        if call.with_cookies && !self.jar.is_empty() {
            let pairs = self.jar.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header(COOKIE, pairs.collect::<Vec<_>>().join("; "));
        }
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let silent = |source| CompareError::Silent { url: url.clone(), source };
        let response = request.send().await.map_err(silent)?;
        let lines = response.headers().get_all(SET_COOKIE).iter();
        let lines: Vec<String> =
            lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned()).collect();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type =
            content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_owned();
        let status = response.status().as_u16();
        let text = response.text().await.map_err(silent)?;
        if call.with_cookies {
            self.remember(&lines);
        }
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status, content_type, cookies: lines.iter().map(|line| cookie(line)).collect(), body })
    }

    fn remember(&mut self, lines: &[String]) {
        for line in lines {
            let pair = line.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.jar.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
}

/// The name of a cookie and its attributes; the time at which it ends counts as the name alone.
fn cookie(line: &str) -> (String, BTreeMap<String, String>) {
    let mut parts = line.split(';');
    let name = parts.next().unwrap_or_default().split('=').next().unwrap_or_default().trim().to_owned();
    let attributes = parts.map(|part| {
        let (name, value) = part.trim().split_once('=').unwrap_or((part.trim(), ""));
        (name.to_owned(), if name == "Expires" { String::new() } else { value.to_owned() })
    });
    (name, attributes.collect())
}
