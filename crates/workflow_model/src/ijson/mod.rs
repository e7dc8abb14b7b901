//! The JSON of Junjo's telemetry contract: I-JSON within limits, its canonical text (RFC 8785), the structural ids that are
//! hashes of it, and the normal form of generated schemas. It knows no span.

mod canonical;
mod parse;
mod schema;
mod structural;
pub(crate) use structural::{agent_material, tool_material};

pub use canonical::canonical_json;
pub use parse::{JsonFault, parse_ijson};
pub use schema::{SchemaFault, normalize_schema};
pub use structural::{StructuralKind, structural_id};
