//! What a model call costs, from a dated table that is compiled in. A price it does not know is `None`, never 0.
//!
//! `prices/prices.json` is written by `prices/update.py`, which also describes the patterns. Prices are US dollars per
//! million tokens; a tier applies to all tokens of a call whose input passes its threshold.

mod breakdown;

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use chrono::DateTime;
use serde::Deserialize;

pub use breakdown::{CostKind, CostPart, Unpriced};

use crate::counts::Counts;
use crate::provider;
use crate::role::Role;

static BUNDLED: LazyLock<PriceTable> = LazyLock::new(|| {
    PriceTable::from_json(include_str!("../../prices/prices.json"))
        .expect("a test reads the bundled price table")
});

/// (provider, model) pairs whose place in the table is remembered; clients choose model names, so this is bounded.
const REMEMBERED_MAX: usize = 4096;
/// Where models of Amazon Bedrock stand, whose names are Bedrock's own ("us.anthropic.claude-…-v1:0").
const BEDROCK: &str = "aws.bedrock";
/// Longest model name that is looked up.
const MODEL_BYTES_MAX: usize = 256;

/// Token prices by provider and model, with the day they were taken.
#[derive(Debug)]
pub struct PriceTable {
    table: Table,
    source: String,
    /// Where a (provider, model) was found; matching patterns takes microseconds, and a call asks for the same few.
    remembered: RwLock<HashMap<String, Option<TableIndex>>>,
}

#[derive(Debug, Default, Deserialize)]
struct Table {
    date: String,
    providers: Vec<Provider>,
}

#[derive(Debug, Deserialize)]
struct Provider {
    id: String,
    /// Normalised provider names.
    names: Vec<String>,
    /// Models that are this provider's when a span names none.
    #[serde(default)]
    models_like: Vec<String>,
    /// Providers whose models this one resells at their prices.
    #[serde(default)]
    fallback: Vec<String>,
    models: Vec<Model>,
}

/// One of thousands, most with one price: boxed slices, because a vector has room for four.
#[derive(Debug, Deserialize)]
struct Model {
    #[serde(rename = "match")]
    patterns: Box<[String]>,
    /// Oldest first.
    prices: Box<[Prices]>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Prices {
    /// First day, `YYYY-MM-DD`; absent = since ever.
    #[serde(default)]
    from: Option<String>,
    #[serde(rename = "in")]
    input: Rate,
    #[serde(rename = "out")]
    output: Option<Rate>,
    #[serde(rename = "read")]
    cache_read: Option<Rate>,
    #[serde(rename = "write")]
    cache_write: Option<Rate>,
    #[serde(rename = "audio_in")]
    audio_input: Option<Rate>,
    #[serde(rename = "audio_out")]
    audio_output: Option<Rate>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Rate {
    Flat(f64),
    Tiered {
        base: f64,
        /// (input tokens, rate above them), lowest first.
        above: Box<[(i64, f64)]>,
    },
}

/// A span, as far as its cost depends on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'c> {
    pub(super) role: Option<Role>,
    /// Normalised provider.
    pub(super) provider: Option<&'c str>,
    pub(super) model: Option<&'c str>,
    pub(super) counts: &'c Counts,
    pub(super) unix_nanos: i64,
}

/// A model call whose facts were gathered from a span and its log records.
#[expect(missing_docs, reason = "the fields are those of `Promoted`, described there")]
#[derive(Debug, Clone, Copy)]
pub struct CallFacts<'c> {
    pub role: Option<Role>,
    pub provider: Option<&'c str>,
    pub model: Option<&'c str>,
    pub input_tokens: Option<i64>,
    pub output_tokens: Option<i64>,
    pub cached_input_tokens: Option<i64>,
    pub cache_write_tokens: Option<i64>,
    pub reasoning_tokens: Option<i64>,
    pub audio_input_tokens: Option<i64>,
    pub audio_output_tokens: Option<i64>,
    pub start_unix_nano: i64,
}

/// Where a model stands in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TableIndex {
    provider: usize,
    model: usize,
    /// Nobody says who sells it; everybody who does takes the same.
    is_agreed: bool,
}

