//! A feature is its crate and the lines of one file of the server. That the server builds without them is checked by
//! `scripts/deletable.sh`.

use std::path::{Path, PathBuf};

/// Features that the server could do without.
const FEATURES: [&str; 4] = ["api_keys", "legacy_api", "otel", "views"];
/// The one file that may name them.
const LIST: &str = "features.rs";

/// Scenario: every source of the server. Guarantee: a feature is named in the list of features alone, so that taking it out
/// leaves nothing behind.
#[test]
fn only_the_list_names_a_feature() {
    let sources = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("src");
    let files = rust_files(&sources);
    for feature in FEATURES {
        let names: Vec<&PathBuf> = files.iter().filter(|file| is_named(feature, file)).collect();
        assert_eq!(names, [&sources.join(LIST)], "{feature}");
    }
}

fn is_named(feature: &str, file: &Path) -> bool {
    std::fs::read_to_string(file).unwrap().contains(&format!("junjo_{feature}::"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    folders.iter().flat_map(|folder| rust_files(folder)).chain(files).collect()
}
