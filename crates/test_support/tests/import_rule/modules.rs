//! The module tree of one crate: which file holds which module, and what each name in a module stands for. It follows
//! `mod`, `use` and globs as the compiler does, without types and without macros. It must not judge what it finds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

use crate::mentions::{Mention, MentionVisitor};
use crate::uses::imported_names;

/// Steps that a name may take through re-exports; more is a circle of re-exports.
const REEXPORTS_MAX: usize = 16;

/// One crate's sources.
pub(crate) struct Crate {
    /// Paths below the source folder, with `/`.
    pub(crate) files: Vec<String>,
    modules: Vec<Module>,
    /// What each file names.
    pub(crate) mentions: Vec<Mention>,
}

/// A module, in a file of its own or inside braces.
#[derive(Default)]
pub(crate) struct Module {
    pub(crate) file: usize,
    parent: Option<usize>,
    names: BTreeMap<String, Vec<Name>>,
    globs: Vec<Vec<String>>,
}

/// What a name in a module stands for.
#[derive(Clone)]
pub(crate) enum Name {
    /// Something that is written down in this module.
    Item,
    Module(usize),
    /// Something that `use` brings in, by its path.
    Import(Vec<String>),
}

/// Where a path leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    Module(usize),
    /// An item of a file.
    Item(usize),
    /// Another crate.
    Outside,
}

impl Crate {
    /// Reads the crate whose root is `root`, for example `src/lib.rs`.
    pub(crate) fn read(root: &Path) -> Self {
        let folder = root.parent().expect("a root file lies in a folder").to_owned();
        let mut found = Self { files: Vec::new(), modules: Vec::new(), mentions: Vec::new() };
        found.read_file(&folder, root, None, &folder);
        found
    }

    /// Adds a file as a module. `folder` is where the files of its child modules lie.
    fn read_file(&mut self, base: &Path, path: &Path, parent: Option<usize>, folder: &Path) -> usize {
        let text =
            std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file = self.files.len();
        self.files.push(
            path.strip_prefix(base).expect("below the source folder").to_string_lossy().replace('\\', "/"),
        );
        let module = self.add(Module { file, parent, ..Module::default() });
        self.read_items(base, module, &parsed.items, folder);
        module
    }

    fn read_items(&mut self, base: &Path, module: usize, items: &[syn::Item], folder: &Path) {
        for item in items {
            if let syn::Item::Mod(child) = item
                && !is_test(&child.attrs)
            {
                let name = child.ident.to_string();
                let below = folder.join(&name);
                let id = match &child.content {
                    Some((_, inner)) => {
                        let file = self.modules[module].file;
                        let id = self.add(Module { file, parent: Some(module), ..Module::default() });
                        self.read_items(base, id, inner, &below);
                        id
                    }
                    None => self.read_file(base, &file_of(folder, &name), Some(module), &below),
                };
                self.modules[module].names.entry(name).or_default().push(Name::Module(id));
            } else if let Some(name) = item_name(item) {
                self.modules[module].names.entry(name).or_default().push(Name::Item);
            }
        }
        let mut visitor = MentionVisitor::new(module);
        items
            .iter()
            .filter(|item| !matches!(item, syn::Item::Mod(_)))
            .for_each(|item| visitor.visit_item(item));
        for tree in &visitor.uses {
            for import in imported_names(tree) {
                match import.name {
                    Some(name) => {
                        self.modules[module].names.entry(name).or_default().push(Name::Import(import.path));
                    }
                    None => self.modules[module].globs.push(import.path),
                }
            }
        }
        self.mentions.append(&mut visitor.mentions);
    }

    fn add(&mut self, module: Module) -> usize {
        self.modules.push(module);
        self.modules.len() - 1
    }

    /// The file that a module is written in.
    pub(crate) fn file_of(&self, module: usize) -> usize {
        self.modules[module].file
    }

    /// Where `path`, written in `module`, leads: to where the thing is defined, however many re-exports lie between.
    pub(crate) fn resolve(&self, module: usize, path: &[String]) -> Target {
        self.walk(module, path, REEXPORTS_MAX)
    }

    fn walk(&self, module: usize, path: &[String], steps: usize) -> Target {
        let mut at = module;
        let mut is_start = true;
        for (index, segment) in path.iter().enumerate() {
            let is_last = index + 1 == path.len();
            match segment.as_str() {
                "crate" => at = 0,
                "self" => {}
                "super" => at = self.modules[at].parent.unwrap_or(0),
                name => match self.look_up(at, name, is_last, steps) {
                    Some(Target::Module(child)) => at = child,
                    Some(place) => return place,
                    // made by a macro of that module
                    None if !is_start => return Target::Item(self.modules[at].file),
                    None => return Target::Outside,
                },
            }
            is_start = false;
        }
        Target::Module(at)
    }

    /// What `name` means in `module`; `None` when nothing there says.
    fn look_up(&self, module: usize, name: &str, is_last: bool, steps: usize) -> Option<Target> {
        let steps = steps.checked_sub(1)?;
        let here = &self.modules[module];
        let mut candidates: Vec<&Name> = here.names.get(name).into_iter().flatten().collect();
        // a type or function and a module may have one name: what is followed by `::` is the module
        candidates.sort_by_key(|candidate| matches!(candidate, Name::Module(_)) == is_last);
        for candidate in candidates {
            match candidate {
                Name::Item => return Some(Target::Item(here.file)),
                Name::Module(id) => return Some(Target::Module(*id)),
                Name::Import(path) => {
                    let place = self.walk(module, path, steps);
                    if place != Target::Outside || here.names[name].len() == 1 {
                        return Some(place);
                    }
                }
            }
        }
        here.globs.iter().find_map(|path| match self.walk(module, path, steps) {
            Target::Module(target) => self.look_up(target, name, is_last, steps),
            _ => None,
        })
    }
}

fn file_of(folder: &Path, name: &str) -> PathBuf {
    let flat = folder.join(format!("{name}.rs"));
    if flat.try_exists().is_ok_and(|found| found) { flat } else { folder.join(name).join("mod.rs") }
}

/// `#[cfg(test)]`, `#[test]` and their like: what only tests see makes no arrow.
pub(crate) fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        syn::Meta::NameValue(_) => false,
    })
}

fn item_name(item: &syn::Item) -> Option<String> {
    let ident = match item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Fn(item) if !is_test(&item.attrs) => &item.sig.ident,
        syn::Item::Macro(item) => item.ident.as_ref()?,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        syn::Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}