impl PriceTable {
    /// The table in `prices/prices.json`.
    pub fn bundled() -> &'static Self {
        &BUNDLED
    }

    /// A table without any price.
    pub fn empty() -> Self {
        Self::new(Table::default())
    }

    /// Day the prices were taken, `YYYY-MM-DD`; empty for the empty table.
    pub fn date(&self) -> &str {
        &self.table.date
    }

    /// What stands in `cost_source` for a cost from this table: `table:<date>`.
    pub fn source(&self) -> &str {
        &self.source
    }

    fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json).map(Self::new)
    }

    fn new(table: Table) -> Self {
        Self { source: format!("table:{}", table.date), table, remembered: RwLock::default() }
    }

    /// What a span's usage costs in US dollars, at the prices of its day; `None` where a count or the price is unknown.
    pub fn cost_of(&self, facts: &CallFacts<'_>) -> Option<f64> {
        self.breakdown(facts).ok().map(|parts| CostPart::total(&parts))
    }

    /// The same, kind by kind; or why it has no price. Pricing an agent's own usage is right too: it counts where no model call below the
    /// agent has any.
    pub fn breakdown(&self, facts: &CallFacts<'_>) -> Result<Vec<CostPart>, Unpriced> {
        let counts = Counts {
            input: facts.input_tokens,
            output: facts.output_tokens,
            cached: facts.cached_input_tokens,
            cache_write: facts.cache_write_tokens,
            reasoning: facts.reasoning_tokens,
            audio_input: facts.audio_input_tokens,
            audio_output: facts.audio_output_tokens,
            ..Counts::default()
        };
        self.parts(&Call {
            role: facts.role,
            provider: facts.provider,
            model: facts.model,
            counts: &counts,
            unix_nanos: facts.start_unix_nano,
        })
    }

    pub(super) fn cost(&self, call: &Call<'_>) -> Option<f64> {
        self.parts(call).ok().map(|parts| CostPart::total(&parts))
    }

    fn parts(&self, call: &Call<'_>) -> Result<Vec<CostPart>, Unpriced> {
        let role = call.role.ok_or(Unpriced::NoRole)?;
        let place = self.place(call.provider, call.model.ok_or(Unpriced::NoModel)?);
        let place = place.ok_or(Unpriced::UnknownModel)?;
        let prices = &self.table.providers[place.provider].models[place.model].prices;
        let prices = match &**prices {
            [only @ Prices { from: None, .. }] => only,
            dated => {
                let day = DateTime::from_timestamp_nanos(call.unix_nanos).format("%Y-%m-%d").to_string();
                let of_day =
                    dated.iter().rfind(|prices| prices.from.as_ref().is_none_or(|from| *from <= day));
                of_day.ok_or(Unpriced::NoPriceThen)?
            }
        };
        prices.parts(call.counts, role != Role::Embedding)
    }

    /// Who sells `model`, as far as the model's name tells, in the stored spelling.
    pub(super) fn vendor(&self, model: &str) -> Option<&str> {
        let place = self.place(None, model).filter(|place| !place.is_agreed).map(|place| place.provider);
        let provider = place.or_else(|| self.maker(&model.to_lowercase()))?;
        self.table.providers[provider].names.first().map(String::as_str)
    }

    /// Whose models are called like `model` (in lower case), also one that has no price yet.
    fn maker(&self, model: &str) -> Option<usize> {
        let is_maker = |known: &Provider| known.models_like.iter().any(|pattern| matches(pattern, model));
        self.table.providers.iter().position(is_maker).filter(|_| model.len() <= MODEL_BYTES_MAX)
    }

    fn place(&self, provider: Option<&str>, model: &str) -> Option<TableIndex> {
        if self.table.providers.is_empty() || model.len() > MODEL_BYTES_MAX {
            return None;
        }
        let key = format!("{}\n{model}", provider.unwrap_or_default());
        // a poisoned lock only means that another thread panicked between two whole inserts
        if let Some(place) = self.remembered.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return *place;
        }
        let place = self.find(provider, &model.to_lowercase());
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() < REMEMBERED_MAX {
            remembered.insert(key, place);
        }
        place
    }

    /// `model` in lower case.
    fn find(&self, provider: Option<&str>, model: &str) -> Option<TableIndex> {
        let seller = provider.and_then(|name| self.named(name));
        if let Some(seller) = seller
            && let Some(place) = self.sold_by(seller, model)
        {
            return Some(place);
        }
        if provider.is_some_and(provider::has_prices_of_its_own) {
            return None;
        }
        // a gateway's name for a model starts with the vendor's: "anthropic/claude-sonnet-4-5"
        if let Some((vendor, model)) = model.split_once('/')
            && let Some(vendor) = self.named(&provider::normalise(vendor.into()))
            && let Some(place) = self.sold_by(vendor, model)
        {
            return Some(place);
        }
        if seller.is_some() {
            return None;
        }
        // no provider, or a framework where the provider should stand: the model tells its vendor
        self.maker(model)
            .and_then(|vendor| self.sold_by(vendor, model))
            .or_else(|| self.sold_by(self.named(BEDROCK)?, model))
            .or_else(|| if provider.is_none() { self.agreed(model) } else { None })
    }

    /// The model among those of any provider, where all that sell it take the same.
    fn agreed(&self, model: &str) -> Option<TableIndex> {
        let prices = |place: &TableIndex| &self.table.providers[place.provider].models[place.model].prices;
        let mut places = (0..self.table.providers.len()).filter_map(|provider| self.sold_by(provider, model));
        let first = places.next()?;
        let is_same = places.all(|place| prices(&place) == prices(&first));
        is_same.then_some(TableIndex { is_agreed: true, ..first })
    }

    fn named(&self, name: &str) -> Option<usize> {
        self.table.providers.iter().position(|known| known.names.iter().any(|known| known == name))
    }

    /// The model among those of a provider and of those whose models it resells.
    fn sold_by(&self, provider: usize, model: &str) -> Option<TableIndex> {
        let providers = &self.table.providers;
        let fallback = providers[provider]
            .fallback
            .iter()
            .filter_map(|id| providers.iter().position(|known| known.id == *id));
        let candidates: Vec<usize> = std::iter::once(provider).chain(fallback).collect();
        let model = model.strip_prefix("models/").unwrap_or(model);
        // a snapshot that is newer than the table costs what its model costs
        [Some(model), without_date(model)].into_iter().flatten().find_map(|model| {
            candidates.iter().find_map(|&provider| {
                let is_match = |known: &Model| known.patterns.iter().any(|pattern| matches(pattern, model));
                let model = providers[provider].models.iter().position(is_match)?;
                Some(TableIndex { provider, model, is_agreed: false })
            })
        })
    }
}

