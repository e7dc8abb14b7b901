//! Parts of messages in the shapes of every vendor. A new vendor is a file here and a line in [`VENDORS`].

mod anthropic;
mod autogen;
mod bedrock;
mod gemini;
mod haystack;
mod langchain;
mod llama_index;
mod media;
mod openai_chat;
mod openai_responses;
mod openinference;
mod otel;
mod pydantic_ai;
mod result;
mod semantic_kernel;
mod vercel;

use serde_json::{Map, Value as Json};

use super::node::Node;
use super::part::Part;
use crate::details::attributes::member_text;

/// Reads a part that is an object of the kind that its `type` names; `None` when the shape is another vendor's.
type Vendor = fn(&Map<String, Json>, &str) -> Option<Vec<Part>>;

/// The vendors' shapes in the order in which they are tried. Only where two have the same `type` does the order matter:
/// those that look for a member which no other has stand first.
const VENDORS: [Vendor; 14] = [
    autogen::read,
    pydantic_ai::read,
    llama_index::read,
    semantic_kernel::read,
    otel::read,
    anthropic::read,
    openai_chat::read,
    openai_responses::read,
    openinference::read,
    vercel::read,
    langchain::read,
    bedrock::read,
    haystack::read,
    gemini::read,
];

/// A list of parts, one part, or a text.
pub(super) fn parts(node: Node<'_>) -> Vec<Part> {
    if let Some(items) = node.items() {
        return items.flat_map(parts_of_item).collect();
    }
    parts_of_item(node)
}

/// The parts of an object when a vendor's shape fits it.
pub(super) fn known(json: &Json) -> Option<Vec<Part>> {
    let object = json.as_object()?;
    if let Some(inner @ Json::Object(_)) = object.get("message_content") {
        return known(inner);
    }
    let kind = member_text(object, &["type"]).unwrap_or_default();
    let parts = VENDORS.iter().find_map(|read| read(object, &kind))?;
    Some(parts.into_iter().flat_map(|part| result::unfold(part, known)).collect())
}

/// A call that stands beside a message's content: OpenAI's, the Vercel AI SDK's, OpenInference's wrapper, or a part.
pub(super) fn tool_call(node: Node<'_>) -> Part {
    let read = |json: &Json| {
        let object = json.as_object()?;
        vercel::tool_call(object).or_else(|| openai_chat::tool_call(object)).or_else(|| known(json)?.pop())
    };
    let call = node.json.get("tool_call").filter(|inner| inner.is_object()).unwrap_or(node.json);
    let mut part = read(call).unwrap_or_else(|| Part::other(node.json.clone()));
    part.truncated |= node.is_cut();
    part
}

/// What a tool answered, where the answer is the content of a message.
pub(super) fn answer(id: Option<String>, name: Option<String>, content: Option<Node<'_>>) -> Vec<Part> {
    let mut part = Part::answer(id, name, content.map(|content| content.json));
    part.truncated |= content.is_some_and(Node::is_cut);
    result::unfold(part, known)
}

fn parts_of_item(node: Node<'_>) -> Vec<Part> {
    let mut parts = match node.json {
        Json::Null => return Vec::new(),
        Json::String(text) => vec![Part::text(text.clone())],
        // the beginning of a part that has not come to what it says
        Json::Object(object) if node.is_cut() && object.keys().all(|member| member == "type") => {
            return Vec::new();
        }
        other => known(other).unwrap_or_else(|| vec![Part::other(other.clone())]),
    };
    if let Some(last) = parts.last_mut() {
        last.truncated |= node.is_cut();
    }
    parts
}
