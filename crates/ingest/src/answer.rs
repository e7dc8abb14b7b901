//! What clients are told in a body: `Export*ServiceResponse` on success, `google.rpc.Status` otherwise, in protobuf or
//! in JSON.

use junjo_span_model::Signal;
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsPartialSuccess, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message as _;
use serde_json::json;
use tonic::Code;
use tonic_types::Status as RpcStatus;

use crate::receiver::{Format, Outcome};

/// The response message: empty when everything was accepted, as the specification demands.
pub(crate) fn success(signal: Signal, outcome: &Outcome, format: Format) -> Vec<u8> {
    let rejected = i64::from(outcome.rejected);
    let error_message = outcome.message.clone();
    match (format, signal) {
        (Format::Protobuf, _) if rejected == 0 => Vec::new(),
        (Format::Protobuf, Signal::Traces) => ExportTraceServiceResponse {
            partial_success: Some(ExportTracePartialSuccess { rejected_spans: rejected, error_message }),
        }
        .encode_to_vec(),
        (Format::Protobuf, Signal::Logs) => ExportLogsServiceResponse {
            partial_success: Some(ExportLogsPartialSuccess { rejected_log_records: rejected, error_message }),
        }
        .encode_to_vec(),
        // data points are counted, never rejected
        (Format::Protobuf, Signal::Metrics) => Vec::new(),
        (Format::Json, _) if rejected == 0 => b"{}".to_vec(),
        (Format::Json, _) => {
            let member = match signal {
                Signal::Traces => "rejectedSpans",
                Signal::Logs => "rejectedLogRecords",
                Signal::Metrics => "rejectedDataPoints",
            };
            let partial = json!({ member: rejected.to_string(), "errorMessage": error_message });
            json!({ "partialSuccess": partial }).to_string().into_bytes()
        }
    }
}

/// A `google.rpc.Status`.
pub(crate) fn failure(code: Code, message: String, format: Format) -> Vec<u8> {
    let code = i32::from(code);
    match format {
        Format::Protobuf => RpcStatus { code, message, details: Vec::new() }.encode_to_vec(),
        Format::Json => json!({ "code": code, "message": message }).to_string().into_bytes(),
    }
}
