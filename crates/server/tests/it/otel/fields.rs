//! `GET /otel/fields`.

use serde_json::{Value, json};

use crate::harness::TestServer;

/// Scenario: the list of fields, and every field with each of its operators and values in a filter. Guarantee: each is known
/// with what the filter language takes, and the list is what the language knows.
#[tokio::test(flavor = "multi_thread")]
async fn listed_fields_are_those_of_filters() {
    let server = TestServer::start().await;
    server.set_up().await;
    let fields = server.api.read("/otel/fields").await;
    let fields = fields["items"].as_array().unwrap();
    let named = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap();
    let order = json!(["=", "!=", "<", "<=", ">", ">=", "in", "not in", "exists"]);
    let only_equal = json!(["=", "!=", "in", "not in", "exists"]);
    assert_eq!(
        (&named("duration_ms")["kind"], &named("duration_ms")["ops"]),
        (&json!("milliseconds"), &order)
    );
    assert_eq!((&named("project")["kind"], &named("project")["values"]), (&json!("text"), &json!([])));
    assert_eq!(
        (&named("status")["ops"], &named("status")["values"]),
        (&only_equal, &json!(["unset", "ok", "error"]))
    );
    for field in fields {
        let (name, kind) = (field["name"].as_str().unwrap(), field["kind"].as_str().unwrap());
        let any = match (kind, field["values"].as_array().unwrap().first()) {
            (_, Some(value)) => value.as_str().unwrap().to_owned(),
            ("id", None) if name == "trace_id" => "1".repeat(32),
            ("id", None) => "1".repeat(16),
            _ => "1".to_owned(),
        };
        for op in field["ops"].as_array().unwrap() {
            let filter = match op.as_str().unwrap() {
                "exists" => format!("{name} exists"),
                op @ ("in" | "not in") => format!("{name} {op} ({any})"),
                op => format!("{name} {op} {any}"),
            };
            let (code, answer) = filtered(&server, &filter).await;
            assert_eq!(code, 200, "{filter}: {answer}");
        }
    }
    let (code, answer) = filtered(&server, "nonsense = 1").await;
    let known = answer.to_string();
    assert_eq!(code, 400);
    assert!(fields.iter().all(|field| known.contains(field["name"].as_str().unwrap())), "{known}");
    assert_eq!(server.api.anonymous().get("/otel/fields").await.0, 401);
    server.stop().await;
}

async fn filtered(server: &TestServer, filter: &str) -> (u16, Value) {
    let query: Vec<String> = filter.bytes().map(|byte| format!("%{byte:02x}")).collect();
    server.api.get(&format!("/otel/spans?filter={}", query.concat())).await
}
