//! One table of requests, checked against every way to run the product: the embedded receiver on both of its HTTP ports,
//! and the Go service read batch by batch and span by span. A case is data (`case`); what differs on purpose is too.

mod case;
mod cases;
mod check;
mod deployment;
mod go_service;
mod outages;
mod relay;
mod spans_only;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use junjo_test_support::{delimited_messages, fixture};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;

use case::{Case, Expected, Signal, TRACE_ID, Transport};
use deployment::{Deployment, Kind, Options};

/// Where in a body ids stand; large ones are padding after that.
const IDS_WITHIN: usize = 2 << 20;

/// Sends every case, then looks at what each one left behind. All differences are reported at once.
async fn check_all(deployment: &Deployment, cases: &[Case]) {
    let mut differences = Vec::new();
    let mut sent = Vec::new();
    let before = deployment.server.api.read("/otel/status").await["accepted_spans"].as_u64().unwrap();
    let mut spans = before;
    for (at, case) in cases.iter().enumerate() {
        for transport in &case.over {
            if deployment.kind == Kind::MainPort && *transport == Transport::Grpc {
                continue;
            }
            let trace = (0xc0_4f_u128 << 64) | (at as u128) << 8 | u128::from(*transport == Transport::Grpc);
            let mut request = case.sent.clone();
            request.body = with_trace_id(&request.body, trace);
            let answer = match transport {
                Transport::Http => wire::http(deployment.http(), &request, &deployment.key).await,
                Transport::Grpc => wire::grpc(deployment.grpc(), &request, &deployment.key).await,
            };
            let from_go = case.from_go.as_ref().filter(|_| deployment.kind.is_split());
            differences.extend(check::answer(case, *transport, from_go.unwrap_or(&case.expected), &answer));
            if from_go.is_none_or(Expected::is_success) {
                spans += case.accepted_spans;
                sent.push((case, trace));
            }
        }
    }
    let report = |differences: &[String]| {
        assert!(differences.is_empty(), "{:?}:\n{}", deployment.kind, differences.join("\n"));
    };
    report(&differences);
    deployment.drained(spans).await;
    for (case, trace) in sent {
        differences.extend(check::shown(case, deployment, trace).await);
    }
    report(&differences);
}

/// `body` with another trace id, wherever it stands in bytes, hex or base64.
fn with_trace_id(body: &[u8], trace: u128) -> Vec<u8> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let (old, new) = (u128::from_be_bytes(TRACE_ID), trace);
    let base64 = |id: u128| STANDARD.encode(id.to_be_bytes()).into_bytes();
    let spellings = [
        (TRACE_ID.to_vec(), new.to_be_bytes().to_vec()),
        (format!("{old:032x}").into_bytes(), format!("{new:032x}").into_bytes()),
        (format!("{old:032X}").into_bytes(), format!("{new:032X}").into_bytes()),
        (base64(old), base64(new)),
    ];
    let mut body = body.to_vec();
    for (old, new) in spellings {
        let (mut at, end) = (0, body.len().min(IDS_WITHIN));
        while let Some(found) = body[at..end].windows(old.len()).position(|window| window == old) {
            body[at + found..at + found + old.len()].copy_from_slice(&new);
            at += found + old.len();
        }
    }
    body
}

/// Runs a part of the table on every kind, one after the other.
async fn on_every_kind(cases: &[Case]) {
    for kind in Kind::ALL {
        if let Some(deployment) = Deployment::start(kind, Options::default()).await {
            check_all(&deployment, cases).await;
            deployment.stop().await;
        }
    }
}

/// Scenario: every well-formed request of the kit's `gen_edge.py`. Guarantee: odd data is kept and shown as meant, spans
/// that cannot be kept are counted in `partial_success`.
#[tokio::test(flavor = "multi_thread")]
async fn odd_data_is_kept_by_every_receiver() {
    on_every_kind(&cases::odd_data::cases()).await;
}

/// Scenario: broken, compressed, chunked and mislabelled bodies. Guarantee: the status that makes clients do the right
/// thing, and nothing of a refused request is stored.
#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_judged_alike_by_every_receiver() {
    on_every_kind(&cases::bodies::cases()).await;
}

/// Scenario: OTLP in JSON as JavaScript, hand-written clients and other mappings spell it. Guarantee: the embedded
/// receiver reads it as meant; the Go service refuses it with the protocol to use.
#[tokio::test(flavor = "multi_thread")]
async fn json_is_read_by_the_embedded_receiver_and_refused_by_go() {
    on_every_kind(&cases::json::cases()).await;
}

/// Scenario: keys in every place, wrong ones, several at once. Guarantee: the documented order, and refusals that
/// clients do not retry.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_found_alike_by_every_receiver() {
    on_every_kind(&cases::keys::cases()).await;
}

/// Scenario: preflights and requests from browsers. Guarantee: any origin, no credentials, errors readable by the page;
/// the Go service, which no browser talks to, says so.
#[tokio::test(flavor = "multi_thread")]
async fn browsers_are_answered_by_the_embedded_receiver() {
    on_every_kind(&cases::browsers::cases()).await;
}

