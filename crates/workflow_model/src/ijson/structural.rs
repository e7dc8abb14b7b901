//! Structural ids of agents and tools: the SHA-256 of what they are made of, as canonical JSON.

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::canonical::canonical_json;

/// What has a structural id that can be computed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StructuralKind {
    /// An agent.
    Agent,
    /// A tool.
    Tool,
}

/// The id of `material`, for example `tool_sha256:` and 64 hexadecimal digits.
pub fn structural_id(kind: StructuralKind, material: &Json) -> String {
    use std::fmt::Write as _;
    let mut id = match kind {
        StructuralKind::Agent => "agent_sha256:".to_owned(),
        StructuralKind::Tool => "tool_sha256:".to_owned(),
    };
    for byte in Sha256::digest(canonical_json(material)) {
        let _ = write!(id, "{byte:02x}");
    }
    id
}

/// What an agent is made of, out of the snapshot of its definition: all but its name, and the ids themselves.
pub(crate) fn agent_material(snapshot: &Json) -> Option<Json> {
    let mut material = snapshot.as_object()?.clone();
    material.shift_remove("name");
    material.shift_remove("structuralId");
    for tool in material.get_mut("tools")?.as_array_mut()? {
        tool.as_object_mut()?.shift_remove("structuralId");
    }
    Some(Json::Object(material))
}

/// What a tool is made of, out of its part of the snapshot.
pub(crate) fn tool_material(tool: &Json) -> Option<Json> {
    let mut material = tool.as_object()?.clone();
    material.shift_remove("structuralId");
    material.insert("v".to_owned(), json!(1));
    Some(Json::Object(material))
}
