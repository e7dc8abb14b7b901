//! The promoted fields of a span with its words: the first of what went in and of what came out, as the view of the span shows them.

use std::borrow::Cow;

use super::attributes::Attributes;
use super::{content, messages, preview, shows_input, shows_output};
use crate::derive::prices::PriceTable;
use crate::derive::{Promoted, promote_facts};
use crate::dialects::{Field, Sender};
use crate::otlp::value::{Resource, Scope, Span};
use crate::role::Role;

/// Reads the promoted fields of `span`; `prices` are used where the client sent no cost.
///
/// Message bodies are only looked into where a trace may take its words from: in roots and in calls of language models.
pub fn promote<'a>(
    resource: &Resource<'a>,
    scope: &Scope<'a>,
    span: &Span<'a>,
    prices: &PriceTable,
) -> Promoted<'a> {
    let mut promoted = promote_facts(resource, scope, span, prices);
    if span.parent_span_id.is_none() || promoted.role == Some(Role::Llm) {
        let (asked, answered) = words(scope, span, promoted.role);
        (promoted.input_preview, promoted.output_preview) = (asked.map(Cow::Owned), answered.map(Cow::Owned));
    }
    promoted
}

/// What was asked and what was answered, each in one line of 160 characters.
fn words(scope: &Scope<'_>, span: &Span<'_>, role: Option<Role>) -> (Option<String>, Option<String>) {
    let sender = Sender { scope: &scope.name, name: &span.name };
    let attributes = Attributes::said_by(&sender, &span.attributes);
    let asked = messages::input(&attributes, role, span).list;
    let answered = messages::output(&attributes, role, span).list;
    let side = |shows: bool, field| if shows { content(&attributes, field) } else { serde_json::Value::Null };
    let input = side(shows_input(role, &asked), Field::Input);
    let output = side(shows_output(role, &answered), Field::Output);
    (preview::asked(&asked, &input), preview::answered(&answered, &output))
}
