//! Payload slots: a value with the mode and the policy under which it was sent.
//!
//! | mode | value | reference |
//! |---|---|---|
//! | `full` | the JSON | none |
//! | `redacted` | JSON that stands in its place | none |
//! | `excluded` | none | none |
//! | `reference` | none | where it is |

use junjo_span_model::{Attributes, SpanId, Value};
use serde_json::Value as Json;

use super::finding::{Finding, FindingCode, PayloadMode, WithheldPayload};
use crate::ijson::{JsonFault, parse_ijson};

/// Whether a slot has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
}

/// What a slot holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// There is no such slot.
    Absent,
    /// All of the payload.
    Full(Json),
    /// It was withheld by a policy.
    Withheld,
    /// It is there and cannot be read; a finding says why.
    Broken,
}

impl Content {
    pub(super) fn full(self) -> Option<Json> {
        if let Self::Full(json) = self { Some(json) } else { None }
    }

    pub(super) fn is_present(&self) -> bool {
        *self != Self::Absent
    }
}

/// Reads the attributes of one span or event, and keeps what is wrong with them.
pub(super) struct Reader<'r, 's, 'a> {
    pub(super) attributes: &'r Attributes<'s, 'a>,
    pub(super) span_id: SpanId,
    pub(super) event: Option<usize>,
    pub(super) findings: &'r mut Vec<Finding>,
    pub(super) withheld: &'r mut Vec<WithheldPayload>,
}

impl Reader<'_, '_, '_> {
    pub(super) fn text(&self, key: &str) -> Option<String> {
        match self.attributes.get(key) {
            Some(Value::String(text)) => Some(text.to_string()),
            _ => None,
        }
    }

    pub(super) fn count(&self, key: &str) -> Option<i64> {
        match self.attributes.get(key) {
            Some(Value::Int(int)) if *int >= 0 => Some(*int),
            _ => None,
        }
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        match self.attributes.get(key) {
            Some(Value::Bool(flag)) => Some(*flag),
            _ => None,
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.attributes.get(key).is_some()
    }

    /// Whether any part of a slot is there.
    pub(super) fn has_slot(&self, root: &str) -> bool {
        self.has(root)
            || ["mode", "policy", "reference"].iter().any(|part| self.has(&format!("{root}.{part}")))
    }

    pub(super) fn find(&mut self, code: FindingCode, attribute: &str, message: impl Into<String>) {
        let finding = Finding::new(code, self.span_id, message).event(self.event).attribute(attribute);
        self.findings.push(finding);
    }

    /// Reads the slot at `root`.
    pub(super) fn slot(&mut self, root: &str, need: Need) -> Content {
        if !self.has_slot(root) {
            if need == Need::Required {
                self.missing(root, "the payload is missing");
            }
            return Content::Absent;
        }
        let policy = self.text(&format!("{root}.policy"));
        let Some((mode, policy)) = self.text(&format!("{root}.mode")).zip(policy) else {
            if need == Need::Required {
                self.missing(root, "the payload lacks its mode or its policy");
            } else {
                self.find(FindingCode::InvalidPayloadSlot, root, "the payload lacks its mode or its policy");
            }
            return Content::Broken;
        };
        let value = self.text(root);
        let reference = self.text(&format!("{root}.reference"));
        let fits = match mode.as_str() {
            "full" | "redacted" => value.is_some() && reference.is_none(),
            "excluded" => !self.has(root) && reference.is_none(),
            "reference" => !self.has(root) && reference.is_some(),
            _ => false,
        };
        if !fits {
            let message = format!("mode \"{mode}\" does not fit what is there of value and reference");
            self.find(FindingCode::InvalidPayloadSlot, root, message);
            return Content::Broken;
        }
        let json = match value.as_deref().map(parse_ijson).transpose() {
            Ok(json) => json,
            Err(fault) => {
                self.find(code_of(fault), root, format!("the payload cannot be read: {fault}"));
                return Content::Broken;
            }
        };
        let mode = match mode.as_str() {
            "full" => return json.map_or(Content::Broken, Content::Full),
            "redacted" => PayloadMode::Redacted,
            "excluded" => PayloadMode::Excluded,
            _ => PayloadMode::Reference,
        };
        self.withhold(root, mode, Some(policy), reference);
        Content::Withheld
    }

    /// A JSON text without mode and policy.
    pub(super) fn plain(&mut self, key: &str) -> Option<Json> {
        let text = self.text(key)?;
        parse_ijson(&text)
            .map_err(|fault| self.find(code_of(fault), key, format!("it cannot be read: {fault}")))
            .ok()
    }

    fn missing(&mut self, root: &str, message: &str) {
        self.find(FindingCode::RequiredPayloadSlotMissing, root, message);
        self.withhold(root, PayloadMode::Missing, None, None);
    }

    fn withhold(&mut self, root: &str, mode: PayloadMode, policy: Option<String>, reference: Option<String>) {
        self.withheld.push(WithheldPayload {
            attribute: root.to_owned(),
            span_id: self.span_id.to_string(),
            event: self.event,
            mode,
            policy,
            reference,
        });
    }

    /// Reads a candidate: whether it is available, and if so its slot. `None` when nothing is said of one.
    pub(super) fn candidate(&mut self, root: &str) -> Option<Candidate> {
        let available = self.flag(&format!("{root}.available"));
        let reason = self.text(&format!("{root}.unavailable_reason"));
        if available.is_none() && reason.is_none() && !self.has_slot(root) {
            return None;
        }
        let content = self.slot(root, Need::Optional);
        let fits = match available {
            Some(true) => reason.is_none() && content.is_present(),
            Some(false) => reason.is_some() && !content.is_present(),
            None => false,
        };
        if !fits {
            let message = "whether the candidate is available, its payload, and the reason why not contradict each other";
            self.find(FindingCode::InvalidCandidateEvidence, root, message);
        }
        Some(Candidate { available: available == Some(true), reason })
    }
}

/// What is said of a value that was not accepted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) available: bool,
    pub(super) reason: Option<String>,
}

fn code_of(fault: JsonFault) -> FindingCode {
    match fault {
        JsonFault::Malformed => FindingCode::InvalidPayloadJson,
        JsonFault::TooDeep => FindingCode::PayloadNestingTooDeep,
        JsonFault::RepeatedName => FindingCode::PayloadDuplicateName,
        JsonFault::UnsafeInteger => FindingCode::PayloadUnsafeInteger,
        JsonFault::NotFinite => FindingCode::PayloadNonfiniteNumber,
    }
}
