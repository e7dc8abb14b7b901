//! Statistics that need whole spans: a scan reads their fields, the index counts.

use duckdb::Connection;
use tokio::time::Instant;

use super::search::span_time;
use super::stats::{Stats, StatsQuery, StatsSubject, payload_columns};
use super::stats_rows::aggregate;
use super::stats_sql::{of_matched_spans, of_matched_traces};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::filter::expr::{Fragment, Relation, SpanExpr, group_value};
use crate::filter::spans::SpanFilter;
use crate::scan::handle::Scans;
use crate::scan::incomplete::{Incomplete, IncompleteReason};
use crate::scan::job::{ScanJob, TRACE_MARKS};
use crate::scan::matches::with_matches;
use crate::scan::run::{Scan, Searched};

/// Counts what a scan finds.
pub(super) async fn scanned_stats(scans: &Scans, query: StatsQuery) -> Result<Stats, StoreError> {
    let started = Instant::now();
    let (job, columns) = match &query.subject {
        StatsSubject::Spans(filter) => stats_job(&query, filter),
        StatsSubject::Traces(filter) => {
            (ScanJob::of_traces(filter, span_time(scans.index(), filter.time).await?), TRACE_MARKS.to_owned())
        }
    };
    let mut scan = Scan::new(scans, job, started).await?;
    let mut matches = Vec::new();
    let (from, reason) = loop {
        let (found, searched) = scan.next().await?;
        matches.extend(found);
        match searched {
            Searched::From(_) => {}
            Searched::Whole => break (0, None),
            Searched::Stopped(reason, from) => break (from, Some(reason)),
        }
    };
    let reason = reason.or(scan.is_damaged().then_some(IncompleteReason::UnreadableFile));
    drop(scan);
    let run = move |connection: &Connection| {
        with_matches(connection, &columns, &matches, || {
            let narrow = match &query.subject {
                StatsSubject::Spans(filter) => of_matched_spans(connection, &query, filter, from)?,
                StatsSubject::Traces(filter) => of_matched_traces(&query, filter, from),
            };
            aggregate(connection, &query, &narrow)
        })
    };
    let stats = scans.index().run(run).await?;
    let incomplete = reason.map(|reason| Incomplete { reason, searched_from_unix_nano: from });
    Ok(Stats { incomplete, ..stats })
}

/// Reads the payload fields of the spans that fulfil the filter; of those without any of them nothing is read when the
/// index can tell which they are.
fn stats_job(query: &StatsQuery, filter: &SpanFilter) -> (ScanJob, String) {
    let fields = payload_columns(query);
    let mut columns = Fragment::default();
    for (name, field) in &fields {
        columns.push(&format!(", {} AS {name}", group_value(field)));
    }
    let types: Vec<String> = fields.iter().map(|(name, _)| format!(", {name} VARCHAR")).collect();
    let mut condition = Conditions::default();
    let fragment = filter.scan_condition();
    condition.push(fragment.text, fragment.values);
    if !filter.needs_scan() {
        let exists: Vec<String> = fields
            .iter()
            .map(|(_, field)| SpanExpr::exists((*field).clone()).to_sql(Relation::Archive).text)
            .collect();
        condition.push(format!("({})", exists.join(" OR ")), []);
    }
    let (condition, reads_hints) = (condition.into_fragment(), filter.reads_hints());
    (ScanJob { time: filter.time, columns, condition, reads_hints }, types.concat())
}
