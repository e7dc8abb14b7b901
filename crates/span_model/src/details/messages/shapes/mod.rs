//! Messages in the shapes of every vendor. A new shape is a file here and a line in [`SHAPES`].

mod autogen;
pub(super) mod items;
mod junjo;
mod langchain;
mod pydantic_ai;
mod spring_ai;
pub(super) mod usual;

use serde_json::Value as Json;

use super::message::{Message, is_known_role};
use super::node::{Node, Object};

/// Reads an object; `None` when it is no message of that shape.
type Shape = fn(Object<'_>) -> Option<Vec<Message>>;

/// The shapes in the order in which they are tried.
const SHAPES: [Shape; 7] = [
    junjo::read,
    pydantic_ai::read,
    autogen::read,
    spring_ai::read,
    usual::read_message,
    langchain::read,
    nested_role,
];

/// The messages that `object` is; `None` when nothing tells that it is one.
pub(super) fn messages(object: Object<'_>) -> Option<Vec<Message>> {
    SHAPES.iter().find_map(|shape| shape(object))
}

/// A pair of a role and a text, which LangChain takes for a message.
pub(super) fn pair(node: Node<'_>) -> Option<Message> {
    match node.json.as_array()?.as_slice() {
        [Json::String(role), Json::String(text)] if is_known_role(role) => Some(Message::text(role, text)),
        _ => None,
    }
}

/// Semantic Kernel's `{Role: {Label}, Items}` and Haystack's older `{_role, _content}`.
fn nested_role(object: Object<'_>) -> Option<Vec<Message>> {
    let content = object.get(&["Items", "Contents", "_content"])?;
    let label = object.object(&["Role"]).and_then(|role| role.text(&["Label"]));
    let role = label.or_else(|| object.text(&["Role", "_role"]))?;
    Some(vec![Message::new(&role, usual::contents(content))])
}
