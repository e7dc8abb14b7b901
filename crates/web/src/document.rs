//! What the description of every feature has in common.

use std::collections::HashSet;

use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::{OpenApi, RefOr, Schema};

/// What answers may leave out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Partial {
    /// Schemas of which empty members are left out.
    pub schemas: &'static [&'static str],
    /// Members that are left out unless they were asked for.
    pub members: &'static [&'static str],
}

/// The schema of errors, which leaves out what an error does not have.
const PROBLEM: &str = "Problem";

/// Says that answers always have all of their members, but for what is `partial`: an option that is nothing is written as
/// null. Request bodies stay as they are.
pub fn complete(document: &mut OpenApi, partial: &Partial) {
    let requests = request_schemas(document);
    if let Some(components) = &mut document.components {
        for (name, schema) in &mut components.schemas {
            let stays =
                name == PROBLEM || partial.schemas.contains(&name.as_str()) || requests.contains(name);
            if let (false, RefOr::T(schema)) = (stays, schema) {
                require_members(schema, partial);
            }
        }
    }
}

/// The names of the schemas that are request bodies.
fn request_schemas(document: &OpenApi) -> HashSet<String> {
    let items = document.paths.paths.values();
    let operations =
        items.flat_map(|item| [&item.post, &item.put, &item.patch, &item.delete].into_iter().flatten());
    let bodies = operations.filter_map(|operation| inline(operation.request_body.as_ref()?));
    let contents = bodies.flat_map(|body| body.content.values().filter_map(inline));
    let names = contents.filter_map(|content| match content.schema.as_ref()? {
        RefOr::Ref(reference) => reference.ref_location.rsplit('/').next().map(str::to_owned),
        RefOr::T(_) => None,
    });
    names.collect()
}

fn inline<T>(part: &RefOr<T>) -> Option<&T> {
    match part {
        RefOr::T(part) => Some(part),
        RefOr::Ref(_) => None,
    }
}

fn require_members(schema: &mut Schema, partial: &Partial) {
    let nested: Vec<&mut RefOr<Schema>> = match schema {
        Schema::Object(object) => {
            object.required = object
                .properties
                .keys()
                .filter(|name| !partial.members.contains(&name.as_str()))
                .cloned()
                .collect();
            object.properties.values_mut().collect()
        }
        Schema::Array(array) => match &mut array.items {
            ArrayItems::RefOrSchema(items) => vec![items.as_mut()],
            ArrayItems::False => Vec::new(),
        },
        Schema::AllOf(parts) => parts.items.iter_mut().collect(),
        Schema::OneOf(variants) => variants.items.iter_mut().collect(),
        _ => Vec::new(),
    };
    for part in nested {
        if let RefOr::T(part) = part {
            require_members(part, partial);
        }
    }
}
