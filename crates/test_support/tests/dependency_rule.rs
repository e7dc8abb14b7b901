//! The dependency rule of the workspace, checked against every `Cargo.toml`. It must not know what a crate does, only
//! which crates it may name. A new crate fails here until it has a line in [`LAYERS`].
//!
//! Dependencies point one way:
//!
//! ```text
//! server -> features {auth, api_keys, otel, legacy_api, views} -> telemetry -> pipeline, ingest, go_migration -> span_store -> wal, workflow_model, rpc, web, memory
//! workflow_model -> span_model
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// A crate may depend on every layer below its own; inside a layer only on what [`SAME_LAYER`] lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    /// Storage of raw batches, the pure span model, and what every feature shares: no crate of ours below.
    Ground,
    /// Stored telemetry.
    Store,
    /// The way of telemetry into the store.
    WayIn,
    /// What more than one feature is made from: questions about telemetry.
    Shared,
    /// One crate per URL prefix.
    Feature,
    /// Composition, and tools that may look at everything.
    Top,
    /// Test support, only ever a dev-dependency, and programs that do nothing but test.
    Tests,
    /// Client applications: they know the server by its wire format alone.
    Client,
}

const LAYERS: &[(&str, Layer)] = &[
    ("junjo-memory", Layer::Ground),
    ("junjo-wal", Layer::Ground),
    ("junjo-span-model", Layer::Ground),
    ("junjo-workflow-model", Layer::Ground),
    ("junjo-web", Layer::Ground),
    ("junjo-rpc", Layer::Ground),
    ("junjo-span-store", Layer::Store),
    ("junjo-ingest", Layer::WayIn),
    ("junjo-pipeline", Layer::WayIn),
    ("junjo-go-migration", Layer::WayIn),
    ("junjo-telemetry", Layer::Shared),
    ("junjo-auth", Layer::Feature),
    ("junjo-api-keys", Layer::Feature),
    ("junjo-otel", Layer::Feature),
    ("junjo-legacy-api", Layer::Feature),
    ("junjo-views", Layer::Feature),
    ("junjo-server", Layer::Top),
    ("junjo-bench", Layer::Top),
    ("junjo-test-support", Layer::Tests),
    ("junjo-crash", Layer::Tests),
    ("junjo-demo", Layer::Client),
];

/// The edges allowed inside a layer: (from, to), `*` for any crate of the layer.
const SAME_LAYER: &[(&str, &str)] = &[
    ("*", "junjo-auth"),           // for CurrentUser
    ("junjo-web", "junjo-memory"), // what waits to be sent is reserved there
    ("junjo-workflow-model", "junjo-span-model"),
    ("junjo-crash", "junjo-test-support"),
];

/// Outside packages that only the named crates may use. The Go server's files are read where its form is known.
const RESERVED: &[(&str, &[&str])] =
    &[("duckdb", &["junjo-span-store", "junjo-go-migration"]), ("rusqlite", &["junjo-wal"])];

/// Outside packages that serve requests; a crate below the features names them only if it is listed.
const HTTP_PACKAGES: &[&str] = &["axum", "tower", "tower-http", "utoipa-axum"];
const MAY_SERVE: &[&str] = &["junjo-web", "junjo-ingest"];

/// Outside packages that do IO; the models are pure and name none of them.
const IO_PACKAGES: &[&str] = &["axum", "duckdb", "hyper", "reqwest", "rusqlite", "sqlx", "tokio", "tonic"];

