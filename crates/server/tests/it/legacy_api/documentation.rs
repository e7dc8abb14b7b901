//! `docs/legacy-api.md` says what is true.

use std::collections::BTreeSet;

use super::differences::{document, table};

/// Scenario: the document's table of routes, and the routes of the program. Guarantee: the same.
#[test]
fn every_route_is_documented() {
    let documented: BTreeSet<String> =
        table(&document(), "Routes").iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    let routes = junjo_legacy_api::patterns().map(|(method, pattern)| format!("{method} {pattern}"));
    assert_eq!(documented, routes.collect());
}
