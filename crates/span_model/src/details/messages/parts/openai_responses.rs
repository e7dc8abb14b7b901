//! Items and content parts of OpenAI's Responses API: calls and reasoning stand beside messages there.
//!
//! Source: the `Item` and `OutputItem` schemas of OpenAI's API reference.

use serde_json::{Map, Value as Json, json};

use super::super::part::{Part, PartKind};
use super::media::Media;
use super::openai_chat::{address, file};
use crate::details::attributes::{member, member_text};

pub(super) fn read(object: &Map<String, Json>, kind: &str) -> Option<Vec<Part>> {
    let text = |names: &[&str]| member_text(object, names);
    let part = match kind {
        "input_text" | "summary_text" => Part::text(text(&["text"]).unwrap_or_default()),
        "output_text" => {
            let citations = object.get("annotations").and_then(Json::as_array).cloned().unwrap_or_default();
            PartKind::Text { content: text(&["text"]).unwrap_or_default(), citations }.into()
        }
        "reasoning_text" => Part::reasoning(text(&["text"]).unwrap_or_default()),
        "reasoning" => Part::reasoning(reasoning(object)?),
        "input_image" | "computer_screenshot" => match text(&["file_id"]) {
            Some(id) => Media::of("image").file(id),
            None => Media::of("image").uri(address(object.get("image_url")?)?),
        },
        "input_file" => file(object)?,
        "function_call" | "custom_tool_call" => {
            Part::call(text(&["call_id", "id"]), text(&["name"]), member(object, &["arguments", "input"]))
        }
        "image_generation_call" => return Some(image_generation(object)),
        "mcp_call" => {
            return Some(with_answer(object, text(&["name"]), object.get("arguments"), &["output", "error"]));
        }
        _ => return call_or_output(object, kind),
    };
    Some(vec![part])
}

/// A call of a tool that OpenAI knows, such as `web_search_call`, or an answer to one, such as
/// `computer_call_output`: the kind names the tool.
fn call_or_output(object: &Map<String, Json>, kind: &str) -> Option<Vec<Part>> {
    let id = || member_text(object, &["call_id", "id", "approval_request_id"]);
    if let Some(kind) = kind.strip_suffix("_output").filter(|kind| kind.ends_with("_call")) {
        let is_named = matches!(kind, "function_call" | "custom_tool_call");
        let tool = if is_named { None } else { kind.strip_suffix("_call").map(str::to_owned) };
        let output = member(object, &["output", "result"]);
        return Some(vec![Part::answer(id(), member_text(object, &["name"]).or(tool), output)]);
    }
    let name = Some(kind.strip_suffix("_call")?.to_owned());
    if let Some(action) = member(object, &["action", "operation"]) {
        return Some(with_answer(object, name, Some(action), &["results", "outputs"]));
    }
    let arguments: Map<String, Json> = object
        .iter()
        .filter(|(member, _)| {
            !matches!(member.as_str(), "type" | "id" | "call_id" | "status" | "results" | "outputs")
        })
        .map(|(member, value)| (member.clone(), value.clone()))
        .collect();
    Some(with_answer(object, name, Some(&Json::Object(arguments)), &["results", "outputs"]))
}

/// The call, and its answer when the item holds one.
fn with_answer(
    object: &Map<String, Json>,
    name: Option<String>,
    arguments: Option<&Json>,
    answer: &[&str],
) -> Vec<Part> {
    let id = member_text(object, &["call_id", "id"]);
    let answer = member(object, answer);
    let failed = object.get("error").is_some_and(|error| !error.is_null());
    let answer = answer.map(|answer| Part::answer(id.clone(), name.clone(), Some(answer)).failed(failed));
    std::iter::once(Part::call(id, name, arguments)).chain(answer).collect()
}

fn image_generation(object: &Map<String, Json>) -> Vec<Part> {
    let prompt = member_text(object, &["revised_prompt", "prompt"]);
    let arguments = prompt.map(|prompt| json!({ "prompt": prompt }));
    let call =
        Part::call(member_text(object, &["id"]), Some("image_generation".to_owned()), arguments.as_ref());
    let format = member_text(object, &["output_format"]).unwrap_or_else(|| "png".to_owned());
    let image = member_text(object, &["result"])
        .map(|content| Media::of("image").format(Some(format)).uri_or_blob(content));
    std::iter::once(call).chain(image).collect()
}

/// What the model let be seen of its thoughts: their summary, else their text; nothing when they are encrypted.
fn reasoning(object: &Map<String, Json>) -> Option<String> {
    if object.get("summary").or(object.get("content")).is_none() && !object.contains_key("encrypted_content")
    {
        return None;
    }
    let texts = |name: &str| {
        let items = object.get(name).and_then(Json::as_array).into_iter().flatten();
        let texts: Vec<String> = items
            .filter_map(|item| match item {
                Json::Object(item) => member_text(item, &["text"]),
                other => other.as_str().map(str::to_owned),
            })
            .collect();
        (!texts.is_empty()).then(|| texts.join("\n\n"))
    };
    Some(texts("summary").or_else(|| texts("content")).unwrap_or_default())
}
