//! Problems in and around hooks, which are events of a span.

use junjo_span_model::{Attributes, Event};
use serde::Serialize;
use utoipa::ToSchema;

/// The events that tell of one.
const NAMES: [&str; 3] =
    ["junjo.hook_error", "junjo.hook_delivery_cancelled", "junjo.agent.terminal_commit_failed"];

/// Something that went wrong in or around a hook; the span itself did not fail because of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HookProblem {
    /// `junjo.hook_error`, `junjo.hook_delivery_cancelled` or `junjo.agent.terminal_commit_failed`.
    pub name: String,
    /// The hook's event.
    pub hook_event: Option<String>,
    /// The callback.
    pub callback: Option<String>,
    /// Class of the error.
    pub error_type: Option<String>,
    /// Its message, why the delivery was cancelled, or the outcome that could not be kept.
    pub message: Option<String>,
    /// When, in decimal nanoseconds since the Unix epoch.
    pub time_unix_nano: String,
}

impl HookProblem {
    pub(super) fn of(event: &Event<'_>) -> Option<Self> {
        if !NAMES.contains(&event.name.as_ref()) {
            return None;
        }
        let attributes = Attributes::new(&event.attributes);
        Some(Self {
            name: event.name.clone().into_owned(),
            hook_event: attributes.text(&["junjo.hook.event"]),
            callback: attributes.text(&["junjo.hook.callback"]),
            error_type: attributes.text(&["junjo.hook.error.type", "error.type", "exception.type"]),
            message: attributes.text(&[
                "junjo.hook.error.message",
                "exception.message",
                "junjo.hook.delivery.cancelled_reason",
                "junjo.agent.superseded_outcome",
            ]),
            time_unix_nano: event.time_unix_nano.to_string(),
        })
    }
}
