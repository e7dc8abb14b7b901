//! LiteLLM's OpenTelemetry callback, beside what it says in the words of OpenTelemetry and OpenLLMetry.
//!
//! Source: docs.litellm.ai/docs/observability/opentelemetry_integration. It prices every call itself, and repeats each
//! call's request and answer on a span of its own, `raw_gen_ai_request`, in the vendor's words.

use super::api_usage;
use super::dialect::{Dialect, Sender};
use super::field::Field;
use crate::role::Role;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::CostTotal, &["gen_ai.cost.total_cost", "litellm.cost.total"]),
        (Field::CostInput, &["gen_ai.cost.input_cost", "litellm.cost.input"]),
        (Field::CostOutput, &["gen_ai.cost.output_cost", "litellm.cost.output"]),
        (Field::UserId, &["metadata.user_api_key_end_user_id", "metadata.user_api_key_user_id"]),
    ],
    usage: &[("metadata.usage_object", api_usage::usage)],
    role_by_name: Some(role),
    ..Dialect::EMPTY
};

/// The call itself is the span above.
fn role(sender: &Sender<'_>) -> Option<Role> {
    (sender.name == "raw_gen_ai_request" && sender.scope.starts_with("litellm")).then_some(Role::Chain)
}
