//! Compares what a client got, and what the API shows, with what a case expects. Returns differences as sentences, so
//! that one run shows all of them.

use serde_json::Value;

use super::case::{Case, Expected, Format, Shown, Signal, Transport};
use super::deployment::Deployment;
use super::wire::Answer;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;
use tonic_types::StatusExt as _;

/// `google.rpc.RetryInfo` of one second.
const RETRY_INFO: &[u8] = &[0x0a, 0x02, 0x08, 0x03];

/// What is wrong with an answer.
pub(crate) fn answer(
    case: &Case,
    transport: Transport,
    expected: &Expected,
    answer: &Answer,
) -> Option<String> {
    let outcome = match (expected, transport) {
        (Expected::Accepted { rejected }, Transport::Http) => accepted_http(case, *rejected, answer),
        (Expected::Accepted { rejected }, Transport::Grpc) => accepted_grpc(case, *rejected, answer),
        (Expected::Refused(reason, says), Transport::Http) => {
            let (status, code, _) = reason.spelling();
            refused_http((status, code, says), answer)
        }
        (Expected::Refused(reason, says), Transport::Grpc) => {
            refused_grpc((reason.spelling().2, says), answer)
        }
        (Expected::Http(status, headers), _) => plain(*status, headers, answer),
    };
    outcome.err().map(|why| format!("{} over {transport:?}: {why}; the answer was {answer:?}", case.name))
}

fn ensure(holds: bool, why: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why.into()) }
}

fn rejected_in(signal: Signal, body: &[u8]) -> Result<(i64, String), String> {
    match signal {
        Signal::Traces => {
            let response = ExportTraceServiceResponse::decode(body).map_err(|error| error.to_string())?;
            let partial = response.partial_success.unwrap_or_default();
            Ok((partial.rejected_spans, partial.error_message))
        }
        Signal::Logs => {
            let response = ExportLogsServiceResponse::decode(body).map_err(|error| error.to_string())?;
            let partial = response.partial_success.unwrap_or_default();
            Ok((partial.rejected_log_records, partial.error_message))
        }
        Signal::Metrics => Ok((0, String::new())),
    }
}

fn accepted_http(case: &Case, rejected: i64, answer: &Answer) -> Result<(), String> {
    ensure(answer.status == 200, "not acknowledged")?;
    let content_type = answer.header("content-type");
    match case.sent.format {
        Format::Protobuf => {
            ensure(content_type == Some("application/x-protobuf"), "the content type is not the request's")?;
            partial(case.sent.signal, rejected, &answer.body)
        }
        Format::Json => {
            ensure(content_type == Some("application/json"), "the content type is not the request's")?;
            let body: Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
            let told = body["partialSuccess"]["rejectedSpans"].as_str().unwrap_or("0");
            ensure(told == rejected.to_string(), format!("{rejected} rejected expected"))?;
            ensure(rejected > 0 || answer.body == b"{}", "success without rejections is {}")
        }
    }
}

fn partial(signal: Signal, rejected: i64, body: &[u8]) -> Result<(), String> {
    let (told, message) = rejected_in(signal, body)?;
    ensure(told == rejected, format!("{rejected} rejected expected, {told} told"))?;
    ensure(rejected == 0 || message.len() > 10, "partial success says why")?;
    ensure(rejected > 0 || body.is_empty(), "success without rejections is empty")
}

fn accepted_grpc(case: &Case, rejected: i64, answer: &Answer) -> Result<(), String> {
    ensure(answer.status == 200 && answer.grpc_code() == 0, "not acknowledged")?;
    ensure(answer.header("content-type") == Some("application/grpc"), "no gRPC content type")?;
    partial(case.sent.signal, rejected, &answer.body)
}

fn refused_http((status, code, says): (u16, i32, &str), answer: &Answer) -> Result<(), String> {
    ensure(answer.status == status, format!("status {status} expected"))?;
    let (told, message) = answer.rpc_status();
    ensure(told == code, format!("code {code} expected"))?;
    ensure(message.len() > 10 && message.contains(says), format!("the sentence must contain {says:?}"))?;
    let retry = (status == 503).then_some("3");
    ensure(answer.header("retry-after") == retry, format!("retry-after {retry:?} expected"))?;
    let challenge = (status == 401).then_some("Bearer");
    ensure(
        answer.header("www-authenticate") == challenge,
        format!("www-authenticate {challenge:?} expected"),
    )?;
    let spoken = answer.header("accept-encoding").is_some_and(|list| list.contains("gzip"));
    ensure(spoken == (code == 12 && status == 415), "accept-encoding belongs to unknown encodings")
}

