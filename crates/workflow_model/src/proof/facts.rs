//! What one span says that other spans must agree with. Payloads stay behind as hashes.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::Value as Json;

use crate::ijson::canonical_json;

/// Names of usage, as agents and model calls have them.
pub(super) const USAGE: [&str; 5] =
    ["inputTokens", "outputTokens", "cachedInputTokens", "reasoningTokens", "totalTokens"];

/// Facts of one span of contract 2 or later.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Facts {
    /// Ids of the executable around it, as the span says.
    pub(crate) parent: Option<ParentIds>,
    /// Type and id of the correlation.
    pub(crate) correlation: Option<(String, String)>,
    /// What kind of span it is.
    pub(crate) role: Option<RoleFacts>,
    /// Class of the exception that the span failed with.
    pub(crate) exception: Option<String>,
}

/// Facts by kind of span.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum RoleFacts {
    Agent(AgentFacts),
    Model(ModelFacts),
    Tool(ToolFacts),
}

/// Definition, runtime and structural id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParentIds {
    pub(crate) definition: String,
    pub(crate) runtime: String,
    pub(crate) structural: String,
}

/// What an agent's span says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct AgentFacts {
    pub(crate) key: Option<String>,
    pub(crate) runtime_id: Option<String>,
    pub(crate) operations: Option<i64>,
    pub(crate) model_requests: Option<i64>,
    /// Tool calls requested, admitted, started, completed.
    pub(crate) tool_calls: [Option<i64>; 4],
    pub(crate) usage: Option<UsageSums>,
    /// Names and structural ids of the tools, when the definition was sent in full.
    pub(crate) tools: Option<Vec<(String, String)>>,
}

/// An agent's usage: responses that it counts, and by name the sum and how many responses had it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct UsageSums {
    pub(crate) responses: i64,
    pub(crate) fields: [Option<(i64, i64)>; USAGE.len()],
}

/// What belongs to one operation of an agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OperationFacts {
    pub(crate) key: Option<String>,
    pub(crate) runtime_id: Option<String>,
    pub(crate) sequence: Option<i64>,
    pub(crate) ordinal: Option<i64>,
}

/// What a model call's span says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ModelFacts {
    pub(crate) operation: OperationFacts,
    pub(crate) state_revision: Option<i64>,
    /// Whether there is a response, in full or withheld.
    pub(crate) responded: bool,
    /// Usage by name; `None` when the span has none.
    pub(crate) usage: Option<[Option<i64>; USAGE.len()]>,
    /// The tool calls that the response asks for; `None` when it was not sent in full.
    pub(crate) calls: Option<Vec<CallFacts>>,
}

/// A tool call that a model asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallFacts {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arguments: u64,
}

/// What a tool call's span says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ToolFacts {
    pub(crate) operation: OperationFacts,
    pub(crate) call_id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) structural_id: Option<String>,
    pub(crate) revision_before: Option<i64>,
    pub(crate) revision_after: Option<i64>,
    /// Hash of the arguments that were asked for, when sent in full.
    pub(crate) requested: Option<u64>,
    pub(crate) started: bool,
    pub(crate) completed: bool,
}

/// A number that equal values have in common.
pub(super) fn hash_of(json: &Json) -> u64 {
    let mut hasher = DefaultHasher::new();
    canonical_json(json).hash(&mut hasher);
    hasher.finish()
}

/// Usage by name, each a count that is not negative; `None` when the object has any other shape.
pub(super) fn usage_of(json: &Json) -> Option<[Option<i64>; USAGE.len()]> {
    let members = json.as_object()?;
    if members.get("v").and_then(Json::as_i64) != Some(1) {
        return None;
    }
    let known = |name: &String| name == "v" || USAGE.contains(&name.as_str());
    let counts = members.iter().filter(|(name, _)| *name != "v").all(|(_, value)| value.as_u64().is_some());
    (members.keys().all(known) && counts).then(|| USAGE.map(|name| members.get(name).and_then(Json::as_i64)))
}

/// An agent's usage; `None` when the object has another shape.
pub(super) fn usage_sums_of(json: &Json) -> Option<UsageSums> {
    let fields = json.get("fields")?.as_object()?;
    let version = json.get("v").and_then(Json::as_i64) == Some(1);
    let known = fields.keys().all(|name| USAGE.contains(&name.as_str()));
    let mut sums = UsageSums { responses: json.get("modelResponses")?.as_i64()?, ..UsageSums::default() };
    for (slot, name) in sums.fields.iter_mut().zip(USAGE) {
        if let Some(field) = fields.get(name) {
            let count = |part: &str| field.get(part)?.as_i64().filter(|count| *count >= 0);
            *slot = Some((count("sum")?, count("observations")?));
        }
    }
    (version && known).then_some(sums)
}
