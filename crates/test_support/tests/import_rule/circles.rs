//! Arrows between the files of a crate, and the circles that they make. It must not know which circles are allowed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use crate::modules::{Crate, Target};

/// The names by which one file depends on another, per (from, to).
pub(crate) type Arrows = BTreeMap<(String, String), BTreeSet<String>>;

/// Files, or folders, of which each depends on each other one.
pub(crate) struct Circle {
    pub(crate) members: BTreeSet<String>,
    /// The arrows inside it.
    pub(crate) arrows: Arrows,
}

/// Which file names things of which other file.
pub(crate) fn arrows_of(source: &Crate) -> Arrows {
    let mut arrows = Arrows::new();
    for mention in &source.mentions {
        let Target::Item(to) = source.resolve(mention.module, &mention.path) else { continue };
        let from = source.file_of(mention.module);
        if from != to {
            let name = mention.path.iter().rev().find(|name| !name.is_empty()).cloned().unwrap_or_default();
            let key = (source.files[from].clone(), source.files[to].clone());
            arrows.entry(key).or_default().insert(name);
        }
    }
    arrows
}

/// The same arrows between folders that lie side by side: each file stands for the folder, or the file, that it is in
/// at the place where the two paths part.
pub(crate) fn between_folders(arrows: &Arrows) -> Arrows {
    let mut folded = Arrows::new();
    for ((from, to), names) in arrows {
        if let Some(pair) = sides(from, to) {
            folded.entry(pair).or_default().extend(names.iter().cloned());
        }
    }
    folded
}

/// `a/b/c.rs`, `a/d.rs` → `a/b`, `a/d`. `None` between a folder's own file and what is in that folder.
fn sides(from: &str, to: &str) -> Option<(String, String)> {
    let (from, to) = (module_path(from), module_path(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let side = |path: &[String]| (path.len() > shared).then(|| path[..=shared].join("/"));
    Some((side(&from)?, side(&to)?))
}

/// `a/mod.rs` and `a.rs` are the module `a`.
fn module_path(file: &str) -> Vec<String> {
    let stem = file.trim_end_matches(".rs");
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    let is_root = stem == "lib" || stem == "main";
    stem.split('/').filter(|_| !is_root).map(str::to_owned).collect()
}

/// The circles among the arrows.
pub(crate) fn circles(arrows: &Arrows) -> Vec<Circle> {
    let mut graph: DiGraphMap<&str, ()> = DiGraphMap::new();
    for (from, to) in arrows.keys() {
        graph.add_edge(from, to, ());
    }
    let components = tarjan_scc(&graph).into_iter().filter(|members| members.len() > 1);
    components
        .map(|members| {
            let members: BTreeSet<String> = members.into_iter().map(str::to_owned).collect();
            let inside = |(from, to): &(String, String)| members.contains(from) && members.contains(to);
            let arrows =
                arrows.iter().filter(|(pair, _)| inside(pair)).map(|(k, v)| (k.clone(), v.clone())).collect();
            Circle { members, arrows }
        })
        .collect()
}

impl Circle {
    /// The members as modules, to compare a circle of files with one of folders.
    pub(crate) fn as_modules(&self) -> BTreeSet<String> {
        self.members.iter().map(|file| module_path(file).join("/")).collect()
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<&str> = self.members.iter().map(String::as_str).collect();
        writeln!(f, "circle of {}", members.join(", "))?;
        for ((from, to), names) in &self.arrows {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            writeln!(f, "    {from} -> {to} ({})", names.join(", "))?;
        }
        Ok(())
    }
}
