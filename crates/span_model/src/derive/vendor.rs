//! Who sells the model of a call: what the span says, else, where it names a framework, whoever has the model.

use std::borrow::Cow;

use super::prices::PriceTable;
use crate::dialects::{Field, Slots};
use crate::provider::normalise;

/// The provider in the stored spelling. A framework stands there only where nobody is known to sell `model`.
pub(super) fn of<'a>(slots: &Slots<'_, 'a>, model: Option<&str>) -> Option<Cow<'a, str>> {
    if let Some(provider) = slots.text(Field::Provider) {
        return Some(normalise(provider));
    }
    let framework = slots.text(Field::Framework)?;
    let vendor = model.and_then(|model| PriceTable::bundled().vendor(model));
    Some(vendor.map_or_else(|| normalise(framework), Cow::Borrowed))
}