fn refused_grpc((code, says): (i32, &str), answer: &Answer) -> Result<(), String> {
    ensure(answer.status == 200, "gRPC answers with HTTP status 200")?;
    ensure(answer.grpc_code() == code, format!("code {code} expected"))?;
    let message = answer.grpc_message();
    ensure(message.len() > 10 && message.contains(says), format!("the sentence must contain {says:?}"))?;
    let info = answer.binary("google.rpc.retryinfo-bin");
    let details = answer.binary("grpc-status-details-bin");
    if code != 14 {
        return ensure(info.is_none(), "only UNAVAILABLE is worth a retry");
    }
    ensure(info.as_deref() == Some(RETRY_INFO), "google.rpc.retryinfo-bin says 3 s, for Python")?;
    let status = tonic::Status::with_details(
        tonic::Code::Unavailable,
        message,
        details.ok_or("grpc-status-details-bin is missing")?.into(),
    );
    let delay = status.get_details_retry_info().and_then(|info| info.retry_delay);
    ensure(
        delay == Some(std::time::Duration::from_secs(3)),
        "grpc-status-details-bin says 3 s, for the others",
    )
}

fn plain(status: u16, headers: &[(&str, Option<&str>)], answer: &Answer) -> Result<(), String> {
    ensure(answer.status == status, format!("status {status} expected"))?;
    for (name, value) in headers {
        ensure(answer.header(name) == *value, format!("{name}: {value:?} expected"))?;
    }
    Ok(())
}

/// What is wrong with what the API shows of `trace`.
pub(crate) async fn shown(case: &Case, deployment: &Deployment, trace: u128) -> Option<String> {
    let problem = match &case.shown {
        Shown::Nothing => {
            let (code, _) = deployment.server.api.get(&format!("/otel/trace/{trace:032x}")).await;
            (code != 404).then(|| format!("the trace must be unknown, not {code}"))
        }
        Shown::Count(count) => {
            let page = deployment.server.api.read(&format!("/otel/trace/{trace:032x}")).await;
            let found = &page["summary"]["span_count"];
            (*found != *count).then(|| format!("{count} spans expected, {found} found"))
        }
        Shown::Spans(expected) => spans(expected, deployment, trace).await,
    };
    problem.map(|why| format!("{} in {trace:x}: {why}", case.name))
}

async fn spans(expected: &[Value], deployment: &Deployment, trace: u128) -> Option<String> {
    let api = &deployment.server.api;
    let (code, page) = api.get(&format!("/otel/trace/{trace:032x}")).await;
    if code != 200 {
        return Some(format!("the trace is unknown ({code})"));
    }
    let mut ids: Vec<&str> =
        page["spans"].as_array()?.iter().filter_map(|span| span["span_id"].as_str()).collect();
    ids.sort_unstable();
    if ids.len() != expected.len() {
        return Some(format!("{} spans expected, {ids:?} found", expected.len()));
    }
    for (id, expected) in ids.iter().zip(expected) {
        let mut span = api.read(&format!("/otel/spans/{trace:032x}/{id}")).await;
        let mut expected = expected.clone();
        for member in deployment.kind.lost() {
            for value in [&mut span, &mut expected] {
                value.as_object_mut()?.shift_remove(*member);
            }
        }
        if let Some(difference) = difference(&expected, &span, id) {
            return Some(difference);
        }
    }
    None
}

/// The first member of `expected` that `found` does not have, at any depth.
fn difference(expected: &Value, found: &Value, path: &str) -> Option<String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => expected.iter().find_map(|(name, value)| {
            difference(value, found.get(name).unwrap_or(&Value::Null), &format!("{path}.{name}"))
        }),
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            let pairs = expected.iter().zip(found).enumerate();
            pairs
                .into_iter()
                .find_map(|(at, (expected, found))| difference(expected, found, &format!("{path}[{at}]")))
        }
        _ if expected == found => None,
        _ => Some(format!("{path} is {found}, expected {expected}")),
    }
}
