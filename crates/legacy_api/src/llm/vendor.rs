//! The call of Gemini, bounded in time and bytes. The key goes out in a header and is in no log.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::request::Generation;
use crate::error::LegacyError;
use crate::settings::Settings;

/// An answer may take so long, a little less than any request may (`server/src/http.rs`).
const TIME_MAX: Duration = Duration::from_secs(25);
/// Most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 8 << 20;
/// Most characters of an error's text that are passed on.
const ERROR_CHARS_MAX: usize = 500;

/// Gemini.
pub(crate) struct Vendor {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    key: Option<SecretString>,
    base_url: String,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VendorError {
    #[error("GEMINI_API_KEY environment variable is not set")]
    NoKey,
    #[error("{what} is no value for a request to Gemini: look at GEMINI_BASE_URL and GEMINI_API_KEY")]
    Setting { what: &'static str },
    #[error("Gemini cannot be reached")]
    Unreachable,
    #[error("Gemini did not answer within {} seconds", TIME_MAX.as_secs())]
    TooSlow,
    #[error("Gemini's answer is larger than {} MiB", ANSWER_BYTES_MAX >> 20)]
    TooLarge,
    #[error("Gemini answered {status}: {text}")]
    Refused { status: StatusCode, text: String },
}

impl Vendor {
    pub(crate) fn new(settings: &Settings) -> Self {
        let connector =
            HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            key: settings.gemini_api_key.clone().filter(|key| !key.expose_secret().is_empty()),
            base_url: settings.gemini_base_url.trim_end_matches('/').to_owned(),
        }
    }

    /// Gemini's answer as it came.
    pub(crate) async fn generate(&self, generation: &Generation) -> Result<Bytes, VendorError> {
        let request = self.request(generation)?;
        tokio::time::timeout(TIME_MAX, self.ask(request)).await.map_err(|_| VendorError::TooSlow)?
    }

    fn request(&self, generation: &Generation) -> Result<Request<Full<Bytes>>, VendorError> {
        let key = self.key.as_ref().ok_or(VendorError::NoKey)?;
        let mut key = HeaderValue::from_str(key.expose_secret())
            .map_err(|_| VendorError::Setting { what: "the key" })?;
        key.set_sensitive(true);
        let uri = format!("{}/v1beta/models/{}:generateContent", self.base_url, generation.model);
        let uri: Uri = uri.parse().map_err(|_| VendorError::Setting { what: "the address" })?;
        let body = serde_json::to_vec(generation).map_err(|_| VendorError::Setting { what: "the body" })?;
        Request::post(uri)
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-goog-api-key", key)
            .body(Full::from(body))
            .map_err(|_| VendorError::Setting { what: "the address" })
    }

    async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Bytes, VendorError> {
        let response = self.client.request(request).await.map_err(|_| VendorError::Unreachable)?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| {
            if error.is::<LengthLimitError>() { VendorError::TooLarge } else { VendorError::Unreachable }
        })?;
        let body = body.to_bytes();
        if status.is_success() { Ok(body) } else { Err(VendorError::Refused { status, text: reason(&body) }) }
    }
}

/// What Gemini says about its error.
fn reason(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = body["error"]["message"].as_str().unwrap_or("no reason was given");
    text.chars().take(ERROR_CHARS_MAX).collect()
}

impl From<VendorError> for LegacyError {
    fn from(error: VendorError) -> Self {
        let status = match &error {
            // as the Go server says it
            VendorError::NoKey | VendorError::Setting { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            VendorError::TooSlow => StatusCode::GATEWAY_TIMEOUT,
            VendorError::Refused { status, .. } if *status == StatusCode::TOO_MANY_REQUESTS => *status,
            VendorError::Refused { status, .. } if *status == StatusCode::BAD_REQUEST => *status,
            // a refused key is not the caller's session
            VendorError::Unreachable | VendorError::TooLarge | VendorError::Refused { .. } => {
                StatusCode::BAD_GATEWAY
            }
        };
        Self::error(status, error.to_string())
    }
}