impl Prices {
    /// The cost of `counts` by kind; an error while one that decides it is unknown. Kinds without a price of their own count as input or
    /// output.
    fn parts(&self, counts: &Counts, output_expected: bool) -> Result<Vec<CostPart>, Unpriced> {
        let input = counts.input.ok_or(Unpriced::NoInputTokens)?;
        let output = match counts.output {
            Some(output) => output,
            None if output_expected => return Err(Unpriced::NoOutputTokens),
            None => 0,
        };
        if self.output.is_none() && output > 0 && output_expected {
            return Err(Unpriced::NoOutputPrice);
        }
        let mut parts = Vec::with_capacity(7);
        let mut take = |kind, rate: Option<&Rate>, tokens: Option<i64>, left: &mut i64| {
            let tokens = tokens.filter(|_| rate.is_some()).unwrap_or(0).min(*left);
            *left -= tokens;
            if tokens > 0 {
                parts.push(CostPart::new(kind, tokens, rate.map_or(0.0, |rate| rate.at(input))));
            }
        };
        let (mut plain, mut spoken) = (input, output);
        take(CostKind::CachedInput, self.cache_read.as_ref(), counts.cached, &mut plain);
        take(CostKind::CacheWrite, self.cache_write.as_ref(), counts.cache_write, &mut plain);
        take(CostKind::AudioInput, self.audio_input.as_ref(), counts.audio_input, &mut plain);
        take(CostKind::AudioOutput, self.audio_output.as_ref(), counts.audio_output, &mut spoken);
        let all = plain;
        take(CostKind::Input, Some(&self.input), Some(all), &mut plain);
        take(CostKind::Reasoning, self.output.as_ref(), counts.reasoning, &mut spoken);
        let all = spoken;
        take(CostKind::Output, self.output.as_ref(), Some(all), &mut spoken);
        parts.sort_by_key(|part| part.kind);
        Ok(parts)
    }
}

impl Rate {
    /// The rate for a call with `input` tokens.
    fn at(&self, input: i64) -> f64 {
        match self {
            Self::Flat(rate) => *rate,
            Self::Tiered { base, above } => {
                above.iter().rfind(|(threshold, _)| input > *threshold).map_or(*base, |(_, rate)| *rate)
            }
        }
    }
}

/// Whether `model` (in lower case) fits `pattern`; see `prices/update.py`.
fn matches(pattern: &str, model: &str) -> bool {
    let (pattern, without) =
        pattern.split_once('!').map_or((pattern, None), |(with, without)| (with, Some(without)));
    if without.is_some_and(|without| model.contains(without)) {
        return false;
    }
    let (kind, text) = pattern.split_at(1);
    match kind {
        "=" => matches_digits(text, model),
        "^" => model.get(..text.len()).is_some_and(|start| matches_digits(text, start)),
        "$" => model.ends_with(text),
        _ => model.contains(text),
    }
}

/// Whether `text` is `wanted`, where "#" stands for a digit.
fn matches_digits(wanted: &str, text: &str) -> bool {
    wanted.len() == text.len()
        && std::iter::zip(wanted.bytes(), text.bytes())
            .all(|(wanted, byte)| wanted == byte || wanted == b'#' && byte.is_ascii_digit())
}

/// `model` without the date of its snapshot, if it ends with one.
fn without_date(model: &str) -> Option<&str> {
    ["-####-##-##", "-########", "@########"].into_iter().find_map(|date| {
        let (name, end) = model.split_at_checked(model.len().checked_sub(date.len())?)?;
        matches_digits(date, end).then_some(name)
    })
}

#[cfg(test)]
mod tests;