/// Scenario: sizes, counts and depths around small limits, in every compression. Guarantee: the last allowed one is
/// stored, the first that is not gets an answer that names the limit and is not retried.
#[tokio::test(flavor = "multi_thread")]
async fn limits_are_kept_alike_by_every_receiver() {
    for kind in Kind::ALL {
        let (server, go) = (cases::limits::SMALL_ON_SERVER.to_vec(), cases::limits::SMALL_ON_GO.to_vec());
        if let Some(deployment) = Deployment::start(kind, Options { server, go }).await {
            check_all(&deployment, &cases::limits::small()).await;
            deployment.stop().await;
        }
    }
}

/// Scenario: messages of 64 MiB, one byte more, and bombs, without settings. Guarantee: as the specification recommends.
#[tokio::test(flavor = "multi_thread")]
async fn whole_limits_are_kept_alike() {
    for kind in [Kind::Embedded, Kind::SplitGo] {
        if let Some(deployment) = Deployment::start(kind, Options::default()).await {
            check_all(&deployment, &cases::limits::whole()).await;
            deployment.stop().await;
        }
    }
}

/// Scenario: captures of real SDKs and instrumentations, as recorded. Guarantee: whatever receives and however it is
/// pulled, exactly the spans that were sent are in the API.
#[tokio::test(flavor = "multi_thread")]
async fn captures_arrive_whole_by_every_way() {
    const CAPTURES: [&str; 5] = [
        "junjo_capture.bin",
        "junjo_capture_0.61.1.bin",
        "genai_capture.bin",
        "real_openinference.bin",
        "real_otel-v2.bin",
    ];
    for kind in Kind::ALL {
        let Some(deployment) = Deployment::start(kind, Options::default()).await else { continue };
        let (mut expected, mut spans) = (BTreeMap::new(), 0);
        for (at, message) in CAPTURES.iter().flat_map(|name| delimited_messages(&fixture(name))).enumerate() {
            spans += span_ids(&message, &mut expected);
            let case = Case::traces("capture", message);
            let answer = if at % 2 == 0 || kind == Kind::MainPort {
                let answer = wire::http(deployment.http(), &case.sent, &deployment.key).await;
                check::answer(&case, Transport::Http, &Expected::OK, &answer)
            } else {
                let answer = wire::grpc(deployment.grpc(), &case.sent, &deployment.key).await;
                check::answer(&case, Transport::Grpc, &Expected::OK, &answer)
            };
            assert_eq!(answer, None);
        }
        deployment.drained(spans).await;
        let mut found = BTreeMap::new();
        for trace in expected.keys() {
            let page = deployment.server.api.read(&format!("/otel/trace/{trace}")).await;
            let ids = page["spans"].as_array().unwrap().iter();
            let ids = ids.map(|span| span["span_id"].as_str().unwrap().to_owned()).collect();
            found.insert(trace.clone(), ids);
        }
        assert_eq!(found, expected, "{kind:?}");
        deployment.stop().await;
    }
}

/// Scenario: metrics and logs of an instrumentation, over both transports. Guarantee: every receiver accepts them, counts
/// the same data points, and makes no spans of them.
#[tokio::test(flavor = "multi_thread")]
async fn metrics_and_logs_are_accepted_by_every_receiver() {
    let mut counted = Vec::new();
    for kind in Kind::ALL {
        let Some(deployment) = Deployment::start(kind, Options::default()).await else { continue };
        for (name, signal) in
            [("real_otel-v2.metrics.bin", Signal::Metrics), ("real_otel-v2.logs.bin", Signal::Logs)]
        {
            for message in delimited_messages(&fixture(name)) {
                let case = Case::traces(name, message).signal(signal);
                let answer = wire::http(deployment.http(), &case.sent, &deployment.key).await;
                assert_eq!(check::answer(&case, Transport::Http, &Expected::OK, &answer), None);
                let answer = wire::grpc(deployment.grpc(), &case.sent, &deployment.key).await;
                assert_eq!(check::answer(&case, Transport::Grpc, &Expected::OK, &answer), None);
            }
        }
        deployment.drained(0).await;
        counted.push(deployment.metric_points().await);
        deployment.stop().await;
    }
    assert!(counted[0] > 0 && counted.iter().all(|count| *count == counted[0]), "{counted:?}");
}

/// Adds the ids of a request to `ids`, and returns how many spans it has.
fn span_ids(message: &[u8], ids: &mut BTreeMap<String, BTreeSet<String>>) -> u64 {
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let request = ExportTraceServiceRequest::decode(message).unwrap();
    let spans = request.resource_spans.iter().flat_map(|r| &r.scope_spans).flat_map(|s| &s.spans);
    let mut count = 0;
    for span in spans {
        ids.entry(hex(&span.trace_id)).or_default().insert(hex(&span.span_id));
        count += 1;
    }
    count
}

/// Scenario: calls framed oddly, other methods, other paths. Guarantee: one sound message is stored, everything else has
/// a status that is not retried.
#[tokio::test(flavor = "multi_thread")]
async fn framing_is_judged_alike_by_every_receiver() {
    on_every_kind(&cases::framing::cases()).await;
}
