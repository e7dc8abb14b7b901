//! The committed OpenAPI document is the one that this server serves.

/// Scenario: a route or a wire type changed. Guarantee: this fails until `make openapi` has written document and
/// TypeScript types again, so that the page is never typed against another API.
#[test]
fn committed_document_is_what_the_server_serves() {
    let tested_crate = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let committed = std::fs::read_to_string(format!("{tested_crate}/../../frontend/openapi.json")).unwrap();
    let served = junjo_server::document::text().unwrap();
    assert!(committed == served, "frontend/openapi.json is out of date: run `make openapi`");
}
