//! Answers that last end with the rights of whoever asked for them.

use std::time::Duration;

use junjo_test_support::{SpanBuilder, eventually, request};
use junjo_web::{Clock as _, ManualClock};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::harness::{Api, PASSWORD, PATIENCE, TestServer};
use crate::otel::calls::START;

const OTHER_PASSWORD: &str = "another horse battery staple";

/// The ways in which a right to read ends, and what a tail says then. Those that move the clock come last.
const ENDINGS: [(&str, &str); 12] = [
    ("logout", "session_ended"),
    ("signed out from elsewhere", "session_ended"),
    ("password changed elsewhere", "session_ended"),
    ("changed the password here", "session_ended"),
    ("gave the password again here", "session_ended"),
    ("role changed", "session_ended"),
    ("account deleted", "session_ended"),
    ("everybody signed out", "session_ended"),
    ("key revoked", "key_refused"),
    ("key rotated", "key_refused"),
    ("key expired", "key_refused"),
    ("session expired", "session_ended"),
];

/// Somebody who may read, for now.
struct Reader {
    api: Api,
    email: String,
    /// Of the account or the key.
    id: String,
    /// Set for a program.
    key: Option<String>,
}

impl Reader {
    /// A program with a read key, or a person with an account and a browser, as `ending` needs it.
    async fn of(ending: &str, server: &TestServer, clock: &ManualClock) -> Self {
        if ending.starts_with("key") {
            let expires_at = clock.now() + Duration::from_hours(1);
            let expires_at = (ending == "key expired").then(|| expires_at.to_rfc3339());
            let wanted = json!({"name": ending, "scope": "read", "expires_at": expires_at});
            let (status, made) = server.api.post("/api-keys", &wanted).await;
            assert_eq!(status, 201, "{made}");
            let text = |name: &str| made[name].as_str().unwrap().to_owned();
            let api = server.api.anonymous();
            return Self { api, email: String::new(), id: text("id"), key: Some(text("key")) };
        }
        if ending == "session expired" {
            // the clock has moved since the administrator signed in
            let (status, _) = server.api.post("/auth/reauthenticate", &json!({"password": PASSWORD})).await;
            assert_eq!(status, 204);
        }
        let email = format!("{}@example.com", ending.replace(' ', "."));
        let account = json!({"email": email, "password": PASSWORD, "role": "viewer"});
        let (status, made) = server.api.post("/auth/register", &account).await;
        assert_eq!(status, 201, "{made}");
        let api = server.api.other_browser();
        let reader = Self { api, email, id: made["id"].as_str().unwrap().to_owned(), key: None };
        reader.sign_in(&reader.api).await;
        reader
    }

    async fn sign_in(&self, browser: &Api) {
        let credentials = json!({"email": self.email, "password": PASSWORD});
        assert_eq!(browser.post("/auth/login", &credentials).await.0, 200);
    }

    fn get(&self, path: &str) -> RequestBuilder {
        let call = self.api.call(Method::GET, path).header("accept-encoding", "identity");
        self.key.iter().fold(call, |call, key| call.header("authorization", format!("Bearer {key}")))
    }

    async fn open(&self, path: &str) -> Response {
        let response = self.get(path).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response
    }

    /// Ends the right to read.
    async fn lose(&self, ending: &str, server: &TestServer, clock: &ManualClock) {
        let (account, key) = (format!("/auth/accounts/{}", self.id), format!("/api-keys/{}", self.id));
        let elsewhere = self.api.other_browser();
        match ending {
            "logout" => done(&self.api, Method::POST, "/auth/logout", json!(null)).await,
            "signed out from elsewhere" => {
                self.sign_in(&elsewhere).await;
                done(&elsewhere, Method::DELETE, "/auth/sessions?keep_current=true", json!(null)).await;
            }
            "password changed elsewhere" => {
                self.sign_in(&elsewhere).await;
                let change = json!({"current_password": PASSWORD, "new_password": OTHER_PASSWORD});
                done(&elsewhere, Method::POST, "/auth/password", change).await;
            }
            "changed the password here" => {
                let change = json!({"current_password": PASSWORD, "new_password": OTHER_PASSWORD});
                done(&self.api, Method::POST, "/auth/password", change).await;
            }
            "gave the password again here" => {
                done(&self.api, Method::POST, "/auth/reauthenticate", json!({"password": PASSWORD})).await;
            }
            "role changed" => done(&server.api, Method::PATCH, &account, json!({"role": "member"})).await,
            "account deleted" => done(&server.api, Method::DELETE, &account, json!(null)).await,
            "everybody signed out" => {
                done(&server.api, Method::DELETE, "/auth/accounts/sessions", json!(null)).await;
            }
            "key revoked" => done(&server.api, Method::DELETE, &key, json!(null)).await,
            "key rotated" => done(&server.api, Method::POST, &format!("{key}/rotate"), json!({})).await,
            "key expired" => clock.advance(Duration::from_hours(2)),
            // the administrator goes on using theirs
            "session expired" => {
                clock.advance(Duration::from_hours(23));
                server.api.read("/auth/me").await;
                clock.advance(Duration::from_hours(1));
            }
            other => panic!("no such ending: {other}"),
        }
        // a browser that stays signed in has got another cookie value
        let status = if ending.ends_with(" here") { 200 } else { 401 };
        assert_eq!(self.get("/otel/services").send().await.unwrap().status(), status, "{ending}");
    }
}

