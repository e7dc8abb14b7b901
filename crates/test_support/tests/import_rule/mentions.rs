//! What the code of a module names: paths in types, expressions, patterns, attributes and macro calls. It must not know
//! where a path leads.
//!
//! A private `use` is a mention of what it brings in. A `pub use` is a signpost and none; who follows it names the place
//! where the thing is defined.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::modules::is_test;
use crate::uses::imported_names;

/// A path as it is written in a module.
pub(crate) struct Mention {
    pub(crate) module: usize,
    pub(crate) path: Vec<String>,
}

/// Collects the mentions and the `use` declarations of one module.
pub(crate) struct MentionVisitor {
    module: usize,
    pub(crate) mentions: Vec<Mention>,
    pub(crate) uses: Vec<syn::UseTree>,
}

impl MentionVisitor {
    pub(crate) fn new(module: usize) -> Self {
        Self { module, mentions: Vec::new(), uses: Vec::new() }
    }

    fn push(&mut self, path: Vec<String>) {
        if !path.is_empty() {
            self.mentions.push(Mention { module: self.module, path });
        }
    }

    /// Paths inside a macro call or an attribute, also those in string literals (`#[serde(with = "…")]`).
    fn scan(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.push_token_path(&mut path);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.push_token_path(&mut path);
                    colons = 0;
                    match other {
                        TokenTree::Group(group) => self.scan(group.stream()),
                        TokenTree::Literal(literal) => self.push_text(&literal.to_string()),
                        _ => {}
                    }
                }
            }
        }
        self.push_token_path(&mut path);
    }

    /// A lone lower-case word inside a macro is most likely a variable or a field, so it counts as nothing.
    fn push_token_path(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        let is_type = path.first().is_some_and(|first| first.starts_with(char::is_uppercase));
        if path.len() > 1 || is_type {
            self.push(path);
        }
    }

    fn push_text(&mut self, literal: &str) {
        let text = literal.trim_matches('"');
        let is_path =
            text.contains("::") && text.chars().all(|c| c.is_ascii_alphanumeric() || "_:".contains(c));
        if is_path {
            self.push(text.split("::").map(str::to_owned).collect());
        }
    }
}

impl<'ast> Visit<'ast> for MentionVisitor {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes: &[syn::Attribute] = match item {
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Struct(item) => &item.attrs,
            syn::Item::Const(item) => &item.attrs,
            _ => &[],
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if matches!(item.vis, syn::Visibility::Inherited) {
            for import in imported_names(&item.tree) {
                self.push(import.path);
            }
        }
        self.uses.push(item.tree.clone());
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.push(call.path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        self.scan(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.scan(list.tokens.clone());
        }
    }

    /// `pub(super)` names no thing of `super`.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}
