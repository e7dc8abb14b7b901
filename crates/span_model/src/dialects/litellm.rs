//! LiteLLM's OpenTelemetry callback, beside what it says in the words of OpenTelemetry and OpenLLMetry.
//!
//! Source: docs.litellm.ai/docs/observability/opentelemetry_integration. It prices every call itself.

use super::dialect::Dialect;
use super::field::Field;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::CostTotal, &["gen_ai.cost.total_cost", "litellm.cost.total"]),
        (Field::CostInput, &["gen_ai.cost.input_cost", "litellm.cost.input"]),
        (Field::CostOutput, &["gen_ai.cost.output_cost", "litellm.cost.output"]),
        (Field::UserId, &["metadata.user_api_key_end_user_id", "metadata.user_api_key_user_id"]),
    ],
    ..Dialect::EMPTY
};
