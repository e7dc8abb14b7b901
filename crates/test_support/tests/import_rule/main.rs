//! Inside a crate, imports point one way too: no circle of files, and no circle of folders, so that a crate can be read
//! from the bottom to the top. It must not know what a crate does.
//!
//! What makes an arrow from one file to another: any path that leads to something written down in the other file, in a
//! `use`, a type, an expression, a pattern, an attribute or a macro call. What makes none: `mod child;`; a `pub use`
//! (who takes a name through it depends on the file that defines the name); what only `#[cfg(test)]` sees; calls of
//! methods, for it takes types to know whose they are. Parent and child are two files like any others: a child that
//! imports from its parent's file points up, a parent that uses its child's names points down, and both together are a
//! circle.
//!
//! What lies in circles today is listed in `exceptions.rs`, one entry a line. The lists may only get shorter: an entry
//! that is not needed any more fails the test as well.

mod circles;
mod exceptions;
mod mentions;
mod modules;
mod uses;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use circles::{Circle, arrows_of, between_folders, circles};
use exceptions::{FILES_IN_CIRCLES, FOLDERS_IN_CIRCLES};
use modules::Crate;

/// Scenario: the sources of every package of the workspace. Guarantee: files and folders import each other one way, but for
/// the exceptions, and every exception is still needed.
#[test]
fn imports_inside_a_crate_point_one_way() {
    let mut faults = Vec::new();
    let (mut files, mut folders) = (BTreeSet::new(), BTreeSet::new());
    for (package, roots) in roots_of_packages() {
        for root in roots {
            let found = circles_below(&root);
            faults.extend(unexpected(&package, "files", FILES_IN_CIRCLES, &found.files, &mut files));
            faults.extend(unexpected(&package, "folders", FOLDERS_IN_CIRCLES, &found.folders, &mut folders));
        }
    }
    let unneeded = not_needed(FILES_IN_CIRCLES, &files).chain(not_needed(FOLDERS_IN_CIRCLES, &folders));
    faults.extend(unneeded.map(|(package, path)| {
        format!("{package}: {path} is in no circle any more: take its line out of the list")
    }));
    assert!(
        faults.is_empty(),
        "{} faults; exceptions.rs beside {} lists what is known\n\n{}",
        faults.len(),
        file!(),
        faults.join("\n")
    );
}

/// Scenario: a small crate with circles of every kind beside what only looks like one. Guarantee: the rule finds the
/// circles, with the names that tie them, and nothing else.
#[test]
fn circles_are_found_and_signposts_are_not_imports() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = [
        (
            "lib.rs",
            "mod a; mod b; mod c; mod d; mod e; pub mod up; mod f; mod g; pub use up::low::Low; fn own() { c::go(); }",
        ),
        // a and b: a type on one side, a path inside a macro call on the other, through the crate's own re-export
        ("a.rs", "pub use crate::b::B; pub struct A;"),
        ("b.rs", "pub struct B; fn f() { println!(\"{}\", crate::a::A); }"),
        // c imports what d only re-exports from e: no arrow to d
        ("c.rs", "use crate::d::E; pub fn go() -> E { E }"),
        ("d.rs", "pub use crate::e::E; fn g() { crate::c::go(); }"),
        ("e.rs", "pub struct E; #[cfg(test)] mod tests { use crate::c::go; }"),
        // a parent that uses its child, and the child its parent
        ("up/mod.rs", "pub mod low; pub struct Up(low::Low);"),
        ("up/low.rs", "pub struct Low; impl Low { fn up(&self) -> Option<super::Up> { None } }"),
        // no circle of files, but one of folders
        ("f/mod.rs", "mod one; pub mod two; pub use one::One;"),
        ("f/one.rs", "use crate::g::G; pub struct One(G);"),
        ("f/two.rs", "pub struct Two;"),
        ("g.rs", "pub struct G(crate::f::two::Two);"),
    ];
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("the folder is made");
        std::fs::write(path, text).expect("the file is written");
    }
    let found = circles_below(&folder.path().join("lib.rs"));
    let names = |circles: &[Circle]| circles.iter().map(|c| c.members.clone()).collect::<BTreeSet<_>>();
    let sets = |sets: &[&[&str]]| -> BTreeSet<BTreeSet<String>> {
        sets.iter().map(|set| set.iter().map(|name| (*name).to_owned()).collect()).collect()
    };
    assert_eq!(names(&found.files), sets(&[&["up/low.rs", "up/mod.rs"]]));
    assert_eq!(names(&found.folders), sets(&[&["f", "g"]]));
    let message = found.files[0].to_string();
    assert!(message.contains("up/low.rs -> up/mod.rs (Up)"), "{message}");
}

/// The circles of one crate.
struct Found {
    files: Vec<Circle>,
    folders: Vec<Circle>,
}

fn circles_below(root: &Path) -> Found {
    let arrows = arrows_of(&Crate::read(root));
    let files = circles(&arrows);
    let known: BTreeSet<BTreeSet<String>> = files.iter().map(Circle::as_modules).collect();
    let mut folders = circles(&between_folders(&arrows));
    folders.retain(|circle| !known.iter().any(|files| files.is_superset(&circle.members)));
    Found { files, folders }
}

/// Circles with a member that is not in the list. Notes in `seen` all that are in circles.
fn unexpected(
    package: &str,
    what: &str,
    list: &[(&str, &str)],
    circles: &[Circle],
    seen: &mut BTreeSet<(String, String)>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for circle in circles {
        seen.extend(circle.members.iter().map(|member| (package.to_owned(), member.clone())));
        let new: Vec<&str> = circle.members.iter().map(String::as_str).collect();
        let new: Vec<&str> = new.into_iter().filter(|member| !list.contains(&(package, member))).collect();
        if !new.is_empty() {
            faults.push(format!("{package}, {what}: {} must not be in a {circle}", new.join(", ")));
        }
    }
    faults
}

fn not_needed<'l>(
    list: &'l [(&'l str, &'l str)],
    seen: &'l BTreeSet<(String, String)>,
) -> impl Iterator<Item = (&'l str, &'l str)> {
    list.iter()
        .copied()
        .filter(|(package, path)| !seen.contains(&((*package).to_owned(), (*path).to_owned())))
}

/// The root files of libraries and programs, per package.
fn roots_of_packages() -> BTreeMap<String, Vec<PathBuf>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let mut roots: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("cargo metadata lists packages") {
        for target in package["targets"].as_array().expect("cargo metadata lists targets") {
            let is_source = ["lib", "bin"].iter().any(|kind| target["kind"][0] == *kind);
            if is_source {
                let name = package["name"].as_str().expect("packages have names").to_owned();
                let path = target["src_path"].as_str().expect("targets have a file");
                roots.entry(name).or_default().push(PathBuf::from(path));
            }
        }
    }
    assert!(!roots.is_empty(), "the workspace has packages");
    roots
}
