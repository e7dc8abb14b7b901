//! The committed OpenAPI document is the one that this server serves, and so is the table of its routes.

use crate::harness::TestServer;

/// Scenario: a route or a wire type changed. Guarantee: this fails until `make openapi` has written document and
/// TypeScript types again, so that the page is never typed against another API.
#[test]
fn committed_document_is_what_the_server_serves() {
    let tested_crate = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let committed = std::fs::read_to_string(format!("{tested_crate}/../../frontend/openapi.json")).unwrap();
    let served = junjo_server::document::text().unwrap();
    assert!(committed == served, "frontend/openapi.json is out of date: run `make openapi`");
}

/// Scenario: a route came, went, or may be called by somebody else. Guarantee: this fails until `make openapi` has written the
/// table of contents again.
#[test]
fn committed_route_table_is_that_of_the_document() {
    let tested_crate = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let committed = std::fs::read_to_string(format!("{tested_crate}/../../docs/routes.md")).unwrap();
    let made = junjo_server::document::route_table();
    assert!(committed == made, "docs/routes.md is out of date: run `make openapi`");
}

/// Scenario: the document of a running server, whose routes have their state. Guarantee: it is the one that is printed without
/// opening anything.
#[tokio::test(flavor = "multi_thread")]
async fn served_document_is_the_printed_one() {
    let server = TestServer::start().await;
    let printed: serde_json::Value = serde_json::from_str(&junjo_server::document::text().unwrap()).unwrap();
    assert!(server.api.read("/openapi.json").await == printed);
    server.stop().await;
}
