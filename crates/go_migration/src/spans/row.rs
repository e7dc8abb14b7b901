//! One row of `spans` as an OTLP span. The reverse of what the Go server does (its mistakes included), where that can be
//! reversed.

use junjo_span_model::{SpanId, TraceId};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::span::Event;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use serde_json::Value;

use super::attributes::{pairs, text, unsigned};
use crate::tally::Tally;

/// What a span without `service.name` has in the file.
const NO_SERVICE: &str = "NO_SERVICE_NAME";
/// What JSON columns hold where there is nothing.
const NOTHING: [&str; 3] = ["", "{}", "null"];

/// The columns that are read, in the order of [`Row`].
pub(super) const COLUMNS: &str = "rowid, trace_id, span_id, parent_span_id, service_name, name, kind, epoch_us(start_time), \
    epoch_us(end_time), status_code, status_message, CAST(attributes_json AS VARCHAR), CAST(events_json AS VARCHAR), \
    CAST(links_json AS VARCHAR), trace_flags, trace_state, junjo_id, junjo_parent_id, junjo_span_type, \
    CAST(junjo_wf_state_start AS VARCHAR), CAST(junjo_wf_state_end AS VARCHAR), \
    CAST(junjo_wf_graph_structure AS VARCHAR), junjo_wf_store_id";

/// A row as it is in the file; texts that are NULL are empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) number: i64,
    pub(super) trace_id: String,
    pub(super) span_id: String,
    parent_span_id: String,
    service: String,
    name: String,
    kind: String,
    start_micros: i64,
    end_micros: i64,
    status_code: String,
    status_message: String,
    attributes: String,
    events: String,
    links: String,
    trace_flags: Option<i64>,
    trace_state: String,
    junjo_id: String,
    junjo_parent_id: String,
    junjo_span_type: String,
    state_start: String,
    state_end: String,
    graph: String,
    store_id: String,
}

/// A span with what its resource says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Read {
    pub(super) trace_id: TraceId,
    pub(super) span_id: SpanId,
    /// `None` when the sender named none.
    pub(super) service: Option<String>,
    pub(super) span: Span,
}

impl Row {
    /// Reads [`COLUMNS`].
    pub(super) fn of(row: &duckdb::Row<'_>) -> duckdb::Result<Self> {
        let text = |index| row.get::<_, Option<String>>(index).map(Option::unwrap_or_default);
        Ok(Self {
            number: row.get(0)?,
            trace_id: text(1)?,
            span_id: text(2)?,
            parent_span_id: text(3)?,
            service: text(4)?,
            name: text(5)?,
            kind: text(6)?,
            start_micros: row.get(7)?,
            end_micros: row.get(8)?,
            status_code: text(9)?,
            status_message: text(10)?,
            attributes: text(11)?,
            events: text(12)?,
            links: text(13)?,
            trace_flags: row.get(14)?,
            trace_state: text(15)?,
            junjo_id: text(16)?,
            junjo_parent_id: text(17)?,
            junjo_span_type: text(18)?,
            state_start: text(19)?,
            state_end: text(20)?,
            graph: text(21)?,
            store_id: text(22)?,
        })
    }

    /// The span; nothing, and counted, when its ids are none.
    pub(super) fn read(&self, tally: &mut Tally) -> Option<Read> {
        tally.rows += 1;
        let ids = (self.trace_id.parse::<TraceId>(), self.span_id.parse::<SpanId>());
        let (Ok(trace_id), Ok(span_id)) = ids else {
            tally.unusable_ids += 1;
            return None;
        };
        let parent = self.parent_span_id.parse::<SpanId>().map(|id| id.0.to_vec()).unwrap_or_default();
        let mut attributes = self.attributes(tally);
        let events = self.events(&mut attributes, tally);
        self.keep_links(&mut attributes, tally);
        let service = Some(self.service.clone()).filter(|name| !name.is_empty() && name != NO_SERVICE);
        let span = Span {
            trace_id: trace_id.0.to_vec(),
            span_id: span_id.0.to_vec(),
            parent_span_id: parent,
            name: self.name.clone(),
            kind: self.kind(),
            start_time_unix_nano: nanos(self.start_micros, tally),
            end_time_unix_nano: nanos(self.end_micros, tally),
            status: self.status(),
            attributes,
            events,
            flags: self.trace_flags.and_then(|flags| u32::try_from(flags).ok()).unwrap_or_default(),
            trace_state: self.trace_state.clone(),
            ..Default::default()
        };
        Some(Read { trace_id, span_id, service, span })
    }

