//! What tests send, and waiting until it can be read.

use junjo_test_support::{OtlpClient, eventually, text};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value as OtlpValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;
use serde_json::Value;

use crate::harness::{Api, PATIENCE};

/// 2026-01-02T03:04:05Z
pub(crate) const START: u64 = 1_767_323_045_000_000_000;

/// The gRPC service of log records.
pub(crate) const LOGS: &str = "logs.v1.LogsService";

/// A plain record of span 1 of trace 1.
pub(crate) fn record(number: u64, body: &str) -> LogRecord {
    LogRecord {
        time_unix_nano: START + number,
        severity_number: 9,
        trace_id: 1_u128.to_be_bytes().to_vec(),
        span_id: 1_u64.to_be_bytes().to_vec(),
        body: Some(AnyValue { value: Some(OtlpValue::StringValue(body.to_owned())) }),
        ..Default::default()
    }
}

pub(crate) fn logs_request(service: &str, log_records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(Resource {
                attributes: vec![text("service.name", service)],
                ..Default::default()
            }),
            scope_logs: vec![ScopeLogs { log_records, ..Default::default() }],
            ..Default::default()
        }],
    }
}

/// A prompt of span 1 of trace 1, as older instrumentations send it.
pub(crate) fn prompt(content: &str) -> LogRecord {
    LogRecord {
        event_name: "gen_ai.user.message".into(),
        attributes: vec![text("gen_ai.system", "openai"), text("content", content)],
        body: None,
        ..record(1, "")
    }
}

/// Sends log records of the service `shop`.
pub(crate) async fn send_logs(client: &OtlpClient, records: Vec<LogRecord>) {
    let message = logs_request("shop", records).encode_to_vec();
    client.call(LOGS, message.into()).await.unwrap();
}

/// Waits until spans and log records are queryable.
pub(crate) async fn drained(api: &Api) -> Value {
    eventually("draining", PATIENCE, || async {
        let (code, status) = api.get("/otel/status").await;
        let equal = |accepted: &str, indexed: &str| status[accepted] == status[indexed];
        let is_drained = code == 200
            && status["index"] == "ok"
            && equal("accepted_spans", "indexed_spans")
            && equal("accepted_logs", "indexed_logs");
        is_drained.then_some(status)
    })
    .await
}
