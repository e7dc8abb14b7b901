//! `docs/legacy-api.md` says what is true.

use std::collections::BTreeSet;
use std::path::Path;

use junjo_go_migration::compare::table;

/// The document.
fn document() -> String {
    let path = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../docs/legacy-api.md");
    std::fs::read_to_string(path).unwrap()
}

/// Scenario: the document's table of routes, and the routes of the program. Guarantee: the same.
#[test]
fn every_route_is_documented() {
    let documented: BTreeSet<String> =
        table(&document(), "Routes").iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    let routes = junjo_legacy_api::patterns().map(|(method, pattern)| format!("{method} {pattern}"));
    assert_eq!(documented, routes.collect());
}
