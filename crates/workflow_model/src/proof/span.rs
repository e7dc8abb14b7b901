//! The rules that every span of the contract keeps, whatever it is of.

use junjo_span_model::{Attributes, Event, Exception, Resource, Span};

use super::ended::Ended;
use super::facts::{Facts, ParentIds, RoleFacts};
use super::finding::{Finding, FindingCode, WithheldPayload};
use super::slot::{Need, Reader};
use super::{model_call, owner, tool_call};
use crate::kind::ExecutableKind;

/// The first contract that numbers what it sends.
const CONTRACT_MIN: i64 = 2;
/// Findings and withheld payloads that are kept of one span.
const KEPT_MAX: usize = 300;

/// What one span proves by itself, and what others must agree with.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanEvidence {
    pub(crate) findings: Vec<Finding>,
    pub(crate) withheld: Vec<WithheldPayload>,
    pub(crate) facts: Facts,
    /// Whether the span is of a contract that can be checked.
    pub(crate) checked: bool,
}

impl SpanEvidence {
    /// Checks `span` alone. Spans of older contracts, and of others than Junjo, only tell what was dropped.
    pub(crate) fn read(span: &Span<'_>) -> Self {
        let attributes = Attributes::new(&span.attributes);
        let mut evidence =
            Self { findings: Vec::new(), withheld: Vec::new(), facts: Facts::default(), checked: false };
        evidence.losses(span);
        if span.end_time_unix_nano < span.start_time_unix_nano {
            let message = "the span ends before it starts";
            evidence.findings.push(Finding::new(FindingCode::InvalidSpanInterval, span.span_id, message));
        }
        let version = attributes.count(&["junjo.telemetry.contract_version"]);
        evidence.checked = version.is_some_and(|version| version >= CONTRACT_MIN);
        if evidence.checked {
            evidence.of_contract(span, &attributes);
        }
        if evidence.checked || changes_state(span) {
            evidence.events(span);
        }
        evidence.findings.truncate(KEPT_MAX);
        evidence.withheld.truncate(KEPT_MAX);
        evidence
    }

    /// Adds what the resource says was lost.
    pub(crate) fn of_resource(&mut self, span: &Span<'_>, resource: &Resource<'_>) {
        if resource.dropped_attributes_count > 0 {
            let message = format!(
                "the client dropped {} attributes of the resource",
                resource.dropped_attributes_count
            );
            self.findings.push(Finding::new(FindingCode::ResourceAttributesDropped, span.span_id, message));
        }
    }

    fn losses(&mut self, span: &Span<'_>) {
        let counts = [
            (FindingCode::AttributesDropped, span.dropped_attributes_count, "attributes"),
            (FindingCode::EventsDropped, span.dropped_events_count, "events"),
            (FindingCode::LinksDropped, span.dropped_links_count, "links"),
        ];
        for (code, count, what) in counts.into_iter().filter(|(_, count, _)| *count > 0) {
            self.findings.push(Finding::new(
                code,
                span.span_id,
                format!("the client dropped {count} {what} of the span"),
            ));
        }
        for (place, event) in
            span.events.iter().enumerate().filter(|(_, event)| event.dropped_attributes_count > 0)
        {
            let message = format!(
                "the client dropped {} attributes of the event \"{}\"",
                event.dropped_attributes_count, event.name
            );
            let finding = Finding::new(FindingCode::EventAttributesDropped, span.span_id, message);
            self.findings.push(finding.event(Some(place)));
        }
    }

