//! `/otel/retention`: how long telemetry is kept.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Api, TestServer};

/// Scenario: an admin sets ages of services, with nonsense among them; the server has limits of its own. Guarantee: both are
/// shown, nonsense is refused and changes nothing, the ages outlive a restart.
#[tokio::test(flavor = "multi_thread")]
async fn retention_is_shown_and_set() {
    let arguments = ["--retention-days=30", "--retention-bytes=10G"];
    let server = TestServer::start_with(tempfile::tempdir().unwrap(), &arguments).await;
    server.api.register().await;
    let put = async |api: &Api, body: &Value| {
        let call = api.call(Method::PUT, "/otel/retention").header("content-type", "application/json");
        call.body(body.to_string()).send().await.unwrap().status().as_u16()
    };
    let expected = json!({"days": 30, "bytes": 10_737_418_240_u64, "services": []});
    assert_eq!(server.api.read("/otel/retention").await, expected);
    let ages = json!({"services": [{"service": "a", "days": 7}, {"service": "b", "days": 1}]});
    assert_eq!(put(&server.api, &ages).await, 200);
    for wrong in [
        json!({"services": [{"service": "a", "days": 0}]}),
        json!({"services": [{"service": "a", "days": 40_000}]}),
        json!({"services": [{"service": "a", "days": 1}, {"service": "a", "days": 2}]}),
        json!({"services": [{"service": "x".repeat(5_000), "days": 1}]}),
        json!({}),
    ] {
        assert!([400, 422].contains(&put(&server.api, &wrong).await), "{wrong}");
    }
    let server = TestServer::start_in(server.stop().await).await;
    server.api.login().await;
    let retention = server.api.read("/otel/retention").await;
    assert_eq!(retention, json!({"days": null, "bytes": null, "services": ages["services"]}));
    server.stop().await;
}
