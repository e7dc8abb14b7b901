//! The normal form of a generated JSON Schema (profile `junjo.generated-json-schema.v1`): the same for schemas that differ
//! only in titles, order of members, order of sets, and names of local definitions.
//!
//! | part | becomes |
//! |---|---|
//! | `title` of a schema | nothing; a property of that name stays |
//! | `required`, `type`, `enum`, lists of `dependentRequired` | sorted; a member twice is refused |
//! | an object without `additionalProperties` | closed |
//! | definitions that are referred to | `$defs` `d0`, `d1`, … in order of the first reference; others go |

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::canonical::canonical_json;

/// Keywords whose members are schemas.
const MAPS: [&str; 5] = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];
/// Keywords whose items are schemas, in an order that counts.
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords whose value is a schema.
const SINGLES: [&str; 12] = [
    "additionalItems",
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Where definitions are.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];
/// Levels of references and schemas that are followed: as deep as payloads may nest.
const DEPTH_MAX: usize = 256;

/// Why a schema has no normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SchemaFault {
    /// A set has a member twice.
    #[error("a set of the schema has a member twice")]
    DuplicateSetMember,
    /// It does not keep to the profile.
    #[error("the schema does not keep to the profile of generated schemas")]
    InvalidProfile,
}

/// The normal form of `schema`.
///
/// # Errors
/// [`SchemaFault`].
pub fn normalize_schema(schema: &Json) -> Result<Json, SchemaFault> {
    let Json::Object(cleaned) = clean(schema, 0)? else { return Err(SchemaFault::InvalidProfile) };
    let mut names = Names { definitions: HashMap::new(), named: HashMap::new(), done: Map::new() };
    let mut root = Map::new();
    for (key, value) in cleaned {
        if !DEFINITIONS.contains(&key.as_str()) {
            root.insert(key, value);
            continue;
        }
        let Json::Object(definitions) = value else { return Err(SchemaFault::InvalidProfile) };
        let by_reference = definitions.into_iter().map(|(name, schema)| (format!("#/{key}/{name}"), schema));
        names.definitions.extend(by_reference);
    }
    let Json::Object(mut normal) = names.rewrite(&Json::Object(root), 0)? else {
        return Err(SchemaFault::InvalidProfile);
    };
    if !names.done.is_empty() {
        normal.insert("$defs".to_owned(), Json::Object(names.done));
    }
    Ok(Json::Object(normal))
}

/// Applies `to` to each schema right below `schema`, members in alphabetical order when `sorted`.
fn below(
    schema: &Map<String, Json>,
    sorted: bool,
    mut to: impl FnMut(&str, &Json, bool) -> Result<Json, SchemaFault>,
) -> Result<Map<String, Json>, SchemaFault> {
    let ordered = |members: &Map<String, Json>| {
        let mut keys: Vec<String> = members.keys().cloned().collect();
        if sorted {
            keys.sort();
        }
        keys
    };
    let mut out = Map::new();
    for key in ordered(schema) {
        let value = &schema[&key];
        let changed = match value {
            Json::Object(members) if MAPS.contains(&key.as_str()) => {
                let mut children = Map::new();
                for name in ordered(members) {
                    let child = to(&name, &members[&name], true)?;
                    children.insert(name, child);
                }
                Json::Object(children)
            }
            Json::Array(items) if LISTS.contains(&key.as_str()) => {
                Json::Array(items.iter().map(|item| to(&key, item, true)).collect::<Result<_, _>>()?)
            }
            Json::Object(_) | Json::Bool(_) if SINGLES.contains(&key.as_str()) => to(&key, value, true)?,
            _ => to(&key, value, false)?,
        };
        out.insert(key, changed);
    }
    Ok(out)
}

/// Without titles, sets sorted, objects closed.
fn clean(schema: &Json, depth: usize) -> Result<Json, SchemaFault> {
    let members = match schema {
        Json::Bool(_) => return Ok(schema.clone()),
        Json::Object(members) if depth <= DEPTH_MAX => members,
        _ => return Err(SchemaFault::InvalidProfile),
    };
    let mut untitled = members.clone();
    untitled.shift_remove("title");
    let mut out =
        below(
            &untitled,
            false,
            |key, value, is_schema| {
                if is_schema { clean(value, depth + 1) } else { sorted_set(key, value) }
            },
        )?;
    if out.get("type").is_some_and(|kind| kind == "object") {
        let structured = out.contains_key("properties");
        match out.get("additionalProperties") {
            None => drop(out.insert("additionalProperties".to_owned(), Json::Bool(false))),
            Some(Json::Bool(false)) => {}
            Some(Json::Bool(_) | Json::Object(_)) if !structured => {}
            Some(_) => return Err(SchemaFault::InvalidProfile),
        }
    }
    Ok(Json::Object(out))
}