    fn of_contract(&mut self, span: &Span<'_>, attributes: &Attributes<'_, '_>) {
        let mut reader = Reader {
            attributes,
            span_id: span.span_id,
            event: None,
            findings: &mut self.findings,
            withheld: &mut self.withheld,
        };
        let kind = reader.text("junjo.span_type").and_then(|name| ExecutableKind::of(&name));
        let ended = Ended::of(span, &reader);
        if kind.is_some() {
            identity(&mut reader);
            self.facts.parent = parent(&mut reader);
        }
        self.facts.correlation = correlation(&mut reader);
        if ended.failed {
            self.facts.exception =
                span.events.iter().filter_map(Exception::of).next_back().map(|e| e.kind.to_owned());
            if self.facts.exception.is_none() {
                let message = "the span failed, and no exception event says why";
                reader.find(FindingCode::FailureEvidenceMissing, "exception", message);
            }
        }
        let operation = reader.text("junjo.agent.operation_type");
        self.facts.role = match (kind, operation.as_deref()) {
            (Some(ExecutableKind::Agent), _) => Some(RoleFacts::Agent(owner::agent(&mut reader, ended))),
            (Some(ExecutableKind::Workflow | ExecutableKind::Subflow), _) => {
                owner::workflow(&mut reader, ended);
                None
            }
            (None, Some("model_request")) => Some(RoleFacts::Model(model_call::read(&mut reader, ended))),
            (None, Some("tool")) => Some(RoleFacts::Tool(tool_call::read(&mut reader, ended))),
            _ => None,
        };
    }

    /// Changes of the state, on whatever span they are.
    fn events(&mut self, span: &Span<'_>) {
        for (place, event) in span.events.iter().enumerate().filter(|(_, event)| event.name == "set_state") {
            let attributes = Attributes::new(&event.attributes);
            let mut reader = Reader {
                attributes: &attributes,
                span_id: span.span_id,
                event: Some(place),
                findings: &mut self.findings,
                withheld: &mut self.withheld,
            };
            let _ = reader.slot("junjo.state_json_patch", Need::Required);
            if !reader.has("junjo.store.id") {
                reader.find(FindingCode::StoreOwnerMissing, "junjo.store.id", "the change names no store");
            }
            if reader.count("junjo.store.transition.sequence").is_none() {
                let message = "the change has no number";
                reader.find(
                    FindingCode::TransitionSequenceMissing,
                    "junjo.store.transition.sequence",
                    message,
                );
            }
        }
    }
}

/// Whether a span that is not Junjo's own carries numbered changes.
fn changes_state(span: &Span<'_>) -> bool {
    let numbered = |event: &Event<'_>| {
        event.name == "set_state"
            && event.attributes.iter().any(|pair| pair.key == "junjo.store.transition.sequence")
    };
    span.events.iter().any(numbered)
}

fn identity(reader: &mut Reader<'_, '_, '_>) {
    for key in ["definition", "runtime", "structural"].map(|id| format!("junjo.executable_{id}_id")) {
        if reader.text(&key).is_none() {
            reader.find(FindingCode::ExecutableIdentityMissing, &key, format!("{key} is missing"));
        }
    }
}

fn parent(reader: &mut Reader<'_, '_, '_>) -> Option<ParentIds> {
    let key = |id: &str| format!("junjo.parent_executable_{id}_id");
    let ids = ["definition", "runtime", "structural"].map(|id| reader.text(&key(id)));
    let some = ids.iter().any(Option::is_some) || reader.has("junjo.parent_executable_type");
    if let [Some(definition), Some(runtime), Some(structural)] = ids {
        return Some(ParentIds { definition, runtime, structural });
    }
    if some {
        let message = "only some of the three ids of the parent are there";
        reader.find(FindingCode::InvalidParentIdentity, &key("runtime"), message);
    }
    None
}

fn correlation(reader: &mut Reader<'_, '_, '_>) -> Option<(String, String)> {
    let [kind, id] = ["junjo.correlation.type", "junjo.correlation.id"].map(|key| reader.text(key));
    if kind.is_some() != id.is_some() {
        let message = "the type and the id of a correlation come together";
        reader.find(FindingCode::IncompleteCorrelation, "junjo.correlation.id", message);
    }
    kind.zip(id)
}
