//! How a request gets to the receiver, OTLP/gRPC or OTLP/HTTP, and what its answer means to a sender that keeps to the
//! protocol.

use std::error::Error as _;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use junjo_test_support::OtlpClient;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;

/// Longest wait for an answer over HTTP; the gRPC client has its own.
const CALL_LIMIT: Duration = Duration::from_secs(30);
/// gRPC codes after which a sender tries again, by the specification of OTLP: CANCELLED, DEADLINE_EXCEEDED,
/// RESOURCE_EXHAUSTED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS.
const RETRYABLE_GRPC: [i32; 7] = [1, 4, 8, 10, 11, 14, 15];
/// HTTP states after which a sender tries again, by the same.
const RETRYABLE_HTTP: [u16; 4] = [429, 502, 503, 504];

/// What a sender hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Acknowledged,
    /// The receiver said no.
    Refused {
        code: String,
        is_retryable: bool,
    },
    /// No answer: the connection ended, or there was none.
    Broken,
}

/// One connection.
pub(crate) enum Carrier {
    Grpc(OtlpClient),
    Http { client: reqwest::Client, url: String, key: String },
}

impl Carrier {
    /// So many connections over gRPC.
    pub(crate) fn grpc(addr: SocketAddr, key: &str, count: u16) -> Vec<Self> {
        (0..count).map(|_| Self::Grpc(OtlpClient::new(addr, Some(key)))).collect()
    }

    /// So many over HTTP, with protobuf.
    pub(crate) fn http(addr: SocketAddr, key: &str, count: u16) -> anyhow::Result<Vec<Self>> {
        let one = |_| {
            let client = reqwest::Client::builder().timeout(CALL_LIMIT).build()?;
            Ok(Self::Http { client, url: format!("http://{addr}/v1/traces"), key: key.to_owned() })
        };
        (0..count).map(one).collect()
    }

    pub(crate) async fn send(&self, message: Bytes) -> Answer {
        match self {
            Self::Grpc(client) => match client.call("trace.v1.TraceService", message).await {
                Ok(answer) => accepted(&answer),
                // what the client says itself has a cause, what the receiver says has none
                Err(status) if status.source().is_some() || is_unconnected(status.message()) => {
                    Answer::Broken
                }
                Err(status) => Answer::Refused {
                    code: format!("gRPC {:?}: {}", status.code(), status.message()),
                    is_retryable: RETRYABLE_GRPC.contains(&i32::from(status.code())),
                },
            },
            Self::Http { client, url, key } => {
                let request = client
                    .post(url)
                    .header("x-junjo-api-key", key)
                    .header("content-type", "application/x-protobuf")
                    .body(message);
                match request.send().await {
                    Ok(answer) if answer.status().is_success() => {
                        answer.bytes().await.map_or(Answer::Broken, |body| accepted(&body))
                    }
                    Ok(answer) => refused_over_http(answer.status().as_u16()),
                    Err(_) => Answer::Broken,
                }
            }
        }
    }
}

/// What the client makes of a connection that could not be opened, before it has sent anything.
fn is_unconnected(message: &str) -> bool {
    message.contains("transport error")
}

fn refused_over_http(status: u16) -> Answer {
    Answer::Refused { code: format!("HTTP {status}"), is_retryable: RETRYABLE_HTTP.contains(&status) }
}

/// A request may be accepted in part; of honest spans none may be left out.
fn accepted(answer: &[u8]) -> Answer {
    let rejected = ExportTraceServiceResponse::decode(answer)
        .map(|answer| answer.partial_success.map_or(0, |partial| partial.rejected_spans));
    match rejected {
        Ok(0) => Answer::Acknowledged,
        Ok(count) => Answer::Refused { code: format!("{count} spans rejected"), is_retryable: false },
        Err(error) => Answer::Refused { code: format!("not an answer: {error}"), is_retryable: false },
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTracePartialSuccess;

    use super::*;

    /// Scenario: a complete, a partial and a garbled success. Guarantee: only the complete one is an acknowledgement.
    #[test]
    fn a_partial_success_is_no_acknowledgement() {
        let partial = ExportTracePartialSuccess { rejected_spans: 2, error_message: String::new() };
        let answer = ExportTraceServiceResponse { partial_success: Some(partial) }.encode_to_vec();
        assert_eq!(accepted(&[]), Answer::Acknowledged);
        assert!(matches!(accepted(&answer), Answer::Refused { is_retryable: false, .. }));
        assert!(matches!(accepted(b"\xff"), Answer::Refused { is_retryable: false, .. }));
    }

    /// Scenario: refusals over HTTP. Guarantee: those of the specification are retryable, others are not.
    #[test]
    fn http_states_are_retryable_as_specified() {
        for (status, expected) in [(429, true), (503, true), (500, false), (400, false), (507, false)] {
            assert!(
                matches!(refused_over_http(status), Answer::Refused { is_retryable, .. } if is_retryable == expected)
            );
        }
    }
}
