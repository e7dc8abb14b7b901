//! What every receiver does while something is missing: its log, the key check, room, or the other process.

use junjo_server::running::Bound;
use junjo_server::settings::Settings;
use junjo_span_store::probe_index;
use junjo_test_support::{SpanBuilder, eventually, request};
use junjo_web::{Lifecycle, SystemClock};
use prost::Message as _;
use rand::RngCore as _;
use sqlx::{Connection as _, SqliteConnection};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use super::case::{Case, Expected, Reason, Transport};
use super::check;
use super::deployment::{Deployment, Kind, Options};
use super::go_service::{self, GoService};
use super::wire;
use crate::harness::{Api, PATIENCE};

const START: u64 = 1_767_323_045_000_000_000;

/// One span as a request.
fn one_span(trace: u128) -> Vec<u8> {
    request("outage", vec![SpanBuilder::new(trace, 1, START).build()]).encode_to_vec()
}

/// Sends `case` over both transports and says what differs from what it expects.
async fn differences(case: &Case, grpc: SocketAddr, http: &[SocketAddr], key: &str) -> Vec<String> {
    let mut found = Vec::new();
    let answer = wire::grpc(grpc, &case.sent, key).await;
    found.extend(check::answer(case, Transport::Grpc, &case.expected, &answer));
    for addr in http {
        let answer = wire::http(*addr, &case.sent, key).await;
        found.extend(check::answer(case, Transport::Http, &case.expected, &answer));
    }
    found
}

async fn assert_answers(case: &Case, grpc: SocketAddr, http: &[SocketAddr], key: &str) {
    let found = differences(case, grpc, http, key).await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Scenario: ports are bound, stores are not open yet. Guarantee: gRPC, OTLP/HTTP and the main port answer at once that
/// clients should try again, and probes tell alive from ready; once open, the same ports acknowledge.
#[tokio::test(flavor = "multi_thread")]
async fn recovering_server_answers_unavailable() {
    let (dir, lifecycle) = (tempfile::tempdir().unwrap(), Lifecycle::new());
    let bound =
        Bound::bind(Settings::in_dir_with(dir.path(), &[]), SystemClock::shared(), &lifecycle).await.unwrap();
    let (grpc, http) = (bound.grpc_addrs[0], [bound.otlp_http_addrs[0], bound.http_addr]);
    let starting = Case::traces("starting", one_span(1)).refused(Reason::Unavailable, "starting");
    assert_answers(&starting, grpc, &http, "any").await;
    let api = Api::new(http[1]);
    let probes = [("/ping", 200), ("/health", 200), ("/ready", 503), ("/ready/ingest", 503)];
    for (path, code) in probes.into_iter().chain([("/otel/traces", 503), ("/", 503)]) {
        assert_eq!(api.get(path).await.0, code, "{path}");
    }
    let health = api.get("/health").await.1;
    assert_eq!((&health["index"], &health["log"]), (&"opening".into(), &"opening".into()));
    let running = bound.open(Arc::new(|path: &Path| probe_index(path)), &lifecycle).await.unwrap();
    let open = api.get("/health").await.1;
    let members =
        |health: &serde_json::Value| health.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&health), members(&open), "both are the answer that the document describes");
    api.register().await;
    let key = api.create_key().await;
    assert_eq!(api.get("/ready/ingest").await.0, 200);
    eventually("the index", PATIENCE, || async { (api.get("/ready").await.0 == 200).then_some(()) }).await;
    assert_answers(&Case::traces("open", one_span(1)), grpc, &http, &key).await;
    lifecycle.stop();
    lifecycle.supervise(tokio_stream::pending(), PATIENCE).await;
    running.app.close().await;
}