async fn done(api: &Api, method: Method, path: &str, body: Value) {
    let call = api.call(method, path).header("content-type", "application/json").body(body.to_string());
    let status = call.send().await.unwrap().status();
    assert!(status.is_success(), "{path}: {status}");
}

async fn started() -> (TestServer, ManualClock, String) {
    let clock = ManualClock::default();
    let server = TestServer::start_at(clock.shared()).await;
    let key = server.set_up().await;
    (server, clock, key)
}

/// Reads a tail until `wanted` is in what it sent, or its end.
async fn read_until(tail: &mut Response, wanted: &str) -> String {
    let mut text = String::new();
    let reading = async {
        while !text.contains(wanted) {
            let Some(chunk) = tail.chunk().await.unwrap() else { break };
            text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("the tail goes on or ends");
    text
}

/// Scenario: readers with a live tail open lose their right to read in every way there is, while another reader's tail is
/// open. Guarantee: their tails say why and end, and the other one goes on.
#[tokio::test(flavor = "multi_thread")]
async fn tail_ends_with_the_rights_of_its_reader() {
    let (server, clock, key) = started().await;
    let mut other = Reader::of("key that stays", &server, &clock).await.open("/otel/tail").await;
    for (ending, reason) in ENDINGS {
        let reader = Reader::of(ending, &server, &clock).await;
        let mut tail = reader.open("/otel/tail").await;
        assert!(read_until(&mut tail, "ready").await.contains("ready"), "{ending}");
        reader.lose(ending, &server, &clock).await;
        let seen = read_until(&mut tail, "no such text").await;
        assert!(
            seen.contains(&format!("event: end\nretry: 2000\ndata: {{\"reason\":\"{reason}\"}}\n\n")),
            "{ending}: {seen}"
        );
        assert!(seen.ends_with("\n\n") && !seen.contains("event: trace"), "{ending}: {seen}");
    }
    server.client(&key).export(&request("shop", vec![SpanBuilder::new(1, 1, START).build()])).await.unwrap();
    let seen = read_until(&mut other, "event: trace").await;
    assert!(seen.contains("event: trace") && !seen.contains("event: end"), "{seen}");
    server.stop().await;
}

/// Scenario: readers lose their right to read in the middle of an export. Guarantee: the body is broken off, so that it is
/// taken for no whole one, and nothing of the export is left running, also where nobody reads.
#[tokio::test(flavor = "multi_thread")]
async fn export_breaks_off_with_the_rights_of_its_reader() {
    let (server, clock, key) = started().await;
    let (client, big) = (server.client(&key), "x".repeat(1 << 20));
    for n in 1..=40 {
        let span = SpanBuilder::new(n, 1, START).with("input.value", &big).build();
        client.export(&request("big", vec![span])).await.unwrap();
    }
    server.api.drained().await;
    for (ending, _) in ENDINGS {
        let reader = Reader::of(ending, &server, &clock).await;
        let mut export = reader.open("/otel/export").await;
        assert!(export.chunk().await.unwrap().is_some(), "{ending}");
        reader.lose(ending, &server, &clock).await;
        eventually("the export ends although nobody reads", PATIENCE, || async {
            let (_, metrics) = server.api.get("/metrics").await;
            metrics.as_str()?.lines().any(|line| line == "junjo_exports_running 0").then_some(())
        })
        .await;
        let rest = async {
            while export.chunk().await?.is_some() {}
            Ok::<(), reqwest::Error>(())
        };
        let rest = tokio::time::timeout(PATIENCE, rest).await.expect("it ends");
        assert!(rest.is_err(), "{ending}: the body looks whole");
    }
    server.stop().await;
}
