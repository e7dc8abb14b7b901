//! The cost of a span: what the client says, else what the price table says about a model call.

use std::borrow::Cow;

use super::prices::{Call, PriceTable};
use crate::dialects::{Field, Slots};
use crate::scalar::{json_float, json_object};

/// The `cost_source` of a cost that came with the span.
const PROVIDER: &str = "provider";

/// The cost in US dollars and its source.
pub(super) fn of<'a>(
    slots: &Slots<'_, '_>,
    call: &Call<'_>,
    prices: &PriceTable,
) -> Option<(f64, Cow<'a, str>)> {
    if let Some(dollars) = reported(slots) {
        return Some((dollars, Cow::Borrowed(PROVIDER)));
    }
    let dollars = prices.cost(call)?;
    Some((dollars, Cow::Owned(prices.source().to_owned())))
}

/// What the client sent; a negative cost is none.
fn reported(slots: &Slots<'_, '_>) -> Option<f64> {
    let parts = || match (slots.float(Field::CostInput), slots.float(Field::CostOutput)) {
        (None, None) => None,
        (input, output) => Some(input.unwrap_or(0.0) + output.unwrap_or(0.0)),
    };
    let details = || {
        let details = slots.get(Field::CostDetails).and_then(json_object)?;
        let total = details.get("total").and_then(json_float);
        total.or_else(|| details.values().map(json_float).reduce(|sum, part| Some(sum? + part?)).flatten())
    };
    let cost = slots.float(Field::CostTotal).or_else(parts).or_else(details)?;
    (cost.is_finite() && cost >= 0.0).then_some(cost)
}
