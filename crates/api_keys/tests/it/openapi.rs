//! The OpenAPI document of accounts and keys.

use serde_json::Value;

use crate::harness::TestApp;

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// Scenario: the merged document of both features. Guarantee: every operation is there with its credentials and problem
/// responses, and every reference leads somewhere.
#[tokio::test]
async fn document_is_complete() {
    let app = TestApp::start().await;
    let document = serde_json::to_value(&app.document).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["responses"]["4XX"].is_object(), "{method} {path}");
            operations.push((format!("{method} {path}"), operation["security"].to_string()));
        }
    }
    operations.sort();
    let anonymous = "[{}]";
    assert!(operations.iter().all(|(_, security)| security != "null"), "{operations:?}");
    let public: Vec<_> = operations.iter().filter(|(_, security)| security == anonymous).collect();
    assert_eq!(public.len(), 5, "{public:?}");
    assert_eq!(document["components"]["securitySchemes"]["session"]["in"], "cookie");
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.iter().any(|reference| reference.ends_with("/Problem")));
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}
