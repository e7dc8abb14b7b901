//! The server's log, read while it runs: addresses, seals, and anything above info.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

/// Lines above info that are kept.
const PROBLEMS_MAX: usize = 20;

/// Where the server listens.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) http: SocketAddr,
    pub(crate) grpc: SocketAddr,
    /// OTLP/HTTP on a port of its own; else it is on the main port.
    pub(crate) otlp_http: Option<SocketAddr>,
}

/// What the log said so far.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct LogSummary {
    /// Spans in sealed archive files.
    pub(crate) sealed_spans: u64,
    /// Bytes of those files.
    pub(crate) sealed_bytes: u64,
    /// Lines above info, the first few.
    pub(crate) problems: Vec<String>,
}

/// A log being read by a thread of its own, so that the server never waits for its reader.
pub(crate) struct Log {
    summary: Arc<Mutex<LogSummary>>,
    pub(crate) ready: Receiver<Addresses>,
}

impl Log {
    pub(crate) fn follow(output: impl Read + Send + 'static) -> Self {
        let (sender, ready) = channel();
        let summary = Arc::new(Mutex::new(LogSummary::default()));
        let shared = Arc::clone(&summary);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let event: Value = serde_json::from_str(&line).unwrap_or_default();
                if let Some(addresses) = ready_addresses(&event) {
                    let _ = sender.send(addresses);
                }
                shared.lock().unwrap_or_else(PoisonError::into_inner).note(&event, &line);
            }
        });
        Self { summary, ready }
    }

    pub(crate) fn summary(&self) -> LogSummary {
        self.summary.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl LogSummary {
    fn note(&mut self, event: &Value, line: &str) {
        if event["message"] == "sealed" {
            self.sealed_spans += event["rows"].as_u64().unwrap_or(0);
            self.sealed_bytes += event["bytes"].as_u64().unwrap_or(0);
        }
        if matches!(event["level"].as_str(), Some("WARN" | "ERROR")) && self.problems.len() < PROBLEMS_MAX {
            self.problems.push(line.to_owned());
        }
    }
}

fn ready_addresses(event: &Value) -> Option<Addresses> {
    event["message"].as_str().filter(|message| message.starts_with("ready"))?;
    Some(Addresses {
        http: event["http_addr"].as_str()?.parse().ok()?,
        grpc: first_address(&event["grpc_addrs"])?,
        otlp_http: first_address(&event["otlp_http_addrs"]),
    })
}

/// The first of a list that is written like `[127.0.0.1:50051, 127.0.0.1:26155]`.
fn first_address(value: &Value) -> Option<SocketAddr> {
    value.as_str()?.trim_matches(['[', ']']).split(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Scenario: a ready line with two gRPC addresses. Guarantee: the first is used; other lines are not taken for it.
    #[test]
    fn ready_addresses_reads_the_ready_line() {
        let line = json!({"message": "ready: open the page", "http_addr": "127.0.0.1:1",
            "grpc_addrs": "[127.0.0.1:2, 127.0.0.1:3]"});
        let found = ready_addresses(&line).unwrap();
        assert_eq!((found.http.port(), found.grpc.port(), found.otlp_http), (1, 2, None));
        assert!(ready_addresses(&json!({"message": "starting"})).is_none());
    }

    /// Scenario: seals and a warning. Guarantee: sums and the warning's line are kept, info is not.
    #[test]
    fn note_sums_seals_and_keeps_problems() {
        let mut summary = LogSummary::default();
        summary.note(&json!({"message": "sealed", "level": "INFO", "rows": 5, "bytes": 70}), "one");
        summary.note(&json!({"message": "sealed", "level": "INFO", "rows": 5, "bytes": 30}), "two");
        summary.note(&json!({"message": "wal trim failed", "level": "WARN"}), "three");
        assert_eq!((summary.sealed_spans, summary.sealed_bytes), (10, 100));
        assert_eq!(summary.problems, ["three"]);
    }
}
