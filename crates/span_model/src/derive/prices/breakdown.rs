//! The parts of a cost, and why there is none. Pure.

use serde::Serialize;
use utoipa::ToSchema;

/// A kind of tokens that has a price of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CostKind {
    /// Input at the plain price.
    Input,
    /// Input that was read from the provider's cache.
    CachedInput,
    /// Input that was written to it.
    CacheWrite,
    /// Sound that went in.
    AudioInput,
    /// Output at the plain price.
    Output,
    /// Output that was reasoning, at the price of output.
    Reasoning,
    /// Sound that came out.
    AudioOutput,
}

/// What one kind of tokens costs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CostPart {
    /// The kind.
    pub kind: CostKind,
    /// Its tokens; those of the other kinds are not among them.
    pub tokens: i64,
    /// Price of a million of them, US dollars.
    pub usd_per_million: f64,
    /// What they cost, US dollars.
    pub cost_usd: f64,
}

/// Why usage has no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unpriced {
    /// Nothing says that the span called a model.
    NoRole,
    /// The span names no model.
    NoModel,
    /// The price table does not have the model of that provider, or providers take different prices and none is named.
    UnknownModel,
    /// The price table has only prices of later days.
    NoPriceThen,
    /// The span does not say how many tokens went in.
    NoInputTokens,
    /// The span does not say how many tokens came out.
    NoOutputTokens,
    /// The price table has no price of output.
    NoOutputPrice,
}

impl CostPart {
    pub(super) fn new(kind: CostKind, tokens: i64, usd_per_million: f64) -> Self {
        Self { kind, tokens, usd_per_million, cost_usd: rounded(usd_per_million * tokens as f64 / 1e6) }
    }

    /// The sum of what `parts` cost.
    pub(crate) fn total(parts: &[Self]) -> f64 {
        rounded(parts.iter().map(|part| part.usd_per_million * part.tokens as f64).sum::<f64>() / 1e6)
    }
}

/// Prices have few digits; what lies beyond 1e-12 dollars is the noise of binary fractions.
fn rounded(cost: f64) -> f64 {
    (cost * 1e12).round() / 1e12
}
