//! Numbers over time and by group as answers show them.

use std::collections::BTreeMap;

use junjo_span_store::{Field, Percentiles, Ratio, Stats, StatsRow};
use junjo_web::clock::rfc3339_nanos;
use serde::Serialize;
use utoipa::ToSchema;

use crate::page::Incomplete;
use crate::params::stats::{StatsQuestion, Subject};

const NANOS_PER_MILLI: f64 = 1e6;
const NANOS_PER_SECOND: f64 = 1e9;

/// Numbers over time.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatsAnswer {
    pub(crate) of: Subject,
    /// Start of the range, inclusive.
    pub(crate) from: String,
    /// End of the range, exclusive.
    pub(crate) to: String,
    /// Width of a bucket; null for totals alone.
    pub(crate) interval_seconds: Option<f64>,
    /// Fields of the groups.
    pub(crate) group_by: Vec<String>,
    /// By time, then group; buckets without a span are left out.
    pub(crate) items: Vec<StatsItem>,
    /// Over the whole range, largest group first; empty when neither groups nor `interval=none` were asked for.
    pub(crate) totals: Vec<StatsItem>,
    /// There are more groups; their spans are in no item.
    pub(crate) more_groups: bool,
    /// There are more items; the newest are left out.
    pub(crate) more_items: bool,
    /// Null when everything in the range was counted.
    pub(crate) incomplete: Option<Incomplete>,
}

/// Numbers of one bucket and group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatsItem {
    /// Start of the bucket; null in totals.
    pub(crate) start_time: Option<String>,
    pub(crate) start_time_unix_nano: Option<String>,
    /// Value of each grouping; null where spans have none.
    pub(crate) group: BTreeMap<String, Option<String>>,
    /// Spans or traces.
    pub(crate) count: i64,
    /// Failed ones.
    pub(crate) error_count: i64,
    /// Failed ones by all, 0 to 1.
    pub(crate) error_rate: f64,
    /// Of the durations, in milliseconds.
    pub(crate) duration_ms: Distribution,
    /// Language model calls; wrappers that repeat a call's usage are not counted.
    pub(crate) llm_call_count: i64,
    /// Null when no call says.
    pub(crate) input_tokens: Option<i64>,
    /// Null when no call says.
    pub(crate) output_tokens: Option<i64>,
    /// Part of the input tokens that came from the provider's cache; null when no call says.
    pub(crate) cached_input_tokens: Option<i64>,
    /// US dollars, over the calls with a known cost; null when none has one.
    pub(crate) cost_usd: Option<f64>,
    /// Model calls without a known cost.
    pub(crate) unpriced_calls: i64,
    /// Of `ratio_of`; null when not asked for.
    pub(crate) ratio: Option<RatioItem>,
    /// Of `measure`, in the field's own unit; null when not asked for.
    pub(crate) measure: Option<Distribution>,
}

/// A distribution; exact, interpolated between neighbours.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Distribution {
    /// Null for measured fields.
    pub(crate) mean: Option<f64>,
    pub(crate) p50: Option<f64>,
    pub(crate) p90: Option<f64>,
    pub(crate) p95: Option<f64>,
    pub(crate) p99: Option<f64>,
}

/// How often a field was true.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RatioItem {
    /// Spans where it was true.
    pub(crate) true_count: i64,
    /// Spans that have it.
    pub(crate) value_count: i64,
    /// The first by the second; null when no span has it.
    pub(crate) ratio: Option<f64>,
}

impl From<Ratio> for RatioItem {
    fn from(ratio: Ratio) -> Self {
        let share = (ratio.value_count > 0).then(|| ratio.true_count as f64 / ratio.value_count as f64);
        Self { true_count: ratio.true_count, value_count: ratio.value_count, ratio: share }
    }
}

impl Distribution {
    fn new(mean: Option<f64>, percentiles: Percentiles, divisor: f64) -> Self {
        let scaled = |value: Option<f64>| value.map(|value| value / divisor);
        Self {
            mean: scaled(mean),
            p50: scaled(percentiles.p50),
            p90: scaled(percentiles.p90),
            p95: scaled(percentiles.p95),
            p99: scaled(percentiles.p99),
        }
    }
}

impl StatsItem {
    fn new(row: StatsRow, group_by: &[String]) -> Self {
        Self {
            start_time: row.bucket_unix_nano.map(rfc3339_nanos),
            start_time_unix_nano: row.bucket_unix_nano.map(|start| start.to_string()),
            group: group_by.iter().cloned().zip(row.group).collect(),
            count: row.count,
            error_count: row.error_count,
            error_rate: if row.count == 0 { 0.0 } else { row.error_count as f64 / row.count as f64 },
            duration_ms: Distribution::new(Some(row.mean_duration_nanos), row.duration, NANOS_PER_MILLI),
            llm_call_count: row.llm_call_count,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cached_input_tokens: row.cached_input_tokens,
            cost_usd: row.cost_usd,
            unpriced_calls: row.unpriced_calls,
            ratio: row.ratio.map(RatioItem::from),
            measure: row.measure.map(|measure| Distribution::new(None, measure, 1.0)),
        }
    }
}

impl StatsAnswer {
    /// What `stats` says to `question`.
    pub(crate) fn new(question: &StatsQuestion, stats: Stats) -> Self {
        let group_by: Vec<String> = question.query.group_by.iter().map(Field::name).collect();
        let items =
            |rows: Vec<StatsRow>| rows.into_iter().map(|row| StatsItem::new(row, &group_by)).collect();
        Self {
            of: question.subject,
            from: rfc3339_nanos(question.from_unix_nano),
            to: rfc3339_nanos(question.to_unix_nano),
            interval_seconds: question.query.interval_nanos.map(|nanos| nanos as f64 / NANOS_PER_SECOND),
            items: items(stats.buckets),
            totals: items(stats.totals),
            more_groups: stats.more_groups,
            more_items: stats.more_buckets,
            incomplete: stats.incomplete.map(Into::into),
            group_by,
        }
    }
}