    /// The Go server calls 1 (internal) CLIENT and 3 (client) INTERNAL; this undoes it.
    fn kind(&self) -> i32 {
        match self.kind.as_str() {
            "CLIENT" => 1,
            "SERVER" => 2,
            "INTERNAL" => 3,
            "PRODUCER" => 4,
            "CONSUMER" => 5,
            _ => 0,
        }
    }

    /// A span that was sent without a status has an empty code.
    fn status(&self) -> Option<Status> {
        let code = match self.status_code.as_str() {
            "STATUS_CODE_OK" => 1,
            "STATUS_CODE_ERROR" => 2,
            "STATUS_CODE_UNSET" => 0,
            _ if self.status_message.is_empty() => return None,
            _ => 0,
        };
        Some(Status { code, message: self.status_message.clone() })
    }

    /// The column of attributes, and those that the Go server moved into columns of their own.
    fn attributes(&self, tally: &mut Tally) -> Vec<KeyValue> {
        let mut attributes = match parsed(&self.attributes) {
            Ok(Value::Object(object)) => pairs(&object, tally),
            Ok(Value::Null) => Vec::new(),
            _ => unreadable("attributes_json", &self.attributes, tally),
        };
        let is_workflow = ["workflow", "subflow"].contains(&self.junjo_span_type.as_str());
        tally.workflows += u64::from(is_workflow);
        let ids = [
            ("junjo.span_type", &self.junjo_span_type),
            ("junjo.id", &self.junjo_id),
            ("junjo.parent_id", &self.junjo_parent_id),
        ];
        attributes.extend(ids.iter().filter(|(_, id)| !id.is_empty()).map(|(key, id)| text(key, id)));
        if is_workflow {
            // an empty state is a state; an empty graph is what the Go server wrote for spans without one
            let states = [
                ("junjo.workflow.state.start", &self.state_start),
                ("junjo.workflow.state.end", &self.state_end),
            ];
            attributes.extend(
                states.iter().filter(|(_, state)| !state.is_empty()).map(|(key, state)| text(key, state)),
            );
            let others = [
                ("junjo.workflow.graph_structure", &self.graph),
                ("junjo.workflow.store.id", &self.store_id),
            ];
            attributes.extend(
                others
                    .iter()
                    .filter(|(_, value)| !NOTHING.contains(&value.as_str()))
                    .map(|(key, value)| text(key, value)),
            );
        }
        attributes
    }

    fn events(&self, attributes: &mut Vec<KeyValue>, tally: &mut Tally) -> Vec<Event> {
        let list = match parsed(&self.events) {
            Ok(Value::Array(list)) => list,
            Ok(Value::Null) => return Vec::new(),
            _ => {
                attributes.extend(unreadable("events_json", &self.events, tally));
                return Vec::new();
            }
        };
        let events: Vec<Event> = list.iter().map(|value| event(value, tally)).collect();
        tally.events += events.len() as u64;
        tally.state_events += events.iter().filter(|event| event.name == "set_state").count() as u64;
        events
    }

    fn keep_links(&self, attributes: &mut Vec<KeyValue>, tally: &mut Tally) {
        if !["", "[]", "null"].contains(&self.links.trim()) {
            tally.links += 1;
            attributes.push(text("junjo.import.links_json", &self.links));
        }
    }
}

fn event(value: &Value, tally: &mut Tally) -> Event {
    let attributes = match &value["attributes"] {
        Value::Object(object) => pairs(object, tally),
        Value::Null => Vec::new(),
        other => unreadable("events_json", &other.to_string(), tally),
    };
    let time_unix_nano = unsigned(value.get("timeUnixNano")).unwrap_or_else(|| {
        tally.unusable_times += 1;
        0
    });
    let dropped = unsigned(value.get("droppedAttributesCount")).unwrap_or_default();
    Event {
        name: value["name"].as_str().unwrap_or_default().to_owned(),
        time_unix_nano,
        dropped_attributes_count: u32::try_from(dropped).unwrap_or(u32::MAX),
        attributes,
    }
}

/// The JSON of a column; NULL is `null`.
fn parsed(json: &str) -> serde_json::Result<Value> {
    if json.is_empty() { Ok(Value::Null) } else { serde_json::from_str(json) }
}