/// Scenario: an ingestion service whose log is still held by another process. Guarantee: both ports answer that clients
/// should try again, and acknowledge when the log is free.
#[tokio::test(flavor = "multi_thread")]
async fn recovering_go_service_answers_unavailable() {
    let Some(deployment) = Deployment::start(Kind::SplitGo, Options::default()).await else { return };
    let Deployment { server, key, go, .. } = deployment;
    let split = go.unwrap();
    let program = go_service::binary().unwrap();
    let token = [("JUNJO_INTERNAL_TOKEN", "between us")];
    let second = GoService::start(program, split.dir.path(), split.keys.addr, &token).await;
    let starting = Case::traces("starting", one_span(1)).refused(Reason::Unavailable, "starting");
    assert_answers(&starting, second.grpc, &[second.http], &key).await;
    split.service.kill().await;
    let open = Case::traces("open", one_span(1));
    eventually("taking over the log", PATIENCE, || async {
        differences(&open, second.grpc, &[second.http], &key).await.is_empty().then_some(())
    })
    .await;
    second.kill().await;
    server.stop().await;
}

/// Scenario: keys cannot be checked, because the accounts database fails or the server is gone. Guarantee: a key that is
/// not known yet gets "try again", never "invalid"; it works without a restart when the check does.
#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_be_checked_are_not_called_invalid() {
    for kind in Kind::ALL {
        let Some(deployment) = Deployment::start(kind, Options::default()).await else { continue };
        let key = deployment.server.api.create_key().await;
        let path = deployment.server.dir.path().join("app.db");
        let mut database = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
        match &deployment.go {
            Some(split) => split.keys.cut(),
            None => rename(&mut database, "api_keys", "hidden").await,
        }
        let outage = Case::traces("outage", one_span(1)).refused(Reason::Unavailable, "cannot be checked");
        assert_answers(&outage, deployment.grpc(), &[deployment.http()], &key).await;
        match &deployment.go {
            Some(split) => split.keys.connect(deployment.server.internal),
            None => rename(&mut database, "hidden", "api_keys").await,
        }
        let well = Case::traces("well again", one_span(1));
        eventually("checking keys again", PATIENCE, || async {
            let found = differences(&well, deployment.grpc(), &[deployment.http()], &key).await;
            found.is_empty().then_some(())
        })
        .await;
        deployment.stop().await;
    }
}

async fn rename(database: &mut SqliteConnection, from: &str, to: &str) {
    let statement = format!("ALTER TABLE {from} RENAME TO {to}");
    sqlx::query(&statement).execute(database).await.unwrap();
}

/// Scenario: more is sent at once than the log may hold, in split mode while nothing is taken out of it. Guarantee: "try
/// again" with its hints and nothing else, every acknowledged span is queryable, and acknowledgements go on when there is
/// room, which a source without `Trim` never makes.
#[tokio::test(flavor = "multi_thread")]
async fn full_log_asks_for_a_retry_and_loses_nothing() {
    for kind in Kind::ALL {
        let options =
            Options { server: vec!["--wal-max-bytes=300K"], go: vec![("JUNJO_WAL_MAX_BYTES", "300K")] };
        let Some(deployment) = Deployment::start(kind, options).await else { continue };
        if let Some(split) = &deployment.go {
            split.pull.cut();
        }
        let (mut acknowledged, mut refused) = (0, 0);
        for round in 1..=20_u128 {
            let answers = (0..8).map(|nth| fill(&deployment, round << 8 | nth));
            for was_acknowledged in futures::future::join_all(answers).await {
                if was_acknowledged { acknowledged += 1 } else { refused += 1 }
            }
            if refused > 0 {
                break;
            }
        }
        assert!(refused > 0, "the log was never full");
        if let Some(split) = &deployment.go {
            split.pull.connect(split.source);
        }
        deployment.drained(acknowledged).await;
        if kind != Kind::SplitLegacy {
            let again = Case::traces("again", one_span(1));
            eventually("room again", PATIENCE, || async {
                let found = differences(&again, deployment.grpc(), &[], &deployment.key).await;
                found.is_empty().then_some(())
            })
            .await;
        }
        deployment.stop().await;
    }
}