/// Every dependency between crates of the workspace follows the arrows of ARCHITECTURE.md; dev-dependencies may add
/// test_support, nothing else may.
#[test]
fn workspace_dependencies_point_one_way() {
    let layers: BTreeMap<&str, Layer> = LAYERS.iter().copied().collect();
    let broken: Vec<String> = workspace_edges()
        .iter()
        .filter(|edge| layers.contains_key(edge.from.as_str()))
        .filter_map(|edge| {
            let to = layers.get(edge.to.as_str())?;
            let allowed = is_allowed(edge, layers[edge.from.as_str()], *to);
            (!allowed).then(|| format!("{} must not depend on {} ({})", edge.from, edge.to, edge.kind))
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A crate cannot join or leave the workspace without a decision about its layer.
#[test]
fn every_workspace_crate_has_a_layer() {
    let found: BTreeSet<String> = workspace_packages().iter().map(|p| text(p, "name")).collect();
    let listed: BTreeSet<String> = LAYERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(found, listed, "left: Cargo.toml files; right: LAYERS in {}", file!());
}

/// Our DuckDB files are reachable only through span_store and rusqlite only through wal, so no SQL engine type leaks out.
#[test]
fn reserved_packages_have_their_users_alone() {
    let edges = workspace_edges();
    for (package, owners) in RESERVED {
        let users: BTreeSet<&str> =
            edges.iter().filter(|edge| edge.to == *package).map(|edge| edge.from.as_str()).collect();
        assert!(
            users.iter().all(|user| owners.contains(user)),
            "{package} belongs to {owners:?}, used by {users:?}"
        );
    }
}

/// The models stay pure: they can be tested and fuzzed without files, sockets or a runtime.
#[test]
fn models_do_no_io() {
    let used: Vec<String> = workspace_edges()
        .into_iter()
        .filter(|edge| ["junjo-span-model", "junjo-workflow-model"].contains(&edge.from.as_str()))
        .filter(|edge| edge.kind == "normal")
        .filter(|edge| IO_PACKAGES.contains(&edge.to.as_str()))
        .map(|edge| edge.to)
        .collect();
    assert!(used.is_empty(), "the models use {used:?}");
}

/// The tasks and the questions below the features stay free of HTTP, so that whoever asks decides how it is served.
#[test]
fn only_receivers_serve_below_the_features() {
    let layers: BTreeMap<&str, Layer> = LAYERS.iter().copied().collect();
    let serving: Vec<String> = workspace_edges()
        .into_iter()
        .filter(|edge| layers.get(edge.from.as_str()).is_some_and(|layer| *layer < Layer::Feature))
        .filter(|edge| edge.kind == "normal" && HTTP_PACKAGES.contains(&edge.to.as_str()))
        .filter(|edge| !MAY_SERVE.contains(&edge.from.as_str()))
        .map(|edge| format!("{} uses {}", edge.from, edge.to))
        .collect();
    assert!(serving.is_empty(), "{}", serving.join("\n"));
}

/// No two crates own the same part of the address space, so that a path leads to one crate.
#[test]
fn every_url_prefix_has_one_crate() {
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in workspace_packages() {
        let manifest = text(&package, "manifest_path");
        let sources = std::path::Path::new(&manifest).with_file_name("src");
        for path in paths_of_routes(&sources) {
            let prefix = path.split('/').nth(1).unwrap_or_default().to_owned();
            owners.entry(prefix).or_default().insert(text(&package, "name"));
        }
    }
    assert!(owners.len() > 3, "routes are found by `path = \"/` in their attribute: {owners:?}");
    let shared: Vec<_> = owners.iter().filter(|(_, crates)| crates.len() > 1).collect();
    assert!(shared.is_empty(), "{shared:?}");
}

/// The paths in `#[utoipa::path(…)]` of every file below `folder`.
fn paths_of_routes(folder: &std::path::Path) -> Vec<String> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let file = entry.expect("a folder of sources can be read").path();
        if file.is_dir() {
            paths.extend(paths_of_routes(&file));
        } else if file.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&file).expect("a source is a text");
            let attributes = source.split("#[utoipa::path(").skip(1);
            let found = attributes.filter_map(|rest| rest.split_once("path = \"")?.1.split('"').next());
            paths.extend(found.map(str::to_owned));
        }
    }
    paths
}

/// The rule itself can fail: edges that must be refused are refused.
#[test]
fn forbidden_edges_are_refused() {
    let refused = [
        ("junjo-wal", Layer::Ground, "junjo-span-model", Layer::Ground, "normal"),
        ("junjo-web", Layer::Ground, "junjo-auth", Layer::Feature, "normal"),
        ("junjo-auth", Layer::Feature, "junjo-api-keys", Layer::Feature, "normal"),
        ("junjo-otel", Layer::Feature, "junjo-server", Layer::Top, "normal"),
        ("junjo-pipeline", Layer::WayIn, "junjo-ingest", Layer::WayIn, "normal"),
        ("junjo-span-store", Layer::Store, "junjo-telemetry", Layer::Shared, "normal"),
        ("junjo-telemetry", Layer::Shared, "junjo-otel", Layer::Feature, "normal"),
        ("junjo-server", Layer::Top, "junjo-test-support", Layer::Tests, "normal"),
        ("junjo-server", Layer::Top, "junjo-crash", Layer::Tests, "dev"),
        ("junjo-test-support", Layer::Tests, "junjo-crash", Layer::Tests, "normal"),
        ("junjo-demo", Layer::Client, "junjo-web", Layer::Ground, "normal"),
        ("junjo-wal", Layer::Ground, "junjo-demo", Layer::Client, "dev"),
    ];
    for (from, from_layer, to, to_layer, kind) in refused {
        let edge = Edge { from: from.to_owned(), to: to.to_owned(), kind: kind.to_owned() };
        assert!(!is_allowed(&edge, from_layer, to_layer), "{edge:?}");
    }
}

fn is_allowed(edge: &Edge, from: Layer, to: Layer) -> bool {
    match (from, to) {
        (Layer::Client, _) | (_, Layer::Client) => false,
        // its own features, which only its tests turn on
        _ if edge.from == edge.to => edge.kind == "dev",
        _ if from == to => {
            SAME_LAYER.iter().any(|(source, target)| *target == edge.to && ["*", &edge.from].contains(source))
        }
        (_, Layer::Tests) => edge.kind == "dev" && edge.to == "junjo-test-support",
        (Layer::Tests, _) => true,
        _ => from > to,
    }
}

#[derive(Debug)]
struct Edge {
    from: String,
    to: String,
    /// normal, dev or build
    kind: String,
}

/// Declared dependencies of the workspace's packages, on each other and on outside packages.
fn workspace_edges() -> Vec<Edge> {
    let mut edges = Vec::new();
    for package in workspace_packages() {
        for dependency in package["dependencies"].as_array().expect("cargo metadata lists dependencies") {
            let kind = dependency["kind"].as_str().unwrap_or("normal").to_owned();
            edges.push(Edge { from: text(&package, "name"), to: text(dependency, "name"), kind });
        }
    }
    edges
}

fn workspace_packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    metadata["packages"].as_array().expect("cargo metadata lists packages").clone()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().expect("cargo metadata names packages").to_owned()
}