fn unreadable(column: &str, json: &str, tally: &mut Tally) -> Vec<KeyValue> {
    tally.unreadable += 1;
    vec![text(&format!("junjo.import.{column}"), json)]
}

fn nanos(micros: i64, tally: &mut Tally) -> u64 {
    let nanos = u64::try_from(micros).ok().and_then(|micros| micros.checked_mul(1_000));
    nanos.unwrap_or_else(|| {
        tally.unusable_times += 1;
        0
    })
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;

    use super::*;

    fn row() -> Row {
        Row {
            trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
            span_id: "b7ad6b7169203331".to_owned(),
            service: "shop".to_owned(),
            ..Row::default()
        }
    }

    fn value_of(span: &Span, key: &str) -> Option<Any> {
        span.attributes.iter().find(|pair| pair.key == key)?.value.clone()?.value
    }

    /// Scenario: a workflow with its own columns and a state event. Guarantee: its attributes are again those that Junjo
    /// sends, kinds are put right, and the event keeps its time and patch.
    #[test]
    fn workflow_becomes_the_span_that_was_sent() {
        let mut tally = Tally::default();
        let row = Row {
            kind: "CLIENT".to_owned(),
            start_micros: 1_000_001,
            end_micros: 2_000_000,
            status_code: "STATUS_CODE_ERROR".to_owned(),
            status_message: "no".to_owned(),
            attributes: r#"{"junjo.workflow.node.count":2}"#.to_owned(),
            events: r#"[{"name":"set_state","timeUnixNano":1763689836343000123,"droppedAttributesCount":3,
                         "attributes":{"junjo.state_json_patch":"[]"}}]"#
                .to_owned(),
            trace_flags: Some(256),
            junjo_id: "w1".to_owned(),
            junjo_span_type: "workflow".to_owned(),
            state_start: "{}".to_owned(),
            state_end: r#"{"a":1}"#.to_owned(),
            graph: "{}".to_owned(),
            store_id: "{}".to_owned(),
            ..row()
        };
        let read = row.read(&mut tally).unwrap();
        let span = &read.span;
        assert_eq!((span.kind, span.flags, span.start_time_unix_nano), (1, 256, 1_000_001_000));
        assert_eq!(span.status.as_ref().unwrap().code, 2);
        let string = |key| match value_of(span, key) {
            Some(Any::StringValue(text)) => Some(text),
            _ => None,
        };
        assert_eq!(string("junjo.workflow.state.start").as_deref(), Some("{}"));
        assert_eq!(string("junjo.workflow.state.end").as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(string("junjo.id").as_deref(), Some("w1"));
        assert_eq!(string("junjo.workflow.graph_structure"), None, "it had none");
        assert_eq!(string("junjo.workflow.store.id"), None, "it had none");
        assert_eq!(span.events[0].time_unix_nano, 1_763_689_836_343_000_123);
        assert_eq!(span.events[0].dropped_attributes_count, 3);
        assert_eq!((tally.rows, tally.workflows, tally.state_events), (1, 1, 1));
    }

    /// Scenario: odd rows. Guarantee: ids that are none leave the row out; JSON of another form is kept as text; everything
    /// is counted.
    #[test]
    fn odd_rows_are_counted() {
        let mut tally = Tally::default();
        for trace_id in ["", "zz", &"0".repeat(32), &"a".repeat(31)] {
            assert!(Row { trace_id: trace_id.to_owned(), ..row() }.read(&mut tally).is_none(), "{trace_id}");
        }
        assert_eq!((tally.rows, tally.unusable_ids), (4, 4));
        let odd = Row {
            attributes: "[1]".to_owned(),
            events: "{}".to_owned(),
            links: r#"[{"a":1}]"#.to_owned(),
            start_micros: -1,
            service: NO_SERVICE.to_owned(),
            ..row()
        };
        let read = odd.read(&mut tally).unwrap();
        assert_eq!(read.service, None);
        for column in ["attributes_json", "events_json", "links_json"] {
            assert!(value_of(&read.span, &format!("junjo.import.{column}")).is_some(), "{column}");
        }
        assert_eq!((tally.unreadable, tally.links, tally.unusable_times), (2, 1, 1));
        assert_eq!(tally.losses().len(), 4, "{:?}", tally.losses());
    }
}
