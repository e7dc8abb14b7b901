//! `old-page`: how quickly the Go server's API answers over many runs of workflows, which are sent with their states and graphs,
//! and read before and after they are in the archive.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::ensure;
use reqwest::Client;
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::OldPageArgs;
use crate::clock::unix_nanos;
use crate::load::Latencies;
use crate::measure::Memory;
use crate::subject::{Api, ServerProcess, program};

const BUILD_SERVER: &str = "cargo build --release -p junjo-server";
const SERVICE: &str = "bench";
/// Runs a request.
const BATCH: u64 = 250;
/// Nodes of a run.
const NODES: u64 = 3;
/// Between two looks whether everything is there.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// Longest wait for that.
const LOOK_LIMIT: Duration = Duration::from_mins(5);

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    runs: u64,
    state_bytes: u64,
    in_the_log: Vec<Question>,
    in_the_archive: Vec<Question>,
    peak_bytes: u64,
}

/// One of the old page's calls.
#[derive(Debug, Serialize)]
struct Question {
    name: &'static str,
    bytes: usize,
    p50_millis: f64,
    max_millis: f64,
}

/// Fills a server of its own, and asks.
pub(crate) async fn run(args: &OldPageArgs) -> anyhow::Result<Measured> {
    let server = program(args.server.as_ref(), "junjo-server", BUILD_SERVER)?;
    let dir = tempfile::tempdir()?;
    let unsealed = ["--otlp-http-addr=127.0.0.1:0", "--seal-seconds=86400", "--seal-bytes=16G"];
    let process = ServerProcess::start(&server, dir.path(), &unsealed.map(str::to_owned))?;
    let api = Api::register(process.http()).await?;
    send(&process, &api.create_key().await?, args).await?;
    wait_until(&api, |status| status.index == "ok" && status.indexed_spans >= args.runs * (NODES + 1))
        .await?;
    let in_the_log = ask(&api, args).await?;
    process.stop().await?;
    let sealed = ["--otlp-http-addr=127.0.0.1:0", "--seal-seconds=1"];
    let process = ServerProcess::start(&server, dir.path(), &sealed.map(str::to_owned))?;
    let api = Api::sign_in(process.http()).await?;
    wait_until(&api, |status| status.index == "ok" && status.wal.batches == 0).await?;
    let in_the_archive = ask(&api, args).await?;
    let peak_bytes = Memory::of(process.pid()).peak_bytes;
    process.stop().await?;
    Ok(Measured { runs: args.runs, state_bytes: args.state_bytes, in_the_log, in_the_archive, peak_bytes })
}

async fn wait_until(api: &Api, is_there: impl Fn(&crate::subject::Status) -> bool) -> anyhow::Result<()> {
    let started = Instant::now();
    while !is_there(&api.status().await?) {
        ensure!(started.elapsed() < LOOK_LIMIT, "the spans are not there within {LOOK_LIMIT:?}");
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
    Ok(())
}

async fn send(process: &ServerProcess, key: &str, args: &OldPageArgs) -> anyhow::Result<()> {
    let client = Client::new();
    let url = format!("http://{}/v1/traces", process.http());
    let end = unix_nanos();
    for first in (0..args.runs).step_by(BATCH as usize) {
        let runs = first..args.runs.min(first + BATCH);
        let spans: Vec<Value> = runs.flat_map(|number| one_run(number, end, args.state_bytes)).collect();
        let body = json!({"resourceSpans": [{
            "resource": {"attributes": [text("service.name", SERVICE)]}, "scopeSpans": [{"spans": spans}],
        }]});
        let request = client.post(&url).header("x-junjo-api-key", key);
        let request = request.header("content-type", "application/json").body(body.to_string());
        request.send().await?.error_for_status()?;
    }
    Ok(())
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// A workflow with its graph, its states, and a call of a model below its first node in every second run.
fn one_run(number: u64, end_unix_nano: u64, state_bytes: u64) -> Vec<Value> {
    let start = end_unix_nano - (number + 1) * 1_000_000;
    let trace = format!("{:032x}", u128::from(number) + 1);
    let span = |place: u64, parent: u64, attributes: Vec<Value>| {
        json!({
            "traceId": trace, "spanId": format!("{:016x}", number * 8 + place + 1), "name": format!("span {place}"),
            "parentSpanId": if place == 0 { String::new() } else { format!("{:016x}", number * 8 + parent + 1) },
            "kind": 1, "startTimeUnixNano": (start + place * 1_000).to_string(),
            "endTimeUnixNano": (start + 900_000).to_string(), "attributes": attributes,
        })
    };
    let ids: Vec<String> = (1..=NODES).map(|node| format!("node-{number}-{node}")).collect();
    let nodes: Vec<Value> = ids.iter().map(|id| json!({"id": id, "type": "Node", "label": id})).collect();
    let state = json!({"notes": "x".repeat(state_bytes as usize)}).to_string();
    let mut spans = vec![span(
        0,
        0,
        vec![
            text("junjo.span_type", "workflow"),
            text("junjo.id", &format!("workflow-{number}")),
            text("junjo.workflow.state.start", &state),
            text("junjo.workflow.state.end", &state),
            text("junjo.workflow.graph_structure", &json!({"v": 1, "nodes": nodes, "edges": []}).to_string()),
            text("junjo.workflow.store.id", "store"),
        ],
    )];
    for (place, id) in (1..).zip(&ids) {
        let is_model = place == NODES && number.is_multiple_of(2);
        let kind =
            if is_model { text("openinference.span.kind", "LLM") } else { text("junjo.span_type", "node") };
        spans.push(span(place, 0, vec![kind, text("junjo.id", id)]));
    }
    spans
}

async fn ask(api: &Api, args: &OldPageArgs) -> anyhow::Result<Vec<Question>> {
    let trace = format!("{:032x}", 1);
    let questions = [
        ("services", "/otel/span-service-names".to_owned()),
        ("workflows", format!("/otel/spans/type/workflow/{SERVICE}")),
        ("root spans", format!("/otel/service/{SERVICE}/root-spans")),
        ("root spans with a model", format!("/otel/service/{SERVICE}/root-spans-filtered")),
        ("a trace", format!("/otel/trace/{trace}/nested-spans")),
        ("a span", format!("/otel/trace/{trace}/span/{:016x}", 1)),
    ];
    let mut answers = Vec::new();
    for (name, path) in questions {
        let (mut latencies, mut bytes) = (Latencies::default(), 0);
        for _ in 0..args.calls {
            let started = Instant::now();
            bytes = api.get(&path).await?.len();
            latencies.add(started.elapsed());
        }
        ensure!(bytes > "[]\n".len(), "{path} is empty");
        let (p50_millis, max_millis) = (latencies.percentile_millis(0.5), latencies.percentile_millis(1.0));
        answers.push(Question { name, bytes, p50_millis, max_millis });
    }
    Ok(answers)
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} runs, {} bytes in each of their two states", self.runs, self.state_bytes)?;
        for (place, questions) in [("log", &self.in_the_log), ("archive", &self.in_the_archive)] {
            writeln!(
                formatter,
                "{:<32} {:>10} {:>10} {:>10}",
                format!("in the {place}"),
                "KiB",
                "p50 ms",
                "max ms"
            )?;
            for Question { name, bytes, p50_millis, max_millis } in questions {
                writeln!(formatter, "{name:<32} {:>10} {p50_millis:>10.1} {max_millis:>10.1}", bytes >> 10)?;
            }
        }
        write!(formatter, "resident memory: {} MiB at most", self.peak_bytes >> 20)
    }
}
