//! `/otel/stats`: what is counted, and that it is counted once.

use serde_json::{Value, json};

use crate::otel::calls::{RANGE, server};

/// Scenario: a known distribution over two hours. Guarantee: exact percentiles an hour, and usage that a wrapper
/// repeats counted once.
#[tokio::test(flavor = "multi_thread")]
async fn stats_per_hour_are_exact() {
    let server = server().await;
    let stats = server.api.read(&format!("/otel/stats?interval=1h&{RANGE}")).await;
    let items = stats["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let first = &items[0];
    assert_eq!(first["start_time"], "2026-01-02T03:00:00.000000000Z");
    assert_eq!((&first["count"], &first["error_count"]), (&json!(100), &json!(0)));
    for (rank, expected) in [("mean", 50.5), ("p50", 50.5), ("p90", 90.1), ("p95", 95.05), ("p99", 99.01)] {
        let millis = first["duration_ms"][rank].as_f64().unwrap();
        assert!((millis - expected).abs() < 1e-6, "{rank}: {millis}");
    }
    assert_eq!((&first["llm_call_count"], &first["input_tokens"]), (&json!(100), &json!(10_000)));
    assert_eq!(first["unpriced_calls"], 100);
    assert_eq!((&first["cost_usd"], &first["cached_input_tokens"]), (&Value::Null, &Value::Null));
    let second = &items[1];
    assert_eq!((&second["count"], &second["error_count"]), (&json!(3), &json!(1)));
    assert_eq!((&second["llm_call_count"], &second["input_tokens"]), (&json!(1), &json!(100)));
    assert_eq!(stats["totals"], json!([]));
    server.stop().await;
}

/// Scenario: groupings by promoted fields, and more groups than asked for. Guarantee: totals largest first, null where a
/// span has no value, and the cut is said.
#[tokio::test(flavor = "multi_thread")]
async fn stats_by_group_rank_groups_and_say_what_is_cut() {
    let server = server().await;
    let path = format!("/otel/stats?interval=none&group_by=model,status&{RANGE}");
    let stats = server.api.read(&path).await;
    let groups: Vec<&Value> = stats["totals"].as_array().unwrap().iter().map(|row| &row["group"]).collect();
    let expected =
        [json!({"model": "model-a", "status": "unset"}), json!({"model": null, "status": "error"})];
    assert_eq!(groups, expected.iter().collect::<Vec<_>>());
    assert_eq!(stats["more_groups"], false);
    let cut = server.api.read(&format!("/otel/stats?interval=1h&group_by=model&groups=1&{RANGE}")).await;
    assert_eq!(cut["more_groups"], true);
    assert_eq!(cut["totals"].as_array().unwrap().len(), 1);
    assert_eq!(cut["items"].as_array().unwrap().len(), 2);
    let errors =
        server.api.read(&format!("/otel/stats?interval=none&group_by=error_type&status=error&{RANGE}")).await;
    assert_eq!(errors["totals"][0]["group"]["error_type"], "timeout");
    assert_eq!(errors["totals"][0]["input_tokens"], Value::Null, "unknown is not zero");
    let traces = server.api.read(&format!("/otel/stats?of=traces&interval=none&{RANGE}")).await;
    assert_eq!(
        (&traces["totals"][0]["count"], &traces["totals"][0]["input_tokens"]),
        (&json!(102), &json!(10_100))
    );
    server.stop().await;
}
