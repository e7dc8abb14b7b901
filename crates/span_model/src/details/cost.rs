//! How the cost of a span comes about.

use serde::Serialize;
use utoipa::ToSchema;

use super::tokens::Tokens;
use crate::derive::Promoted;
use crate::derive::prices::{CallFacts, CostPart, PriceTable, Unpriced};

/// How the cost of a span comes about: what the price table makes of its tokens, beside what the client reported.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CostDetails {
    /// Tokens and prices by kind; `[]` where the usage has no price.
    pub parts: Vec<CostPart>,
    /// Their sum, US dollars. A span keeps the cost of the day it arrived on: `cost_usd` may be that of an older table.
    pub computed_usd: Option<f64>,
    /// What the client or the provider reported, US dollars; it is the span's `cost_usd` then.
    pub reported_usd: Option<f64>,
    /// Why the usage has no price.
    pub unpriced_reason: Option<Unpriced>,
    /// The price table, `bundled`.
    pub price_table: String,
    /// Day on which its prices were taken, `YYYY-MM-DD`.
    pub price_date: String,
}

/// The details of a span that is a model call or has tokens or a cost; `None` for any other.
pub(super) fn details(promoted: &Promoted<'_>, tokens: &Tokens, prices: &PriceTable) -> Option<CostDetails> {
    let is_reported = promoted.cost_source.as_deref() == Some("provider");
    let has_usage = tokens.input_tokens.is_some() || tokens.output_tokens.is_some();
    if !promoted.is_model_call && !has_usage && !is_reported {
        return None;
    }
    let facts = CallFacts {
        role: promoted.role,
        provider: promoted.provider.as_deref(),
        model: promoted.model.as_deref(),
        input_tokens: tokens.input_tokens,
        output_tokens: tokens.output_tokens,
        cached_input_tokens: tokens.cached_input_tokens,
        cache_write_tokens: tokens.cache_write_tokens,
        reasoning_tokens: tokens.reasoning_tokens,
        audio_input_tokens: tokens.audio_input_tokens,
        audio_output_tokens: tokens.audio_output_tokens,
        start_unix_nano: promoted.start_unix_nano,
    };
    let (parts, unpriced_reason) = match prices.breakdown(&facts) {
        Ok(parts) => (parts, None),
        Err(reason) => (Vec::new(), Some(reason)),
    };
    Some(CostDetails {
        computed_usd: unpriced_reason.is_none().then(|| CostPart::total(&parts)),
        parts,
        reported_usd: promoted.cost_usd.filter(|_| is_reported),
        unpriced_reason,
        price_table: "bundled".to_owned(),
        price_date: prices.date().to_owned(),
    })
}
