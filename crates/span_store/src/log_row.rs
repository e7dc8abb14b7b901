//! The narrow row of a log record, what it says about its span, and when two records are the same.

use std::collections::HashMap;

use junjo_span_model::{
    CallFacts, LogOrigin, LogRecord, PriceTable, PromotedLog, Role, SpanHints, SpanId, TraceId,
};
use junjo_wal::Sequence;
use twox_hash::XxHash64;

use crate::budget::Held;
use crate::field_type::Taken;
use crate::promoted::hint_fields;
use crate::row::{Origin, Place, SpanRow};

/// One log record's promoted fields and place.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRow {
    /// Where the whole record is.
    pub place: Place,
    /// The trace that it belongs to.
    pub trace_id: Option<TraceId>,
    /// The span that it belongs to.
    pub span_id: Option<SpanId>,
    /// When it happened, else when it was observed, else when it was received; unix nanoseconds.
    pub time_unix_nano: i64,
    /// OTLP severity number, 1 to 24; 0 when unspecified or unknown.
    pub severity: u8,
    /// Service of its resource.
    pub service: String,
    /// Project of the API key that sent it.
    pub project: String,
    /// Name of the event; `None` for a plain record.
    pub event_name: Option<String>,
    /// What makes the record the same as another one: see `Fingerprints` beside this type.
    pub fingerprint: Option<u64>,
    /// What it says about its span.
    pub hints: Option<Hints>,
}

/// The hints among the promoted fields, and what is done with each of them.
macro_rules! hints {
    ($(hint {
        $(#[$doc:meta])*
        $name:ident: $type:ty = $column:literal, of $source:ident, filter [$($filter:ident $kind:ident),*],
        export [$($export:ident)*], since $since:literal $(else $older:literal)?
    })*) => {
        /// What log records say about their span.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Hints {
            $($(#[$doc])* pub $name: $type,)*
        }

        impl From<SpanHints<'_>> for Hints {
            fn from(hints: SpanHints<'_>) -> Self {
                Self { $($name: Taken::taken(hints.$name),)* }
            }
        }

        impl Hints {
            /// Adds what a later record says; what is known stays.
            pub(crate) fn add(&mut self, later: &Self) {
                $(if self.$name.is_none() { self.$name.clone_from(&later.$name); })*
            }

            /// Fills what `row` leaves open.
            fn fill(&self, row: &mut SpanRow) {
                $(if row.$name.is_none() { row.$name.clone_from(&self.$name); })*
            }
        }
    };
}

hint_fields!(hints);

/// All that log records say about one span.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HintRow {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    /// Newest record that added something.
    pub(crate) sequence: Sequence,
    pub(crate) hints: Hints,
}

impl Held for LogRow {
    fn held_bytes(&self) -> usize {
        let texts = [&self.service, &self.project].into_iter().chain(&self.event_name);
        size_of::<Self>() + texts.map(String::len).sum::<usize>()
    }
}

impl LogRow {
    /// The row of a record that was received at `received_unix_nano`.
    pub(crate) fn new(
        origin: Origin<'_>,
        received_unix_nano: i64,
        record: &LogRecord<'_>,
        promoted: PromotedLog<'_>,
        fingerprint: Option<u64>,
    ) -> Self {
        Self {
            place: origin.place,
            trace_id: record.trace_id,
            span_id: record.span_id,
            time_unix_nano: promoted.time_unix_nano.unwrap_or(received_unix_nano),
            severity: promoted.severity,
            service: promoted.service.into_owned(),
            project: origin.project.to_owned(),
            event_name: promoted.event_name.map(std::borrow::Cow::into_owned),
            fingerprint,
            hints: promoted.hints.map(Hints::from),
        }
    }

    /// Time and fingerprint: of two records with the same, the one with the highest place stays. `None` for a record
    /// that cannot be told from an equal one.
    pub(crate) fn identity(&self) -> Option<(i64, u64)> {
        Some((self.time_unix_nano, self.fingerprint?))
    }
}

impl Hints {
    /// The row of a span with what its records add; `None` when they add nothing.
    pub(crate) fn applied_to(&self, row: &SpanRow, prices: &PriceTable) -> Option<SpanRow> {
        let mut hinted = row.clone();
        self.fill(&mut hinted);
        // an exception is the span's error only where the span failed; it counts in any case
        if !row.is_error() {
            hinted.error_type.clone_from(&row.error_type);
        }
        if self.error_type.is_some() {
            hinted.exception_count = row.exception_count.max(1);
        }
        if hinted == *row {
            return None;
        }
        hinted.is_model_call = hinted.role.is_some_and(Role::is_model_call);
        if hinted.cost_usd.is_none() {
            hinted.cost_usd = prices.cost_of(&facts(&hinted));
            hinted.cost_source = hinted.cost_usd.map(|_| prices.source().to_owned());
        }
        Some(hinted)
    }
}

fn facts(row: &SpanRow) -> CallFacts<'_> {
    CallFacts {
        role: row.role,
        provider: row.provider.as_deref(),
        model: row.model.as_deref(),
        input_tokens: row.input_tokens,
        output_tokens: row.output_tokens,
        cached_input_tokens: row.cached_input_tokens,
        cache_write_tokens: row.cache_write_tokens,
        reasoning_tokens: row.reasoning_tokens,
        audio_input_tokens: None,
        audio_output_tokens: None,
        start_unix_nano: row.start_unix_nano,
    }
}

/// Tells the records of one export request apart.
///
/// OTLP gives log records no id. Two records are the same when resource, scope and record are equal byte for byte,
/// times included, and they are the n-th such record of their requests: a client that sends a request again is
/// recognised, and a line that was logged twice in one request stays twice. A record without any time cannot be told
/// from an equal one, so it is never taken for the same.
#[derive(Debug, Default)]
pub(crate) struct Fingerprints {
    seen: HashMap<u64, u64>,
}

impl Fingerprints {
    pub(crate) fn of(&mut self, origin: &LogOrigin<'_, '_>, record: &LogRecord<'_>) -> Option<u64> {
        if record.time_unix_nano == 0 && record.observed_time_unix_nano == 0 {
            return None;
        }
        let (resource, scope) = origin.raw;
        let mut hash = XxHash64::oneshot(0, record.raw);
        for part in [resource, scope] {
            hash = XxHash64::oneshot(hash, part);
        }
        let occurrence = self.seen.entry(hash).or_insert(0);
        let fingerprint = XxHash64::oneshot(*occurrence, &hash.to_le_bytes());
        *occurrence += 1;
        Some(fingerprint)
    }
}
