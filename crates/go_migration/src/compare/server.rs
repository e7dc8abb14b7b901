//! One of the two servers: requests with a cookie jar that also sends `Secure` cookies over plain http, which the Go server always
//! sets.

use std::collections::BTreeMap;
use std::time::Duration;

use super::answer::Answer;
use super::calls::Call;
use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};

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
        let headers = response.headers().clone();
        let headers: Vec<(&str, &str)> =
            headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
        let status = response.status().as_u16();
        let text = response.text().await.map_err(silent)?;
        if call.with_cookies {
            self.remember(&headers);
        }
        Ok(Answer::new(status, headers, text))
    }

    fn remember(&mut self, headers: &[(&str, &str)]) {
        let lines = headers.iter().filter(|(name, _)| *name == SET_COOKIE.as_str());
        for (_, line) in lines {
            let pair = line.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.jar.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
}