/// The value of a keyword that is no schema; sets are sorted.
fn sorted_set(key: &str, value: &Json) -> Result<Json, SchemaFault> {
    match (key, value) {
        ("required" | "type", Json::Array(items)) => texts_sorted(items),
        ("enum", Json::Array(items)) => distinct_sorted(items),
        ("dependentRequired", Json::Object(members)) => {
            let lists = members.iter().map(|(name, list)| {
                let list = list.as_array().map_or_else(|| Ok(list.clone()), |items| texts_sorted(items))?;
                Ok((name.clone(), list))
            });
            Ok(Json::Object(lists.collect::<Result<_, SchemaFault>>()?))
        }
        _ => Ok(value.clone()),
    }
}

fn texts_sorted(items: &[Json]) -> Result<Json, SchemaFault> {
    let texts: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
    let mut texts = texts.ok_or(SchemaFault::InvalidProfile)?;
    texts.sort_unstable();
    if texts.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(SchemaFault::DuplicateSetMember);
    }
    Ok(texts.into_iter().collect())
}

fn distinct_sorted(items: &[Json]) -> Result<Json, SchemaFault> {
    let mut keyed: Vec<(String, &Json)> = items.iter().map(|item| (canonical_json(item), item)).collect();
    keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
    if keyed.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(SchemaFault::DuplicateSetMember);
    }
    Ok(Json::Array(keyed.into_iter().map(|(_, item)| item.clone()).collect()))
}

/// Gives local definitions their names.
struct Names {
    /// Definitions by reference.
    definitions: HashMap<String, Json>,
    /// New names by reference.
    named: HashMap<String, String>,
    done: Map<String, Json>,
}

impl Names {
    fn rewrite(&mut self, schema: &Json, depth: usize) -> Result<Json, SchemaFault> {
        let members = match schema {
            Json::Bool(_) => return Ok(schema.clone()),
            Json::Object(members) if depth <= DEPTH_MAX => members,
            _ => return Err(SchemaFault::InvalidProfile),
        };
        let out = below(members, true, |key, value, is_schema| match (key, value) {
            _ if is_schema => self.rewrite(value, depth + 1),
            ("$ref" | "$dynamicRef", Json::String(reference)) => self.reference(reference, depth),
            ("discriminator", Json::Object(members)) => self.discriminator(members, depth),
            _ => Ok(value.clone()),
        })?;
        Ok(Json::Object(out))
    }

    fn discriminator(&mut self, members: &Map<String, Json>, depth: usize) -> Result<Json, SchemaFault> {
        let mut out = members.clone();
        if let Some(Json::Object(mapping)) = out.get_mut("mapping") {
            let mut names: Vec<String> = mapping.keys().cloned().collect();
            names.sort();
            for name in names {
                if let Some(Json::String(reference)) = mapping.get(&name).cloned() {
                    mapping.insert(name, self.reference(&reference, depth)?);
                }
            }
        }
        Ok(Json::Object(out))
    }

    /// The reference under the definition's new name; the definition itself is rewritten at the first one.
    fn reference(&mut self, reference: &str, depth: usize) -> Result<Json, SchemaFault> {
        let Some(prefix) =
            DEFINITIONS.iter().map(|key| format!("#/{key}/")).find(|p| reference.starts_with(p))
        else {
            return Ok(Json::from(reference));
        };
        let (name, rest) = match reference[prefix.len()..].split_once('/') {
            Some((name, rest)) => (name, format!("/{rest}")),
            None => (&reference[prefix.len()..], String::new()),
        };
        let target = prefix + &name.replace("~1", "/").replace("~0", "~");
        let new = if let Some(new) = self.named.get(&target) {
            new.clone()
        } else {
            let definition = self.definitions.get(&target).cloned().ok_or(SchemaFault::InvalidProfile)?;
            let new = format!("d{}", self.named.len());
            self.named.insert(target, new.clone());
            self.done.insert(new.clone(), Json::Bool(true));
            let rewritten = self.rewrite(&definition, depth + 1)?;
            self.done.insert(new.clone(), rewritten);
            new
        };
        Ok(Json::from(format!("#/$defs/{new}{rest}")))
    }
}
