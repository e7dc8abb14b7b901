//! What a `use` brings into its module. It must not know where the paths lead.

/// One name that a `use` brings in.
pub(crate) struct Import {
    /// The name it has here; `None` for `*`.
    pub(crate) name: Option<String>,
    pub(crate) path: Vec<String>,
}

/// All names of one `use`, its braces taken apart.
pub(crate) fn imported_names(tree: &syn::UseTree) -> Vec<Import> {
    let mut found = Vec::new();
    collect(tree, &mut Vec::new(), &mut found);
    found
}

fn collect(tree: &syn::UseTree, path: &mut Vec<String>, found: &mut Vec<Import>) {
    match tree {
        syn::UseTree::Path(step) => {
            path.push(step.ident.to_string());
            collect(&step.tree, path, found);
            path.pop();
        }
        syn::UseTree::Group(group) => group.items.iter().for_each(|item| collect(item, path, found)),
        syn::UseTree::Glob(_) => found.push(Import { name: None, path: path.clone() }),
        syn::UseTree::Name(last) => found.push(import(path, &last.ident, &last.ident)),
        syn::UseTree::Rename(last) => found.push(import(path, &last.ident, &last.rename)),
    }
}

fn import(path: &[String], last: &syn::Ident, name: &syn::Ident) -> Import {
    let mut path = path.to_vec();
    if last == "self" {
        let name = if name == "self" { path.last().cloned() } else { Some(name.to_string()) };
        return Import { name, path };
    }
    path.push(last.to_string());
    Import { name: Some(name.to_string()), path }
}