/// Sends one span with 200 kB that do not compress. Returns whether it was acknowledged; panics on any answer but that
/// and "the log is full, try again".
async fn fill(deployment: &Deployment, trace: u128) -> bool {
    use base64::Engine as _;
    let mut noise = vec![0; 150_000];
    rand::rng().fill_bytes(&mut noise);
    let text = base64::engine::general_purpose::STANDARD.encode(noise);
    let span = SpanBuilder::new(trace, 1, START).with("input.value", &text).build();
    let case = Case::traces("filling", request("outage", vec![span]).encode_to_vec());
    let transport = if trace.is_multiple_of(2) && deployment.kind != Kind::MainPort {
        Transport::Grpc
    } else {
        Transport::Http
    };
    let answer = match transport {
        Transport::Grpc => wire::grpc(deployment.grpc(), &case.sent, &deployment.key).await,
        Transport::Http => wire::http(deployment.http(), &case.sent, &deployment.key).await,
    };
    if check::answer(&case, transport, &Expected::OK, &answer).is_none() {
        return true;
    }
    let full = Expected::Refused(Reason::Unavailable, "of at most");
    assert_eq!(check::answer(&case, transport, &full, &answer), None);
    false
}

/// Scenario: wrong keys, and bodies that are refused. Guarantee: the status lists them with reason and sentence, those of
/// the Go service with its address; a source that is read span by span cannot tell.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_visible_in_the_status() {
    for kind in Kind::ALL {
        let Some(deployment) = Deployment::start(kind, Options::default()).await else { continue };
        let wrong = Case::traces("wrong key", one_span(1))
            .header("x-junjo-api-key", "wrong")
            .refused(Reason::Unauthenticated, "invalid API key");
        let broken = Case::traces("broken", b"\xff\xff\xff".to_vec()).refused(Reason::Invalid, "");
        for case in [wrong, broken] {
            assert_answers(&case, deployment.grpc(), &[deployment.http()], &deployment.key).await;
        }
        let api = &deployment.server.api;
        let listed = async || {
            let status = api.read("/otel/status").await;
            let listed = status["recent_rejections"].as_array().unwrap();
            let reasons: Vec<_> =
                listed.iter().map(|item| item["reason"].as_str().unwrap().to_owned()).collect();
            (reasons == ["invalid", "unauthenticated"]).then(|| listed.clone())
        };
        if kind == Kind::SplitLegacy {
            assert!(listed().await.is_none());
        } else {
            let listed = eventually("listing refusals", PATIENCE, listed).await;
            assert!(listed[1]["detail"].as_str().unwrap().contains("invalid API key"));
            assert_eq!(listed[1]["count"], 2, "equal ones in a row are counted");
            assert_eq!(listed[1]["source"].is_string(), deployment.go.is_some());
        }
        deployment.stop().await;
    }
}

/// Scenario: the server is killed and restarted while spans keep coming to the Go service. Guarantee: what was
/// acknowledged meanwhile is there afterwards, once, and the source says that it is connected and has no lag.
#[tokio::test(flavor = "multi_thread")]
async fn server_that_was_away_catches_up() {
    for kind in [Kind::SplitGo, Kind::SplitLegacy] {
        let Some(deployment) = Deployment::start(kind, Options::default()).await else { continue };
        let split = deployment.go.as_ref().unwrap();
        split.pull.cut();
        for trace in 1..=20 {
            let case = Case::traces("meanwhile", one_span(trace));
            assert_answers(&case, deployment.grpc(), &[deployment.http()], &deployment.key).await;
        }
        let state = eventually("noticing", PATIENCE, || async {
            let status = deployment.server.api.read("/otel/status").await;
            (status["sources"][0]["connected"] == false).then(|| status["sources"][0].clone())
        })
        .await;
        assert!(state["last_error"].is_string());
        split.pull.connect(split.source);
        deployment.drained(40).await;
        let status = deployment.server.api.read("/otel/status").await;
        assert_eq!((&status["store"]["spans"], &status["duplicate_spans"]), (&20.into(), &20.into()));
        eventually("saying so", PATIENCE, || async {
            let source = deployment.server.api.read("/otel/status").await["sources"][0].clone();
            (source["connected"] == true && source["lag_ms"] == 0).then_some(())
        })
        .await;
        let (_, metrics) = deployment.server.api.get("/metrics").await;
        assert!(metrics.as_str().unwrap().contains("junjo_pull_lag_seconds{source="));
        deployment.stop().await;
    }
}
