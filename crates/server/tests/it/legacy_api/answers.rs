//! What the real Go server answered, asked again of this one in the same order.

use std::collections::BTreeSet;
use std::io::Read as _;

use flate2::read::GzDecoder;
use junjo_test_support::{delimited_messages, fixture};
use reqwest::Method;
use serde_json::Value;

use super::browser::{Answered, Ask, Browser, index_is_open};
use super::compare::differences;
use super::differences::Documented;
use crate::harness::TestServer;

/// The captures that the Go server had, in the order in which it got them.
const CAPTURES: [&str; 2] = ["junjo_capture.bin", "junjo_capture_0.61.1.bin"];

/// One answer of the Go server.
pub(super) struct Recorded {
    group: &'static str,
    entry: Value,
}

impl Recorded {
    /// `group/id`.
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.group, self.id())
    }

    fn id(&self) -> &str {
        self.entry["id"].as_str().unwrap()
    }

    pub(super) fn entry(&self) -> &Value {
        &self.entry
    }
}

fn group(name: &'static str, text: &str) -> Vec<Recorded> {
    let entries: Vec<Value> = serde_json::from_str(text).unwrap();
    entries.into_iter().map(|entry| Recorded { group: name, entry }).collect()
}

fn telemetry() -> Vec<Recorded> {
    let mut text = String::new();
    GzDecoder::new(&include_bytes!("go_answers/otel.json.gz")[..]).read_to_string(&mut text).unwrap();
    group("otel", &text)
}

/// Asks again, and gathers what differs.
struct Replay {
    browser: Browser,
    /// The key of the entry named `create`.
    key: String,
    found: BTreeSet<String>,
}

impl Replay {
    async fn all(&mut self, recorded: &[Recorded], wanted: impl Fn(&str) -> bool) {
        let mut asked = 0;
        for recorded in recorded.iter().filter(|recorded| wanted(recorded.id())) {
            let answered = self.again(recorded).await;
            self.found.extend(differences(recorded, &answered));
            asked += 1;
        }
        assert!(asked > 0, "no such entry");
    }

    async fn again(&mut self, recorded: &Recorded) -> Answered {
        let request = &recorded.entry["request"];
        let mut headers = Vec::new();
        for (name, value) in request["headers"].as_object().unwrap() {
            let value = value.as_str().unwrap();
            let value = if name == "cookie" { self.cookie(recorded.id(), value) } else { value.to_owned() };
            headers.push((name.clone(), value));
        }
        if request["json"].is_object() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let json = request.get("json").map(Value::to_string);
        let body = json.or_else(|| request["body"].as_str().map(str::to_owned));
        let is_unknown = recorded.id() == "delete: unknown";
        let key = if is_unknown { "0".repeat(64) } else { self.key.clone() };
        let path = request["path"].as_str().unwrap().replace("KEY", &key);
        let method = Method::from_bytes(request["method"].as_str().unwrap().as_bytes()).unwrap();
        // what a request without cookies is given is not kept
        let kept = (self.browser.session.clone(), self.browser.csrf.clone());
        let answered = self.browser.ask(Ask { method, path: &path, headers, body }).await;
        if recorded.id() == "signed in" {
            return answered;
        }
        if recorded.id() == "create" {
            answered.body()["Key"].as_str().unwrap().clone_into(&mut self.key);
        }
        let csrf = kept.1.or(self.browser.csrf.take());
        (self.browser.session, self.browser.csrf) = (kept.0, csrf);
        answered
    }

    /// The masked cookies of a recorded request, with values of this server.
    fn cookie(&self, id: &str, masked: &str) -> String {
        let stale = Some("MTczMjg5MTY4MXxEWDhFQVFMX2dBQUJFQUVRQUFB".to_owned());
        let session = if id.contains("stale") { &stale } else { &self.browser.session };
        let value = |name: &str, value: &Option<String>| {
            masked.contains(&format!("{name}=")).then(|| format!("{name}={}", value.as_ref().unwrap()))
        };
        let pairs = [value("session", session), value("csrf", &self.browser.csrf)];
        pairs.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

/// Scenario: every request that the Go server was asked, in the same order, with the same telemetry. Guarantee: status, headers,
/// body and every field of it are the same, but for the documented differences; and each of those is one.
#[tokio::test(flavor = "multi_thread")]
async fn go_answers_are_ours_but_for_documented_differences() {
    let server = TestServer::start().await;
    let mut replay = Replay { browser: Browser::at(&server), key: String::new(), found: BTreeSet::new() };
    let public = group("public", include_str!("go_answers/public.json"));
    let auth = group("auth", include_str!("go_answers/auth.json"));
    replay.all(&public, |id| id != "db-has-users, one").await;
    replay.all(&group("cors", include_str!("go_answers/cors.json")), |_| true).await;
    replay.all(&auth, |id| id == "auth-test, nothing").await;
    replay.all(&group("guard", include_str!("go_answers/guard.json")), |_| true).await;
    replay.all(&group("first-user", include_str!("go_answers/first-user.json")), |_| true).await;
    replay.all(&public, |id| id == "db-has-users, one").await;
    replay.all(&group("sign-in", include_str!("go_answers/sign-in.json")), |_| true).await;
    replay.all(&auth, |id| id != "auth-test, nothing").await;
    replay.all(&group("users", include_str!("go_answers/users.json")), |_| true).await;
    replay.all(&group("api_keys", include_str!("go_answers/api_keys.json")), |_| true).await;
    let telemetry = telemetry();
    index_is_open(&server).await;
    replay.all(&telemetry, |id| id.ends_with(", none")).await;
    send_captures(&server, &mut replay.browser).await;
    replay.all(&telemetry, |id| !id.ends_with(", none")).await;
    Documented::read().check(&replay.found);
    server.stop().await;
}

/// Sends the captures with a key that is made as the old page makes one, and waits until they can be read.
pub(super) async fn send_captures(server: &TestServer, browser: &mut Browser) {
    let made = browser.send(Method::POST, "/api_keys", &serde_json::json!({"name": "captures"})).await;
    let client = server.client(made.body()["Key"].as_str().unwrap());
    for capture in CAPTURES {
        for message in delimited_messages(&fixture(capture)) {
            client.call("trace.v1.TraceService", message.into()).await.unwrap();
        }
    }
    let session = browser.session.clone().unwrap();
    junjo_test_support::eventually("indexing", crate::harness::PATIENCE, || async {
        let mut other = Browser::at(server);
        other.session = Some(session.clone());
        let status = other.get("/otel/status").await;
        let body = status.body();
        (body["index"] == "ok" && body["accepted_spans"] == body["indexed_spans"]).then_some(())
    })
    .await;
}
