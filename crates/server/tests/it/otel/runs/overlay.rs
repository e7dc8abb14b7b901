//! `/otel/runs/overlay`: runs of one workflow laid over each other.

use serde_json::{Value, json};

use super::{find, run_named, server_with};

/// Scenario: the same workflow ran twice (once under evaluation); both runs are laid over each other, then only one is
/// read. Guarantee: executions and edges are sums over what was read, and the answer says how much that is.
#[tokio::test(flavor = "multi_thread")]
async fn runs_of_one_workflow_are_laid_over_each_other() {
    let server = server_with("junjo_capture.bin").await;
    let (_, view) = run_named(&server, "Order Intake Workflow").await;
    let id = view["structural_id"].as_str().unwrap();
    let all = server.api.read(&format!("/otel/runs/overlay?structural_id={id}")).await;
    assert_eq!(
        (&all["run_count"], &all["read_run_count"], &all["stopped_by"]),
        (&json!(2), &json!(2), &Value::Null)
    );
    let validate = find(&all["graph"]["nodes"], "label", "ValidateNode");
    assert_eq!((&validate["execution_count"], &validate["run_count"]), (&json!(6), &json!(2)));
    assert_eq!(validate["key"], find(&view["graph"]["nodes"], "label", "ValidateNode")["key"]);
    assert_eq!(find(&all["graph"]["edges"], "condition", "NeedsRetry")["taken_count"], 4);
    let one = server.api.read(&format!("/otel/runs/overlay?structural_id={id}&limit=1")).await;
    assert_eq!(
        (&one["run_count"], &one["read_run_count"], &one["stopped_by"]),
        (&json!(2), &json!(1), &json!("limit"))
    );
    let none = server.api.read("/otel/runs/overlay?structural_id=graph_none").await;
    assert_eq!(
        (&none["run_count"], &none["graph"]["nodes"], &none["error_rate"]),
        (&json!(0), &json!([]), &Value::Null)
    );
    server.stop().await;
}
