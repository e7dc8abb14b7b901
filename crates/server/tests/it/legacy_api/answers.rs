//! What the real Go server answered, asked again of this one in the same order.

use std::collections::BTreeSet;

use junjo_go_migration::compare::{Documented, Where, differences};
use junjo_test_support::{delimited_messages, fixture};
use reqwest::Method;
use serde_json::Value;

use super::browser::{Answered, Ask, Browser, index_is_open};
use super::recorded::{Recorded, alike, group};
use crate::harness::TestServer;

/// The captures that the Go server had, in the order in which it got them.
const CAPTURES: [&str; 2] = ["junjo_capture.bin", "junjo_capture_0.61.1.bin"];

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
            let differ = differences(&alike(recorded.answer()), &alike(answered.compared()));
            self.found.extend(differ.into_iter().map(|found| format!("{}:{}", recorded.name(), found.field)));
            asked += 1;
        }
        assert!(asked > 0, "no such entry");
    }

    async fn again(&mut self, recorded: &Recorded) -> Answered {
        let request = &recorded.entry()["request"];
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
    let public = group("public");
    let auth = group("auth");
    replay.all(&public, |id| id != "db-has-users, one").await;
    replay.all(&group("cors"), |_| true).await;
    replay.all(&auth, |id| id == "auth-test, nothing").await;
    replay.all(&group("guard"), |_| true).await;
    replay.all(&group("first-user"), |_| true).await;
    replay.all(&public, |id| id == "db-has-users, one").await;
    replay.all(&group("sign-in"), |_| true).await;
    replay.all(&auth, |id| id != "auth-test, nothing").await;
    replay.all(&group("users"), |_| true).await;
    replay.all(&group("api_keys"), |_| true).await;
    let telemetry = group("otel");
    index_is_open(&server).await;
    replay.all(&telemetry, |id| id.ends_with(", none")).await;
    send_captures(&server, &mut replay.browser).await;
    replay.all(&telemetry, |id| !id.ends_with(", none")).await;
    let documented = Documented::bundled();
    let unknown: Vec<&String> =
        replay.found.iter().filter(|name| documented.reason(name).is_none()).collect();
    assert!(unknown.is_empty(), "not in the list of differences:\n{unknown:#?}");
    let stale = documented.stale(Where::Recorded, &replay.found);
    assert!(stale.is_empty(), "no difference of this kind any more:\n{stale:#?}");
    server.stop().await;
}

/// Sends the captures with a key that is made as the old page makes one, and waits until they can be read.
pub(super) async fn send_captures(server: &TestServer, browser: &mut Browser) {
    let made = browser.send(Method::POST, "/api_keys", &serde_json::json!({"name": "captures"})).await;
    send_captures_with(server, browser, made.body()["Key"].as_str().unwrap()).await;
}

/// The same with this key.
pub(super) async fn send_captures_with(server: &TestServer, browser: &mut Browser, key: &str) {
    let client = server.client(key);
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
