//! What a span says of Junjo, in the old page's fields.
//!
//! | field | SDK up to 0.62 | since 0.63 |
//! |---|---|---|
//! | id | `junjo.id` | of workflows and subflows the definition's id, else the runtime's: the ids that graphs name nodes by |
//! | parent's id | `junjo.parent_id` | `junjo.parent_executable_definition_id`, else the runtime's |
//! | type | one of four | the same; `agent` becomes `node`: the old page refuses a whole list for a type it does not know |
//! | graph | version 1 as it is | version 2, in the words of version 1 |

use junjo_span_model::Span;
use serde_json::{Map, Value};

use super::attributes::{sorted, text};
use super::graph::version_1;

/// The fields.
pub(super) struct Junjo {
    pub(super) id: String,
    pub(super) parent_id: String,
    pub(super) span_type: &'static str,
    pub(super) graph: Value,
    pub(super) state_start: Value,
    pub(super) state_end: Value,
    pub(super) store_id: String,
}

impl Junjo {
    pub(super) fn of(span: &Span<'_>) -> Self {
        let get = |key: &str| text(&span.attributes, key);
        let first = |keys: [&str; 3]| keys.into_iter().find_map(get).unwrap_or_default().to_owned();
        let span_type = page_type(get("junjo.span_type").unwrap_or_default());
        let is_run = matches!(span_type, "workflow" | "subflow");
        let [definition, runtime] = ["junjo.executable_definition_id", "junjo.executable_runtime_id"];
        let ids = if is_run { [definition, runtime] } else { [runtime, definition] };
        let object = |key: &str| get(key).filter(|_| is_run).map_or_else(empty, object);
        let graph = ["junjo.workflow.graph_structure", "junjo.workflow.execution_graph_snapshot"];
        let graph = graph.into_iter().find_map(get).filter(|_| is_run).map_or_else(empty, object_of_graph);
        Self {
            id: first(["junjo.id", ids[0], ids[1]]),
            parent_id: first([
                "junjo.parent_id",
                "junjo.parent_executable_definition_id",
                "junjo.parent_executable_runtime_id",
            ]),
            span_type,
            graph,
            state_start: object("junjo.workflow.state.start"),
            state_end: object("junjo.workflow.state.end"),
            // two braces, not nothing, are what the Go server has for a run without a store
            store_id: if is_run {
                get("junjo.workflow.store.id").unwrap_or("{}").to_owned()
            } else {
                String::new()
            },
        }
    }
}

/// The type as the old page knows it.
fn page_type(sent: &str) -> &'static str {
    match sent {
        "workflow" => "workflow",
        "subflow" => "subflow",
        "node" | "agent" => "node",
        "run_concurrent" => "run_concurrent",
        _ => "",
    }
}

fn empty() -> Value {
    Value::Object(Map::new())
}

/// The object in `text`; an empty one where there is none.
fn object(text: &str) -> Value {
    sorted(text).filter(Value::is_object).unwrap_or_else(empty)
}

fn object_of_graph(text: &str) -> Value {
    version_1(object(text))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use junjo_span_model::{KeyValue, SpanId, TraceId, Value as Otlp};
    use serde_json::json;

    use super::*;

    fn junjo(pairs: &[(&str, &str)]) -> Junjo {
        let attribute = |(key, value): &(&str, &str)| KeyValue {
            key: Cow::Owned((*key).to_owned()),
            value: Otlp::String(Cow::Owned((*value).to_owned())),
        };
        let attributes = pairs.iter().map(attribute).collect();
        Junjo::of(&Span {
            trace_id: TraceId([1; 16]),
            span_id: SpanId([1; 8]),
            parent_span_id: None,
            trace_state: "".into(),
            flags: 0,
            name: "".into(),
            kind: 1,
            start_time_unix_nano: 0,
            end_time_unix_nano: 0,
            attributes,
            dropped_attributes_count: 0,
            events: Vec::new(),
            dropped_events_count: 0,
            links: Vec::new(),
            dropped_links_count: 0,
            status_code: 0,
            status_message: "".into(),
            had_invalid_utf8: false,
            raw: &[],
        })
    }

    /// Scenario: a node and a subflow of a current SDK. Guarantee: each has the id that its graph has for it.
    #[test]
    fn ids_are_those_of_the_graph() {
        let ids = [("junjo.executable_definition_id", "d"), ("junjo.executable_runtime_id", "r")];
        let of = |kind| junjo(&[&[("junjo.span_type", kind)][..], &ids].concat()).id;
        assert_eq!(["node", "run_concurrent", "agent"].map(of), ["r", "r", "r"]);
        assert_eq!(["workflow", "subflow"].map(of), ["d", "d"]);
        assert_eq!(junjo(&[("junjo.id", "old")]).id, "old");
        assert_eq!(junjo(&[("junjo.parent_executable_runtime_id", "p")]).parent_id, "p");
    }

    /// Scenario: states that are no JSON, no object, or of a span that is no run, and types of other SDKs. Guarantee: always an
    /// object, and a type that the old page knows.
    #[test]
    fn fields_have_the_kind_that_the_page_asks_for() {
        let of =
            |kind, state| junjo(&[("junjo.span_type", kind), ("junjo.workflow.state.end", state)]).state_end;
        assert_eq!(of("workflow", r#"{"b":1,"a":{}}"#).to_string(), r#"{"a":{},"b":1}"#);
        assert_eq!(
            [of("workflow", "{"), of("subflow", "[1]"), of("node", r#"{"a":1}"#)],
            [(); 3].map(|()| json!({}))
        );
        assert_eq!(["agent", "evaluation", ""].map(page_type), ["node", "", ""]);
        assert_eq!(junjo(&[("junjo.span_type", "workflow")]).store_id, "{}");
        assert_eq!(junjo(&[("junjo.span_type", "node"), ("junjo.workflow.store.id", "s")]).store_id, "");
    }
}
